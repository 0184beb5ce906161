//! Data watchpoint and trace unit (DDI 0403E, C1.8): the cycle counter, the side counters, PC samples, comparators.
//!
//! CYCCNT is a function of [`Cpu::cycles`](crate::cpu::Cpu::cycles). The side counters are kept exactly while one of
//! them is enabled: instructions = CYCCNT - CPICNT - EXCCNT - SLEEPCNT - LSUCNT + FOLDCNT. The unit makes no trace
//! packets: POSTCNT, PC sampling and exception trace keep their bits and send nothing.

use crate::micro::{Counter, Micro};
use crate::soc::Width;

use super::watch::{Comparator, Matched};

/// CTRL.CYCCNTENA.
const CYCLE_COUNTER: u32 = 1;
/// CTRL.CPIEVTENA to FOLDEVTENA.
const SIDE_COUNTERS: u32 = 0x3E_0000;
const CPI: usize = 0;
const EXCEPTION: usize = 1;
const SLEEP: usize = 2;
const LSU: usize = 3;
const FOLD: usize = 4;

/// The DWT.
#[derive(Debug, Clone, Default)]
pub struct Dwt {
    /// DEMCR.TRCENA: nothing counts or matches without it.
    enabled: bool,
    control: u32,
    /// What CYCCNT showed when it was last started or stopped.
    count: u32,
    /// When it was last started, in cycles.
    started: u64,
    side: [u8; 5],
    comparators: [Comparator; 4],
    /// The cycle at which comparator 0 next matches CYCCNT.
    cycle_match: Option<u64>,
    hit: bool,
    /// The cycle counter is broken: it keeps its value whatever enables it. Survives every reset.
    stuck: bool,
}

impl Dwt {
    fn counting(&self) -> bool {
        !self.stuck && self.enabled && self.control & CYCLE_COUNTER != 0
    }

    /// Breaks the cycle counter at `cycles`: it stands still from now on.
    pub fn break_counter(&mut self, cycles: u64) {
        self.anchor(cycles);
        self.stuck = true;
        self.plan(cycles);
    }

    /// The unit behind a power-on reset: as new, but for what is broken.
    #[must_use]
    pub fn powered_on(&self) -> Self {
        Self { stuck: self.stuck, ..Self::default() }
    }

    /// CYCCNT at `cycles`.
    #[must_use]
    pub fn cycle_count(&self, cycles: u64) -> u32 {
        if self.counting() { self.count.wrapping_add(cycles.wrapping_sub(self.started) as u32) } else { self.count }
    }

    /// Holds CYCCNT at its value of now, so that what decides about counting may change.
    fn anchor(&mut self, cycles: u64) {
        self.count = self.cycle_count(cycles);
        self.started = cycles;
    }

    /// Follows DEMCR.TRCENA.
    pub fn set_enabled(&mut self, enabled: bool, cycles: u64) {
        self.anchor(cycles);
        self.enabled = enabled;
        self.plan(cycles);
    }

    /// Lets `passed` cycles before `now` go uncounted: the core was halted, or slept with its clock off.
    pub fn skip(&mut self, passed: u64, now: u64) {
        self.started += passed;
        self.plan(now);
    }

    /// Counts cycles that were slept.
    pub fn slept(&mut self, cycles: u64) {
        self.add(SLEEP, cycles);
    }

    /// Counts the cycles that entering or leaving an exception took.
    pub fn exception_took(&mut self, cycles: u64) {
        self.add(EXCEPTION, cycles);
    }

    /// Counts cycles in which the core waited for an instruction (DDI 0403E, C1.8.4: CPICNT).
    #[inline]
    pub fn fetch_waited(&mut self, cycles: u64) {
        if cycles != 0 {
            self.add(CPI, cycles);
        }
    }

    fn add(&mut self, counter: usize, cycles: u64) {
        if self.enabled && self.control >> (17 + counter) & 1 == 1 {
            self.side[counter] = self.side[counter].wrapping_add(cycles as u8);
        }
    }

    /// Whether the run loop must report every instruction.
    #[must_use]
    pub fn observes(&self) -> bool {
        self.enabled && (self.control & SIDE_COUNTERS != 0 || self.comparators.iter().any(Comparator::watches_pc))
    }

