//! The oscillators: tasks that start and stop them, and events when they run (PS, CLOCK).

use super::events::Events;
use crate::board::chip::Chip;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const HFCLKSTARTED: u32 = 0x100;
const LFCLKSTARTED: u32 = 0x104;
const DONE: u32 = 0x10C;
/// A calibration of the RC oscillator, in microseconds (PS: 16 ms, unverified).
const CALIBRATION_US: u64 = 16_000;

/// An oscillator.
#[derive(Debug, Clone, Copy, Default)]
struct Oscillator {
    triggered: bool,
    running: bool,
    due: Option<Time>,
}

impl Oscillator {
    fn start(&mut self, startup_us: u64, io: &Io<'_>) {
        self.triggered = true;
        if self.due.is_none() {
            let startup_us = if self.running { 0 } else { startup_us };
            self.due = Some(io.now.plus_ns(startup_us.saturating_mul(1000)));
        }
    }

    fn stop(&mut self) {
        *self = Self::default();
    }

    fn starts(&mut self, now: Time) -> bool {
        let starts = self.due.is_some_and(|due| due <= now);
        if starts {
            (self.due, self.running) = (None, true);
        }
        starts
    }
}

/// The oscillators.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    hfxo_us: u64,
    lfrc_us: u64,
    lfxo_us: u64,
    high: Oscillator,
    low: Oscillator,
    calibration: Option<Time>,
    source: u32,
    source_copy: u32,
    stored: [u32; 4],
}

/// HFXODEBOUNCE, CTIV, TRACECONFIG, LFRCMODE: kept as written.
const STORED: [u32; 4] = [0x528, 0x538, 0x55C, 0x5B4];

impl Clock {
    /// The oscillators with their start-up times.
    #[must_use]
    pub fn new(chip: &Chip) -> Self {
        Self {
            hfxo_us: chip.clock("hfxo").1,
            lfrc_us: chip.clock("lfrc").1,
            lfxo_us: chip.clock("lfxo").1,
            stored: [0x10, 0, 0, 0],
            ..Self::default()
        }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        let (hfxo_us, lfrc_us, lfxo_us) = (self.hfxo_us, self.lfrc_us, self.lfxo_us);
        *self = Self { hfxo_us, lfrc_us, lfxo_us, stored: [0x10, 0, 0, 0], ..Self::default() };
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x000..=0x014 => 0,
            0x408 => u32::from(self.high.triggered),
            0x40C => {
                if self.high.running {
                    1 << 16 | 1
                } else {
                    0
                }
            }
            0x414 => u32::from(self.low.triggered),
            0x418 => {
                if self.low.running {
                    1 << 16 | self.source_copy
                } else {
                    0
                }
            }
            0x41C => self.source_copy,
            0x518 => self.source,
            _ => self.stored[STORED.iter().position(|at| *at == offset)?],
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &Io<'_>) -> Option<()> {
        let triggers = word.value & word.mask & 1 == 1;
        match offset {
            0x000 if triggers => self.high.start(self.hfxo_us, io),
            0x004 if triggers => self.high.stop(),
            0x008 if triggers => {
                self.source_copy = self.source & 3;
                self.low.start(if self.source_copy == 1 { self.lfxo_us } else { self.lfrc_us }, io);
            }
            0x00C if triggers => self.low.stop(),
            0x010 if triggers => self.calibration = Some(io.now.plus_ns(CALIBRATION_US * 1000)),
            0x000..=0x010 => {}
            0x408 | 0x40C | 0x414 | 0x418 | 0x41C => {}
            // The source is fixed while the clock runs.
            0x518 if self.low.triggered => {}
            0x518 => self.source = word.within(self.source, 0x0003_0003),
            _ => {
                let index = STORED.iter().position(|at| *at == offset)?;
                self.stored[index] = word.onto(self.stored[index]);
            }
        }
        Some(())
    }

    /// When an oscillator starts to run or a calibration ends.
    #[must_use]
    pub fn next_event(&self) -> Time {
        [self.high.due, self.low.due, self.calibration].into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    /// Raises the events that are due.
    pub fn advance(&mut self, events: &mut Events, now: Time) {
        if self.high.starts(now) {
            events.raise(HFCLKSTARTED);
        }
        if self.low.starts(now) {
            events.raise(LFCLKSTARTED);
        }
        if self.calibration.is_some_and(|due| due <= now) {
            self.calibration = None;
            events.raise(DONE);
        }
    }
}
