//! What was typed and written wrongly is said at once, and nothing is measured.

use super::{FAST, counting, gate, scenario, two_folders};
use crate::common::Place;

#[test]
fn a_mistake_in_the_file_of_acknowledgements_stops_the_gate_with_its_place() {
    let place = two_folders(&counting(FAST), &counting(FAST));
    place.write("hil-acknowledged.toml", "[[acknowledge]]\nscenario = \"script\"\nmetrik = \"latency\"\n");
    let ended = gate(&place, &[]).expect(2);
    assert!(ended.err.contains("hil-acknowledged.toml:3:1") && ended.err.contains("metrik"), "{}", ended.err);
    assert!(place.runs().is_empty());
}

#[test]
fn an_entry_that_speaks_of_nothing_is_named_with_its_place() {
    let place = two_folders(&counting(FAST), "#!/bin/sh\nexit 1\n");
    place.write(
        "a.toml",
        "\n[[acknowledge]]\nscenario = \"other\"\nmetric = \"latency\"\nreason = \"r\"\nowner = \"o\"\nuntil = \"2999-01-01\"\n",
    );
    let ended = gate(&place, &["--acknowledged", "a.toml"]).expect(5);
    assert!(ended.err.contains("a.toml:2:1: this entry speaks of no figure"), "{}", ended.err);
}

#[test]
fn words_that_make_no_gate_are_usage_errors() {
    let place = two_folders(&counting(FAST), &counting(FAST));
    for wrong in [
        &["gate", "s.toml", "--margin", "2"][..],
        &["gate", "s.toml", "--margin", "speed=2%"],
        &["gate", "s.toml", "--level", "0%"],
        &["gate", "s.toml", "--limits-only", "--baseline", "x"],
        &["gate", "s.toml", "--candidate-dir", "new"],
        &["gate", "s.toml", "--baseline-dir", "no-such-folder"],
        &["gate", "no-such.toml", "--baseline-dir", "old"],
    ] {
        place.hil(wrong).expect(2);
    }
}

#[test]
fn kernels_of_hil_itself_are_the_same_on_both_sides_and_refused() {
    let place = Place::new();
    let text = scenario("own", "x").replace("command = [\"x\"]", "kernel = \"lan/keyword_i8\"");
    place.write("s.toml", &text);
    place.write("old/a", "");
    let ended = place.hil(&["gate", "s.toml", "--baseline-dir", "old"]).expect(2);
    assert!(ended.err.contains("lan/keyword_i8") && ended.err.contains("--image"), "{}", ended.err);
}

#[test]
fn the_schema_of_acknowledgements_is_printed() {
    let schema: serde_json::Value =
        serde_json::from_str(&Place::new().hil(&["schema", "acknowledgements"]).expect(0).out).unwrap();
    assert!(schema["properties"]["acknowledge"].is_object(), "{schema:#}");
}
