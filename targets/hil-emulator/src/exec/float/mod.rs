//! The instructions of the FPv4-SP unit.
//!
//! Every one of them first makes the unit usable ([`Cpu::prepare_float`]) and waits while a division or a square root
//! occupies it. Arithmetic goes the fast way where [`fast`] can prove the result, else through [`crate::float`].

mod arithmetic;
mod convert;
mod fast;
mod memory;
mod transfer;

#[cfg(test)]
mod tests;

use crate::cpu::{Cpu, Faulted};
use crate::float::{Mode, Status};
use crate::instr::Instr;
use crate::micro::{Flow, Handler, Micro};

/// FPSCR.RMode, as a mask; 0 is round to nearest.
const ROUNDING: u32 = 3 << 22;

/// The micro-operation of an FPU instruction of `size` bytes at `address`. Any other instruction is undefined here.
#[must_use]
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let (run, operands, imm) = match *instr {
        Instr::Float { op, sd, sn, sm } => (arithmetic::handler(op), [sd.0, sn.0, sm.0, 0], 0),
        Instr::FloatUnary { op, sd, sm } => (arithmetic::unary(op), [sd.0, 0, sm.0, 0], 0),
        Instr::FloatImm { sd, value } => (transfer::CONSTANT, [sd.0, 0, 0, 0], value),
        Instr::FloatCompare { quiet, sd, sm } => {
            (arithmetic::compare(quiet, sm.is_none()), [sd.0, 0, sm.map_or(0, |sm| sm.0), 0], 0)
        }
        Instr::FloatConvert { op, sd, sm } => convert::lower(op, sd, sm),
        Instr::FloatMove { .. } | Instr::FloatMovePair { .. } | Instr::Vmrs { .. } | Instr::Vmsr { .. } => {
            transfer::lower(instr)
        }
        Instr::FloatLoad { .. }
        | Instr::FloatStore { .. }
        | Instr::FloatLoadMultiple { .. }
        | Instr::FloatStoreMultiple { .. } => memory::lower(instr, address),
        _ => UNDEFINED,
    };
    Micro::new(run, address, size).with(operands, imm)
}

/// A handler with its operands and its constant.
type Lowered = (Handler, [u8; 4], u32);

/// What stands for register combinations that are unpredictable, so that none does something silently.
const UNDEFINED: Lowered = (super::undefined, [0; 4], 0);

/// Makes the unit ready for the instruction: enabled, its registers those of the running code, and idle.
#[inline(always)]
fn begin(cpu: &mut Cpu, micro: &Micro) -> Result<(), Faulted> {
    if !cpu.float_ready {
        cpu.prepare_float()?;
    }
    // The instruction starts when the unit is free, then takes its own time.
    cpu.cycles = cpu.cycles.max(cpu.fpu_busy_until + u64::from(micro.cost));
    Ok(())
}

/// What an instruction whose body may fault is followed by.
#[inline(always)]
fn next(done: Result<(), Faulted>) -> Flow {
    match done {
        Ok(()) => Flow::Next,
        Err(Faulted) => Flow::Fault,
    }
}

/// Computes in the mode of FPSCR and adds the exceptions to it.
#[inline(always)]
fn exactly(cpu: &mut Cpu, compute: impl FnOnce(Mode, &mut Status) -> u32) -> u32 {
    let mut status = Status::default();
    let result = compute(Mode::from_fpscr(cpu.fpscr), &mut status);
    cpu.fpscr |= status.0;
    result
}
