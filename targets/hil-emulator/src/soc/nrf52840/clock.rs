//! The oscillators: tasks that start and stop them, and events when they run (PS, CLOCK).
//!
//! Every source of the low-frequency clock has its nominal frequency: the RC oscillator's error and its calibration
//! take effect in time only, not in the count.

use super::events::Events;
use super::facts::LowClockFacts;
use crate::board::chip::Chip;
use crate::power::nrf52840::Low;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const HFCLKSTARTED: u32 = 0x100;
const LFCLKSTARTED: u32 = 0x104;
const DONE: u32 = 0x10C;
const CTTO: u32 = 0x110;
const CTSTARTED: u32 = 0x128;
const CTSTOPPED: u32 = 0x12C;
/// A step of the calibration timer's interval, in nanoseconds (PS, CLOCK: CTIV, 0.25 s).
const INTERVAL_NS: u64 = 250_000_000;

/// Sources of the low-frequency clock.
const XTAL: u32 = 1;
const SYNTH: u32 = 2;

/// An oscillator.
#[derive(Debug, Clone, Copy, Default)]
struct Oscillator {
    triggered: bool,
    since: Option<Time>,
    due: Option<Time>,
}

impl Oscillator {
    fn start(&mut self, startup_us: u64, now: Time) {
        self.triggered = true;
        if self.due.is_none() {
            let startup_us = if self.since.is_some() { 0 } else { startup_us };
            self.due = Some(now.plus_ns(startup_us.saturating_mul(1000)));
        }
    }

    fn stop(&mut self) {
        *self = Self::default();
    }

    fn starts(&mut self, now: Time) -> bool {
        let starts = self.due.is_some_and(|due| due <= now);
        if starts {
            (self.since, self.due) = (self.since.or(self.due), None);
        }
        starts
    }
}

/// Their start-up times, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Startup {
    hfxo: u64,
    lfrc: u64,
    lfxo: u64,
    synth: u64,
    calibration: u64,
}

/// The oscillators.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    startup: Startup,
    high: Oscillator,
    low: Oscillator,
    calibration: Option<Time>,
    interval: u32,
    timer: Option<Time>,
    source: u32,
    source_copy: u32,
    stored: [u32; 3],
}

/// HFXODEBOUNCE, TRACECONFIG, LFRCMODE: kept as written.
const STORED: [u32; 3] = [0x528, 0x55C, 0x5B4];

impl Clock {
    /// The oscillators with their start-up times.
    #[must_use]
    pub fn new(chip: &Chip, facts: &LowClockFacts) -> Self {
        let hfxo = chip.clock("hfxo").1;
        let startup = Startup {
            hfxo,
            lfrc: chip.clock("lfrc").1,
            lfxo: chip.clock("lfxo").1,
            synth: hfxo.saturating_add(facts.synth_us),
            calibration: facts.calibration_us,
        };
        Self { startup, stored: [0x10, 0, 0], ..Self::default() }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        *self = Self { startup: self.startup, stored: [0x10, 0, 0], ..Self::default() };
    }

    /// Since when the low-frequency clock runs.
    #[must_use]
    pub fn low_since(&self) -> Option<Time> {
        self.low.since
    }

    /// The low-frequency clock as it runs.
    #[must_use]
    pub fn low(&self) -> Low {
        match (self.low.since, self.source_copy) {
            (None, _) => Low::Off,
            (_, XTAL) => Low::Crystal,
            (_, SYNTH) => Low::Synthesised,
            _ => Low::Rc,
        }
    }

    /// Whether something here keeps the high-frequency clock running: its crystal, the synthesised clock, a
    /// calibration.
    #[must_use]
    pub fn needs_high(&self) -> bool {
        self.high.triggered || (self.low.triggered && self.source_copy == SYNTH) || self.calibration.is_some()
    }

    /// Whether the crystal of the high-frequency clock runs.
    #[must_use]
    pub fn crystal(&self) -> bool {
        self.high.since.is_some()
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        let running = |oscillator: &Oscillator, source: u32| match oscillator.since {
            Some(_) => 1 << 16 | source,
            None => 0,
        };
        Some(match offset {
            0x000..=0x018 => 0,
            0x408 => u32::from(self.high.triggered),
            0x40C => running(&self.high, 1),
            0x414 => u32::from(self.low.triggered),
            0x418 => running(&self.low, self.source_copy),
            0x41C => self.source_copy,
            0x518 => self.source,
            0x538 => self.interval,
            _ => self.stored[STORED.iter().position(|at| *at == offset)?],
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, events: &mut Events, io: &Io<'_>) -> Option<()> {
        let triggers = word.value & word.mask & 1 == 1;
        match offset {
            0x000..=0x018 => {
                if triggers {
                    self.task(offset, events, io.now);
                }
            }
            0x408 | 0x40C | 0x414 | 0x418 | 0x41C => {}
            // The source is fixed while the clock runs.
            0x518 if self.low.triggered => {}
            0x518 => self.source = word.within(self.source, 0x0003_0003),
            0x538 => self.interval = word.within(self.interval, 0x7F),
            _ => {
                let index = STORED.iter().position(|at| *at == offset)?;
                self.stored[index] = word.onto(self.stored[index]);
            }
        }
        Some(())
    }

    fn task(&mut self, offset: u32, events: &mut Events, now: Time) {
        match offset {
            0x000 => self.high.start(self.startup.hfxo, now),
            0x004 => self.high.stop(),
            0x008 => {
                self.source_copy = self.source & 3;
                let startup = match self.source_copy {
                    XTAL => self.startup.lfxo,
                    SYNTH => self.startup.synth,
                    _ => self.startup.lfrc,
                };
                self.low.start(startup, now);
            }
            0x00C => self.low.stop(),
            0x010 => self.calibration = Some(now.plus_ns(self.startup.calibration.saturating_mul(1000))),
            0x014 => {
                self.timer = Some(now.plus_ns(u64::from(self.interval.max(1)) * INTERVAL_NS));
                events.raise(CTSTARTED);
            }
            _ => {
                self.timer = None;
                events.raise(CTSTOPPED);
            }
        }
    }

    /// When an oscillator starts to run, a calibration ends, or the calibration timer does.
    #[must_use]
    pub fn next_event(&self) -> Time {
        let due = [self.high.due, self.low.due, self.calibration, self.timer];
        due.into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    /// Raises the events that are due.
    pub fn advance(&mut self, events: &mut Events, now: Time) {
        if self.high.starts(now) {
            events.raise(HFCLKSTARTED);
        }
        if self.low.starts(now) {
            events.raise(LFCLKSTARTED);
        }
        for (due, event) in [(&mut self.calibration, DONE), (&mut self.timer, CTTO)] {
            if due.is_some_and(|due| due <= now) {
                *due = None;
                events.raise(event);
            }
        }
    }
}
