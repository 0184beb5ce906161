//! The core's cycle counter, extended to 64 bits.

use cortex_m::peripheral::{DCB, DWT};

/// CYCCNT (Armv7-M Architecture Reference Manual, DDI 0403E, C1.8.8), which counts core cycles and wraps every 2^32.
pub struct CycleCounter {
    high: u32,
    last: u32,
    dcb: DCB,
    dwt: DWT,
}

impl CycleCounter {
    /// Starts the counter.
    #[must_use]
    pub fn start(dcb: DCB, dwt: DWT) -> Self {
        let mut counter = Self { high: 0, last: 0, dcb, dwt };
        counter.switch_on();
        counter
    }

    /// Switches the counter on. A debugger that detaches clears TRCENA, and the counter stands still from then on, so
    /// this is done again before every answer.
    pub fn switch_on(&mut self) {
        self.dcb.enable_trace();
        self.dwt.enable_cycle_counter();
    }

    /// Makes the counter stand at `at` now: it stood still, or ran at another speed, while the chip slept.
    pub fn set(&mut self, at: u64) {
        self.high = (at >> 32) as u32;
        self.last = at as u32;
        self.dwt.set_cycle_count(at as u32);
    }

    /// Cycles since the start. A wrap is noticed when this is called at least once per 2^32 cycles (25 s at 168 MHz).
    #[inline]
    pub fn read(&mut self) -> u64 {
        let now = DWT::cycle_count();
        if now < self.last {
            self.high = self.high.wrapping_add(1);
        }
        self.last = now;
        u64::from(self.high) << 32 | u64::from(now)
    }
}
