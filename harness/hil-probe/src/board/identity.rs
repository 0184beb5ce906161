//! What a chip says it is, read over its debug port before anything that belongs to one kind of chip is done to it.
//!
//! No core is halted or configured: only words are read. So a wrong chip is found before probe-rs's sequence for the
//! right one (which may unlock, and so erase) is let loose on it.

use probe_rs::architecture::arm::dp::DpAddress;
use probe_rs::architecture::arm::memory::ArmMemoryInterface;
use probe_rs::architecture::arm::sequences::DefaultArmSequence;
use probe_rs::architecture::arm::{ArmDebugInterface, FullyQualifiedApAddress};
use probe_rs::probe::{Probe, WireProtocol};

use super::error::{BoardError, Step};
use super::kind::{DEVICE_ID, Family, Kind};

/// A chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For people: `STM32F407`, `nRF52840`, or what is known of another chip.
    pub chip: String,
    /// The family and the part as in [`Kind::part`]; absent for a chip of no known family.
    pub part: Option<(Family, u32)>,
    /// Its unique number in hexadecimal, the most significant digit first; absent where none is known to be.
    pub chip_id: Option<String>,
}

/// What was found on the debug port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A chip that can be read.
    Chip(Identity),
    /// A chip of Nordic that is protected against reading.
    LockedNordic,
}

/// DBGMCU_IDCODE of STM32F4 (RM0090 38.6.1).
const IDCODE: u64 = 0xE004_2000;
/// The unique device ID of STM32F4, three words (RM0090 39.1).
const STM32_UID: u64 = 0x1FFF_7A10;
/// FICR INFO.PART and DEVICEID[0..2] (PS 4.4.1).
const FICR_PART: u64 = 0x1000_0100;
const FICR_DEVICE_ID: u64 = 0x1000_0060;
/// IDR of Nordic's CTRL-AP, which is access port 1, and its APPROTECTSTATUS (PS 4.7.2).
const CTRL_AP: u8 = 1;
const CTRL_AP_IDR: u32 = 0x0288_0000;
const IDR: u64 = 0xFC;
const APPROTECTSTATUS: u64 = 0x0C;
/// CPUID (DDI 0403E, B3.2.3).
const CPUID: u64 = 0xE000_ED00;

/// The debug port of a chip, without anything that is special to one.
///
/// # Errors
/// [`BoardError`] when the probe fails.
pub fn debug_port(mut probe: Probe) -> Result<Box<dyn ArmDebugInterface>, BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Attach, &error);
    probe.select_protocol(WireProtocol::Swd).map_err(|error| failed(error.into()))?;
    probe.attach_to_unspecified().map_err(failed)?;
    let mut port = probe
        .try_into_arm_debug_interface(DefaultArmSequence::create())
        .map_err(|(_, error)| BoardError::of_arm(Step::Attach, &error))?;
    port.select_debug_port(DpAddress::Default).map_err(|error| BoardError::of_arm(Step::Attach, &error))?;
    Ok(port)
}

/// What is at the other end of `probe`.
///
/// # Errors
/// [`BoardError`] when nothing answers.
pub fn look(probe: Probe) -> Result<Found, BoardError> {
    let mut port = debug_port(probe)?;
    if is_locked_nordic(&mut *port) {
        return Ok(Found::LockedNordic);
    }
    let ap = FullyQualifiedApAddress::v1_with_default_dp(0);
    let mut memory = port.memory_interface(&ap).map_err(|error| BoardError::of_arm(Step::Identify, &error))?;
    identity(&mut *memory).map(Found::Chip)
}

fn is_locked_nordic(port: &mut dyn ArmDebugInterface) -> bool {
    let ctrl = FullyQualifiedApAddress::v1_with_default_dp(CTRL_AP);
    // A chip without that port answers with an error or with 0.
    port.read_raw_ap_register(&ctrl, IDR).is_ok_and(|idr| idr & 0x0FFF_FFFF == CTRL_AP_IDR)
        && port.read_raw_ap_register(&ctrl, APPROTECTSTATUS).is_ok_and(|status| status & 1 == 0)
}

