//! The flash interface of the STM32F4 with its accelerator (RM0090 3.5): a line buffer, a prefetch buffer, a cache for
//! instructions and one for data.
//!
//! A line that is neither executed from, prefetched nor cached costs the wait states. With prefetch, the read of the
//! next line begins when a line has arrived, so that running on into it costs what is left of its read; a read that the
//! core waits for goes first. Each line that the core executes from is kept in the instruction cache, prefetched or
//! not: the manual speaks of misses only, but loops that fit would otherwise not run as if there were no wait states
//! (unverified). Data goes over its own port and has priority: it delays the prefetch, never the other way round.

use super::lines::Lines;

/// What FLASH_ACR sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Control {
    /// LATENCY: further cycles of each read.
    pub wait_states: u8,
    /// PRFTEN.
    pub prefetch: bool,
    /// ICEN.
    pub instructions: bool,
    /// DCEN.
    pub data: bool,
    /// ICRST: empties the instruction cache, unless it is enabled.
    pub reset_instructions: bool,
    /// DCRST: empties the data cache, unless it is enabled.
    pub reset_data: bool,
}

/// The accelerator.
#[derive(Debug, Clone)]
pub(super) struct Art {
    wait_states: u64,
    prefetch: bool,
    instructions: bool,
    data: bool,
    instruction_lines: Lines,
    data_lines: Lines,
    /// Since when the line behind the current one is being read, in cycles.
    reading_since: u64,
}

impl Art {
    pub(super) fn new(lines: u32, instruction_lines: u8, data_lines: u8) -> Self {
        Self {
            wait_states: 0,
            prefetch: false,
            instructions: false,
            data: false,
            instruction_lines: Lines::new(lines, instruction_lines),
            data_lines: Lines::new(lines, data_lines),
            reading_since: 0,
        }
    }

    pub(super) fn control(&mut self, control: Control) {
        if control.reset_instructions && !control.instructions {
            self.instruction_lines.clear();
        }
        if control.reset_data && !control.data {
            self.data_lines.clear();
        }
        self.wait_states = u64::from(control.wait_states);
        (self.prefetch, self.instructions, self.data) = (control.prefetch, control.instructions, control.data);
    }

    /// Further cycles before the core executes from `line`, which follows the line before or not.
    #[inline]
    pub(super) fn fetch(&mut self, line: u32, follows: bool, now: u64) -> u64 {
        let cached = self.instructions && self.instruction_lines.hit(line);
        let cost = if cached {
            0
        } else if self.prefetch && follows {
            (self.reading_since + self.wait_states).saturating_sub(now)
        } else {
            self.wait_states
        };
        if self.instructions && !cached {
            self.instruction_lines.insert(line);
        }
        self.reading_since = now + cost;
        cost
    }

    /// Further cycles of a load from `line`.
    pub(super) fn load(&mut self, line: u32, now: u64) -> u64 {
        if self.data && self.data_lines.hit(line) {
            return 0;
        }
        if self.data {
            self.data_lines.insert(line);
        }
        self.read_by_another(now);
        self.wait_states
    }

    /// Flash is read for something else than the prefetch, which begins anew behind it unless it is complete.
    pub(super) fn read_by_another(&mut self, now: u64) {
        if now.saturating_sub(self.reading_since) < self.wait_states {
            self.reading_since = now + self.wait_states;
        }
    }

    pub(super) fn forget(&mut self) {
        self.instruction_lines.clear();
        self.data_lines.clear();
    }
}
