//! CLOCK and POWER share their registers' page, their events and their interrupt line (PS, Instantiation table).

use super::clock::Clock;
use super::events::{Events, Peripheral};
use super::power::Power;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

/// Both.
#[derive(Debug, Clone)]
pub struct ClockPower {
    /// Their events.
    pub events: Events,
    /// The oscillators.
    pub clock: Clock,
    /// Power management.
    pub power: Power,
}

impl Peripheral for ClockPower {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        self.events.read(offset).or_else(|| self.clock.read(offset)).or_else(|| self.power.read(offset))
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        self.events
            .write(offset, word)
            .or_else(|| self.clock.write(offset, word, &mut self.events, io))
            .or_else(|| self.power.write(offset, word))
    }

    fn next_event(&self) -> Time {
        self.clock.next_event()
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        self.clock.advance(&mut self.events, io.now);
    }
}
