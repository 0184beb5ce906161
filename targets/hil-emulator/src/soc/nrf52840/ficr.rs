//! Factory information: what the part is, and who (PS, FICR). Words that are not listed read as erased flash.

use crate::board::Chance;

/// Factory information.
#[derive(Debug, Clone, Copy)]
pub struct Ficr {
    id: [u32; 2],
    address: [u32; 2],
}

impl Ficr {
    /// The information of the part that `seed` stands for.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0xF1C4);
        let (id, address) = (chance.next(), chance.next());
        Self { id: [id as u32, (id >> 32) as u32], address: [address as u32, (address >> 32) as u32 | 0xFFFF_0000] }
    }

    /// The word at `offset`.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        match offset {
            // CODEPAGESIZE and CODESIZE
            0x010 => 4096,
            0x014 => 256,
            0x060 => self.id[0],
            0x064 => self.id[1],
            // DEVICEADDRTYPE: random
            0x0A0 => 0xFFFF_FFFF,
            0x0A4 => self.address[0],
            0x0A8 => self.address[1],
            // INFO.PART, INFO.VARIANT "AAD0", INFO.PACKAGE QI, INFO.RAM and INFO.FLASH in KiB
            0x100 => 0x0005_2840,
            0x104 => 0x4141_4430,
            0x108 => 0x2004,
            0x10C => 256,
            0x110 => 1024,
            // What Nordic's start-up code reads to know the chip and its revision (unverified).
            0x130 => 8,
            0x134 => 3,
            _ => 0xFFFF_FFFF,
        }
    }
}
