//! What a board measures its power with: the circuit that the file of its kind describes, as the lab has changed it.

use hil_emulator::board;
use hil_model::id::PlatformId;
use hil_model::power::{Meter, Shunt, StatedCurrent};
use hil_scenario::lab::SupplyChange;

/// The meter of a board of the kind `platform`; nothing where its file describes no shunt with an amplifier.
#[must_use]
pub fn of(platform: &PlatformId, change: Option<&SupplyChange>) -> Option<Meter> {
    let (facts, chip) = board::find(platform.as_str()).ok()?;
    let supply = facts.supply;
    let amplifier = supply.amplifier?;
    let change = change.copied().unwrap_or_default();
    let is_changed = change != SupplyChange::default();
    let lab = if is_changed { "; changed by the lab file" } else { "" };
    let notes: Vec<String> = [supply.unverified, amplifier.unverified].into_iter().flatten().collect();
    let shunt = Shunt {
        ohms: change.shunt_ohms.unwrap_or(supply.shunt_ohms),
        tolerance: change.shunt_tolerance.unwrap_or(supply.shunt_tolerance),
        amplifier: amplifier.part,
        gain: change.gain.unwrap_or(amplifier.gain),
        gain_error_max: change.gain_error_max.unwrap_or(amplifier.gain_error_max),
        offset_max_volts: amplifier.offset_max_volts,
        bandwidth_hz: amplifier.bandwidth_hz,
        high_volts: amplifier.high_volts,
        source: format!("{}; {}{lab}", supply.source, amplifier.source),
        unverified: Some(notes.join("; ")).filter(|notes| !notes.is_empty()),
    };
    Some(Meter { shunt, stated: stated(&facts.chip, &chip) })
}

/// Chip, sleep mode of this repository's firmware, and the figure of the chip's file that stands for it: STM32F407 with the
/// low-power regulator and the flash off, nRF52840 in System ON with its RAM and the RTC.
const STATED: [(&str, &str, &str); 2] =
    [("stm32f407", "stop", "stop-low-power-flash-off"), ("nrf52840", "stop", "idle-rtc-ram-on")];

/// What the chip's data sheet says is drawn in sleep modes in which its converter is off.
fn stated(name: &str, chip: &board::chip::Chip) -> Vec<StatedCurrent> {
    let of_chip = STATED.iter().filter(|(chip, ..)| *chip == name);
    let figures = of_chip.filter_map(|(_, sleep, figure)| {
        let place = chip.power.figures.iter().find(|place| place.microamperes.contains_key(*figure))?;
        Some(StatedCurrent {
            sleep: (*sleep).to_owned(),
            amperes: place.microamperes.get(*figure)? * 1e-6,
            source: format!("{figure}, typical: {}", place.source),
        })
    });
    figures.collect()
}

#[cfg(test)]
mod tests {
    use super::of;
    use hil_model::id::PlatformId;
    use hil_scenario::lab::SupplyChange;

    #[test]
    fn data_sheets_say_what_nobody_sees_in_stop() {
        for (platform, amperes) in [("stm32f4", 280e-6), ("nrf52840", 3.16e-6)] {
            let stated = of(&PlatformId::new(platform).unwrap(), None).unwrap().stated;
            assert_eq!(stated.len(), 1);
            assert!(stated[0].sleep == "stop" && (stated[0].amperes - amperes).abs() < 1e-9, "{stated:?}");
        }
    }

    #[test]
    fn the_lab_changes_what_it_names_and_nothing_else() {
        let platform = PlatformId::new("stm32f4").unwrap();
        let plain = of(&platform, None).unwrap().shunt;
        let change = SupplyChange { shunt_ohms: Some(2.0), ..SupplyChange::default() };
        let changed = of(&platform, Some(&change)).unwrap().shunt;
        assert_eq!((plain.ohms, changed.ohms), (0.5, 2.0));
        assert_eq!((plain.gain, plain.tolerance), (changed.gain, changed.tolerance));
        assert!(changed.source.contains("lab file") && !plain.source.contains("lab file"));
        assert!(of(&PlatformId::new("desktop-cpu").unwrap(), None).is_none());
    }
}
