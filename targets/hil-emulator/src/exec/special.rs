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
        // The MPU may look away at negative priorities.
        cpu.memory.code_changed |= cpu.system.mpu.enabled();
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
    if value & FPCA == 0 || changed & 1 != 0 {
        cpu.float_ready = false;
    }
    cpu.request_service();
    Flow::Next
}

#[cfg(test)]
mod tests {
    use crate::cpu::{Cpu, Fault, Sleep};
    use crate::exec::testing::{BASE, cpu, execute};
    use crate::instr::{Instr, Reg};
    use crate::micro::Flow;
    use crate::soc::{Master, Width};

    fn read(cpu: &mut Cpu, sysm: u8) -> u32 {
        cpu.r[0] = 0xdead_beef;
        assert_eq!(execute(cpu, &Instr::Mrs { rd: Reg(0), sysm }), Flow::Next);
        cpu.r[0]
    }

    fn write(cpu: &mut Cpu, sysm: u8, mask: u8, value: u32) {
        cpu.r[1] = value;
        assert_eq!(execute(cpu, &Instr::Msr { rn: Reg(1), sysm, mask }), Flow::Next);
    }

    #[test]
    fn the_status_register_is_written_by_parts() {
        let mut cpu = cpu();
        write(&mut cpu, 0, 0b11, u32::MAX);
        assert_eq!(read(&mut cpu, 0), 0xf80f_0000);
        write(&mut cpu, 3, 0b10, 0);
        assert_eq!(read(&mut cpu, 0), 0x000f_0000);
        write(&mut cpu, 0, 0b01, 0x0005_0000);
        cpu.ipsr = 0x15;
        for (sysm, expect) in [(0, 0x5_0000), (1, 0x5_0015), (2, 0x5_0000), (3, 0x5_0015), (5, 0x15), (6, 0), (7, 0x15)]
        {
            assert_eq!(read(&mut cpu, sysm), expect, "number {sysm}");
        }
        write(&mut cpu, 5, 0b11, 0);
        assert_eq!(cpu.ipsr, 0x15);
    }

    #[test]
    fn stack_pointers_are_kept_apart() {
        let mut cpu = cpu();
        write(&mut cpu, 8, 0b10, 0x1003);
        write(&mut cpu, 9, 0b10, 0x2000);
        assert_eq!((cpu.r[13], cpu.other_sp), (0x1000, 0x2000));
        write(&mut cpu, 20, 0b10, 2);
        assert_eq!((cpu.r[13], cpu.other_sp, cpu.control), (0x2000, 0x1000, 2));
        assert_eq!((read(&mut cpu, 8), read(&mut cpu, 9)), (0x1000, 0x2000));
        write(&mut cpu, 9, 0b10, 0x3000);
        assert_eq!(cpu.r[13], 0x3000);
        write(&mut cpu, 20, 0b10, 0);
        assert_eq!((cpu.r[13], cpu.other_sp), (0x1000, 0x3000));
        // A handler stays on the main stack.
        cpu.ipsr = 3;
        write(&mut cpu, 20, 0b10, 2);
        assert_eq!((cpu.r[13], cpu.control), (0x1000, 0));
    }

    #[test]
    fn masks_are_written_and_the_run_loop_asked_to_look() {
        let mut cpu = cpu();
        write(&mut cpu, 16, 0b10, 3);
        assert!(cpu.primask && cpu.deadline == 0);
        write(&mut cpu, 17, 0b10, 0x60);
        write(&mut cpu, 18, 0b10, 0x80);
        assert_eq!(read(&mut cpu, 17), 0x60, "BASEPRI_MAX does not loosen");
        write(&mut cpu, 18, 0b10, 0);
        assert_eq!(read(&mut cpu, 18), 0x60, "BASEPRI_MAX does not switch off");
        write(&mut cpu, 18, 0b10, 0x40);
        assert_eq!(read(&mut cpu, 17), 0x40);
        write(&mut cpu, 19, 0b10, 1);
        assert_eq!((read(&mut cpu, 16), read(&mut cpu, 19)), (1, 1));
        write(&mut cpu, 19, 0b10, 0);
        assert_eq!(read(&mut cpu, 19), 0);
    }