    /// Whether loads and stores to the main RAM must be reported as well.
    #[must_use]
    pub fn watches_data(&self) -> bool {
        self.enabled && self.comparators.iter().any(Comparator::watches_data)
    }

    /// Told of every instruction while [`Dwt::observes`], with the cycles it took. True when the loop must look up.
    pub fn retired(&mut self, micro: &Micro, cycles: u64) -> bool {
        match (cycles.checked_sub(1), micro.counter()) {
            (None, _) => self.add(FOLD, 1),
            (Some(extra), Counter::Cpi) => self.add(CPI, extra),
            (Some(extra), Counter::Lsu) => self.add(LSU, extra),
        }
        for index in 0..self.comparators.len() {
            if self.comparators[index].matches_pc(micro.address) {
                self.matched(index);
            }
        }
        self.hit
    }

    /// Told of every load that is not on the fast path, with what it read. True when the loop must look up.
    pub fn watch_read(&mut self, address: u32, width: Width, value: u32) -> bool {
        self.enabled && self.watch(address, width, value, false)
    }

    /// Told of every store that is not on the fast path. True when the loop must look up.
    pub fn watch_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        self.enabled && self.watch(address, width, value, true)
    }

    fn watch(&mut self, address: u32, width: Width, value: u32, write: bool) -> bool {
        // Comparator 1 may compare the value at an address that another comparator gives; that one then has no say
        // of its own.
        let mut linked = None;
        if let Some((first, second)) = self.comparators[1].value_links() {
            let at = |index: usize| index == 1 || self.comparators[index].covers(address, width);
            if self.comparators[1].matches_value(width, value, write) && (at(first) || at(second)) {
                self.matched(1);
            }
            linked = Some((first, second));
        }
        for index in 0..self.comparators.len() {
            let taken = linked.is_some_and(|(first, second)| index == 1 || index == first || index == second);
            if !taken && self.comparators[index].matches_data(address, width, write) {
                self.matched(index);
            }
        }
        self.hit
    }

    fn matched(&mut self, index: usize) {
        if self.comparators[index].matched() == Matched::Watchpoint {
            self.hit = true;
        }
    }

    /// Catches up with `cycles`. True when a watchpoint was hit since the last call.
    #[must_use]
    pub fn advance(&mut self, cycles: u64) -> bool {
        if self.cycle_match.is_some_and(|at| at <= cycles) {
            self.matched(0);
            self.plan(cycles);
        }
        std::mem::take(&mut self.hit)
    }

    /// The cycle of the next cycle-count match; `u64::MAX` for never.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        self.cycle_match.unwrap_or(u64::MAX)
    }

    fn plan(&mut self, now: u64) {
        self.cycle_match = match self.comparators[0].cycle() {
            Some(at) if self.counting() => {
                // A match that is now has been reported, so the next one is a whole turn away.
                let ahead = at.wrapping_sub(self.cycle_count(now)).wrapping_sub(1);
                Some(now.saturating_add(u64::from(ahead) + 1))
            }
            _ => None,
        };
    }

    /// Reads the register at `offset` from DWT_CTRL at `cycles`. `pc` is what PCSR shows.
    #[must_use]
    pub fn read(&mut self, offset: u32, cycles: u64, pc: u32) -> u32 {
        match offset {
            // NUMCOMP is 4; trace packets, cycle counter and side counters are all there.
            0x00 => 4 << 28 | self.control,
            0x04 => self.cycle_count(cycles),
            0x08..=0x18 => u32::from(self.side[(offset as usize - 8) / 4]),
            0x1C => pc,
            0x20..=0x5C => self.comparators[(offset as usize - 0x20) / 16].read(offset % 16),
            _ => 0,
        }
    }

    /// Writes the register at `offset` from DWT_CTRL at `cycles`.
    pub fn write(&mut self, offset: u32, value: u32, cycles: u64) {
        self.anchor(cycles);
        match offset {
            0x00 => {
                let control = value & 0x007F_1FFF;
                // A side counter starts from 0 when it is switched on.
                let rising = control & !self.control;
                for (counter, side) in self.side.iter_mut().enumerate() {
                    if rising >> (17 + counter) & 1 == 1 {
                        *side = 0;
                    }
                }
                self.control = control;
            }
            0x04 => self.count = value,
            0x08..=0x18 => self.side[(offset as usize - 8) / 4] = value as u8,
            0x20..=0x5C => {
                let index = (offset as usize - 0x20) / 16;
                self.comparators[index].write(offset % 16, value, index);
            }
            _ => {}
        }
        self.plan(cycles);
    }
}

