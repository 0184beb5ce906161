//! Timers TIM1 to TIM14: registers, interrupts, DMA requests and triggers (RM0090 chapters 17 to 20).
//!
//! A counter is computed when somebody looks, and an event is planned only where something depends on it: an interrupt,
//! a DMA request, a trigger of the ADC, a pin. Not modelled: slave modes, encoders, break, dead time, complementary
//! outputs, bursts through DMAR, and the filters and prescalers of inputs.

mod count;
mod output;
#[cfg(test)]
mod tests;

use crate::soc::bus::Word;
use crate::soc::ticks::Ticks;
use crate::time::Time;

pub use output::Signal;

/// How many timers there are.
pub const TIMERS: usize = 14;

/// Bits of CR1.
mod cr1 {
    pub const CEN: u32 = 1;
    pub const UDIS: u32 = 1 << 1;
    pub const URS: u32 = 1 << 2;
    pub const OPM: u32 = 1 << 3;
    pub const DIR: u32 = 1 << 4;
    pub const ARPE: u32 = 1 << 7;
}

/// BDTR.MOE: the outputs of an advanced timer are on.
const MOE: u32 = 1 << 15;
/// SR.UIF and DIER.UIE.
const UPDATE: u32 = 1;
/// DIER.UDE; the compare requests follow.
const UPDATE_REQUEST: u32 = 1 << 8;

/// What kind of timer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The largest count.
    max: u32,
    /// Capture and compare channels.
    channels: usize,
    /// Counts down and up as well.
    directions: bool,
    /// Has a repetition counter and a main output switch.
    advanced: bool,
}

impl Kind {
    /// The kind of TIM`number`, 1 to 14 (RM0090 17.1, 18.1, 19.1, 20.1).
    #[must_use]
    pub fn of(number: usize) -> Self {
        let (max, channels, directions, advanced) = match number {
            1 | 8 => (0xFFFF, 4, true, true),
            2 | 5 => (u32::MAX, 4, true, false),
            3 | 4 => (0xFFFF, 4, true, false),
            6 | 7 => (0xFFFF, 0, false, false),
            9 | 12 => (0xFFFF, 2, false, false),
            _ => (0xFFFF, 1, false, false),
        };
        Self { max, channels, directions, advanced }
    }
}

/// A register with a preload: what is written, and what counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Preloaded {
    written: u32,
    active: u32,
}

/// A timer.
#[derive(Debug, Clone)]
pub struct Timer {
    kind: Kind,
    control: [u32; 2],
    slave: u32,
    enabled: u32,
    status: u32,
    modes: [u32; 2],
    outputs: u32,
    breaks: u32,
    prescaler: Preloaded,
    reload: Preloaded,
    compare: [Preloaded; 4],
    repetition: Preloaded,
    count: u32,
    down: bool,
    /// OCxREF of the channels.
    references: [bool; 4],
    /// The clock of the timer, and the edge of it with which the counter last moved.
    ticks: Ticks,
    done: u64,
    /// DMA requests that are waiting, at the places of their bits in DIER.
    requests: u32,
    /// Which signals the ADC waits for, as [`Signal::bit`].
    listened: u8,
    fired: Vec<(Signal, bool, Time)>,
    due: Time,
}

impl Timer {
    /// TIM`number` (1 to 14), before its first reset.
    #[must_use]
    pub fn new(number: usize) -> Self {
        let kind = Kind::of(number);
        Self {
            kind,
            control: [0; 2],
            slave: 0,
            enabled: 0,
            status: 0,
            modes: [0; 2],
            outputs: 0,
            breaks: 0,
            prescaler: Preloaded::default(),
            reload: Preloaded { written: kind.max, active: kind.max },
            compare: [Preloaded::default(); 4],
            repetition: Preloaded::default(),
            count: 0,
            down: false,
            references: [false; 4],
            ticks: Ticks::default(),
            done: 0,
            requests: 0,
            listened: 0,
            fired: Vec::new(),
            due: Time::NEVER,
        }
    }

