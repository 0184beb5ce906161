//! What a board measures its power with: the circuit that the file of its kind describes, as the lab has changed it.

use hil_emulator::board;
use hil_model::id::PlatformId;
use hil_model::power::{Meter, Shunt};
use hil_scenario::lab::SupplyChange;

/// The meter of a board of the kind `platform`; nothing where its file describes no shunt with an amplifier.
#[must_use]
pub fn of(platform: &PlatformId, change: Option<&SupplyChange>) -> Option<Meter> {
    let (facts, _) = board::find(platform.as_str()).ok()?;
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
    Some(Meter { shunt, stated: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::of;
    use hil_model::id::PlatformId;
    use hil_scenario::lab::SupplyChange;

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