#[cfg(test)]
mod tests {
    use super::Dwt;
    use crate::soc::Width;

    fn enabled() -> Dwt {
        let mut dwt = Dwt::default();
        dwt.set_enabled(true, 0);
        dwt
    }

    #[test]
    fn the_cycle_counter_has_its_own_origin() {
        let mut dwt = Dwt::default();
        dwt.write(0, 1, 100);
        assert_eq!(dwt.cycle_count(150), 0, "TRCENA is clear");
        dwt.set_enabled(true, 200);
        assert_eq!(dwt.cycle_count(250), 50);
        dwt.write(4, 0xFFFF_FFFF, 300);
        assert_eq!(dwt.cycle_count(302), 1);
        dwt.skip(1000, 1302);
        assert_eq!(dwt.cycle_count(1302), 1);
        dwt.write(0, 0, 1310);
        assert_eq!(dwt.cycle_count(5000), 9);
        dwt.set_enabled(false, 5000);
        assert_eq!(dwt.cycle_count(6000), 9);
        assert_eq!(dwt.read(0, 0, 0), 4 << 28);
    }

    #[test]
    fn the_cycle_match_is_planned_for_its_cycle_and_once_a_turn() {
        let mut dwt = enabled();
        dwt.write(0x20, 1000, 0);
        dwt.write(0x28, 0x84, 0);
        assert_eq!(dwt.next_event(), u64::MAX, "the counter is off");
        dwt.write(0, 1, 50);
        assert_eq!(dwt.next_event(), 1050);
        assert!(!dwt.advance(1049));
        assert!(dwt.advance(1050));
        assert_eq!(dwt.next_event(), 1050 + (1 << 32));
        assert_eq!(dwt.read(0x28, 1050, 0), 1 << 24 | 0x84);
        assert_eq!(dwt.read(0x28, 1050, 0), 0x84, "MATCHED is cleared by reading");
    }

    #[test]
    fn data_watchpoints_tell_reads_from_writes_and_mind_the_mask() {
        for (function, on_read, on_write) in [(4, false, false), (5, true, false), (6, false, true), (7, true, true)] {
            let mut dwt = enabled();
            dwt.write(0x30, 0x2000_0010, 0);
            dwt.write(0x34, 4, 0);
            dwt.write(0x38, function, 0);
            assert_eq!(dwt.watches_data(), function > 4);
            assert_eq!(dwt.watch_read(0x2000_001F, Width::Byte, 0), on_read);
            assert_eq!(dwt.advance(0), on_read);
            assert_eq!(dwt.watch_write(0x2000_0010, Width::Word, 0), on_write);
            assert_eq!(dwt.advance(0), on_write);
            assert!(!dwt.watch_write(0x2000_0020, Width::Word, 0) && !dwt.watch_read(0x2000_000C, Width::Word, 0));
        }
    }

    #[test]
    fn a_value_is_compared_at_the_address_of_the_linked_comparator() {
        let mut dwt = enabled();
        dwt.write(0x30, 0xABCD, 0);
        // DATAVADDR0 and 1 name comparator 2, DATAVSIZE is a halfword, write.
        dwt.write(0x38, 2 << 16 | 2 << 12 | 1 << 10 | 1 << 8 | 6, 0);
        dwt.write(0x40, 0x2000_0004, 0);
        assert!(!dwt.watch_write(0x2000_0004, Width::Half, 0xABCE));
        assert!(!dwt.watch_write(0x2000_0004, Width::Byte, 0xCD));
        assert!(!dwt.watch_read(0x2000_0004, Width::Half, 0xABCD));
        assert!(!dwt.watch_write(0x2000_0008, Width::Half, 0xABCD));
        assert!(dwt.watch_write(0x2000_0004, Width::Half, 0x1_ABCD));
    }
}
