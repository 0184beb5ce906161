//! The registers of the interrupt controller (DDI 0403E, B3.4).

use super::exceptions::{Exceptions, FIRST_IRQ};
use crate::soc::{BusFault, Width};

impl Exceptions {
    /// Reads the word at `offset` (0x100 to 0x4EC) of the system control space.
    #[must_use]
    pub fn nvic_read(&self, offset: u32) -> u32 {
        let word = (offset as usize & 0x7F) / 4;
        match offset {
            0x100..=0x4EC if offset < 0x400 && word >= 8 => 0,
            0x100..=0x1FC => self.enabled.irq_word(word),
            0x200..=0x2FC => self.pending.irq_word(word),
            0x300..=0x37C => self.active.irq_word(word),
            0x400..=0x4EC => {
                let first = FIRST_IRQ + (offset - 0x400) as u16;
                let bytes = [0, 1, 2, 3].map(|byte| self.configured_priority(first + byte));
                u32::from_le_bytes(bytes)
            }
            _ => 0,
        }
    }

    /// Writes at `offset` (0x100 to 0x4EF) of the system control space. Priorities can be written by bytes and
    /// halfwords, the other registers by words.
    ///
    /// # Errors
    /// For a narrow write to a register that takes words only.
    pub fn nvic_write(&mut self, offset: u32, width: Width, value: u32) -> Result<(), BusFault> {
        if let 0x400..=0x4EF = offset {
            for byte in 0..width.bytes() {
                self.set_priority(FIRST_IRQ + (offset - 0x400 + byte) as u16, (value >> (8 * byte)) as u8);
            }
            return Ok(());
        }
        if width != Width::Word {
            return Err(BusFault);
        }
        let word = (offset as usize & 0x7F) / 4;
        if word >= 8 {
            return Ok(());
        }
        let bits = value & self.implemented_irqs(word);
        match offset & 0x780 {
            0x100 => self.enabled.insert_irq_word(word, bits),
            0x180 => self.enabled.remove_irq_word(word, bits),
            0x200 => (0..32).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| {
                self.pend(FIRST_IRQ + 32 * word as u16 + bit);
            }),
            0x280 => self.pending.remove_irq_word(word, bits),
            _ => {}
        }
        Ok(())
    }
}
