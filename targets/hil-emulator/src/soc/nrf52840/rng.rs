//! RNG: bytes from thermal noise, one after the other while it runs (PS, RNG). The bytes come from the board's seed;
//! bias correction makes them slower and no better, because they have none.

use super::events::{Events, Peripheral};
use super::facts::RngFacts;
use crate::board::Chance;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const READY: u32 = 0x100;

/// The generator.
#[derive(Debug, Clone)]
pub struct Rng {
    facts: RngFacts,
    events: Events,
    chance: Chance,
    shorts: u32,
    config: u32,
    value: u32,
    due: Option<Time>,
}

impl Rng {
    /// The generator of the part that `seed` stands for.
    #[must_use]
    pub fn new(facts: RngFacts, seed: u64) -> Self {
        let (chance, events) = (Chance::new(seed ^ 0x4E47), Events::default());
        Self { facts, events, chance, shorts: 0, config: 0, value: 0, due: None }
    }

    /// Whether it generates bytes.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.due.is_some()
    }

    /// Registers as after a reset; the noise goes on.
    pub fn reset(&mut self) {
        let (facts, chance) = (self.facts.clone(), self.chance.clone());
        *self = Self { chance, ..Self::new(facts, 0) };
    }

    fn byte_us(&self) -> u64 {
        if self.config & 1 == 1 { self.facts.corrected_byte_us } else { self.facts.byte_us }
    }
}

impl Peripheral for Rng {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000 | 0x004 => 0,
            0x200 => self.shorts,
            0x504 => self.config,
            0x508 => self.value,
            _ => return self.events.read(offset),
        })
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let triggers = word.value & word.mask & 1 == 1;
        match offset {
            0x000 if triggers && self.due.is_none() => {
                self.due = Some(io.now.plus_ns(1000 * (self.facts.start_us + self.byte_us())));
            }
            0x004 if triggers => self.due = None,
            0x000 | 0x004 | 0x508 => {}
            0x200 => self.shorts = word.within(self.shorts, 1),
            0x504 => self.config = word.within(self.config, 1),
            _ => self.events.write(offset, word)?,
        }
        Some(())
    }

    fn next_event(&self) -> Time {
        self.due.unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        if self.next_event() <= io.now {
            self.value = (self.chance.next() >> 56) as u32;
            self.events.raise(READY);
            // SHORTS: VALRDY_STOP
            self.due = (self.shorts & 1 == 0).then(|| io.now.plus_ns(1000 * self.byte_us()));
        }
    }
}
