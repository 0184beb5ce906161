//! Waiting for an address, and for further bus accesses.

use super::rules::{Rule, Rules};
use super::table::Access;
use super::usage::Usage;
use crate::soc::Width;

/// What the instruction before computed, as opposed to loaded.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Computed(u16);

impl Computed {
    /// Cycles that the next instruction waits for its address.
    pub(super) fn next(&mut self, kind: Access, usage: &Usage, rules: Rules) -> u32 {
        let waits = self.0 & usage.address != 0 && rules.has(Rule::AddressGeneration);
        // Loads have their own rules: their result comes at the end of their second cycle.
        self.0 = if kind == Access::None { usage.writes } else { 0 };
        u32::from(waits)
    }
}

/// How many further accesses the bus makes of an unaligned one: halfwords where they are aligned, otherwise bytes
/// at the ends.
#[must_use]
pub fn further_accesses(address: u32, width: Width) -> u64 {
    match (width, address & 3) {
        (Width::Word, 1 | 3) => 2,
        (Width::Word, 2) | (Width::Half, 1 | 3) => 1,
        (Width::Word | Width::Half, _) | (Width::Byte, _) => 0,
    }
}
