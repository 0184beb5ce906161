//! Special registers, hints, barriers, IT and SVC.
//!
//! Source: DDI 0403E, A7.7 (IT, NOP, SEV, SVC, WFE, WFI, YIELD, DMB, DSB, ISB) and B5.2 (CPS, MRS, MSR).

use super::{plain, put, undefined};
use crate::cpu::{Cpu, Fault, Flags, Sleep};
use crate::instr::{Instr, Reg};
use crate::micro::{Flow, Handler, Micro};

const SPSEL: u32 = 2;
const FPCA: u32 = 4;

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::It { state } => micro(nop).with([0; 4], u32::from(state)).starting_it(),
        // Data memory is accessed in program order here, so that the barriers have nothing to wait for.
        Instr::Nop | Instr::Yield | Instr::Preload | Instr::Dmb | Instr::Dsb => micro(nop),
        Instr::Isb => micro(isb),
        Instr::Wfi => micro(wfi),
        Instr::Wfe => micro(wfe),
        Instr::Sev => micro(sev),
        Instr::Cps { disable, primask, faultmask } => {
            let run = if disable { change_masks::<true> } else { change_masks::<false> };
            micro(run).with([u8::from(primask), u8::from(faultmask), 0, 0], 0)
        }
        Instr::Mrs { rd, sysm } if plain([rd]) => {
            let run = match sysm {
                0..=3 | 5..=7 => read_status,
                8 | 9 => read_stack_pointer,
                16..=20 => read_mask,
                _ => undefined,
            };
            micro(run).with([rd.0, sysm, 0, 0], 0)
        }
        Instr::Msr { rn, sysm, mask } if rn != Reg::SP && rn != Reg::PC => {
            let run = match sysm {
                0..=3 => write_status,
                // IPSR and EPSR cannot be written.
                5..=7 => nop,
                8 | 9 => write_stack_pointer,
                16..=19 => write_mask,
                20 => write_control,
                _ => undefined,
            };
            micro(run).with([rn.0, sysm, mask, 0], 0)
        }
        Instr::Svc { .. } => micro(supervisor_call),
        _ => micro(undefined),
    }
}

fn nop(_: &mut Cpu, _: &Micro) -> Flow {
    Flow::Next
}

fn isb(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.request_service();
    Flow::Next
}

fn wfi(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.sleeping = Some(Sleep::Interrupt);
    cpu.request_service();
    Flow::Next
}

fn wfe(cpu: &mut Cpu, _: &Micro) -> Flow {
    if cpu.event {
        cpu.event = false;
    } else {
        cpu.sleeping = Some(Sleep::Event);
        cpu.request_service();
    }
    Flow::Next
}

fn sev(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.event = true;
    Flow::Next
}

fn supervisor_call(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.fail(Fault::SupervisorCall);
    Flow::Fault
}

fn change_masks<const DISABLE: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    if cpu.privileged() {
        if m.a != 0 {
            cpu.primask = DISABLE;
        }
        if m.b != 0 {
            set_faultmask(cpu, DISABLE);
        }
        cpu.request_service();
    }
    Flow::Next
}

/// FAULTMASK can be set only where the execution priority is 0 or lower in urgency; it can always be cleared.
fn set_faultmask(cpu: &mut Cpu, on: bool) {
    if !on || !cpu.negative_priority() {
        cpu.faultmask = on;
    }
}

fn read_status(cpu: &mut Cpu, m: &Micro) -> Flow {
    // Bit 0 of the number asks for IPSR and bit 2 drops APSR. EPSR reads as zero.
    let exception = if m.b & 1 != 0 { u32::from(cpu.ipsr) } else { 0 };
    let flags = if m.b & 4 == 0 { cpu.apsr() } else { 0 };
    put(cpu, m.a, exception | flags);
    Flow::Next
}

fn write_status(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = cpu.reg(m.a);
    if m.c & 1 != 0 {
        cpu.ge = (value >> 16 & 15) as u8;
    }
    if m.c & 2 != 0 {
        cpu.flags = Flags::from_bits(value);
        cpu.q = value >> 27 & 1 == 1;
    }
    Flow::Next
}

/// Whether the stack pointer in use is the process stack pointer: never in a handler.
fn uses_process_stack(cpu: &Cpu) -> bool {
    cpu.ipsr == 0 && cpu.control & SPSEL != 0
}

fn read_stack_pointer(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = match (cpu.privileged(), (m.b == 9) == uses_process_stack(cpu)) {
        (false, _) => 0,
        (true, true) => cpu.r[13],
        (true, false) => cpu.other_sp,
    };
    put(cpu, m.a, value);
    Flow::Next
}

fn write_stack_pointer(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = cpu.reg(m.a) & !3;
    if cpu.privileged() {
        if (m.b == 9) == uses_process_stack(cpu) {
            cpu.r[13] = value;
        } else {
            cpu.other_sp = value;
        }
    }
    Flow::Next
}

fn read_mask(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = match m.b {
        // CONTROL can be read by all.
        20 => cpu.control & 7,
        _ if !cpu.privileged() => 0,
        16 => u32::from(cpu.primask),
        19 => u32::from(cpu.faultmask),
        _ => u32::from(cpu.basepri),
    };
    put(cpu, m.a, value);
    Flow::Next
}

fn write_mask(cpu: &mut Cpu, m: &Micro) -> Flow {
    if !cpu.privileged() {
        return Flow::Next;
    }
    let value = cpu.reg(m.a);
    let priority = value as u8 & cpu.system.priority_mask();
    match m.b {
        16 => cpu.primask = value & 1 == 1,
        17 => cpu.basepri = priority,
        // BASEPRI_MAX only ever makes the mask stricter, and 0 means no mask.
        18 => {
            if priority != 0 && (priority < cpu.basepri || cpu.basepri == 0) {
                cpu.basepri = priority;
            }
        }
        _ => set_faultmask(cpu, value & 1 == 1),
    }
    cpu.request_service();
    Flow::Next
}

fn write_control(cpu: &mut Cpu, m: &Micro) -> Flow {
    if !cpu.privileged() {
        return Flow::Next;
    }
    let value = cpu.reg(m.a);
    let old = cpu.control;
    // A handler always uses the main stack: there the write of SPSEL is ignored.
    let spsel = if cpu.ipsr == 0 { value & SPSEL } else { old & SPSEL };
    cpu.control = value & (1 | FPCA) | spsel;
    let changed = old ^ cpu.control;
    if changed & SPSEL != 0 {
        std::mem::swap(&mut cpu.r[13], &mut cpu.other_sp);
    }
    if changed & 1 != 0 && cpu.system.mpu.enabled() {
        cpu.memory.code_changed = true;
    }
    if value & FPCA == 0 {
        cpu.float_ready = false;
    }
    cpu.request_service();
    Flow::Next
}
