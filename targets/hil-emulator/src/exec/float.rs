//! Floating-point instructions.

use crate::instr::Instr;
use crate::micro::Micro;

/// The micro-operation of a floating-point instruction.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let _ = instr;
    Micro::new(super::undefined, address, size)
}
