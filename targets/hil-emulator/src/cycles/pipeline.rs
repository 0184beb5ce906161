//! The load-store pipeline: what a load or store gains or loses by the instruction directly before it.
//!
//! The manual's wording (TI SWCU185G reprints it) is that one cycle is removed from the *next* instruction when it can
//! start early, so a row of N loads takes N + 1 cycles.

use super::rules::{Rule, Rules};
use super::table::Access;
use super::usage::Usage;

/// What the instruction before leaves behind for the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pipeline {
    /// The instruction before was a single load, or something that may be treated as one.
    chains: bool,
    /// What it loaded.
    loaded: u16,
    /// The base that a load has indexed.
    load_base: u16,
    /// The base that a store has indexed.
    store_base: u16,
    /// A NOP fits behind it.
    hides_nop: bool,
}

impl Pipeline {
    /// Whether a NOP behind what was before takes no time. It uses up the slot.
    pub(super) fn swallows_nop(&mut self, rules: Rules) -> bool {
        let swallowed = self.hides_nop && rules.has(Rule::SwallowedNop);
        *self = Self::default();
        swallowed
    }

    /// Cycles of an instruction that takes `alone` by itself. `crossing` tells that its four bytes do not start on a
    /// word.
    pub(super) fn next(&mut self, kind: Access, usage: &Usage, alone: u32, crossing: bool, rules: Rules) -> u32 {
        let before = std::mem::replace(self, Self::after(kind, usage, rules));
        match kind {
            Access::None | Access::Several => alone,
            Access::Load | Access::Literal | Access::Store | Access::StoreRegister => {
                let load = matches!(kind, Access::Load | Access::Literal);
                let early = before.lets_start_early(usage, load && crossing, rules);
                let cycles = if early && alone > 1 { alone - 1 } else { alone };
                let literal = kind == Access::Literal && rules.has(Rule::LiteralContention);
                let waits = before.store_base & usage.address != 0 && rules.has(Rule::SameBase);
                cycles + u32::from(literal) + u32::from(waits)
            }
        }
    }

    fn lets_start_early(&self, usage: &Usage, crossing: bool, rules: Rules) -> bool {
        self.chains
            && rules.has(Rule::LoadPipelining)
            && !(crossing && rules.has(Rule::WideLoad))
            && !(self.loaded & usage.address != 0 && rules.has(Rule::LoadedAddress))
            && !(self.load_base & usage.address != 0 && rules.has(Rule::SameBase))
    }

    fn after(kind: Access, usage: &Usage, rules: Rules) -> Self {
        match kind {
            Access::None | Access::Several => Self::default(),
            Access::Load | Access::Literal => {
                Self { chains: true, loaded: usage.writes, load_base: usage.writeback, store_base: 0, hides_nop: true }
            }
            Access::Store | Access::StoreRegister => Self {
                chains: !rules.has(Rule::StoreEndsPipelining),
                loaded: 0,
                load_base: 0,
                store_base: usage.writeback,
                hides_nop: kind == Access::StoreRegister,
            },
        }
    }
}
