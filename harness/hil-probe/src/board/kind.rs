//! What is known about the chip of a platform: what probe-rs calls it, and how it says who it is.

use hil_emulator::board::{self, chip::Chip};

use super::error::BoardError;

/// A family of chips, by how its members are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// STM32F4 (RM0090).
    Stm32f4,
    /// nRF52840 (Product Specification v1.1, PS).
    Nrf52840,
}

/// The chip of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its family.
    pub family: Family,
    /// The name for people, such as `STM32F407VG`.
    pub title: String,
    /// What probe-rs calls it.
    pub target: String,
    /// What the word of its identity has to be: the device id of DBGMCU_IDCODE, or FICR INFO.PART.
    pub part: u32,
    /// The serial port that carries frames, by its name on the emulated chip.
    pub uart: &'static str,
}

/// FICR INFO.PART of an nRF52840 (PS 4.4.1.12).
const NRF52840_PART: u32 = 0x0005_2840;
/// The device id in DBGMCU_IDCODE (RM0090 38.6.1); the upper half is the revision.
pub(super) const DEVICE_ID: u32 = 0xFFF;

impl Kind {
    /// The chip of `platform`, from the facts about boards and chips.
    ///
    /// # Errors
    /// [`BoardError::Order`] for a platform that has no chip behind a probe.
    pub fn of(platform: &str) -> Result<Self, BoardError> {
        let order = |detail: String| BoardError::Order { detail };
        let (_, chip) = board::find(platform).map_err(|error| order(error.to_string()))?;
        let nothing_known = || order(format!("how a {} says what it is is not known", chip.title));
        let (family, part, uart) = family(&chip).ok_or_else(nothing_known)?;
        Ok(Self { family, title: chip.title, target: chip.probe_rs_target, part, uart })
    }
}

/// The family, the identity and the serial port of a chip. The ports are those that the firmware of this repository
/// uses: USART2 on PA2 and PA3, UARTE0 on P0.06 and P0.08.
fn family(chip: &Chip) -> Option<(Family, u32, &'static str)> {
    match chip.chip.as_str() {
        "stm32f407" => chip.debug.idcode.map(|idcode| (Family::Stm32f4, idcode & DEVICE_ID, "usart2")),
        "nrf52840" => Some((Family::Nrf52840, NRF52840_PART, "uarte0")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardError, Family, Kind};

    #[test]
    fn every_emulated_platform_has_a_kind_of_chip_and_no_other_has() {
        let kind = Kind::of("stm32f4").unwrap();
        assert_eq!((kind.family, kind.part, kind.target.as_str()), (Family::Stm32f4, 0x413, "STM32F407VGTx"));
        let kind = Kind::of("nrf52840").unwrap();
        assert_eq!((kind.family, kind.part, kind.target.as_str()), (Family::Nrf52840, 0x52840, "nRF52840_xxAA"));
        assert!(matches!(Kind::of("desktop-cpu"), Err(BoardError::Order { .. })));
    }
}
