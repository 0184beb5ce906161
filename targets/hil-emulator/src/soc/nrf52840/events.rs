//! What works the same in every Nordic peripheral (PS, Peripheral interface): event n stands at 0x100 + 4n, bit n of
//! INTENSET enables its interrupt, and every event can be the source of a PPI channel.

use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

/// The events of a peripheral.
#[derive(Debug, Clone, Copy, Default)]
pub struct Events {
    set: u32,
    enabled: u32,
    fired: u32,
    /// Events that a PPI channel listens to, by bit.
    heard: u32,
}

/// The bit of the event whose register stands at `offset`.
const fn bit(offset: u32) -> u32 {
    1 << ((offset.wrapping_sub(0x100) / 4) & 31)
}

impl Events {
    /// The event whose register stands at `offset` happens.
    pub fn raise(&mut self, offset: u32) {
        self.set |= bit(offset);
        self.fired |= bit(offset);
    }

    /// The events that happened since the last call, as bits: each is one pulse on the way to PPI.
    pub fn take_fired(&mut self) -> u32 {
        std::mem::take(&mut self.fired)
    }

    /// PPI listens to these events, as bits.
    pub fn hear(&mut self, heard: u32) {
        self.heard = heard;
    }

    /// Whether the event at `offset` happened and was not cleared.
    #[must_use]
    pub fn is_set(&self, offset: u32) -> bool {
        self.set & bit(offset) != 0
    }

    /// Whether the event at `offset` could be noticed when it happens (again).
    #[must_use]
    pub fn matters(&self, offset: u32) -> bool {
        !self.is_set(offset) || self.heard & bit(offset) != 0
    }

    /// Whether the interrupt of the event at `offset` is enabled.
    #[must_use]
    pub fn interrupts(&self, offset: u32) -> bool {
        self.enabled & bit(offset) != 0
    }

    /// Reads an event, INTEN, INTENSET or INTENCLR; `None` for other registers.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x100..=0x17C => Some(u32::from(self.is_set(offset))),
            0x300..=0x308 => Some(self.enabled),
            _ => None,
        }
    }

    /// Writes such a register; `None` for other registers. Writing 1 to an event generates it (PS, Peripheral
    /// interface: events can be written by software); PPI does not see that, which is unverified.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            0x100..=0x17C => {
                let bit = bit(offset);
                self.set = if bits == 0 { self.set & !bit } else { self.set | bit };
            }
            0x300 => self.enabled = word.onto(self.enabled),
            0x304 => self.enabled |= bits,
            0x308 => self.enabled &= !bits,
            _ => return None,
        }
        Some(())
    }

    /// Whether an interrupt is asked for.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.set & self.enabled != 0
    }
}

/// A peripheral on the bus. The chip around it drives its interrupt line and routes its events.
pub trait Peripheral {
    /// Its events.
    fn events(&mut self) -> &mut Events;

    /// Reads the register at `offset`; `None` where there is none.
    fn read(&mut self, offset: u32, io: &mut Io<'_>) -> Option<u32>;

    /// Writes the register at `offset`; `None` where there is none. A task is triggered by a write of 1, from the core
    /// as from PPI.
    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()>;

    /// PPI listens to these events from now on, as bits.
    fn hear(&mut self, heard: u32, _now: Time) {
        self.events().hear(heard);
    }

    /// When it next wants [`Peripheral::advance`].
    fn next_event(&self) -> Time {
        Time::NEVER
    }

    /// Does what is due at `io.now`.
    fn advance(&mut self, _io: &mut Io<'_>) {}

    /// Where DMA went that it cannot reach, once.
    fn take_unreachable(&mut self) -> Option<u32> {
        None
    }
}

/// Whether EasyDMA reaches the bytes at `address`: only the data RAM itself, not its alias in the code region (PS,
/// EasyDMA and Memory).
#[must_use]
pub fn reachable(address: u32, len: usize, io: &Io<'_>) -> bool {
    address >= 0x2000_0000 && io.memory.slice(address, len).is_some()
}
