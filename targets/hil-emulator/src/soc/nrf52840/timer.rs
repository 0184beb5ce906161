//! TIMER: a counter of up to 32 bits on 16 MHz, or of what its COUNT task counts (PS, TIMER).
//!
//! The count is computed when somebody looks; only compare matches are planned, each at the exact time of its tick. A
//! compare match happens when counting reaches CC, not when CC is written with the count that stands. The 1 MHz clock
//! that saves power for slow prescalers is not told apart: the ticks are the same.

use super::events::{Events, Peripheral};
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

/// A tick of 16 MHz, in picoseconds.
const TICK_PS: u64 = 62_500;
const COMPARE: u32 = 0x140;

/// A timer.
#[derive(Debug, Clone, Default)]
pub struct Timer {
    events: Events,
    /// Compare registers that it has: 4 or 6.
    width: usize,
    shorts: u32,
    /// 0 timer, 1 counter, 2 low-power counter.
    mode: u32,
    bits: u32,
    prescaler: u32,
    compare: [u32; 6],
    running: bool,
    /// The count at `since`.
    count: u32,
    since: Time,
}

impl Timer {
    /// A timer with `width` compare registers, after a reset.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, prescaler: 4, ..Self::default() }
    }

    /// Whether it keeps the high-frequency clock running.
    #[must_use]
    pub fn needs_clock(&self) -> bool {
        self.running && self.mode == 0
    }

    /// Whether it counts, faster than the 1 MHz clock can (PS, TIMER: PCLK16M and PCLK1M).
    #[must_use]
    pub fn fast(&self) -> bool {
        self.needs_clock() && self.prescaler < 4
    }

    /// BITMODE: 16, 8, 24 or 32 bits.
    fn mask(&self) -> u32 {
        match self.bits {
            0 => 0xFFFF,
            1 => 0xFF,
            2 => 0xFF_FFFF,
            _ => u32::MAX,
        }
    }

    fn tick_ps(&self) -> u64 {
        TICK_PS << self.prescaler.min(9)
    }

    /// Takes the ticks up to `now` into the count.
    fn catch_up(&mut self, now: Time) {
        if self.needs_clock() {
            let ticks = now.0.saturating_sub(self.since.0) / self.tick_ps();
            self.count = (self.count.wrapping_add(ticks as u32)) & self.mask();
            self.since.0 += ticks * self.tick_ps();
        }
    }

    /// Ticks until the count is that of compare register `index`: at least 1.
    fn ticks_until(&self, index: usize) -> u64 {
        let away = self.compare[index].wrapping_sub(self.count) & self.mask();
        if away == 0 { u64::from(self.mask()) + 1 } else { u64::from(away) }
    }

    /// Whether a match with compare register `index` changes anything.
    fn matters(&self, index: usize) -> bool {
        let acts = self.shorts & (0x101 << index) != 0;
        let reachable = self.compare[index] <= self.mask();
        reachable && (acts || self.events.matters(COMPARE + 4 * index as u32))
    }

    /// The count became that of a compare register: events first, then the shortcuts.
    fn matched(&mut self) {
        let hits: Vec<usize> = (0..self.width).filter(|index| self.compare[*index] == self.count).collect();
        for index in &hits {
            self.events.raise(COMPARE + 4 * *index as u32);
        }
        for index in hits {
            if self.shorts >> index & 1 == 1 {
                self.count = 0;
            }
            if self.shorts >> (8 + index) & 1 == 1 {
                self.running = false;
            }
        }
    }

    fn task(&mut self, offset: u32, now: Time) {
        match offset {
            0x000 if !self.running => (self.running, self.since) = (true, now),
            0x004 => self.running = false,
            0x008 if self.running && self.mode != 0 => {
                self.count = self.count.wrapping_add(1) & self.mask();
                self.matched();
            }
            // Clearing restarts the prescaler too (unverified).
            0x00C => (self.count, self.since) = (0, now),
            0x010 => (self.running, self.count) = (false, 0),
            0x040..=0x054 => self.compare[(offset as usize - 0x040) / 4] = self.count,
            _ => {}
        }
    }
}

impl Peripheral for Timer {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000..=0x010 | 0x040..=0x054 => 0,
            0x200 => self.shorts,
            0x504 => self.mode,
            0x508 => self.bits,
            0x510 => self.prescaler,
            0x540..=0x554 => self.compare[(offset as usize - 0x540) / 4],
            _ => return self.events.read(offset),
        })
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        // The ticks so far keep the old settings; nothing says what a running timer makes of new ones.
        self.catch_up(io.now);
        let counted = self.needs_clock();
        match offset {
            0x000..=0x010 | 0x040..=0x054 => {
                if word.value & word.mask & 1 == 1 && (offset < 0x040 || (offset as usize - 0x040) / 4 < self.width) {
                    self.task(offset, io.now);
                }
            }
            0x200 => self.shorts = word.within(self.shorts, 0x3F3F),
            0x504 | 0x508 | 0x510 => {
                match offset {
                    0x504 => self.mode = word.within(self.mode, 3),
                    0x508 => self.bits = word.within(self.bits, 3),
                    _ => self.prescaler = word.within(self.prescaler, 0xF),
                }
                self.count &= self.mask();
            }
            0x540..=0x554 => {
                let compare = &mut self.compare[(offset as usize - 0x540) / 4];
                *compare = word.onto(*compare);
            }
            _ => self.events.write(offset, word)?,
        }
        if !counted && self.needs_clock() {
            // What a counter that becomes a timer did not count is not made up for.
            self.since = io.now;
        }
        Some(())
    }

    fn hear(&mut self, heard: u32, now: Time) {
        self.catch_up(now);
        self.events.hear(heard);
    }

    fn next_event(&self) -> Time {
        if !self.needs_clock() {
            return Time::NEVER;
        }
        let planned = (0..self.width).filter(|index| self.matters(*index)).map(|index| self.ticks_until(index)).min();
        planned.map_or(Time::NEVER, |ticks| Time(self.since.0.saturating_add(ticks.saturating_mul(self.tick_ps()))))
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        if self.next_event() <= io.now {
            self.catch_up(io.now);
            self.matched();
        }
    }
}
