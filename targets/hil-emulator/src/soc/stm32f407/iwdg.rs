//! The independent watchdog: counts down with the LSI and resets the chip unless it is fed (RM0090 chapter 21).
//!
//! It runs on in stop and standby mode. DBGMCU can make it stand still while a debugger halts the core. PR and RLR take
//! effect at once (PVU and RVU of SR always read 0).

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
    /// What was left of its time when it was made to stand still.
    held: Option<Time>,
}

impl Iwdg {
    /// A watchdog on an LSI of `lsi_hz`.
    #[must_use]
    pub fn new(lsi_hz: u64) -> Self {
        Self { lsi_hz: lsi_hz.max(1), prescaler: 0, reload: 0xFFF, open: false, due: None, held: None }
    }

    /// Registers as after a reset, which stops it, unless the option bytes start it by hardware.
    pub fn reset(&mut self, by_hardware: bool, io: &Io<'_>) {
        *self = Self::new(self.lsi_hz);
        if by_hardware {
            self.feed(io);
        }
    }

    /// Makes it stand still, or go on.
    pub fn hold(&mut self, held: bool, now: Time) {
        if held {
            self.held = self.held.or_else(|| self.due.take().map(|due| Time(due.0.saturating_sub(now.0))));
        } else if let Some(left) = self.held.take() {
            self.due = Some(Time(now.0.saturating_add(left.0)));
        }
    }

    /// Whether it has been started. Only a reset stops it, and it keeps the LSI on.
    #[must_use]
    pub fn started(&self) -> bool {
        self.due.is_some() || self.held.is_some()
    }

    fn feed(&mut self, io: &Io<'_>) {
        let held = self.held.take();
        let divider = 4u64 << self.prescaler.min(6);
        let ticks = u64::from(self.reload + 1) * divider;
        let time = Time(ticks * 1_000_000_000_000 / self.lsi_hz);
        match held {
            Some(_) => self.held = Some(time),
            None => self.due = Some(Time(io.now.0.saturating_add(time.0))),
        }
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
                if started || key == 0xAAAA && self.started() {
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
