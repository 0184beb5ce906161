//! Flash patch and breakpoint unit, revision 1 (DDI 0403E, C1.11): six instruction and two literal comparators.

use crate::memory::Memory;

/// Instruction comparators.
const CODE: usize = 6;
/// All comparators.
const ALL: usize = 8;

/// The FPB.
#[derive(Debug, Clone, Default)]
pub struct Fpb {
    enabled: bool,
    remap: u32,
    comparators: [u32; ALL],
}

impl Fpb {
    /// The address that comparator `value` watches, if it is on.
    fn word(&self, value: u32) -> Option<u32> {
        (self.enabled && value & 1 == 1).then_some(value & 0x1FFF_FFFC)
    }

    /// Whether a comparator stops execution at `address`.
    #[must_use]
    pub fn breaks_at(&self, address: u32) -> bool {
        self.enabled
            && self.comparators[..CODE].iter().any(|value| {
                let half = 1 << (30 + (address >> 1 & 1));
                self.word(*value) == Some(address & !3) && value & half != 0
            })
    }

    /// What stands in place of the halfword at `address`, when a comparator replaces it.
    #[must_use]
    pub fn remapped(&self, address: u32, memory: &Memory) -> Option<u16> {
        if !self.enabled {
            return None;
        }
        let matches = |value: &u32| self.word(*value) == Some(address & !3) && value >> 30 == 0;
        let index = self.comparators[..CODE].iter().position(matches)?;
        let bytes = memory.slice(self.entry(index) | address & 2, 2)?;
        Some(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// The address of the word that stands in place of the one at `address` for loads, when a literal comparator
    /// replaces it.
    #[inline]
    #[must_use]
    pub fn literal(&self, address: u32) -> Option<u32> {
        if !self.enabled {
            return None;
        }
        let matches = |value: &u32| self.word(*value) == Some(address & !3);
        let index = self.comparators[CODE..].iter().position(matches)?;
        Some(self.entry(CODE + index) | address & 3)
    }

    /// Where the replacement of comparator `index` lies: the table is in RAM.
    fn entry(&self, index: usize) -> u32 {
        0x2000_0000 | self.remap | (index as u32) << 2
    }

    /// Reads the register at `offset` from FP_CTRL.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        match offset {
            0x0 => 0x260 | u32::from(self.enabled),
            // RMPSPT: remapping is supported.
            0x4 => 1 << 29 | self.remap,
            _ => self.comparators.get((offset as usize).wrapping_sub(8) / 4).copied().unwrap_or(0),
        }
    }

    /// Writes the register at `offset` from FP_CTRL. Decoded code must be forgotten afterwards.
    pub fn write(&mut self, offset: u32, value: u32) {
        match offset {
            // Without KEY the write is ignored.
            0x0 if value & 2 != 0 => self.enabled = value & 1 == 1,
            0x0 => {}
            0x4 => self.remap = value & 0x1FFF_FFE0,
            _ => {
                let index = (offset as usize).wrapping_sub(8) / 4;
                let kept = if index < CODE { 0xDFFF_FFFD } else { 0x1FFF_FFFD };
                if let Some(comparator) = self.comparators.get_mut(index) {
                    *comparator = value & kept;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fpb;
    use crate::memory::{Kind, Memory, Region};

    #[test]
    fn halfwords_are_told_apart() {
        let mut fpb = Fpb::default();
        assert_eq!(fpb.read(0), 0x260);
        fpb.write(0, 1);
        assert_eq!(fpb.read(0), 0x260, "the key is missing");
        fpb.write(0, 3);
        fpb.write(8 + 4 * 5, 0x4000_1001);
        assert!(fpb.breaks_at(0x1000) && !fpb.breaks_at(0x1002));
        fpb.write(8 + 4 * 5, 0x8000_1001);
        assert!(!fpb.breaks_at(0x1000) && fpb.breaks_at(0x1002));
        fpb.write(8 + 4 * 5, 0xC000_1001);
        assert!(fpb.breaks_at(0x1000) && fpb.breaks_at(0x1002) && !fpb.breaks_at(0x1004));
        assert!(!fpb.breaks_at(0x2000_1000), "only the code region has breakpoints");
        fpb.write(0, 2);
        assert!(!fpb.breaks_at(0x1000));
    }

    #[test]
    fn a_comparator_without_breakpoint_replaces_the_word() {
        let mut memory = Memory::new(vec![Region::new("ram", Kind::Ram, 0x2000_0000, 0x100, true, 0)], vec![]);
        memory.slice_mut(0x2000_0020 + 4, 4).unwrap().copy_from_slice(&[1, 2, 3, 4]);
        let mut fpb = Fpb::default();
        fpb.write(0, 3);
        fpb.write(4, 0x2000_0020);
        fpb.write(8 + 4, 0x1001);
        assert_eq!(fpb.remapped(0x1000, &memory), Some(0x0201));
        assert_eq!(fpb.remapped(0x1002, &memory), Some(0x0403));
        assert_eq!(fpb.remapped(0x1004, &memory), None);
        fpb.write(8 + 4 * 7, 0xC000_2001);
        assert_eq!(fpb.literal(0x2001), Some(0x2000_0020 + 28 + 1));
        assert!(!fpb.breaks_at(0x2000), "literal comparators do not break");
    }
}
