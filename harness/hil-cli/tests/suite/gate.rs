//! `hil gate`: nothing that is missing, broken or foreign is green, and a large difference is found in every form.
//!
//! The programs are shell scripts that count; the slow one counts so much longer that no noise hides it. How often small
//! differences are found, and how rarely equal ones, is not shown here: that takes thousands of comparisons.

mod counted;
mod folders;
mod form;
mod repository;
mod runs;

use std::path::Path;

use serde_json::Value;

use crate::common::{Ended, Place};

/// A shell script that counts to `count`.
fn counting(count: u32) -> String {
    format!("#!/bin/sh\ni=0\nwhile [ $i -lt {count} ]; do i=$((i+1)); done\n")
}

const FAST: u32 = 1500;
/// Many times as long even where starting a shell takes most of the time.
const SLOW: u32 = 15_000;

/// A scenario that runs `program` of the tree.
fn scenario(id: &str, program: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"A script\"\n[on]\nplatform = \"desktop-cpu\"\n[workload]\ncommand = [\"{program}\"]\n\
         [sampling]\nwarmup = 1\nbudget = \"20 s\"\n[[check]]\nmetric = \"latency\"\nstatistic = \"p50\"\nlimit = \"< 5 s\"\n"
    )
}

/// Writes a program that can be started.
fn program(place: &Place, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = place.write(name, text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Two folders, `old` and `new`, each with its script, and a scenario beside them.
fn two_folders(old: &str, new: &str) -> Place {
    let place = Place::new();
    place.write("s.toml", &scenario("script", "./work.sh"));
    program(&place, "old/work.sh", old);
    program(&place, "new/work.sh", new);
    place
}

/// `hil gate` on the two folders.
fn gate(place: &Place, more: &[&str]) -> Ended {
    let words = ["gate", "s.toml", "--baseline-dir", "old", "--candidate-dir", "new", "--quick", "--artefacts", "out"];
    place.hil(&[&words[..], more].concat())
}

/// The verdict in a folder, held against the schema that `hil` prints.
#[track_caller]
fn verdict(place: &Place, folder: &Path) -> Value {
    let text = std::fs::read_to_string(place.path().join(folder).join("verdict.json")).unwrap();
    let verdict: Value = serde_json::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(&place.hil(&["schema", "verdict"]).expect(0).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes: Vec<String> = validator.iter_errors(&verdict).map(|error| error.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}\n{verdict:#}");
    verdict
}

/// The row of a figure.
#[track_caller]
fn row<'a>(verdict: &'a Value, scenario: &str, metric: &str) -> &'a Value {
    let mut rows = verdict["rows"].as_array().unwrap().iter();
    rows.find(|row| row["scenario"] == scenario && row["metric"] == metric)
        .unwrap_or_else(|| panic!("no {metric} of {scenario} in {verdict:#}"))
}
