//! The real recordings, when the environment says where they are: `HIL_DATA=DIR cargo test -p hil-data`.
//!
//! They are other people's and are never part of this project, so without them these tests say that they did not run.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(clippy::print_stdout, reason = "a test that did not run has to say so")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hil_data::{Located, Outcome, add, find, open, verify_present};
use hil_model::data::Dataset;
use hil_model::id::DatasetName;

fn dirs() -> Option<Vec<PathBuf>> {
    let dirs = std::env::var_os("HIL_DATA").map(|dirs| std::env::split_paths(&dirs).collect());
    if dirs.is_none() {
        println!("not run: HIL_DATA does not name a directory with the recordings");
    }
    dirs
}

fn split(name: &str, dirs: &[PathBuf]) -> Dataset {
    open(&DatasetName::new(name).unwrap(), dirs).unwrap()
}

fn speakers(dataset: &Dataset) -> BTreeSet<&str> {
    dataset.items.iter().map(|item| item.group.as_str()).collect()
}

#[test]
fn the_test_split_has_720_recordings_of_6_speakers_and_60_a_class() {
    let Some(dirs) = dirs() else { return };
    let dataset = split("keywords-test", &dirs);
    assert_eq!((dataset.items.len(), dataset.used.items, speakers(&dataset).len()), (720, 720, 6));
    let mut classes = BTreeMap::new();
    for item in &dataset.items {
        *classes.entry(item.expected).or_insert(0) += 1;
        assert_eq!(item.input.len(), 32_000, "{}", item.name);
    }
    assert_eq!(classes, (0..12).map(|class| (Some(class), 60)).collect());
}

#[test]
fn no_speaker_is_in_two_splits() {
    let Some(dirs) = dirs() else { return };
    let splits = ["keywords-train", "keywords-val", "keywords-test"].map(|name| split(name, &dirs));
    let sizes = splits.each_ref().map(|split| (split.items.len(), speakers(split).len()));
    assert_eq!(sizes, [(2160, 18), (720, 6), (720, 6)]);
    let all: BTreeSet<_> = splits.iter().flat_map(speakers).collect();
    assert_eq!(all.len(), 30);
}

#[test]
fn the_whole_set_is_intact_and_can_be_added() {
    let Some(dirs) = dirs() else { return };
    let located = find(&DatasetName::new("keywords-test").unwrap(), &dirs).unwrap();
    let reports = verify_present(&dirs);
    let report = reports.iter().find(|report| report.place == located).unwrap();
    assert_eq!((report.sets.len(), report.files, report.faults.len()), (3, 3604, 0), "{:?}", report.faults);

    let Located::Folder(folder) = located else { panic!("the recordings are never embedded") };
    let data = tempfile::tempdir().unwrap();
    let added = add(&folder, data.path()).unwrap();
    assert_eq!(added.len(), 3);
    assert_eq!((added[0].outcome, added[0].files), (Outcome::Copied, 3604));
    // An unchanged checkout of the origin has the files and no list of sums.
    std::fs::remove_file(added[0].folder.join("SHA256SUMS")).unwrap();
    let other = tempfile::tempdir().unwrap();
    assert_eq!(add(&added[0].folder, other.path()).unwrap()[0].outcome, Outcome::Copied);
}

#[test]
fn etth1_is_one_file_as_it_was_published() {
    let Some(dirs) = dirs() else { return };
    let dataset = split("forecast-etth1", &dirs);
    assert_eq!((dataset.items.len(), dataset.items[0].input.len()), (1, 2_589_657));
    assert!(dataset.items[0].input.starts_with(b"date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT\n"));
    let Located::Folder(folder) = find(&dataset.name, &dirs).unwrap() else { panic!("the series is never embedded") };
    let data = tempfile::tempdir().unwrap();
    let added = add(&folder, data.path()).unwrap();
    assert_eq!((added.len(), added[0].outcome, added[0].files), (1, Outcome::Copied, 1));
}
