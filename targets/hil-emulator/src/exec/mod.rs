//! Execution: turns an instruction into a [`Micro`] with its handler.
//!
//! Everything that is known when an instruction is decoded is settled here, once: the operation, whether it sets
//! flags, its kind of shift, the form of its address, and whether it writes the stack pointer or the program counter.
//! Each combination has its own handler, made from generic functions, so that none is left to be tested when the
//! instruction executes. Handlers follow the pseudocode of the ARMv7-M Architecture Reference Manual (DDI 0403E),
//! chapters A7 and B5. What the manual calls unpredictable and the decoder let through is undefined here.

mod alu;
mod bits;
mod branch;
mod dsp;
mod exclusive;
mod extend;
mod float;
mod load;
mod multiple;
mod multiply;
mod parallel;
mod saturate;
mod shift;
mod special;
mod store;
#[cfg(test)]
mod testing;

use crate::cpu::{Cpu, Fault};
use crate::instr::{Instr, Reg};
use crate::micro::{Flow, Handler, Micro};

/// The micro-operation of `instr`, of `size` bytes at `address`. Its time and condition are filled in by the caller.
#[must_use]
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Alu { .. } => alu::lower(instr, address, size),
        Instr::ShiftReg { .. } => shift::lower(instr, address, size),
        Instr::Extend { .. } => extend::lower(instr, address, size),
        Instr::Movt { .. }
        | Instr::Bfi { .. }
        | Instr::Bfc { .. }
        | Instr::Sbfx { .. }
        | Instr::Ubfx { .. }
        | Instr::Bits { .. }
        | Instr::Pkh { .. }
        | Instr::Sel { .. } => bits::lower(instr, address, size),
        Instr::Sat { .. } | Instr::Sat16 { .. } | Instr::Saturating { .. } => saturate::lower(instr, address, size),
        Instr::Mul { .. } | Instr::Mla { .. } | Instr::Mls { .. } | Instr::Long { .. } | Instr::Div { .. } => {
            multiply::lower(instr, address, size)
        }
        Instr::Dsp { .. } => dsp::lower(instr, address, size),
        Instr::Parallel { .. } => parallel::lower(instr, address, size),
        Instr::Load { .. }
        | Instr::LoadLiteral { .. }
        | Instr::LoadUnprivileged { .. }
        | Instr::LoadDual { .. }
        | Instr::LoadDualLiteral { .. } => load::lower(instr, address, size),
        Instr::Store { .. } | Instr::StoreUnprivileged { .. } | Instr::StoreDual { .. } => {
            store::lower(instr, address, size)
        }
        Instr::LoadMultiple { .. } | Instr::StoreMultiple { .. } => multiple::lower(instr, address, size),
        Instr::LoadExclusive { .. } | Instr::StoreExclusive { .. } | Instr::Clrex => {
            exclusive::lower(instr, address, size)
        }
        Instr::Branch { .. }
        | Instr::BranchLink { .. }
        | Instr::BranchExchange { .. }
        | Instr::BranchLinkExchange { .. }
        | Instr::CompareBranch { .. }
        | Instr::TableBranch { .. } => branch::lower(instr, address, size),
        Instr::It { .. }
        | Instr::Nop
        | Instr::Preload
        | Instr::Yield
        | Instr::Wfe
        | Instr::Wfi
        | Instr::Sev
        | Instr::Dmb
        | Instr::Dsb
        | Instr::Isb
        | Instr::Cps { .. }
        | Instr::Mrs { .. }
        | Instr::Msr { .. }
        | Instr::Svc { .. } => special::lower(instr, address, size),
        Instr::Bkpt { .. } => micro(stop),
        Instr::Undefined => micro(undefined),
        Instr::NoCoprocessor { coprocessor: 10 | 11 } => micro(not_of_this_fpu),
        Instr::NoCoprocessor { .. } => micro(no_coprocessor),
        Instr::Float { .. }
        | Instr::FloatUnary { .. }
        | Instr::FloatImm { .. }
        | Instr::FloatCompare { .. }
        | Instr::FloatConvert { .. }
        | Instr::FloatMove { .. }
        | Instr::FloatMovePair { .. }
        | Instr::Vmrs { .. }
        | Instr::Vmsr { .. }
        | Instr::FloatLoad { .. }
        | Instr::FloatStore { .. }
        | Instr::FloatLoadMultiple { .. }
        | Instr::FloatStoreMultiple { .. } => float::lower(instr, address, size),
    }
}

/// The micro-operation of a breakpoint comparator that matches at `address`.
#[must_use]
pub fn breakpoint(address: u32) -> Micro {
    Micro::new(stop, address, 2)
}

/// Wraps a micro-operation so that it runs only when the condition in its ITSTATE holds.
///
/// When the condition fails, execution goes on behind the instruction, and the cycles that it would have taken beyond
/// the first are given back.
#[must_use]
pub fn conditional(micro: Micro) -> Micro {
    const BY_CONDITION: [Handler; 16] = [
        when::<0>, when::<1>, when::<2>, when::<3>, when::<4>, when::<5>, when::<6>, when::<7>, when::<8>, when::<9>,
        when::<10>, when::<11>, when::<12>, when::<13>, when::<14>, when::<15>,
    ];
    let mut wrapped = micro;
    wrapped.inner = micro.run;
    wrapped.run = BY_CONDITION[usize::from(micro.it >> 4)];
    wrapped
}

