//! RTC: a counter of 24 bits on the low-frequency clock, with a prescaler of 12 bits (PS, RTC).
//!
//! It counts on the edges of that clock and stands still without it. A task takes effect at the next edge (PS: within
//! 46 us). An event happens only where EVTEN or INTEN lets it; a compare match happens when counting reaches CC, so
//! that a CC that equals the count gives none, as on the chip. On the chip a CC one ahead of the count may be missed;
//! here it is not.

use super::events::{Events, Peripheral};
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::soc::ticks::Ticks;
use crate::time::Time;

const TICK: u32 = 0x100;
const OVERFLOW: u32 = 0x104;
const COMPARE: u32 = 0x140;
const MASK: u32 = 0xFF_FFFF;
/// The count that TRIGOVRFLW sets.
const NEAR_OVERFLOW: u32 = 0xFF_FFF0;
const HZ: u64 = 32_768;

/// A real-time counter.
#[derive(Debug, Clone, Default)]
pub struct Rtc {
    events: Events,
    /// Compare registers that it has: 3 or 4.
    width: usize,
    /// The low-frequency clock while it runs: its edges are counted from its start.
    clock: Option<Ticks>,
    running: bool,
    prescaler: u32,
    routed: u32,
    compare: [u32; 4],
    /// The count behind edge `edge`.
    count: u32,
    edge: u64,
}

impl Rtc {
    /// A counter with `width` compare registers, after a reset.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Whether it counts.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.running && self.clock.is_some()
    }

    /// The low-frequency clock runs since `clock`, or not at all.
    pub fn set_clock(&mut self, clock: Option<Time>, now: Time) {
        let clock = clock.map(|since| Ticks::new(since, HZ));
        if clock != self.clock {
            self.catch_up(now);
            (self.clock, self.edge) = (clock, 0);
        }
    }

    /// Edges for one tick.
    fn divider(&self) -> u64 {
        u64::from(self.prescaler) + 1
    }

    /// Takes the ticks up to `now` into the count.
    fn catch_up(&mut self, now: Time) {
        if let (true, Some(clock)) = (self.running, self.clock) {
            let ticks = clock.count(now).saturating_sub(self.edge) / self.divider();
            self.count = self.count.wrapping_add(ticks as u32) & MASK;
            self.edge += ticks * self.divider();
        }
    }

    /// The next edge is where counting goes on from.
    fn align(&mut self, now: Time) {
        self.edge = self.clock.map_or(0, |clock| clock.count(now) + 1);
    }

    /// Whether the event at `offset` happens and would be noticed.
    fn matters(&self, offset: u32) -> bool {
        self.allowed(offset) && self.events.matters(offset)
    }

    fn allowed(&self, offset: u32) -> bool {
        self.routed >> ((offset - 0x100) / 4) & 1 == 1 || self.events.interrupts(offset)
    }

    /// Ticks until the next event; `None` when none is planned.
    fn planned(&self) -> Option<u64> {
        let until = |count: u32| match count.wrapping_sub(self.count) & MASK {
            0 => u64::from(MASK) + 1,
            away => u64::from(away),
        };
        let compare = (0..self.width).filter(|index| self.matters(COMPARE + 4 * *index as u32));
        let compare = compare.map(|index| until(self.compare[index]));
        let tick = self.matters(TICK).then_some(1);
        let overflow = self.matters(OVERFLOW).then(|| until(0));
        compare.chain(tick).chain(overflow).min()
    }
}

impl Peripheral for Rtc {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000..=0x00C => 0,
            0x340..=0x348 => self.routed,
            0x504 => {
                self.catch_up(io.now);
                self.count
            }
            0x508 => self.prescaler,
            0x540..=0x54C => self.compare[(offset as usize - 0x540) / 4],
            _ => return self.events.read(offset),
        })
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        self.catch_up(io.now);
        let bits = word.value & word.mask;
        match offset {
            0x000..=0x00C if bits & 1 == 0 => {}
            0x000 if !self.running => {
                self.running = true;
                self.align(io.now);
            }
            0x000 => {}
            0x004 => self.running = false,
            0x008 | 0x00C => {
                self.count = if offset == 0x008 { 0 } else { NEAR_OVERFLOW };
                self.align(io.now);
            }
            0x340 => self.routed = word.onto(self.routed),
            0x344 => self.routed |= bits,
            0x348 => self.routed &= !bits,
            0x504 => {}
            // The prescaler can be written only while the counter is stopped.
            0x508 if self.running => {}
            0x508 => self.prescaler = word.within(self.prescaler, 0xFFF),
            0x540..=0x54C => {
                let compare = &mut self.compare[(offset as usize - 0x540) / 4];
                *compare = word.within(*compare, MASK);
            }
            _ => self.events.write(offset, word)?,
        }
        Some(())
    }

    fn hear(&mut self, heard: u32, now: Time) {
        self.catch_up(now);
        self.events.hear(heard);
    }

    fn next_event(&self) -> Time {
        match (self.clock, self.running, self.planned()) {
            (Some(clock), true, Some(ticks)) => {
                clock.at(self.edge.saturating_add(ticks.saturating_mul(self.divider())))
            }
            _ => Time::NEVER,
        }
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        if self.next_event() > io.now {
            return;
        }
        self.catch_up(io.now);
        let matches = (0..self.width).filter(|index| self.compare[*index] == self.count);
        let matches = matches.map(|index| COMPARE + 4 * index as u32);
        let overflow = (self.count == 0).then_some(OVERFLOW);
        let happened: Vec<u32> = matches.chain([TICK]).chain(overflow).collect();
        for offset in happened {
            if self.allowed(offset) {
                self.events.raise(offset);
            }
        }
    }
}
