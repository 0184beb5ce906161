//! What the factory wrote: the unique device ID, the size of the flash, and the option bytes as they can be read
//! (RM0090 39.1, 39.2 and 3.6.2).

use crate::board::Chance;

/// The electronic signature.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    id: [u32; 3],
    flash_kib: u32,
}

impl Signature {
    /// The signature of the part that `seed` stands for.
    #[must_use]
    pub fn new(seed: u64, flash_kib: u32) -> Self {
        let mut chance = Chance::new(seed ^ 0x7A10);
        let (first, second) = (chance.next(), chance.next());
        Self { id: [first as u32, (first >> 32) as u32, second as u32], flash_kib }
    }

    /// The word at `offset` from the unique ID.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00..=0x08 => self.id.get(offset as usize / 4).copied(),
            0x0C => Some(0xFFFF_FFFF),
            // The size is the upper halfword.
            0x10 => Some(self.flash_kib << 16 | 0xFFFF),
            _ => None,
        }
    }
}

/// The word at `offset` of the option bytes, from OPTCR.
#[must_use]
pub fn option_bytes(options: u32, offset: u32) -> u32 {
    match offset {
        // User byte and read protection.
        0x00 => options & 0xFFEC | 0xFFFF_0000,
        // Write protection.
        0x08 => options >> 16 & 0x0FFF | 0xFFFF_F000,
        _ => 0xFFFF_FFFF,
    }
}
