//! Memory protection (DDI 0403E, B3.5): eight regions over the default memory map.

/// What an access wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To read data.
    Read,
    /// To write data.
    Write,
    /// To fetch an instruction.
    Fetch,
}

/// How many regions there are.
const REGIONS: usize = 8;

#[derive(Debug, Clone, Copy, Default)]
struct Region {
    base: u32,
    attributes: u32,
}

impl Region {
    /// Whether the region covers `address`, its disabled subregions left out.
    fn covers(self, address: u32) -> bool {
        if self.attributes & 1 == 0 {
            return false;
        }
        let size_field = self.attributes >> 1 & 31;
        if size_field < 4 {
            return false;
        }
        // A region has 2 to the power of the field plus one bytes; the mask is that without overflowing at 4 GiB.
        let mask = u32::MAX >> (31 - size_field);
        if (address ^ self.base) & !mask != 0 {
            return false;
        }
        // Regions of less than 256 bytes have no subregions.
        size_field < 7 || self.attributes >> (8 + (address >> (size_field - 2) & 7)) & 1 == 0
    }

    fn allows(self, right: Right, privileged: bool) -> bool {
        let (read, write) = match (self.attributes >> 24 & 7, privileged) {
            (1, true) | (2, true) | (3, _) => (true, true),
            (2, false) | (5, true) | (6 | 7, _) => (true, false),
            _ => (false, false),
        };
        match right {
            Right::Read => read,
            Right::Write => write,
            Right::Fetch => read && self.attributes >> 28 & 1 == 0,
        }
    }
}

/// The MPU.
#[derive(Debug, Clone, Default)]
pub struct Mpu {
    /// Bit 0 ENABLE, bit 1 HFNMIENA, bit 2 PRIVDEFENA.
    control: u32,
    number: usize,
    regions: [Region; REGIONS],
}

/// Whether the default memory map lets instructions be fetched: not from peripherals, devices and the system.
fn executable(address: u32) -> bool {
    !matches!(address >> 29, 0b010 | 0b101 | 0b110 | 0b111)
}

