//! Stored runs that are none, are damaged, or come from another version.

use std::path::Path;

use super::Case;
use crate::common::Place;

const REPORT: &[&str] = &["report", "run"];

/// The run that is kept for the tests of the format, as `run`.
pub fn stored(place: &Place) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store/v1");
    std::fs::create_dir(place.path().join("run")).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), place.path().join("run").join(entry.file_name())).unwrap();
    }
}

fn json(place: &Place, change: impl Fn(String) -> String) {
    stored(place);
    let file = place.path().join("run/run.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text);
    std::fs::write(file, changed).unwrap();
}

fn table(place: &Place, change: impl Fn(&mut Vec<u8>)) {
    stored(place);
    let file = place.path().join("run/iterations.parquet");
    let mut bytes = std::fs::read(&file).unwrap();
    change(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

pub const CASES: &[Case] = &[
    Case { input: "no such run", prepare: |_| (), args: REPORT, told: &["no stored run run"], code: 2 },
    Case {
        input: "a file that is no run",
        prepare: |place| {
            place.write("run", "text");
        },
        args: REPORT,
        told: &["no stored run run"],
        code: 2,
    },
    Case {
        input: "an empty folder",
        prepare: |place| std::fs::create_dir(place.path().join("run")).unwrap(),
        args: REPORT,
        told: &["run is not a run: it holds no run.json"],
        code: 2,
    },
    Case {
        input: "a run.json of no length",
        prepare: |place| {
            place.write("run/run.json", "");
        },
        args: REPORT,
        told: &["run.json\", line 1, column 0", "EOF"],
        code: 2,
    },
    Case {
        input: "a run.json that is cut off",
        prepare: |place| json(place, |text| text[..text.len() / 2].to_owned()),
        args: REPORT,
        told: &["run.json\", line ", "EOF"],
        code: 2,
    },
    Case {
        input: "a run.json that is not UTF-8",
        prepare: |place| {
            stored(place);
            std::fs::write(place.path().join("run/run.json"), b"{\"\xff").unwrap();
        },
        args: REPORT,
        told: &["run.json\" is not valid UTF-8 from byte 2"],
        code: 2,
    },
    Case {
        input: "a run.json of 300 MB",
        prepare: |place| {
            stored(place);
            std::fs::File::create(place.path().join("run/run.json")).unwrap().set_len(300_000_000).unwrap();
        },
        args: REPORT,
        told: &["run.json\" is larger than 64 MiB, the most that is read"],
        code: 2,
    },
    Case {
        input: "a folder in the place of run.json",
        prepare: |place| std::fs::create_dir_all(place.path().join("run/run.json")).unwrap(),
        args: REPORT,
        told: &["run.json\" is not a regular file"],
        code: 2,
    },
    Case {
        input: "a run of a newer major version",
        prepare: |place| json(place, |text| text.replacen("\"1.0\"", "\"2.0\"", 1)),
        args: REPORT,
        told: &["run.json\" has format 2.0, this hil reads 1.x; use the version of hil that wrote it"],
        code: 2,
    },
    Case {
        input: "a run of a newer minor version",
        prepare: |place| json(place, |text| text.replacen("\"1.0\"", "\"1.7\"", 1)),
        args: REPORT,
        told: &[],
        code: 0,
    },
    Case {
        input: "a terminal escape in the place of a verdict",
        prepare: |place| json(place, |text| text.replacen("\"pass\"", "\"\\u001b[31m\\u009b\"", 1)),
        args: REPORT,
        told: &["run.json\", line ", "\\u{1b}[31m\\u{9b}"],
        code: 2,
    },
    Case {
        input: "a table with one byte changed",
        prepare: |place| table(place, |bytes| bytes[40] ^= 1),
        args: REPORT,
        told: &["iterations.parquet\" does not match its sum in SHA256SUMS"],
        code: 2,
    },
    Case {
        input: "a table of no length",
        prepare: |place| table(place, Vec::clear),
        args: REPORT,
        told: &["iterations.parquet\" does not match its sum"],
        code: 2,
    },
    Case {
        input: "a table that is missing",
        prepare: |place| {
            stored(place);
            std::fs::remove_file(place.path().join("run/iterations.parquet")).unwrap();
        },
        args: REPORT,
        told: &["iterations.parquet\" does not exist"],
        code: 2,
    },
    Case {
        input: "sums that are missing",
        prepare: |place| {
            stored(place);
            std::fs::remove_file(place.path().join("run/SHA256SUMS")).unwrap();
        },
        args: REPORT,
        told: &["SHA256SUMS\" does not exist"],
        code: 2,
    },
    Case {
        input: "a file in the place of the folder of runs",
        prepare: |place| {
            place.write("runs", "");
        },
        args: &["report", "--out", "runs"],
        told: &["\"runs\" is not a folder"],
        code: 2,
    },
    Case {
        input: "an export of what is no run",
        prepare: |place| std::fs::create_dir(place.path().join("run")).unwrap(),
        args: &["export", "csv", "run"],
        told: &["run is not a run: it holds no run.json"],
        code: 2,
    },
];
