//! Events and interrupt enables, which work the same in every Nordic peripheral: event n stands at 0x100 + 4n, bit n of
//! INTENSET enables its interrupt (PS, Peripheral interface).

use crate::soc::Io;
use crate::soc::bus::Word;

/// The events of a peripheral.
#[derive(Debug, Clone, Copy, Default)]
pub struct Events {
    set: u32,
    enabled: u32,
}

impl Events {
    /// The event whose register stands at `offset` happens.
    pub fn raise(&mut self, offset: u32) {
        self.set |= 1 << ((offset.wrapping_sub(0x100) / 4) & 31);
    }

    /// Reads an event, INTEN, INTENSET or INTENCLR; `None` for other registers.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x100..=0x17C => Some(self.set >> ((offset - 0x100) / 4) & 1),
            0x300..=0x308 => Some(self.enabled),
            _ => None,
        }
    }

    /// Writes such a register; `None` for other registers.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            0x100..=0x17C => {
                let bit = 1 << ((offset - 0x100) / 4);
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

    /// Drives the interrupt line.
    pub fn drive(&self, irq: Option<u8>, io: &mut Io<'_>) {
        if let Some(irq) = irq {
            io.irqs.set(irq, self.asks());
        }
    }
}
