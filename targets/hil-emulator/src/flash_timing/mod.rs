//! What flash costs the core: wait states, prefetch and caches between the core's buses and the flash array.
//!
//! The run loop reports every line of code that is entered, a load from flash is reported when it happens; the answer is
//! how many further cycles the core waits. RAM answers at once and is not reported as data.

/// Lines in which flash is read and cached, in bytes: 128 bits on both chips.
pub const LINE: u32 = 16;

/// The way from the core to flash.
#[derive(Debug, Clone, Default)]
pub struct FlashTiming {
    way: Way,
}

/// What stands between the core and flash.
#[derive(Debug, Clone, Default)]
enum Way {
    /// Flash answers at once.
    #[default]
    Immediate,
}

impl FlashTiming {
    /// Whether the run loop must report the lines of code that it enters.
    #[inline]
    #[must_use]
    pub fn counts_fetches(&self) -> bool {
        !matches!(self.way, Way::Immediate)
    }

    /// Further cycles before the core can execute from the line of [`LINE`] bytes that holds `address`; `now` is in
    /// cycles. The address may lie in RAM.
    pub fn fetch(&mut self, _address: u32, _now: u64) -> u64 {
        match self.way {
            Way::Immediate => 0,
        }
    }

    /// Further cycles of a load from flash at `address`; `now` is in cycles.
    pub fn load(&mut self, _address: u32, _now: u64) -> u64 {
        match self.way {
            Way::Immediate => 0,
        }
    }

    /// Flash was programmed or erased, or the chip was reset: nothing that was read before is kept.
    pub fn forget(&mut self) {
        match self.way {
            Way::Immediate => {}
        }
    }
}