/// What the words of a chip's memory say it is.
///
/// # Errors
/// [`BoardError`] when not even the core's own identity can be read.
pub fn identity(memory: &mut dyn ArmMemoryInterface) -> Result<Identity, BoardError> {
    let cpuid = memory.read_word_32(CPUID).map_err(|error| BoardError::of_arm(Step::Identify, &error))?;
    // Addresses of the other family hold something else or nothing, so a read that fails is an answer as well.
    let mut word = |address: u64| memory.read_word_32(address).ok();
    if let Some(part) = word(FICR_PART).filter(|part| part & !0xFFF == 0x5_2000) {
        let id = [word(FICR_DEVICE_ID + 4), word(FICR_DEVICE_ID)];
        let known = (part == 0x5_2840).then_some((Family::Nrf52840, part));
        return Ok(Identity { chip: format!("nRF{part:05x}"), part: known, chip_id: in_hex(&id) });
    }
    if let Some(idcode) = word(IDCODE).filter(|idcode| idcode & DEVICE_ID != 0 && *idcode != u32::MAX) {
        let device = idcode & DEVICE_ID;
        let id = [word(STM32_UID + 8), word(STM32_UID + 4), word(STM32_UID)];
        return Ok(Identity { chip: stm32(device), part: Some((Family::Stm32f4, device)), chip_id: in_hex(&id) });
    }
    Ok(Identity { chip: format!("a chip that is not known here, CPUID {cpuid:#010x}"), part: None, chip_id: None })
}

/// The parts with this device id (RM0090 38.6.1).
fn stm32(device: u32) -> String {
    match device {
        0x413 => "STM32F407".to_owned(),
        0x419 => "STM32F42x".to_owned(),
        other => format!("STM32 with device id {other:#05x}"),
    }
}

fn in_hex(words: &[Option<u32>]) -> Option<String> {
    words.iter().map(|word| word.map(|word| format!("{word:08x}"))).collect()
}

/// Whether `found` is what was ordered.
///
/// # Errors
/// [`BoardError::WrongChip`], [`BoardError::OtherBoard`].
pub fn check(found: &Identity, kind: &Kind, chip_id: Option<&str>) -> Result<(), BoardError> {
    if found.part != Some((kind.family, kind.part)) {
        return Err(BoardError::WrongChip { found: with_article(&found.chip), wanted: with_article(&kind.title) });
    }
    match (chip_id, &found.chip_id) {
        (Some(wanted), Some(found)) if !same_number(wanted, found) => {
            Err(BoardError::OtherBoard { found: found.clone(), wanted: wanted.to_owned() })
        }
        (Some(wanted), None) => {
            let found = "that could not be read".to_owned();
            Err(BoardError::OtherBoard { found, wanted: wanted.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Numbers that people wrote: in any case, with or without `0x`, with or without leading zeros.
fn same_number(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        text.strip_prefix("0x").unwrap_or(&text).trim_start_matches('0').to_owned()
    };
    plain(one) == plain(other)
}

fn with_article(name: &str) -> String {
    let said_with_a_vowel = name.starts_with(['S', 'n', 'N', 'a', 'A']);
    match name {
        _ if name.starts_with("a ") => name.to_owned(),
        _ if said_with_a_vowel => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardError, Family, Identity, Kind, check};

    fn nrf(chip_id: Option<&str>) -> Identity {
        let part = Some((Family::Nrf52840, 0x52840));
        Identity { chip: "nRF52840".to_owned(), part, chip_id: chip_id.map(str::to_owned) }
    }

    #[test]
    fn another_kind_of_chip_is_told_with_both_names() {
        let error = check(&nrf(None), &Kind::of("stm32f4").unwrap(), None).unwrap_err();
        assert!(error.to_string().contains("this is an nRF52840 and not an STM32F407VG"), "{error}");
        let strange = Identity { chip: "a chip that is not known here".to_owned(), part: None, chip_id: None };
        assert!(matches!(
            check(&strange, &Kind::of("nrf52840").unwrap(), None),
            Err(BoardError::WrongChip { found, .. }) if found == "a chip that is not known here"
        ));
    }

    #[test]
    fn a_number_may_be_written_in_more_than_one_way_but_must_be_the_same() {
        let kind = Kind::of("nrf52840").unwrap();
        for same in ["00aa5500", "0xAA5500", " aa5500 "] {
            check(&nrf(Some("00aa5500")), &kind, Some(same)).unwrap();
        }
        let error = check(&nrf(Some("00aa5500")), &kind, Some("00aa5501")).unwrap_err().to_string();
        assert!(error.contains("00aa5500") && error.contains("00aa5501"), "{error}");
        assert!(check(&nrf(None), &kind, Some("1")).is_err(), "a number that cannot be read is not the right one");
    }
}