    /// Registers as after a reset. The clock and who listens stay.
    pub fn reset(&mut self, number: usize) {
        let (ticks, listened) = (self.ticks, self.listened);
        *self = Self { ticks, listened, ..Self::new(number) };
    }

    /// The clock of the timer is `hz` from `now` on; 0 stops it.
    pub fn set_clock(&mut self, hz: u64, now: Time) {
        if hz != self.ticks.hz() {
            self.catch_up(now);
            (self.ticks, self.done) = (Ticks::new(now, hz), 0);
            self.plan();
        }
    }

    fn on(&self, bits: u32) -> bool {
        self.control[0] & bits != 0
    }

    /// Reads a register; `None` where there is none.
    pub fn read(&mut self, offset: u32, now: Time) -> Option<u32> {
        self.catch_up(now);
        Some(match offset {
            0x00 => self.control[0] & !cr1::DIR | if self.down { cr1::DIR } else { 0 },
            0x04 => self.control[1],
            0x08 => self.slave,
            0x0C => self.enabled,
            0x10 => self.status,
            0x14 => 0,
            0x18 | 0x1C => self.modes[(offset as usize - 0x18) / 4],
            0x20 => self.outputs,
            0x24 => self.count,
            0x28 => self.prescaler.written,
            0x2C => self.reload.written,
            0x30 => self.repetition.written,
            0x34..=0x40 => {
                let channel = (offset as usize - 0x34) / 4;
                if self.captures(channel) {
                    // Reading the captured value clears its flag (RM0090 18.4.5).
                    self.status &= !(1 << (channel + 1));
                    self.compare[channel].active
                } else {
                    self.compare[channel].written
                }
            }
            0x44 => self.breaks,
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none. False when the setting has no effect in the model.
    pub fn write(&mut self, offset: u32, word: Word, now: Time) -> Option<bool> {
        self.catch_up(now);
        let channels = 1u32 << self.kind.channels;
        let mut modelled = true;
        match offset {
            0x00 => self.write_control(word, now),
            0x04 => self.control[1] = word.within(self.control[1], 0x7FFC),
            0x08 => {
                self.slave = word.within(self.slave, 0xFFF7);
                modelled = self.slave & 7 == 0 && self.slave >> 14 & 1 == 0;
            }
            0x0C => self.enabled = word.within(self.enabled, 0x7FFF),
            0x10 => self.status &= word.value | !word.mask,
            0x14 => self.generate(word.value & word.mask & (2 * channels - 1), now),
            0x18 | 0x1C => {
                let modes = &mut self.modes[(offset as usize - 0x18) / 4];
                *modes = word.within(*modes, 0xFFFF);
                self.refer(now);
            }
            0x20 => self.outputs = word.within(self.outputs, 0xFFFF),
            0x24 => {
                self.count = word.onto(self.count) & self.kind.max;
                self.refer(now);
            }
            0x28 => self.prescaler.written = word.within(self.prescaler.written, 0xFFFF),
            0x2C => {
                self.reload.written = word.onto(self.reload.written) & self.kind.max;
                if !self.on(cr1::ARPE) {
                    self.reload.active = self.reload.written;
                }
            }
            // Only advanced timers have a repetition counter.
            0x30 if !self.kind.advanced => {}
            0x30 => self.repetition.written = word.within(self.repetition.written, 0xFF),
            0x34..=0x40 => self.write_compare((offset as usize - 0x34) / 4, word, now),
            0x44 => self.breaks = word.within(self.breaks, 0xFFFF),
            0x48 | 0x4C => modelled = false,
            0x50 => {}
            _ => return None,
        }
        self.plan();
        Some(modelled)
    }

    fn write_control(&mut self, word: Word, now: Time) {
        let was = self.control[0];
        let direction = if self.kind.directions { 0x70 } else { 0 };
        self.control[0] = word.within(was, 0x038F | direction);
        // The direction is the counter's own in the centre-aligned modes.
        if self.control[0] >> 5 & 3 == 0 {
            self.down = self.on(cr1::DIR);
        }
        if self.on(cr1::CEN) && was & cr1::CEN == 0 {
            // From now on in step with the timer's clock.
            self.done = self.ticks.count(now);
            if self.control[1] >> 4 & 7 == 1 {
                self.pulse(Signal::Trgo, now);
            }
        }
        self.refer(now);
    }

    fn write_compare(&mut self, channel: usize, word: Word, now: Time) {
        if channel >= self.kind.channels || self.captures(channel) {
            return;
        }
        let preload = self.mode_of(channel) >> 3 & 1 == 1;
        let compare = &mut self.compare[channel];
        compare.written = word.onto(compare.written) & self.kind.max;
        if !preload {
            compare.active = compare.written;
            self.refer(now);
        }
    }

    /// EGR: events by software.
    fn generate(&mut self, bits: u32, now: Time) {
        if bits & 1 == 1 {
            self.done = self.ticks.count(now);
            self.count = if self.down && self.control[0] >> 5 & 3 == 0 { self.reload.written } else { 0 };
            self.down &= self.control[0] >> 5 & 3 == 0;
            self.repetition.active = self.repetition.written;
            if !self.on(cr1::UDIS) {
                self.load();
                if !self.on(cr1::URS) {
                    self.flag(UPDATE, UPDATE_REQUEST);
                }
            }
            // UG is also what MMS 0, reset, sends out.
            if matches!(self.control[1] >> 4 & 7, 0 | 2) {
                self.pulse(Signal::Trgo, now);
            }
            self.refer(now);
        }
        for channel in 0..self.kind.channels {
            if bits >> (channel + 1) & 1 == 1 {
                self.matched(channel, now);
            }
        }
    }

    /// Sets a flag and, where it is enabled, the DMA request that belongs to it.
    fn flag(&mut self, flag: u32, request: u32) {
        self.status |= flag;
        self.requests |= self.enabled & request;
    }

    /// Whether interrupts are asked for: update (with trigger and break), and capture or compare.
    #[must_use]
    pub fn asks(&self) -> (bool, bool) {
        let asked = self.status & self.enabled;
        (asked & UPDATE != 0, asked & 0x1E != 0)
    }

    /// The DMA requests that are waiting: bit 0 update, bits 1 to 4 the channels.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests >> 8
    }

    /// The DMA controller has served requests, bits as in [`Timer::requests`].
    pub fn served(&mut self, requests: u32) {
        self.requests &= !(requests << 8);
    }

    /// Who else waits for signals of the timer: bits of [`Signal::bit`].
    pub fn listen(&mut self, signals: u8, now: Time) {
        if signals != self.listened {
            self.catch_up(now);
            self.listened = signals;
            self.plan();
        }
    }

    /// Whether there are signals that others wait for.
    #[must_use]
    pub fn has_fired(&self) -> bool {
        !self.fired.is_empty()
    }

    /// The signals that others wait for, with their levels, in the order of their times.
    pub fn take_fired(&mut self) -> Vec<(Signal, bool, Time)> {
        std::mem::take(&mut self.fired)
    }

    /// When something happens that others depend on.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.due
    }

    /// Does what is due.
    pub fn advance(&mut self, now: Time) {
        self.catch_up(now);
        self.plan();
    }
}

/// The timer and its channel, both from 0, of a text such as `tim2.1`.
#[must_use]
pub fn channel_named(text: &str) -> Option<(usize, usize)> {
    let (timer, channel) = text.strip_prefix("tim")?.split_once('.')?;
    let (timer, channel): (usize, usize) = (timer.parse().ok()?, channel.parse().ok()?);
    let known = (1..=TIMERS).contains(&timer) && (1..=Kind::of(timer).channels).contains(&channel);
    known.then(|| (timer - 1, channel - 1))
}
