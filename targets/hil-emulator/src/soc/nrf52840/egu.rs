//! EGU: tasks that raise events, for interrupts by software and for PPI (PS, EGU). SWI0 to SWI5 are the interrupt lines
//! of these.

use super::events::{Events, Peripheral};
use crate::soc::Io;
use crate::soc::bus::Word;

/// An event generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Egu {
    events: Events,
}

impl Peripheral for Egu {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        match offset {
            0x000..=0x03C => Some(0),
            _ => self.events.read(offset),
        }
    }

    fn write(&mut self, offset: u32, word: Word, _: &mut Io<'_>) -> Option<()> {
        match offset {
            0x000..=0x03C => {
                if word.value & word.mask & 1 == 1 {
                    self.events.raise(0x100 + offset);
                }
                Some(())
            }
            _ => self.events.write(offset, word),
        }
    }
}
