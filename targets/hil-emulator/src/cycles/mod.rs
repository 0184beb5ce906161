//! The cycle model: what each instruction costs on a Cortex-M4 with memory that answers at once.
//!
//! Costs that depend only on the instruction and on those before it in the same straight line are worked out when a
//! block is decoded ([`Model`]); those that depend on operands while it runs ([`Timing`]). Each rule has a name and can
//! be switched off ([`Rules`]); `CYCLES.md` lists them with sources and micro-benchmarks. Nothing here is calibrated on
//! hardware. A cycle belongs to CPICNT or LSUCNT by the instruction that takes it, and an instruction without a cycle
//! counts in FOLDCNT, so that instructions = CYCCNT - CPICNT - EXCCNT - SLEEPCNT - LSUCNT + FOLDCNT (DDI 0403E, C1.8).

mod branch;
pub mod divide;
pub mod exception;
mod fetch;
mod float;
mod pipeline;
pub mod rules;
mod stalls;
mod table;
pub mod usage;

use crate::instr::Instr;
use crate::micro::Counter;
use crate::soc::Width;

pub use rules::{Evidence, Rule, Rules, UnknownRule};
use usage::Usage;

/// Costs that depend on operands.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    rules: Rules,
    float_divide_busy: u64,
}

impl Timing {
    /// The costs under `rules`.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let overlap = rules.has(Rule::FloatDivide) && rules.has(Rule::DivideOverlap);
        Self { rules, float_divide_busy: if overlap { u64::from(float::DIVIDE - 1) } else { 0 } }
    }

    /// Extra cycles of an access that the bus splits.
    #[must_use]
    pub fn unaligned_access(&self, address: u32, width: Width) -> u64 {
        if self.rules.has(Rule::UnalignedData) { stalls::further_accesses(address, width) } else { 0 }
    }

    /// Cycles of SDIV or UDIV beyond the cost of the block.
    #[inline]
    #[must_use]
    pub fn divide(&self, dividend: u32, divisor: u32, signed: bool) -> u64 {
        if self.rules.has(Rule::DivideEarlyOut) { u64::from(divide::extra(dividend, divisor, signed)) } else { 0 }
    }

    /// For how many cycles after its own VDIV or VSQRT keeps the FPU busy: an instruction for the FPU that would start
    /// earlier waits.
    #[inline]
    #[must_use]
    pub fn float_divide_busy(&self) -> u64 {
        self.float_divide_busy
    }

    /// How many of its `cost` cycles an instruction gives back because it fails its condition.
    #[inline]
    #[must_use]
    pub fn failed_condition(&self, cost: u8) -> u64 {
        if self.rules.has(Rule::FailedCondition) { u64::from(cost.saturating_sub(1)) } else { 0 }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::new(Rules::default())
    }
}

/// What an instruction costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Cycles when it falls through; 0 when it is folded into the instruction before.
    pub base: u8,
    /// Further cycles when it jumps.
    pub taken: u8,
    /// Which side counter takes the cycles beyond the first.
    pub counter: Counter,
}

/// Walks a block and tells what each instruction costs.
#[derive(Debug, Clone, Default)]
pub struct Model {
    rules: Rules,
    pipeline: pipeline::Pipeline,
    computed: stalls::Computed,
    queue: fetch::Queue,
    fpu: float::Fpu,
    /// The instruction before has two bytes.
    narrow: bool,
}

impl Model {
    /// A model that applies `rules`.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The rules that are applied.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Forgets what was in the pipeline: a block starts. Whatever jumps there takes long enough to drain it.
    pub fn begin(&mut self) {
        *self = Self::new(self.rules);
    }

    /// The cost of the next instruction of the block, of `size` bytes at `address`. It may stand in an IT block: then
    /// this is its cost when its condition holds.
    pub fn cost(&mut self, instr: &Instr, address: u32, size: u32) -> Cost {
        let rules = self.rules;
        let starved = self.queue.next(address, size, rules);
        let after_narrow = std::mem::replace(&mut self.narrow, size == 2);
        let folded = match instr {
            // Folding leaves no trace: the instruction behind IT meets the one before it.
            Instr::It { .. } => after_narrow && rules.has(Rule::ItFolding),
            Instr::Nop => self.pipeline.swallows_nop(rules),
            _ => false,
        };
        if folded {
            return Cost { base: 0, taken: 0, counter: Counter::Cpi };
        }
        let usage = Usage::of(instr);
        let kind = table::access(instr);
        let crossing = size == 4 && address & 2 != 0;
        let mut cycles = self.pipeline.next(kind, &usage, table::cycles(instr, rules), crossing, rules);
        cycles += self.computed.next(kind, &usage, rules);
        cycles = self.fpu.next(instr, &usage, cycles + starved, rules);
        if cycles > 1 && starved == 0 {
            self.queue.fill();
        }
        let counter = match kind {
            table::Access::None => Counter::Cpi,
            _ if matches!(instr, Instr::TableBranch { .. }) => Counter::Cpi,
            _ => Counter::Lsu,
        };
        Cost { base: byte(cycles), taken: byte(branch::taken(instr, rules)), counter }
    }

    /// Further cycles of a jump to an instruction of `size` bytes at `address`.
    #[must_use]
    pub fn entry(&self, address: u32, size: u32) -> u8 {
        byte(branch::entry(address, size, self.rules))
    }
}

/// The longest instruction takes 33 cycles, so nothing is lost.
fn byte(cycles: u32) -> u8 {
    u8::try_from(cycles).unwrap_or(u8::MAX)
}
