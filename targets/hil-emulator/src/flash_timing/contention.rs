//! Two masters at one slave of the bus matrix: what an access by DMA costs the core.
//!
//! The emulator does not know in which cycle the core's load meets the access. The rule is therefore an average, and
//! deterministic: an access to the slave from which the core executes costs it the whole wait; one to the slave in
//! which its stack lies costs the share of cycles in which programs access data, so that every few such accesses cost
//! it one cycle. Elsewhere, and while the core sleeps or is halted, DMA costs nothing. What the core costs DMA is left
//! out: it is one cycle in the time of a transfer.

use std::ops::RangeInclusive;

use crate::board::access::AccessFacts;

/// What the core does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoreView {
    /// Now, in cycles.
    pub now: u64,
    /// It executes: it neither sleeps nor is halted.
    pub runs: bool,
    /// The address of the instruction that is executed.
    pub code: u32,
    /// Its stack pointer.
    pub stack: u32,
}

/// The slaves of the bus matrix that DMA shares with the core.
#[derive(Debug, Clone, Default)]
pub(super) struct Contention {
    slaves: Vec<RangeInclusive<u32>>,
    wait: u64,
    /// The share of the core's cycles with a data access, in percent.
    share: u64,
    /// What is owed and not yet a whole cycle, in percent of one.
    owed: u64,
    core: CoreView,
}

impl Contention {
    pub(super) fn new(facts: &AccessFacts) -> Self {
        let range = |base: u32, size: u32| base..=base.saturating_add(size.saturating_sub(1));
        Self {
            slaves: facts.slave.iter().map(|slave| range(slave.base, slave.size_bytes)).collect(),
            wait: facts.dma_wait_cycles,
            share: facts.data_share_percent,
            owed: 0,
            core: CoreView::default(),
        }
    }

    #[inline]
    pub(super) fn observe(&mut self, core: CoreView) {
        self.core = core;
    }

    pub(super) fn now(&self) -> u64 {
        self.core.now
    }

    /// The cycles that the core loses when DMA accesses `address`.
    pub(super) fn access(&mut self, address: u32) -> u64 {
        let Some(slave) = self.slaves.iter().find(|slave| slave.contains(&address)) else { return 0 };
        if !self.core.runs {
            return 0;
        }
        if slave.contains(&self.core.code) {
            return self.wait;
        }
        if slave.contains(&self.core.stack) {
            self.owed += self.wait * self.share;
        }
        let whole = self.owed / 100;
        self.owed %= 100;
        whole
    }
}
