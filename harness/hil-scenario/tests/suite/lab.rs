//! Lab files: what they say, and every mistake at once with its place.

use hil_model::id::PlatformId;
use hil_scenario::lab::{LabFile, SupplyChange, Way, Wire, lab};
use hil_scenario::{Input, lab_schema, render};
use proptest::prelude::{any, prop_assert, proptest};

const WHOLE: &str = include_str!("../../../../fixtures/labs/whole.toml");
const MISTAKES: &str = include_str!("../../../../fixtures/labs/mistakes.toml");

fn platforms() -> Vec<PlatformId> {
    ["desktop-cpu", "nrf52840", "stm32f4"].map(|name| PlatformId::new(name).unwrap()).to_vec()
}

fn read(text: &str) -> Result<LabFile, String> {
    lab(&Input::new("lab.toml", text), platforms()).map_err(|(problems, sources)| render(&problems, &sources, false))
}

/// The kinds of problems of the file with mistakes.
pub fn codes_of_mistakes() -> Vec<&'static str> {
    let (problems, _) = lab(&Input::new("lab.toml", MISTAKES), platforms()).unwrap_err();
    problems.iter().map(|problem| problem.kind.code()).collect()
}

#[test]
fn a_whole_file_is_understood() {
    let lab = read(WHOLE).unwrap();
    assert!(!lab.host && !lab.emulated_boards);
    let names: Vec<&str> = lab.boards.iter().map(|board| board.name.as_str()).collect();
    assert_eq!(names, ["bench-1", "bench-2", "bench-3", "made-up"]);
    let [first, second, third, fourth] = <&[_; 4]>::try_from(lab.boards.as_slice()).unwrap();
    assert_eq!(first.way, Way::Probe { selector: "0483:374b:066AFF".to_owned(), speed_khz: Some(4_000) });
    assert_eq!((&first.wire, first.chip_id.as_deref()), (&Wire::Rtt, Some("0031002f")));
    assert_eq!((first.image.as_deref(), &first.hub), (Some("mine.elf"), &Some(("1-2".to_owned(), 3))));
    let supply = SupplyChange {
        volts: Some(3.0),
        shunt_ohms: Some(0.5),
        shunt_tolerance: Some(0.01),
        ..SupplyChange::default()
    };
    assert_eq!(first.supply, Some(supply));
    assert_eq!(second.wire, Wire::Uart { port: Some("/dev/ttyACM0".to_owned()), baud: 115_200 });
    assert_eq!(third.way, Way::SerialOnly);
    assert_eq!(third.wire, Wire::Uart { port: Some("COM3".to_owned()), baud: 1_000_000 });
    assert_eq!(fourth.way, Way::Emulated { in_process: true });
    assert_eq!(fourth.wire, Wire::Uart { port: None, baud: 1_000_000 });
}

#[test]
fn an_empty_file_is_the_built_in_lab() {
    assert_eq!(read("").unwrap(), LabFile { host: true, emulated_boards: true, boards: Vec::new() });
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_to_do() {
    insta::assert_snapshot!(read(MISTAKES).unwrap_err());
}

#[test]
fn two_boards_share_neither_name_nor_probe_nor_port() {
    let board = |name: &str, way: &str| format!("[[board]]\nname = \"{name}\"\nplatform = \"stm32f4\"\n{way}\n");
    let two = |a: &str, b: &str| read(&(board("a", a) + &board("b", b)));
    let probe = "probe = \"0483:374b:aa\"";
    let port = "port = \"COM3\"";
    assert!(two(probe, port).is_ok());
    assert!(two(probe, &probe.replace("aa", "AA")).unwrap_err().contains("two boards have the probe"));
    assert!(two(port, port).unwrap_err().contains("two boards have the port"));
    let same = read(&(board("a", probe) + &board("a", port))).unwrap_err();
    assert!(same.contains("two boards have the name"), "{same}");
}

#[test]
fn the_schema_takes_the_whole_file_and_refuses_what_it_can_see() {
    let schema = lab_schema();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let value = |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    assert!(validator.is_valid(&value(WHOLE)) && validator.is_valid(&value("")));
    for bad in ["hosts = {}", "[[board]]\nname = \"a\"", &WHOLE.replace("volts = 3", "volts = \"3\"")] {
        assert!(!validator.is_valid(&value(bad)), "{bad}");
    }
}

proptest! {
    /// Damaged files get problems with places, never a panic.
    #[test]
    fn damage_is_told(at in any::<proptest::sample::Index>(), cut in 0usize..40, junk in "[\\[\\]\"={}a-z0-9\n.]{0,6}") {
        let at = at.index(WHOLE.len());
        let mut text = WHOLE.to_owned();
        text.replace_range(at..(at + cut).min(WHOLE.len()), &junk);
        if let Err((problems, _)) = lab(&Input::new("lab.toml", text), platforms()) {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| problem.line > 0 && problem.column > 0));
        }
    }
}
