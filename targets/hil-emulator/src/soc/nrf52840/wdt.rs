//! The watchdog: once started it runs until a reset, and resets the chip unless every enabled reload register is fed
//! (PS, WDT).
//!
//! It stands still while the core sleeps or is halted, where CONFIG says so. It runs on through resets by software and
//! by a lock-up (PS, reset behaviour, unverified). While its interrupt is enabled, the reset comes two ticks behind
//! TIMEOUT.

use super::events::{Events, Peripheral};
use crate::soc::bus::Word;
use crate::soc::{Io, ResetCause};
use crate::time::Time;

const TIMEOUT: u32 = 0x100;
const RELOAD: u32 = 0x6E52_4635;
/// Bits of CONFIG: it runs while the core sleeps, while the debugger halts it.
const IN_SLEEP: u32 = 1;
const IN_HALT: u32 = 1 << 3;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Wdt {
    hz: u64,
    events: Events,
    /// Reload registers that are still to be fed.
    requests: u32,
    reload: u32,
    enabled: u32,
    config: u32,
    started: bool,
    /// When it runs out.
    due: Option<Time>,
    /// What was left of its time when it was stopped, in picoseconds.
    left: Option<u64>,
    /// When it resets the chip.
    reset: Option<Time>,
    asleep: bool,
    halted: bool,
}

impl Wdt {
    /// A watchdog on a clock of `hz`.
    #[must_use]
    pub fn new(hz: u64) -> Self {
        Self {
            hz: hz.max(1),
            events: Events::default(),
            requests: 1,
            reload: u32::MAX,
            enabled: 1,
            config: 1,
            started: false,
            due: None,
            left: None,
            reset: None,
            asleep: false,
            halted: false,
        }
    }

    /// Registers as after a reset, which stops it, but for resets that it outlives.
    pub fn reset(&mut self, cause: ResetCause) {
        self.asleep = false;
        match cause {
            ResetCause::Software | ResetCause::Lockup => self.events = Events::default(),
            _ => *self = Self { halted: self.halted, ..Self::new(self.hz) },
        }
    }

    /// Whether it counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.due.is_some()
    }

    /// The core fell asleep or woke up.
    pub fn set_asleep(&mut self, asleep: bool, now: Time) {
        self.asleep = asleep;
        self.settle(now);
    }

    /// The debugger halted the core or let it run.
    pub fn set_halted(&mut self, halted: bool, now: Time) {
        self.halted = halted;
        self.settle(now);
    }

    /// Stops or goes on counting.
    fn settle(&mut self, now: Time) {
        let paused = (self.asleep && self.config & IN_SLEEP == 0) || (self.halted && self.config & IN_HALT == 0);
        match (paused, self.due, self.left) {
            (true, Some(due), _) => (self.left, self.due) = (Some(due.0.saturating_sub(now.0)), None),
            (false, None, Some(left)) => (self.left, self.due) = (None, Some(Time(now.0.saturating_add(left)))),
            _ => {}
        }
    }

    fn ticks(&self, count: u64) -> u64 {
        let time = u128::from(count) * 1_000_000_000_000 / u128::from(self.hz);
        u64::try_from(time).unwrap_or(u64::MAX)
    }

    fn restart(&mut self, now: Time) {
        let whole = self.ticks(u64::from(self.reload) + 1);
        if self.left.is_some() {
            self.left = Some(whole);
        } else {
            self.due = Some(Time(now.0.saturating_add(whole)));
        }
        self.requests = self.enabled;
    }
}

impl Peripheral for Wdt {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000 | 0x600..=0x61C => 0,
            0x400 => u32::from(self.started),
            0x404 => self.requests,
            0x504 => self.reload,
            0x508 => self.enabled,
            0x50C => self.config,
            _ => return self.events.read(offset),
        })
    }

    /// The settings are fixed while it runs.
    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let stopped = !self.started;
        match offset {
            0x000 => {
                if word.value & 1 == 1 && stopped {
                    self.started = true;
                    self.restart(io.now);
                    self.settle(io.now);
                }
            }
            0x400 | 0x404 => {}
            0x504 | 0x508 | 0x50C if !stopped => {}
            0x504 => self.reload = word.onto(self.reload).max(0xF),
            0x508 => self.enabled = word.within(self.enabled, 0xFF),
            0x50C => self.config = word.within(self.config, 9),
            0x600..=0x61C => {
                if word.value == RELOAD && word.mask == u32::MAX {
                    self.requests &= !(1 << ((offset - 0x600) / 4));
                    if !stopped && self.requests == 0 && self.reset.is_none() {
                        self.restart(io.now);
                    }
                }
            }
            _ => self.events.write(offset, word)?,
        }
        Some(())
    }

    fn next_event(&self) -> Time {
        [self.due, self.reset].into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        if let Some(due) = self.due.filter(|due| *due <= io.now) {
            self.due = None;
            self.events.raise(TIMEOUT);
            let ticks = if self.events.interrupts(TIMEOUT) { 2 } else { 0 };
            self.reset = Some(Time(due.0.saturating_add(self.ticks(ticks))));
        }
        if self.reset.is_some_and(|due| due <= io.now) {
            self.reset = None;
            io.requests.reset = Some(ResetCause::Watchdog);
        }
    }
}
