//! A line of text for every instruction.

use std::io::Write;

use crate::cpu::Cpu;
use crate::decode;
use crate::machine::Trace;

/// Writes `cycles address instruction` lines: the cycles since power-on behind the instruction, its address, and its
/// text as it lies in memory. An instruction whose condition failed is listed, too.
pub struct TextTrace {
    out: Box<dyn Write + Send>,
    failed: bool,
}

impl TextTrace {
    /// A trace into `out`, which should be buffered. A trace that cannot be written any more falls silent.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, failed: false }
    }
}

impl Trace for TextTrace {
    fn executed(&mut self, cpu: &Cpu, address: u32) {
        if self.failed {
            return;
        }
        let first = cpu.memory.fetch(address).unwrap_or_default();
        let second = if decode::is_wide(first) { cpu.memory.fetch(address.wrapping_add(2)) } else { None };
        // Outside of an IT block, because what is printed does not depend on it but for the flags of 16-bit forms.
        let instr = decode::decode(address, first, second.unwrap_or_default(), 0);
        self.failed = writeln!(self.out, "{:>12} {address:08x} {instr}", cpu.cycles).is_err();
    }
}
