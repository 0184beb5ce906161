//! Every fault of boards, injected by `--fault` into an emulated one: what becomes of it, what a user reads, and that nothing
//! stays behind.
//!
//! The outcome of each fault stands in `board_faults/expected.rs`, which the soak uses as well. `docs/faults.md` is held
//! against it.

mod expected;
mod injected;
mod soak;

use std::path::Path;

use expected::{EXPECTED, Outcome};
use injected::{Injected, NRF52, STM32};

/// Runs `fault` on `board` and holds the outcome against the table.
fn as_expected(board: &'static str, fault: &str, options: &[&str]) {
    let Some(run) = Injected::run(board, Some(fault), options) else { return };
    let name = fault.split(':').next().unwrap();
    let (_, outcome) = EXPECTED.iter().find(|(known, _)| *known == name).unwrap();
    if let Err(why) = run.agrees_with(outcome) {
        panic!("{fault} on {board} {options:?}: {why}\nstandard error:\n{}\nrun.json:\n{:#}", run.err, run.run);
    }
}

#[test]
fn a_byte_that_is_lost_doubled_or_changed_is_a_fault_of_the_rig() {
    // Numbers of both directions: to the board and from it.
    for (board, fault) in [
        (STM32, "link-byte-lost:1"),
        (NRF52, "link-byte-doubled:2"),
        (STM32, "link-byte-corrupted:1"),
        (NRF52, "link-byte-corrupted:4"),
    ] {
        as_expected(board, fault, &[]);
    }
}

#[test]
fn a_chip_that_is_reset_or_loses_its_supply_is_a_fault_of_the_rig() {
    as_expected(STM32, "target-reset", &[]);
    as_expected(NRF52, "brown-out", &[]);
}

#[test]
fn a_probe_that_goes_is_a_fault_of_the_rig() {
    as_expected(NRF52, "probe-gone", &[]);
}

#[test]
fn code_that_does_not_return_is_invalid() {
    as_expected(STM32, "infinite-loop", &[]);
}

#[test]
fn code_that_faults_is_invalid_and_told_with_its_place() {
    as_expected(NRF52, "hard-fault", &[]);
    as_expected(STM32, "stack-overflow", &[]);
}

#[test]
fn another_chip_is_told_with_both_names_and_left_alone() {
    as_expected(STM32, "wrong-chip", &[]);
    as_expected(NRF52, "wrong-chip", &[]);
}

#[test]
fn a_locked_chip_is_erased_only_when_that_is_allowed() {
    as_expected(NRF52, "chip-locked", &[]);
    let Some(run) = Injected::run(NRF52, Some("chip-locked"), &["--allow-erase"]) else { return };
    run.agrees_with(&Outcome::Sound).unwrap_or_else(|why| panic!("{why}\n{}", run.err));
}

#[test]
fn flash_that_does_not_take_and_an_image_that_is_not_the_one_on_disk_are_faults_of_the_rig() {
    as_expected(STM32, "flash-verify", &[]);
    as_expected(NRF52, "stale-image", &[]);
}

#[test]
fn what_another_image_left_in_ram_changes_no_figure() {
    let (Some(stale), Some(sound)) = (Injected::run(STM32, Some("stale-rtt"), &[]), Injected::run(STM32, None, &[]))
    else {
        return;
    };
    assert_eq!(stale.figures(), sound.figures());
    stale.agrees_with(&Outcome::Sound).unwrap();
}

#[test]
fn a_counter_that_stands_still_is_invalid_and_one_that_is_off_a_fault_of_the_rig() {
    as_expected(NRF52, "clock-stopped", &[]);
    as_expected(STM32, "clock-off", &[]);
    as_expected(NRF52, "clock-off", &[]);
}

#[test]
fn firmware_of_another_wire_version_is_to_be_rebuilt() {
    as_expected(STM32, "wire-version", &[]);
}

#[test]
fn a_fault_of_boards_needs_an_emulated_board_that_can_have_it() {
    let place = crate::common::Place::new();
    place.write("desktop.toml", &crate::common::quick_scenario("lan/keyword_i8"));
    for fault in ["target-reset", "hard-fault:3"] {
        let ended = place.hil(&["run", "desktop.toml", "--fault", fault]).expect(2);
        assert!(ended.err.contains("emulated board"), "{}", ended.err);
    }
    place.write("board.toml", &injected::scenario(STM32));
    let ended = place.hil(&["run", "board.toml", "--fault", "chip-locked"]).expect(2);
    assert!(ended.err.contains("nrf52840"), "{}", ended.err);
    for unknown in ["brown-out:", "brown-out:x", "browned-out"] {
        let ended = place.hil(&["run", "board.toml", "--fault", unknown]).expect(2);
        assert!(ended.err.contains("target-reset") && ended.err.contains("segfault"), "{}", ended.err);
    }
    assert!(place.runs().is_empty(), "nothing was run");
}

#[test]
fn every_fault_of_boards_is_listed_expected_and_documented() {
    let place = crate::common::Place::new();
    let listed = place.hil(&["list", "faults"]).expect(0).out;
    let of_boards: Vec<&str> = listed
        .lines()
        .filter(|line| line.contains("emulated boards"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let expected: Vec<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
    assert_eq!(of_boards, expected);
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/faults.md")).unwrap();
    for (name, outcome) in EXPECTED {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/faults.md has no row of {name}"));
        let says = match outcome {
            Outcome::Sound => "right figures",
            Outcome::Rig(_) => "rig",
            Outcome::Invalid { .. } => "invalid",
        };
        assert!(row.contains(says), "{row}");
    }
}
