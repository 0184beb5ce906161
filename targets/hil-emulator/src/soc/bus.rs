//! Which peripheral answers at an address, and what an access narrower than a word does there.

use super::Width;
use crate::board::Misfit;
use crate::board::chip::{BusKind, Chip};

/// Where a peripheral lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<U> {
    base: u32,
    last: u32,
    /// Which one it is.
    pub unit: U,
}

impl<U> Slot<U> {
    /// The offset of `address` in the slot.
    #[must_use]
    pub fn offset(&self, address: u32) -> u32 {
        address.wrapping_sub(self.base)
    }
}

/// What lies at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<U> {
    /// A peripheral with a model.
    Unit {
        /// Which one.
        unit: U,
        /// The offset of the access in its range.
        offset: u32,
    },
    /// Something that the chip has and the model lacks.
    Unmodelled,
    /// Nothing.
    Reserved,
}

/// The address decoder of a chip.
#[derive(Debug, Clone)]
pub struct Decoder<U> {
    slots: Vec<Slot<U>>,
    buses: Vec<(u32, u32, BusKind)>,
    bands: Vec<(u32, u32, u32)>,
}

impl<U: Copy> Decoder<U> {
    /// The decoder for the peripherals of `chip`, of which `unit` knows the models by their names.
    ///
    /// # Errors
    /// A peripheral without a model, or two that overlap.
    pub fn new(chip: &Chip, unit: impl Fn(&str) -> Option<U>) -> Result<Self, Misfit> {
        let mut slots = Vec::new();
        for facts in &chip.peripheral {
            let name = facts.name.as_ref();
            let misfit = |what: &str| Misfit { at: facts.name.span().start, message: format!("{name}: {what}") };
            let found = unit(name).ok_or_else(|| misfit("there is no model of this name"))?;
            let last = facts.size_bytes.checked_sub(1).and_then(|len| facts.base.checked_add(len));
            let last = last.ok_or_else(|| misfit("the range is empty or leaves the address space"))?;
            let overlaps = |slot: &Slot<U>| slot.base <= last && facts.base <= slot.last;
            if slots.iter().any(overlaps) {
                return Err(misfit("the range overlaps with another peripheral"));
            }
            slots.push(Slot { base: facts.base, last, unit: found });
        }
        slots.sort_by_key(|slot| slot.base);
        let range = |base: u32, len: u32| (base, base.saturating_add(len.saturating_sub(1)));
        let buses = chip.bus.iter().map(|bus| {
            let (first, last) = range(bus.base, bus.size_bytes);
            (first, last, bus.kind)
        });
        let bands = chip.bit_band.iter().map(|band| (band.alias, band.target, band.size_bytes));
        Ok(Self { slots, buses: buses.collect(), bands: bands.collect() })
    }

    /// What lies at `address`.
    #[must_use]
    pub fn place(&self, address: u32) -> Place<U> {
        let after = self.slots.partition_point(|slot| slot.base <= address);
        let slot = after.checked_sub(1).and_then(|index| self.slots.get(index)).filter(|slot| address <= slot.last);
        match slot {
            Some(slot) => Place::Unit { unit: slot.unit, offset: slot.offset(address) },
            None if self.bus(address).is_some() => Place::Unmodelled,
            None => Place::Reserved,
        }
    }

    /// How the bus at `address` treats narrow accesses.
    #[must_use]
    pub fn bus(&self, address: u32) -> Option<BusKind> {
        self.buses.iter().find(|(first, last, _)| (*first..=*last).contains(&address)).map(|(_, _, kind)| *kind)
    }

    /// The byte address and the bit (0 to 7) that a bit-band alias stands for.
    #[must_use]
    pub fn bit(&self, address: u32) -> Option<(u32, u32)> {
        self.bands.iter().find_map(|(alias, target, len)| {
            let offset = address.wrapping_sub(*alias);
            (offset / 32 < *len).then(|| (target + offset / 32, offset / 4 % 8))
        })
    }