impl Mpu {
    /// Whether the MPU is switched on.
    #[inline]
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.control & 1 != 0
    }

    /// Whether the access is allowed. Also applies the default memory map's execute-never regions.
    #[inline]
    #[must_use]
    pub fn allows(&self, address: u32, right: Right, privileged: bool, negative_priority: bool) -> bool {
        if self.control & 1 == 0 {
            return right != Right::Fetch || executable(address);
        }
        self.allows_enabled(address, right, privileged, negative_priority)
    }

    fn allows_enabled(&self, address: u32, right: Right, privileged: bool, negative_priority: bool) -> bool {
        let by_default = right != Right::Fetch || executable(address);
        if address >= 0xE000_0000 && right == Right::Fetch {
            return false;
        }
        // The private peripheral bus is never the MPU's concern.
        if address >> 20 == 0xE00 || (negative_priority && self.control & 2 == 0) {
            return by_default;
        }
        match self.regions.iter().rev().find(|region| region.covers(address)) {
            Some(region) => region.allows(right, privileged),
            None => self.control & 4 != 0 && privileged && by_default,
        }
    }

    /// Reads the register at `offset` from MPU_TYPE.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        let region = self.regions[self.number];
        match offset {
            0x00 => (REGIONS as u32) << 8,
            0x04 => self.control,
            0x08 => self.number as u32,
            0x0C | 0x14 | 0x1C | 0x24 => region.base | self.number as u32,
            0x10 | 0x18 | 0x20 | 0x28 => region.attributes,
            _ => 0,
        }
    }

    /// Writes the register at `offset` from MPU_TYPE.
    pub fn write(&mut self, offset: u32, value: u32) {
        match offset {
            0x04 => self.control = value & 7,
            0x08 => self.number = value as usize % REGIONS,
            0x0C | 0x14 | 0x1C | 0x24 => {
                if value & 0x10 != 0 {
                    self.number = value as usize % REGIONS;
                }
                self.regions[self.number].base = value & !0x1F;
            }
            0x10 | 0x18 | 0x20 | 0x28 => self.regions[self.number].attributes = value & 0x173F_FF3F,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mpu, Right};

    const ALL: [Right; 3] = [Right::Read, Right::Write, Right::Fetch];

    fn rights(mpu: &Mpu, address: u32, privileged: bool) -> [bool; 3] {
        ALL.map(|right| mpu.allows(address, right, privileged, false))
    }

    /// Region `number` of 2 to the power of `log2` bytes.
    fn region(mpu: &mut Mpu, number: u32, base: u32, log2: u32, access: u32, more: u32) {
        mpu.write(0x0C, base | 0x10 | number);
        mpu.write(0x10, access << 24 | (log2 - 1) << 1 | 1 | more);
    }

    #[test]
    fn devices_are_never_executed_even_without_mpu() {
        let mpu = Mpu::default();
        for (address, fetch) in [
            (0x0, true),
            (0x2000_0000, true),
            (0x4000_0000, false),
            (0x5FFF_FFFE, false),
            (0x6000_0000, true),
            (0x9FFF_FFFE, true),
            (0xA000_0000, false),
            (0xDFFF_FFFE, false),
            (0xE000_0000, false),
            (0xFFFF_FFFE, false),
        ] {
            assert_eq!(rights(&mpu, address, false), [true, true, fetch], "{address:#x}");
        }
    }

    #[test]
    fn access_permissions_follow_the_table() {
        let mut mpu = Mpu::default();
        mpu.write(4, 1);
        let (no, read, full) = ([false; 3], [true, false, true], [true; 3]);
        let table = [
            (0, no, no),
            (1, full, no),
            (2, full, read),
            (3, full, full),
            (4, no, no),
            (5, read, no),
            (6, read, read),
            (7, read, read),
        ];
        for (access, privileged, user) in table {
            region(&mut mpu, 0, 0x2000_0000, 8, access, 0);
            assert_eq!(rights(&mpu, 0x2000_00FF, true), privileged, "AP {access}");
            assert_eq!(rights(&mpu, 0x2000_00FF, false), user, "AP {access}");
            assert_eq!(rights(&mpu, 0x2000_0100, true), no, "outside");
        }
        region(&mut mpu, 0, 0x2000_0000, 8, 3, 1 << 28);
        assert_eq!(rights(&mpu, 0x2000_0000, true), [true, true, false], "XN");
    }

    #[test]
    fn the_highest_region_wins_and_a_disabled_subregion_is_a_hole() {
        let mut mpu = Mpu::default();
        mpu.write(4, 5);
        region(&mut mpu, 1, 0x2000_0000, 16, 6, 0);
        region(&mut mpu, 4, 0x2000_1000, 11, 3, 0b0000_0100 << 8);
        assert!(!mpu.allows(0x2000_0FFF, Right::Write, true, false));
        assert!(mpu.allows(0x2000_1000, Right::Write, true, false));
        assert!(!mpu.allows(0x2000_1200, Right::Write, true, false), "third eighth shows the region below");
        assert!(mpu.allows(0x2000_1300, Right::Write, true, false));
        assert_eq!(rights(&mpu, 0x0800_0000, true), [true; 3], "PRIVDEFENA");
        assert_eq!(rights(&mpu, 0x0800_0000, false), [false; 3]);
        assert!(mpu.allows(0x2000_0000, Right::Write, true, true), "HFNMIENA is clear");
        mpu.write(4, 7);
        assert!(!mpu.allows(0x2000_0000, Right::Write, true, true), "HFNMIENA is set");
    }

    #[test]
    fn a_region_may_be_all_memory_and_the_aliases_write_the_same_registers() {
        let mut mpu = Mpu::default();
        mpu.write(4, 1);
        mpu.write(0x24, 0x17);
        mpu.write(0x28, 3 << 24 | 31 << 1 | 1);
        assert_eq!((mpu.read(0x08), mpu.read(0x14), mpu.read(0x10)), (7, 7, 3 << 24 | 63));
        assert_eq!(rights(&mpu, 0xFFFF_FFFC, false), [true, true, false], "the system is never executed");
        assert_eq!(rights(&mpu, 0x4000_0000, false), [true; 3], "a region may open a device");
        assert_eq!(mpu.read(0), 0x800);
    }
}