    #[test]
    fn cps_changes_the_masks_it_names() {
        let mut cpu = cpu();
        let cps = |disable, primask, faultmask| Instr::Cps { disable, primask, faultmask };
        execute(&mut cpu, &cps(true, true, false));
        assert_eq!((cpu.primask, cpu.faultmask), (true, false));
        execute(&mut cpu, &cps(true, false, true));
        assert_eq!((cpu.primask, cpu.faultmask), (true, true));
        execute(&mut cpu, &cps(false, true, true));
        assert_eq!((cpu.primask, cpu.faultmask, cpu.deadline), (false, false, 0));
    }

    #[test]
    fn unprivileged_code_changes_nothing_but_the_flags() {
        let mut cpu = cpu();
        (cpu.r[13], cpu.other_sp, cpu.basepri) = (0x100, 0x200, 0x40);
        write(&mut cpu, 20, 0b10, 1);
        cpu.deadline = u64::MAX;
        for sysm in [8, 9, 16, 17, 18, 19, 20] {
            write(&mut cpu, sysm, 0b10, 0x20);
        }
        execute(&mut cpu, &Instr::Cps { disable: true, primask: true, faultmask: true });
        assert_eq!((cpu.r[13], cpu.other_sp, cpu.basepri, cpu.control), (0x100, 0x200, 0x40, 1));
        assert_eq!((cpu.primask, cpu.faultmask, cpu.deadline), (false, false, u64::MAX));
        for sysm in [8, 9, 16, 17, 18, 19] {
            assert_eq!(read(&mut cpu, sysm), 0, "number {sysm}");
        }
        assert_eq!(read(&mut cpu, 20), 1);
        write(&mut cpu, 0, 0b10, 1 << 31);
        assert_eq!(read(&mut cpu, 0), 1 << 31);
    }

    #[test]
    fn fpca_that_is_cleared_makes_the_fpu_ask_again() {
        let mut cpu = cpu();
        cpu.float_ready = true;
        write(&mut cpu, 20, 0b10, 4);
        assert!(cpu.float_ready && cpu.control == 4);
        write(&mut cpu, 20, 0b10, 0);
        assert!(!cpu.float_ready);
    }

    #[test]
    fn code_is_decoded_again_when_privilege_changes_under_the_mpu() {
        for (mpu_ctrl, control, changed) in [(0, 1, false), (5, 1, true), (5, 4, false)] {
            let mut cpu = cpu();
            cpu.write_as(Master::Core { pc: 0 }, 0xe000_ed94, Width::Word, mpu_ctrl).unwrap();
            cpu.memory.code_changed = false;
            write(&mut cpu, 20, 0b10, control);
            assert_eq!(cpu.memory.code_changed, changed, "MPU_CTRL {mpu_ctrl}, CONTROL {control}");
        }
    }

    #[test]
    fn sleep_and_events() {
        let mut cpu = cpu();
        execute(&mut cpu, &Instr::Sev);
        execute(&mut cpu, &Instr::Wfe);
        assert_eq!((cpu.sleeping, cpu.event, cpu.deadline), (None, false, u64::MAX));
        execute(&mut cpu, &Instr::Wfe);
        assert_eq!((cpu.sleeping, cpu.deadline), (Some(Sleep::Event), 0));
        cpu.deadline = u64::MAX;
        execute(&mut cpu, &Instr::Wfi);
        assert_eq!((cpu.sleeping, cpu.deadline), (Some(Sleep::Interrupt), 0));
    }

    #[test]
    fn a_supervisor_call_leaves_by_the_way_of_faults() {
        let mut cpu = cpu();
        assert_eq!(execute(&mut cpu, &Instr::Svc { imm: 3 }), Flow::Fault);
        assert_eq!(cpu.fault, Some(Fault::SupervisorCall));
    }

    #[test]
    fn it_sets_the_state_behind_it() {
        let micro = crate::exec::lower(&Instr::It { state: 0x1c }, BASE, 2);
        assert_eq!(micro.it_after(), 0x1c);
    }

    #[test]
    fn numbers_without_a_register_are_undefined() {
        for sysm in [4, 10, 15, 21, 255] {
            assert_eq!(execute(&mut cpu(), &Instr::Mrs { rd: Reg(0), sysm }), Flow::Fault, "number {sysm}");
            assert_eq!(execute(&mut cpu(), &Instr::Msr { rn: Reg(0), sysm, mask: 2 }), Flow::Fault, "number {sysm}");
        }
    }
}