    /// A write of `width` at `address` as the word that a peripheral sees.
    #[must_use]
    pub fn word(&self, address: u32, width: Width, value: u32) -> Word {
        let shift = 8 * (address & 3);
        match (width, self.bus(address)) {
            (Width::Word, _) => Word { value, mask: u32::MAX },
            (Width::Byte, Some(BusKind::Apb)) => Word { value: (value & 0xFF) * 0x0101_0101, mask: u32::MAX },
            (Width::Half, Some(BusKind::Apb)) => Word { value: (value & 0xFFFF) * 0x0001_0001, mask: u32::MAX },
            (Width::Byte, _) => Word { value: (value & 0xFF) << shift, mask: 0xFF << shift },
            (Width::Half, _) => Word { value: (value & 0xFFFF) << shift, mask: 0xFFFF << shift },
        }
    }
}

/// The part of a register at `address` that an access of `width` reads.
#[must_use]
pub fn lanes(register: u32, address: u32, width: Width) -> u32 {
    let shifted = register >> (8 * (address & 3));
    match width {
        Width::Byte => shifted & 0xFF,
        Width::Half => shifted & 0xFFFF,
        Width::Word => shifted,
    }
}

/// A write as a peripheral sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The value, 0 where nothing is written.
    pub value: u32,
    /// The bits that are written.
    pub mask: u32,
}

impl Word {
    /// The register after the write.
    #[must_use]
    pub fn onto(self, old: u32) -> u32 {
        old & !self.mask | self.value & self.mask
    }

    /// The register after the write when only the bits of `writable` can be changed.
    #[must_use]
    pub fn within(self, old: u32, writable: u32) -> u32 {
        Self { mask: self.mask & writable, ..self }.onto(old)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Place, Word, lanes};
    use crate::board::find;
    use crate::soc::Width;

    fn decoder() -> Decoder<usize> {
        let (_, chip) = find("stm32f4").unwrap();
        let names: Vec<String> = chip.peripheral.iter().map(|facts| facts.name.as_ref().clone()).collect();
        Decoder::new(&chip, |name| names.iter().position(|known| known == name)).unwrap()
    }

    #[test]
    fn every_peripheral_is_found_from_its_first_to_its_last_byte() {
        let (_, chip) = find("stm32f4").unwrap();
        let decoder = decoder();
        for (index, facts) in chip.peripheral.iter().enumerate() {
            for offset in [0, facts.size_bytes - 1] {
                assert_eq!(decoder.place(facts.base + offset), Place::Unit { unit: index, offset });
            }
        }
        assert_eq!(decoder.place(0x4000_5400), Place::Unmodelled, "I2C1");
        assert_eq!(decoder.place(0x6000_0000), Place::Reserved);
        assert_eq!(decoder.place(0x0000_0000), Place::Reserved);
        assert_eq!(decoder.place(u32::MAX), Place::Reserved);
    }

    #[test]
    fn overlapping_and_unknown_peripherals_do_not_fit() {
        let (_, mut chip) = find("stm32f4").unwrap();
        assert!(Decoder::new(&chip, |name| (name != "rcc").then_some(0)).is_err());
        chip.peripheral[1].base = chip.peripheral[0].base + 4;
        let misfit = Decoder::new(&chip, |_| Some(0)).unwrap_err();
        assert!(misfit.message.contains("overlaps"), "{}", misfit.message);
    }

    #[test]
    fn bit_band_words_stand_for_bits() {
        let decoder = decoder();
        assert_eq!(decoder.bit(0x2200_0000), Some((0x2000_0000, 0)));
        assert_eq!(decoder.bit(0x2200_0000 + 0x300 * 32 + 13 * 4), Some((0x2000_0301, 5)));
        assert_eq!(decoder.bit(0x43FF_FFFC), Some((0x400F_FFFF, 7)));
        assert_eq!(decoder.bit(0x4400_0000), None);
    }

    #[test]
    fn narrow_writes_take_lanes_on_ahb_and_repeat_on_apb() {
        let decoder = decoder();
        let gpio = decoder.word(0x4002_0019, Width::Byte, 0xAB);
        assert_eq!(gpio, Word { value: 0xAB00, mask: 0xFF00 });
        assert_eq!(gpio.onto(0x1111_1111), 0x1111_AB11);
        let usart = decoder.word(0x4001_1004, Width::Byte, 0x41);
        assert_eq!(usart, Word { value: 0x4141_4141, mask: u32::MAX });
        assert_eq!(lanes(0x1234_5678, 2, Width::Half), 0x1234);
        assert_eq!(lanes(0x1234_5678, 3, Width::Byte), 0x12);
    }
}
