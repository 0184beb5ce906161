//! What the factory wrote: the unique device ID, the size of the flash, the ADC's calibration words, and the option
//! bytes as they can be read (RM0090 39.1, 39.2 and 3.6.2; DS8626 for the calibration words).

use crate::board::Chance;

/// The electronic signature.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    id: [u32; 3],
    flash_kib: u32,
    /// VREFIN_CAL, TS_CAL1, TS_CAL2.
    calibration: [u32; 3],
}

impl Signature {
    /// The signature of the part that `seed` stands for, with the calibration words for the internal reference and for
    /// the temperature sensor at two temperatures.
    #[must_use]
    pub fn new(seed: u64, flash_kib: u32, calibration: [u32; 3]) -> Self {
        let mut chance = Chance::new(seed ^ 0x7A10);
        let (first, second) = (chance.next(), chance.next());
        Self { id: [first as u32, (first >> 32) as u32, second as u32], flash_kib, calibration }
    }

    /// The word at `offset` from the unique ID.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00..=0x08 => self.id.get(offset as usize / 4).copied(),
            0x0C => Some(0xFFFF_FFFF),
            // The size is the upper halfword.
            0x10 => Some(self.flash_kib << 16 | 0xFFFF),
            0x18 => Some(self.calibration[0] << 16 | 0xFFFF),
            0x1C => Some(self.calibration[2] << 16 | self.calibration[1]),
            0x14 => Some(0xFFFF_FFFF),
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
