//! SysTick (DDI 0403E, B3.3): a 24-bit counter whose value is a function of the core's cycles.
//!
//! Nothing is counted: the value follows from where the counter stood at an earlier tick. So it is exact however
//! rarely anyone looks.

/// CSR.ENABLE.
const ENABLE: u32 = 1;
/// CSR.TICKINT.
const TICKINT: u32 = 1 << 1;
/// CSR.CLKSOURCE: the core clock, not the reference.
const CLKSOURCE: u32 = 1 << 2;
/// CSR.COUNTFLAG.
const COUNTFLAG: u32 = 1 << 16;

/// The timer.
#[derive(Debug, Clone)]
pub struct SysTick {
    control: u32,
    reload: u32,
    value: u32,
    /// The tick at which the counter stood at `value`.
    anchor: u64,
    counted_down: bool,
    /// Cycles during which the timer stood still, because the core was halted.
    frozen: u64,
    reference: Option<u32>,
    calibration: u32,
}

impl SysTick {
    /// A timer after reset. `reference` is the number of core cycles per tick of the external clock.
    #[must_use]
    pub fn new(reference: Option<u32>, calibration: u32) -> Self {
        let control = if reference.is_none() { CLKSOURCE } else { 0 };
        Self { control, reload: 0, value: 0, anchor: 0, counted_down: false, frozen: 0, reference, calibration }
    }

    /// Puts the registers into their reset state.
    pub fn reset(&mut self) {
        *self = Self { frozen: self.frozen, ..Self::new(self.reference, self.calibration) };
    }

    fn divider(&self) -> u64 {
        match self.reference {
            Some(cycles) if self.control & CLKSOURCE == 0 => u64::from(cycles.max(1)),
            _ => 1,
        }
    }

    fn tick(&self, cycles: u64) -> u64 {
        cycles.saturating_sub(self.frozen) / self.divider()
    }

    /// Ticks from the anchor until the counter next becomes 0; `None` when it never does.
    fn until_zero(&self) -> Option<u64> {
        if self.value > 0 {
            Some(u64::from(self.value))
        } else if self.reload > 0 {
            Some(u64::from(self.reload) + 1)
        } else {
            None
        }
    }

    /// Catches up with `cycles`. True when the counter reached 0 and that raises the exception.
    #[must_use]
    pub fn advance(&mut self, cycles: u64) -> bool {
        let now = self.tick(cycles);
        if self.control & ENABLE == 0 {
            self.anchor = now;
            return false;
        }
        let passed = now.saturating_sub(self.anchor);
        let reached = self.until_zero().is_some_and(|ticks| passed >= ticks);
        self.counted_down |= reached;
        let value = u64::from(self.value);
        self.value = if passed <= value {
            (value - passed) as u32
        } else {
            let period = u64::from(self.reload) + 1;
            (u64::from(self.reload) - (passed - value - 1) % period) as u32
        };
        self.anchor = now;
        reached && self.control & TICKINT != 0
    }

    /// The cycle at which the exception is next raised; `u64::MAX` for never.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        if self.control & (ENABLE | TICKINT) != ENABLE | TICKINT {
            return u64::MAX;
        }
        let Some(ticks) = self.until_zero() else { return u64::MAX };
        (self.anchor + ticks).saturating_mul(self.divider()).saturating_add(self.frozen)
    }

    /// Reads the register at `offset` from SYST_CSR; the timer must have caught up. A read of CSR by the core clears
    /// COUNTFLAG, one by the debugger does not.
    #[must_use]
    pub fn read(&mut self, offset: u32, by_core: bool) -> u32 {
        match offset {
            0x0 => {
                let value = self.control | if self.counted_down { COUNTFLAG } else { 0 };
                self.counted_down &= !by_core;
                value
            }
            0x4 => self.reload,
            0x8 => self.value,
            0xC => self.calibration,
            _ => 0,
        }
    }

    /// Writes the register at `offset` from SYST_CSR at `cycles`; the timer must have caught up.
    pub fn write(&mut self, offset: u32, value: u32, cycles: u64) {
        match offset {
            0x0 => {
                let source = if self.reference.is_none() { CLKSOURCE } else { value & CLKSOURCE };
                self.control = value & (ENABLE | TICKINT) | source;
                self.anchor = self.tick(cycles);
            }
            0x4 => self.reload = value & 0x00FF_FFFF,
            0x8 => {
                self.value = 0;
                self.counted_down = false;
            }
            _ => {}
        }
    }

    /// Lets `cycles` pass without counting them. The timer must have caught up with what was before.
    pub fn freeze(&mut self, cycles: u64) {
        self.frozen += cycles;
    }
}

#[cfg(test)]
mod tests {
    use super::SysTick;

    /// Counts tick by tick, as the manual describes it.
    fn slow(reload: u32, ticks: u64) -> (u32, u64) {
        let (mut value, mut zeros) = (0u32, 0);
        for _ in 0..ticks {
            if value == 0 {
                value = reload;
            } else {
                value -= 1;
                zeros += u64::from(value == 0);
            }
        }
        (value, zeros)
    }

    #[test]
    fn the_value_is_that_of_a_counter_however_rarely_one_looks() {
        for (source, divider) in [(4, 1), (0, 8)] {
            for reload in [1, 2, 7, 999] {
                for step in [1u64, 3, 8, 1000, 4321] {
                    let mut timer = SysTick::new(Some(8), 0);
                    timer.write(4, reload, 0);
                    timer.write(0, 3 | source, 0);
                    for look in 0..40 {
                        let raised = timer.advance(look * step);
                        let (value, zeros) = slow(reload, look * step / divider);
                        assert_eq!(timer.read(8, true), value, "reload {reload}, look {look} of step {step}");
                        let before = slow(reload, (look * step).saturating_sub(step) / divider).1;
                        assert_eq!(raised, zeros > before);
                        assert_eq!(timer.read(0, true) >> 16 == 1, zeros > before, "COUNTFLAG is cleared by reading");
                    }
                }
            }
        }
    }

    #[test]
    fn the_event_is_planned_for_the_very_cycle() {
        let mut timer = SysTick::new(Some(8), 0);
        assert_eq!(timer.next_event(), u64::MAX);
        timer.write(4, 9, 100);
        timer.write(0, 7, 100);
        assert_eq!(timer.next_event(), 110, "one tick to load the reload value, nine to reach 0");
        assert!(!timer.advance(109));
        assert!(timer.advance(110));
        assert_eq!(timer.next_event(), 120);
        timer.freeze(1000);
        assert_eq!(timer.next_event(), 1120, "time spent halted does not count");
        timer.write(4, 0, 0);
        assert_eq!(timer.next_event(), u64::MAX, "a reload value of 0 stops the timer");
    }

    #[test]
    fn a_chip_without_reference_counts_core_cycles() {
        let mut timer = SysTick::new(None, 0xC000_0000);
        timer.write(0, 0, 0);
        assert_eq!(timer.read(0, true), 4);
        assert_eq!(timer.read(0xC, true), 0xC000_0000);
    }
}
