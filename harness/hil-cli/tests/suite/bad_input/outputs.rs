//! Places that cannot be written to. A run that cannot be kept is told before anything is measured.

use super::{Case, good};
use crate::common::Place;

fn scenario(place: &Place) {
    place.write("q.toml", &good());
    place.write("taken", "a file");
}

fn stored(place: &Place) {
    super::runs::stored(place);
    place.write("taken", "a file");
}

pub const CASES: &[Case] = &[
    Case {
        input: "`--out` is a file",
        prepare: scenario,
        args: &["run", "q.toml", "--out", "taken"],
        told: &["\"taken\" is not a folder"],
        code: 1,
    },
    Case {
        input: "`--out` is below a file",
        prepare: scenario,
        args: &["run", "q.toml", "--out", "taken/runs"],
        told: &["\"taken/runs\" is not a folder, or lies inside something that is not"],
        code: 1,
    },
    Case {
        input: "a report below a folder that is not there",
        prepare: stored,
        args: &["report", "run", "--html", "nowhere/a.html"],
        told: &["cannot write \"nowhere/a.html\": there is no such folder"],
        code: 1,
    },
    Case {
        input: "a report in the place of a folder",
        prepare: stored,
        args: &["report", "run", "--html", "."],
        told: &["cannot write ."],
        code: 1,
    },
    Case {
        input: "a report below a file",
        prepare: stored,
        args: &["report", "run", "--junit", "taken/a.xml"],
        told: &["\"taken/a.xml\" is not a folder"],
        code: 1,
    },
    #[cfg(target_os = "linux")]
    Case {
        input: "a report on a full device",
        prepare: stored,
        args: &["report", "run", "--markdown", "/dev/full"],
        told: &["cannot write /dev/full: No space left on device"],
        code: 1,
    },
    Case {
        input: "an export below a folder that is not there",
        prepare: stored,
        args: &["export", "csv", "run", "--output", "nowhere/a.csv"],
        told: &["cannot write \"nowhere/a.csv\": there is no such folder"],
        code: 1,
    },
    Case {
        input: "a trace below a folder that is not there",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--trace", "nowhere/trace"],
        told: &["cannot begin the trace nowhere/trace: ", "name a file in a folder that can be written"],
        code: 2,
    },
    Case {
        input: "a trace in the place of a folder",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--trace", "."],
        told: &["cannot begin the trace .: "],
        code: 2,
    },
];
