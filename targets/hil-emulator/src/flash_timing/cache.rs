//! The instruction cache of the nRF52840, off after a reset (PS, NVMC: ICACHECNF), and flash behind it.
//!
//! Nordic publishes neither its size nor its replacement; sets of lines with the least recently used one replaced is what
//! the nRF5340's has. Without the cache, running on costs nothing and a jump into another line the wait states. Loads
//! go past the cache. A look-up is one line entered, so that the counters are lower than on hardware if that counts
//! every word fetched (unverified).

use crate::board::access::CacheFacts;

/// Is no line.
const NOTHING: u32 = u32::MAX;

/// The cache.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    enabled: bool,
    profiling: bool,
    /// Hits and misses.
    counts: [u32; 2],
    /// The lines of each set, the most recently used one first; the sets follow each other.
    lines: Vec<u32>,
    sets: u32,
    ways: usize,
    miss: u64,
    jump: u64,
    load: u64,
}

impl Cache {
    pub(super) fn new(facts: &CacheFacts) -> Self {
        let (sets, ways, miss, jump, load) = match facts {
            CacheFacts::Ways { sets, ways, miss_cycles, jump_cycles, load_cycles, .. } => {
                (*sets, *ways, *miss_cycles, *jump_cycles, *load_cycles)
            }
            CacheFacts::Art { .. } => (1, 1, 0, 0, 0),
        };
        let (sets, ways) = (u32::from(sets.max(1)), usize::from(ways.max(1)));
        let lines = vec![NOTHING; sets as usize * ways];
        Self { enabled: false, profiling: false, counts: [0; 2], lines, sets, ways, miss, jump, load }
    }

    pub(super) fn control(&mut self, enabled: bool, profiling: bool) {
        if !enabled {
            self.forget();
        }
        (self.enabled, self.profiling) = (enabled, profiling);
    }

    pub(super) fn counts(&mut self) -> &mut [u32; 2] {
        &mut self.counts
    }

    /// Further cycles before the core executes from `line`, which follows the line before or not.
    #[inline]
    pub(super) fn fetch(&mut self, line: u32, follows: bool) -> u64 {
        if !self.enabled {
            return if follows { 0 } else { self.jump };
        }
        let first = (line % self.sets) as usize * self.ways;
        let set = &mut self.lines[first..first + self.ways];
        let mut miss = false;
        if set[0] != line {
            let place = set.iter().position(|held| *held == line);
            miss = place.is_none();
            // Those before it become older by one; nothing found, the oldest goes.
            set.copy_within(..place.unwrap_or(set.len() - 1), 1);
            set[0] = line;
        }
        if self.profiling {
            let count = &mut self.counts[usize::from(miss)];
            *count = count.wrapping_add(1);
        }
        if miss { self.miss } else { 0 }
    }

    /// Further cycles of a load.
    pub(super) fn load(&self) -> u64 {
        self.load
    }

    pub(super) fn forget(&mut self) {
        self.lines.fill(NOTHING);
    }
}
