//! The window watchdog: a counter of PCLK1 / 4096 and a prescaler resets the chip when it falls below 0x40, and when it is
//! reloaded too early (RM0090 chapter 22).
//!
//! While it is off its counter stands still; a real one counts on. A new prescaler counts from the write.

use crate::soc::Io;
use crate::soc::bus::Word;
use crate::soc::ticks::Ticks;
use crate::time::Time;

const WDGA: u32 = 1 << 7;
const EWI: u32 = 1 << 9;
/// The last counter value before the reset.
const LAST: u32 = 0x40;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Wwdg {
    irq: Option<u8>,
    on: bool,
    config: u32,
    /// EWIF.
    early: bool,
    /// EWIF was set since the last reload.
    warned: bool,
    pclk: u64,
    /// PCLK1.
    ticks: Ticks,
    /// The counter after `loaded_at` counts.
    loaded: u32,
    loaded_at: u64,
}

impl Wwdg {
    /// A watchdog with its interrupt line, without clock.
    #[must_use]
    pub fn new(irq: Option<u8>) -> Self {
        let (on, early, warned, pclk, ticks) = (false, false, false, 0, Ticks::default());
        Self { irq, on, config: 0x7F, early, warned, pclk, ticks, loaded: 0x7F, loaded_at: 0 }
    }

    /// Registers as after a reset, which stops it.
    pub fn reset(&mut self) {
        *self = Self { pclk: self.pclk, ..Self::new(self.irq) };
    }

    /// Cycles of PCLK1 between two counts.
    fn divider(&self) -> u64 {
        4096 << (self.config >> 7 & 3)
    }

    /// How many counts there have been since edge 0 of `ticks`.
    fn counts(&self, now: Time) -> u64 {
        self.ticks.count(now) / self.divider()
    }

    /// PCLK1 is `hz` hertz from now on; 0 while it stands still.
    pub fn set_clock(&mut self, hz: u64, now: Time) {
        if hz != self.pclk {
            self.pclk = hz;
            self.restart(now);
        }
    }

    /// Counts on from `now` with the clock as it is.
    fn restart(&mut self, now: Time) {
        self.loaded = self.counter(now);
        (self.ticks, self.loaded_at) = (Ticks::new(now, self.pclk), 0);
    }

    /// T, bits 6:0.
    fn counter(&self, now: Time) -> u32 {
        if !self.on {
            return self.loaded;
        }
        let passed = self.counts(now).saturating_sub(self.loaded_at);
        self.loaded.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX))
    }

    fn drive(&self, io: &mut Io<'_>) {
        if let Some(irq) = self.irq {
            io.irqs.set(irq, self.early && self.config & EWI != 0);
        }
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32, now: Time) -> Option<u32> {
        match offset {
            0x00 => Some(self.counter(now) | if self.on { WDGA } else { 0 }),
            0x04 => Some(self.config),
            0x08 => Some(u32::from(self.early)),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none. Gives whether the chip is to be reset.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<bool> {
        let mut bites = false;
        match offset {
            0x00 => {
                let too_early = self.on && self.counter(io.now) > self.config & 0x7F;
                if !self.on {
                    self.ticks = Ticks::new(io.now, self.pclk);
                }
                self.on |= word.value & WDGA != 0;
                (self.loaded, self.loaded_at) = (word.value & 0x7F, self.counts(io.now));
                self.warned = false;
                bites = self.on && (too_early || self.loaded < LAST);
            }
            0x04 => {
                // EWI stays set once it is (RM0090 22.6.2).
                let config = word.within(self.config, 0x3FF) | self.config & EWI;
                if (config ^ self.config) >> 7 & 3 != 0 {
                    self.restart(io.now);
                    self.config = config;
                    self.restart(io.now);
                }
                self.config = config;
            }
            0x08 => self.early &= word.onto(1) & 1 == 1,
            _ => return None,
        }
        self.drive(io);
        Some(bites)
    }

    /// When it warns or bites.
    #[must_use]
    pub fn next_event(&self) -> Time {
        if !self.on {
            return Time::NEVER;
        }
        let to = |value: u32| {
            let counts = self.loaded_at + u64::from(self.loaded.saturating_sub(value));
            self.ticks.at(counts * self.divider())
        };
        to(if self.warned { LAST - 1 } else { LAST })
    }

    /// Does what is due. Gives whether the chip is to be reset.
    pub fn advance(&mut self, io: &mut Io<'_>) -> bool {
        if self.next_event() > io.now {
            return false;
        }
        let counter = self.counter(io.now);
        self.early |= !self.warned;
        self.warned = true;
        self.drive(io);
        // It bites once: the reset stops it.
        self.on &= counter >= LAST;
        !self.on
    }
}
