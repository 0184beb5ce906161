//! The independent watchdog: counts down with the LSI and resets the chip unless it is fed (RM0090 chapter 21).
//!
//! It runs on while a debugger halts the core, whatever DBGMCU says. PR and RLR take effect at once (PVU and RVU of
//! SR always read 0).

use crate::soc::bus::Word;
use crate::soc::{Io, ResetCause};
use crate::time::Time;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Iwdg {
    lsi_hz: u64,
    prescaler: u32,
    reload: u32,
    open: bool,
    /// When it resets the chip; `None` while it has not been started.
    due: Option<Time>,
}

impl Iwdg {
    /// A watchdog on an LSI of `lsi_hz`.
    #[must_use]
    pub fn new(lsi_hz: u64) -> Self {
        Self { lsi_hz: lsi_hz.max(1), prescaler: 0, reload: 0xFFF, open: false, due: None }
    }

    /// Registers as after a reset, which stops it, unless the option bytes start it by hardware.
    pub fn reset(&mut self, by_hardware: bool, io: &Io<'_>) {
        *self = Self::new(self.lsi_hz);
        if by_hardware {
            self.feed(io);
        }
    }

    fn feed(&mut self, io: &Io<'_>) {
        let divider = 4u64 << self.prescaler.min(6);
        let ticks = u64::from(self.reload + 1) * divider;
        self.due = Some(Time(io.now.0.saturating_add(ticks * 1_000_000_000_000 / self.lsi_hz)));
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 | 0x0C => Some(0),
            0x04 => Some(self.prescaler),
            0x08 => Some(self.reload),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none. Gives whether the watchdog was started.
    pub fn write(&mut self, offset: u32, word: Word, io: &Io<'_>) -> Option<bool> {
        let mut started = false;
        match (offset, word.value & 0xFFFF) {
            (0x00, key) => {
                self.open = key == 0x5555;
                started = key == 0xCCCC;
                if started || key == 0xAAAA && self.due.is_some() {
                    self.feed(io);
                }
            }
            (0x04, value) if self.open => self.prescaler = value & 7,
            (0x08, value) if self.open => self.reload = value & 0xFFF,
            (0x04 | 0x08 | 0x0C, _) => {}
            _ => return None,
        }
        Some(started)
    }

    /// When it resets the chip.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.due.unwrap_or(Time::NEVER)
    }

    /// Asks for the reset when it is due.
    pub fn advance(&mut self, io: &mut Io<'_>) {
        if self.due.is_some_and(|due| due <= io.now) {
            self.due = None;
            io.requests.reset = Some(ResetCause::Watchdog);
        }
    }
}
