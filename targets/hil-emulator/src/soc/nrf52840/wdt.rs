//! The watchdog: once started it runs until a reset, and resets the chip unless every enabled reload register is fed
//! (PS, WDT). It runs on while the core sleeps or is halted, whatever CONFIG says.

use super::events::Events;
use crate::soc::bus::Word;
use crate::soc::{Io, ResetCause};
use crate::time::Time;

const TIMEOUT: u32 = 0x100;
const RELOAD: u32 = 0x6E52_4635;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Wdt {
    irq: Option<u8>,
    hz: u64,
    events: Events,
    /// Reload registers that are still to be fed.
    requests: u32,
    reload: u32,
    enabled: u32,
    config: u32,
    due: Option<Time>,
}

impl Wdt {
    /// A watchdog on a clock of `hz`.
    #[must_use]
    pub fn new(irq: Option<u8>, hz: u64) -> Self {
        let (hz, events) = (hz.max(1), Events::default());
        Self { irq, hz, events, requests: 1, reload: u32::MAX, enabled: 1, config: 1, due: None }
    }

    /// Registers as after a reset, which stops it.
    pub fn reset(&mut self) {
        *self = Self::new(self.irq, self.hz);
    }

    fn restart(&mut self, io: &Io<'_>) {
        let ticks = u128::from(self.reload) + 1;
        let time = u64::try_from(ticks * 1_000_000_000_000 / u128::from(self.hz)).unwrap_or(u64::MAX);
        self.due = Some(Time(io.now.0.saturating_add(time)));
        self.requests = self.enabled;
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x000 | 0x600..=0x61C => 0,
            0x400 => u32::from(self.due.is_some()),
            0x404 => self.requests,
            0x504 => self.reload,
            0x508 => self.enabled,
            0x50C => self.config,
            _ => return self.events.read(offset),
        })
    }

    /// Writes a register; `None` where there is none. The settings are fixed while it runs.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let stopped = self.due.is_none();
        match offset {
            0x000 => {
                if word.value & 1 == 1 && stopped {
                    self.restart(io);
                }
            }
            0x400 | 0x404 => {}
            0x504 => {
                if stopped {
                    self.reload = word.onto(self.reload).max(0xF);
                }
            }
            0x508 => {
                if stopped {
                    self.enabled = word.within(self.enabled, 0xFF);
                }
            }
            0x50C => {
                if stopped {
                    self.config = word.within(self.config, 9);
                }
            }
            0x600..=0x61C => {
                if word.value == RELOAD && word.mask == u32::MAX {
                    self.requests &= !(1 << ((offset - 0x600) / 4));
                    if !stopped && self.requests == 0 {
                        self.restart(io);
                    }
                }
            }
            _ => self.events.write(offset, word)?,
        }
        self.events.drive(self.irq, io);
        Some(())
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
            self.events.raise(TIMEOUT);
            self.events.drive(self.irq, io);
            io.requests.reset = Some(ResetCause::Watchdog);
        }
    }
}