fn when<const CONDITION: u8>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if cpu.flags.hold(CONDITION) {
        return (micro.inner)(cpu, micro);
    }
    cpu.cycles -= cpu.timing.failed_condition(micro.cost);
    Flow::Next
}

/// Writes a register that is neither the stack pointer nor the program counter.
#[inline(always)]
fn put(cpu: &mut Cpu, index: u8, value: u32) {
    cpu.r[usize::from(index & 15)] = value;
}

/// Whether [`put`] may write every one of `registers`: an instruction that may write the stack pointer or the program
/// counter has handlers of its own, and for all others the architecture leaves such a destination unpredictable.
fn plain<const N: usize>(registers: [Reg; N]) -> bool {
    registers.iter().all(|reg| *reg != Reg::SP && *reg != Reg::PC)
}

/// What an instruction reads as the program counter.
fn pc_of(address: u32) -> u32 {
    address.wrapping_add(4)
}

/// A jump without interworking (`BranchWritePC`).
#[inline(always)]
fn jump(cpu: &mut Cpu, target: u32) -> Flow {
    cpu.next = target & !1;
    Flow::Jump
}

/// A jump that may change the instruction set or return from an exception (`BXWritePC`, `LoadWritePC`).
#[inline(always)]
fn interwork(cpu: &mut Cpu, target: u32) -> Flow {
    if target >> 28 == 0xF && cpu.ipsr != 0 {
        cpu.next = target;
        return Flow::ExceptionReturn;
    }
    exchange(cpu, target)
}

/// A jump that may change the instruction set (`BLXWritePC`). The core has Thumb only: the next instruction faults
/// when bit 0 is clear.
#[inline(always)]
fn exchange(cpu: &mut Cpu, target: u32) -> Flow {
    if target & 1 == 0 {
        cpu.thumb = false;
        cpu.request_service();
    }
    jump(cpu, target)
}

fn undefined(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.fail(Fault::Undefined);
    Flow::Fault
}

fn no_coprocessor(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.fail(Fault::NoCoprocessor);
    Flow::Fault
}

/// An encoding of coprocessor 10 or 11 that this FPU does not have: undefined, unless CPACR keeps the code away from the
/// coprocessor to begin with (DDI 0403E, B1.5.14: NOCP).
fn not_of_this_fpu(cpu: &mut Cpu, _: &Micro) -> Flow {
    let fault = cpu.float_allowed().err().unwrap_or(Fault::Undefined);
    cpu.fail(fault);
    Flow::Fault
}

/// BKPT, or a breakpoint comparator.
fn stop(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.fail(Fault::Breakpoint);
    Flow::Fault
}

#[cfg(test)]
mod tests {
    use super::testing::{BASE, cpu, execute};
    use super::{breakpoint, conditional, lower};
    use crate::cpu::{Fault, Flags};
    use crate::instr::Instr;
    use crate::micro::Flow;

    #[test]
    fn instructions_without_meaning_fault() {
        for (instr, fault) in [
            (Instr::Undefined, Fault::Undefined),
            (Instr::NoCoprocessor { coprocessor: 3 }, Fault::NoCoprocessor),
            (Instr::NoCoprocessor { coprocessor: 11 }, Fault::NoCoprocessor),
            (Instr::Bkpt { imm: 0xab }, Fault::Breakpoint),
        ] {
            let mut cpu = cpu();
            assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
            assert_eq!(cpu.fault, Some(fault));
        }
        let mut cpu = cpu();
        for (access, privileged, fault) in [
            (0x0050_0000, true, Fault::Undefined),
            (0x0050_0000, false, Fault::NoCoprocessor),
            (0x00F0_0000, false, Fault::Undefined),
        ] {
            cpu.system.scb.coprocessors = access;
            cpu.control = u32::from(!privileged);
            execute(&mut cpu, &Instr::NoCoprocessor { coprocessor: 10 });
            assert_eq!(cpu.fault, Some(fault), "CPACR {access:#x}");
        }
        let micro = breakpoint(BASE);
        assert_eq!((micro.run)(&mut cpu, &micro), Flow::Fault);
        assert_eq!(cpu.fault, Some(Fault::Breakpoint));
    }

    #[test]
    fn a_condition_decides_for_every_state_of_the_flags() {
        for cond in 0..15u8 {
            for bits in 0..16u32 {
                let mut cpu = cpu();
                cpu.flags = Flags::from_bits(bits << 28);
                let mut micro = lower(&Instr::Movt { rd: crate::instr::Reg(2), imm: 0x1234 }, BASE, 4);
                (micro.cost, micro.it) = (5, cond << 4 | 8);
                let micro = conditional(micro);
                cpu.cycles = 5;
                assert_eq!((micro.run)(&mut cpu, &micro), Flow::Next);
                let held = cpu.flags.hold(cond);
                assert_eq!(cpu.r[2] >> 16, if held { 0x1234 } else { 0 });
                assert_eq!(cpu.cycles, if held { 5 } else { 1 });
            }
        }
    }
}
