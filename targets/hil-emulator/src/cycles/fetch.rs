//! The instruction fetch: one aligned word a cycle into a queue of three, which wide instructions that straddle words
//! can run dry.
//!
//! The published observations are that a multi-cycle instruction followed by three such instructions costs a cycle,
//! and that one instruction of two bytes with three such behind it takes five cycles in a loop. The rule is the
//! simplest that gives both; a fetch that stalls is outside it, because memory answers at once here.

use super::rules::{Rule, Rules};

/// How many such instructions in a row run the queue dry.
const RUN: u8 = 3;

/// The state of the queue, as far as the rule asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queue {
    /// A multi-cycle instruction or a jump came before: the fetch paused on a full queue.
    full: bool,
    /// Wide instructions across words since.
    run: u8,
    /// Nothing was executed since the jump.
    fresh: bool,
}

impl Default for Queue {
    fn default() -> Self {
        Self { full: true, run: 0, fresh: true }
    }
}

impl Queue {
    /// Cycles that an instruction of `size` bytes at `address` waits to be fetched.
    pub(super) fn next(&mut self, address: u32, size: u32, rules: Rules) -> u32 {
        let fresh = std::mem::replace(&mut self.fresh, false);
        if size == 2 {
            self.run = 0;
            return 0;
        }
        if address & 2 == 0 || fresh {
            // An aligned one keeps pace with the fetch; a jump to an unaligned one has paid already.
            *self = Self { full: false, run: 0, fresh: false };
            return 0;
        }
        self.run += 1;
        if self.full && self.run == RUN {
            *self = Self { full: false, run: 0, fresh: false };
            return rules.pick(Rule::FetchStarvation, 1, 0);
        }
        self.run = self.run.min(RUN);
        0
    }

    /// An instruction of several cycles lets the fetch catch up.
    pub(super) fn fill(&mut self) {
        *self = Self { full: true, run: 0, fresh: false };
    }
}
