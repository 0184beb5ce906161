//! `POWER.md` shows the figures that the model uses.

use std::fmt::Write as _;

use hil_emulator::board;

/// The tables of `POWER.md`.
fn tables() -> String {
    let mut text = String::new();
    for (board, chip) in board::all().unwrap() {
        let (power, supply) = (&chip.power, &board.supply);
        writeln!(text, "### {}\n\n{}.\n", chip.title, power.conditions).unwrap();
        if !power.curve.is_empty() {
            writeln!(text, "| current | MHz: mA | source | unverified |\n|---|---|---|---|").unwrap();
        }
        for curve in &power.curve {
            let rows: Vec<_> = curve.mhz_ma.as_ref().iter().map(|(mhz, ma)| format!("{mhz}: {ma}")).collect();
            let unverified = curve.unverified.as_deref().unwrap_or("-");
            writeln!(text, "| {} | {} | {} | {unverified} |", curve.name, rows.join(", "), curve.source).unwrap();
        }
        writeln!(text, "\n| figure | value | source | unverified |\n|---|---|---|---|").unwrap();
        for figures in &power.figures {
            let unverified = figures.unverified.as_deref().unwrap_or("-");
            for (name, value) in &figures.microamperes {
                writeln!(text, "| {name} | {value} uA | {} | {unverified} |", figures.source).unwrap();
            }
            for (name, value) in &figures.factors {
                writeln!(text, "| {name} | {value} | {} | {unverified} |", figures.source).unwrap();
            }
        }
        for group in &power.clocked {
            let rows: Vec<_> =
                group.name_bit_ua_per_mhz.iter().map(|(name, _, slope)| format!("{name} {slope}")).collect();
            let unverified = group.unverified.as_deref().unwrap_or("nothing");
            writeln!(text, "\nPer megahertz of its bus, in uA ({}; unverified: {unverified}):", group.source).unwrap();
            writeln!(text, "{}.", rows.join(", ")).unwrap();
        }
        let amplifier = supply.amplifier.as_ref().unwrap();
        writeln!(
            text,
            "\nSupply of the {}: {} V, shunt {} ohms within {} %, {} ({} V/V within {} %, offset within {} uV, {} kHz, \
             output {} to {} V) at {}.\n",
            board.title,
            supply.volts,
            supply.shunt_ohms,
            supply.shunt_tolerance * 100.0,
            amplifier.part,
            amplifier.gain,
            amplifier.gain_error_max * 100.0,
            (amplifier.offset_max_volts * 1e6).round(),
            amplifier.bandwidth_hz / 1000.0,
            amplifier.low_volts,
            amplifier.high_volts,
            supply.sense_pin.as_deref().unwrap(),
        )
        .unwrap();
    }
    text
}

#[test]
fn the_document_shows_the_figures_of_the_model() {
    let document = include_str!("../../POWER.md");
    let inside = document.split_once("<!-- tables -->\n\n").and_then(|(_, rest)| rest.split_once("<!-- end -->"));
    let (found, _) = inside.unwrap();
    let wanted = tables();
    if found != wanted {
        let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("POWER.md");
        std::fs::write(&place, &wanted).unwrap();
        panic!("the tables of POWER.md are old; the new ones are in {}", place.display());
    }
}
