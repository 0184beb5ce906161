//! Every scenario and every `run.json` of the repository follows the schema that `hil schema` prints.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::Place;

fn validator(what: &str) -> jsonschema::Validator {
    let schema = Place::new().hil(&["schema", what]).expect(0).out;
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

/// Every file below `folder` whose name `fits`.
fn files(folder: &Path, fits: &dyn Fn(&str) -> bool, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, fits, found);
        } else if fits(path.file_name().unwrap().to_str().unwrap()) {
            found.push(path);
        }
    }
}

fn below(folders: &[&str], fits: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in folders {
        files(&root.join(folder), &fits, &mut found);
    }
    assert!(!found.is_empty(), "{folders:?}");
    found
}

#[track_caller]
fn expect_valid(validator: &jsonschema::Validator, value: &Value, path: &Path) {
    let problems: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
}

#[test]
fn every_scenario_of_the_repository_follows_the_schema() {
    let validator = validator("scenario");
    let is_scenario = |name: &str| name.ends_with(".toml") && name != "Cargo.toml";
    for path in below(&["scenarios", "fixtures/scenarios/valid", "examples"], is_scenario) {
        // Shared parts are no scenarios: they may lack what the inheriting file has.
        if !path.components().any(|part| part.as_os_str() == "_base") {
            let table: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            expect_valid(&validator, &serde_json::to_value(table).unwrap(), &path);
        }
    }
}

#[test]
fn every_stored_run_of_the_repository_follows_the_schema() {
    let validator = validator("run");
    for path in below(&["fixtures"], |name| name == "run.json") {
        let run: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        // What a newer major version looks like is not for this version to say.
        if run["format"].as_str().unwrap().starts_with("1.") {
            expect_valid(&validator, &run, &path);
        }
    }
}
