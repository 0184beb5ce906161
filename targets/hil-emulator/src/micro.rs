//! One decoded instruction as the run loop executes it: a handler and its operands, in 32 bytes.

use crate::cpu::Cpu;

/// Executes one instruction. The run loop has already added [`Micro::cost`] to the cycles.
pub type Handler = fn(&mut Cpu, &Micro) -> Flow;

/// What follows an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The instruction behind it.
    Next,
    /// The instruction at [`Cpu::next`].
    Jump,
    /// The instruction did not complete: [`Cpu::fault`] says why.
    Fault,
    /// The value in [`Cpu::next`] asks for a return from an exception.
    ExceptionReturn,
}

/// Which DWT side counter takes the cycles beyond the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Counter {
    /// CPICNT: multi-cycle instructions and fetch stalls.
    Cpi = 0,
    /// LSUCNT: loads and stores.
    Lsu = 1,
}

/// A handler with its operands. What `a` to `d` and `imm` mean is between [`crate::exec`]'s lowering and the handler.
#[derive(Debug, Clone, Copy)]
pub struct Micro {
    /// Executes the instruction.
    pub run: Handler,
    /// What `run` calls when it is a wrapper, such as the one that tests a condition.
    pub inner: Handler,
    /// Where the instruction lies.
    pub address: u32,
    /// A constant or an absolute address.
    pub imm: u32,
    /// First operand, usually the destination.
    pub a: u8,
    /// Second operand.
    pub b: u8,
    /// Third operand.
    pub c: u8,
    /// Fourth operand.
    pub d: u8,
    /// Cycles when execution falls through to the next instruction; 0 when folded.
    pub cost: u8,
    /// Further cycles when the instruction jumps; the target may add one more.
    pub taken: u8,
    /// ITSTATE before the instruction; its upper four bits are the condition when it is not 0.
    pub it: u8,
    shape: u8,
}

const WIDE: u8 = 1;
const LSU: u8 = 2;
const IS_IT: u8 = 4;
const LINE_START: u8 = 8;

impl Micro {
    /// A micro-operation of `size` bytes (2 or 4) at `address` without operands or time.
    #[must_use]
    pub fn new(run: Handler, address: u32, size: u32) -> Self {
        let shape = if size == 4 { WIDE } else { 0 };
        Self { run, inner: run, address, imm: 0, a: 0, b: 0, c: 0, d: 0, cost: 1, taken: 0, it: 0, shape }
    }

    /// The same with operands.
    #[must_use]
    pub fn with(self, [a, b, c, d]: [u8; 4], imm: u32) -> Self {
        Self { a, b, c, d, imm, ..self }
    }

    /// Its length in bytes.
    #[must_use]
    #[inline]
    pub fn size(&self) -> u32 {
        2 + u32::from(self.shape & WIDE) * 2
    }

    /// Marks the IT instruction; its `imm` is the state it sets.
    #[must_use]
    pub fn starting_it(self) -> Self {
        Self { shape: self.shape | IS_IT, ..self }
    }

    /// Sets which side counter takes its extra cycles.
    #[must_use]
    pub fn counted_by(self, counter: Counter) -> Self {
        let shape = self.shape & !LSU;
        Self { shape: if counter == Counter::Lsu { shape | LSU } else { shape }, ..self }
    }

    /// Which side counter takes its extra cycles.
    #[must_use]
    pub fn counter(&self) -> Counter {
        if self.shape & LSU == 0 { Counter::Cpi } else { Counter::Lsu }
    }

    /// Marks an instruction of which a byte lies in another line of flash than the instruction before it in its block.
    #[must_use]
    pub fn entering_line(self) -> Self {
        Self { shape: self.shape | LINE_START, ..self }
    }

    /// Whether a line of flash has to be there before the instruction can be executed.
    #[inline]
    #[must_use]
    pub fn enters_line(&self) -> bool {
        self.shape & LINE_START != 0
    }

    /// ITSTATE behind the instruction when it falls through.
    #[must_use]
    pub fn it_after(&self) -> u8 {
        if self.shape & IS_IT != 0 { self.imm as u8 } else { advance_it(self.it) }
    }
}

/// ITSTATE for the next instruction (DDI 0403E, `ITAdvance`).
#[must_use]
pub fn advance_it(state: u8) -> u8 {
    if state & 0b111 == 0 { 0 } else { state & 0b1110_0000 | (state << 1) & 0b1_1111 }
}
