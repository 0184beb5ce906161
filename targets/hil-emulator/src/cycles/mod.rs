//! The cycle model.

use crate::instr::Instr;
use crate::micro::Counter;
use crate::soc::Width;

/// Costs that depend on operands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timing {}

impl Timing {
    /// Extra cycles of an access that the bus splits.
    #[must_use]
    pub fn unaligned_access(&self, _address: u32, _width: Width) -> u64 {
        1
    }

    /// Cycles of SDIV or UDIV beyond the cost of the block.
    #[must_use]
    pub fn divide(&self, _dividend: u32, _divisor: u32, _signed: bool) -> u64 {
        0
    }

    /// For how many cycles after its own the unit for VDIV and VSQRT stays busy.
    #[must_use]
    pub fn float_divide_busy(&self) -> u64 {
        0
    }
}

/// What an instruction costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Cycles when it falls through.
    pub base: u8,
    /// Further cycles when it jumps.
    pub taken: u8,
    /// Which side counter takes the cycles beyond the first.
    pub counter: Counter,
}

/// Walks a block and tells what each instruction costs.
#[derive(Debug, Clone, Default)]
pub struct Model {}

impl Model {
    /// Forgets what was in the pipeline: a block starts.
    pub fn begin(&mut self) {}

    /// The cost of the next instruction, which lies at `address`.
    pub fn cost(&mut self, _instr: &Instr, _address: u32, _size: u32, _it: u8) -> Cost {
        Cost { base: 1, taken: 2, counter: Counter::Cpi }
    }

    /// Further cycles of a jump to an instruction of `size` bytes at `address`.
    #[must_use]
    pub fn entry(&self, _address: u32, _size: u32) -> u8 {
        0
    }
}
