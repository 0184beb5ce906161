//! PPI: events that trigger tasks without the core (PS, PPI). A channel takes the latency that the chip's facts name,
//! because it is synchronised to 16 MHz.
//!
//! Channels 20 to 31 are wired at the factory; what they reach of the radio, AAR and CCM has no model and is noted when
//! it is triggered. Latency is the same for synchronous and asynchronous events (PS: up to one period of 16 MHz).

use super::events::{Events, Peripheral};
use crate::soc::Io;
use crate::soc::bus::Word;

/// Channels that programs can set.
const FREE: usize = 20;

/// Event, task of channels 20 to 31 (PS, PPI, Pre-programmed channels).
const WIRED: [(u32, u32); 12] = [
    (0x4000_8140, 0x4000_1000), // TIMER0 COMPARE[0], RADIO TXEN
    (0x4000_8140, 0x4000_1004), // TIMER0 COMPARE[0], RADIO RXEN
    (0x4000_8144, 0x4000_1010), // TIMER0 COMPARE[1], RADIO DISABLE
    (0x4000_1128, 0x4000_F000), // RADIO BCMATCH, AAR START
    (0x4000_1100, 0x4000_F000), // RADIO READY, CCM KSGEN
    (0x4000_1104, 0x4000_F004), // RADIO ADDRESS, CCM CRYPT
    (0x4000_1104, 0x4000_8044), // RADIO ADDRESS, TIMER0 CAPTURE[1]
    (0x4000_110C, 0x4000_8048), // RADIO END, TIMER0 CAPTURE[2]
    (0x4000_B140, 0x4000_1000), // RTC0 COMPARE[0], RADIO TXEN
    (0x4000_B140, 0x4000_1004), // RTC0 COMPARE[0], RADIO RXEN
    (0x4000_B140, 0x4000_800C), // RTC0 COMPARE[0], TIMER0 CLEAR
    (0x4000_B140, 0x4000_8000), // RTC0 COMPARE[0], TIMER0 START
];

/// The interconnect.
#[derive(Debug, Clone, Default)]
pub struct Ppi {
    /// It has none; kept for the common interface.
    events: Events,
    enabled: u32,
    channels: [(u32, u32); FREE],
    forks: [u32; 32],
    groups: [u32; 6],
    /// Set by every write: who listens to which events may have changed.
    pub changed: bool,
}

impl Ppi {
    fn channel(&self, index: usize) -> (u32, u32) {
        match self.channels.get(index) {
            Some(channel) => *channel,
            None => WIRED.get(index - FREE).copied().unwrap_or_default(),
        }
    }

    fn enabled(&self) -> impl Iterator<Item = usize> + '_ {
        (0..32).filter(|index| self.enabled >> index & 1 == 1)
    }

    /// The tasks that the event whose register stands at `event` triggers, in order of their channels.
    pub fn tasks(&self, event: u32) -> impl Iterator<Item = u32> + '_ {
        let hits = self.enabled().filter(move |index| self.channel(*index).0 == event);
        hits.flat_map(|index| [self.channel(index).1, self.forks[index]]).filter(|task| *task != 0)
    }

    /// The events of the peripheral at `base` that enabled channels listen to, as bits.
    #[must_use]
    pub fn heard(&self, base: u32) -> u32 {
        let events = self.enabled().map(|index| self.channel(index).0.wrapping_sub(base));
        events
            .filter(|offset| (0x100..0x180).contains(offset))
            .fold(0, |bits, offset| bits | 1 << ((offset - 0x100) / 4))
    }
}

impl Peripheral for Ppi {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000..=0x02C => 0,
            0x500..=0x508 => self.enabled,
            0x510..=0x5AC => {
                let (event, task) = self.channels[(offset as usize - 0x510) / 8];
                if offset & 4 == 0 { event } else { task }
            }
            0x800..=0x814 => self.groups[(offset as usize - 0x800) / 4],
            0x910..=0x98C => self.forks[(offset as usize - 0x910) / 4],
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, word: Word, _: &mut Io<'_>) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            // CHG[n].EN and CHG[n].DIS
            0x000..=0x02C => {
                let group = self.groups[offset as usize / 8];
                match (bits & 1, offset & 4) {
                    (1, 0) => self.enabled |= group,
                    (1, _) => self.enabled &= !group,
                    _ => {}
                }
            }
            0x500 => self.enabled = word.onto(self.enabled),
            0x504 => self.enabled |= bits,
            0x508 => self.enabled &= !bits,
            0x510..=0x5AC => {
                let (event, task) = &mut self.channels[(offset as usize - 0x510) / 8];
                let end = if offset & 4 == 0 { event } else { task };
                *end = word.onto(*end);
            }
            0x800..=0x814 => {
                let group = &mut self.groups[(offset as usize - 0x800) / 4];
                *group = word.onto(*group);
            }
            0x910..=0x98C => {
                let fork = &mut self.forks[(offset as usize - 0x910) / 4];
                *fork = word.onto(*fork);
            }
            _ => return None,
        }
        self.changed = true;
        Some(())
    }
}
