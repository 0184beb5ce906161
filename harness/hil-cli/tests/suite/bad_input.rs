//! Everything that can be wrong with what `hil` is given: what is said, how it ends, and that nothing is left behind.
//!
//! The tables in `bad_input/` are the source of `docs/bad-input.md`; the last test holds the two together.

mod boards;
#[cfg(unix)]
mod full;
mod imports;
mod outputs;
mod runs;
mod scenarios;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hil_model::text::is_unsafe;

use crate::common::{Ended, Place, quick_scenario};

/// One kind of bad input.
pub struct Case {
    /// In the words of the documentation.
    pub input: &'static str,
    /// Puts it there.
    pub prepare: fn(&Place),
    /// What is typed.
    pub args: &'static [&'static str],
    /// What the message must hold: the file and the place in it, and what is wrong.
    pub told: &'static [&'static str],
    /// The exit code.
    pub code: i32,
}

const AREAS: [(&str, &[Case]); 5] = [
    ("Scenario files", scenarios::CASES),
    ("Stored runs", runs::CASES),
    ("Where output goes", outputs::CASES),
    ("Files of other tools", imports::CASES),
    ("Emulated boards and the command line", boards::CASES),
];

/// A scenario without a mistake.
fn good() -> String {
    quick_scenario("lan/keyword_i8")
}

/// The good scenario with `from` replaced, as `bad.toml`.
fn changed(place: &Place, from: &str, to: &str) {
    let text = good();
    assert!(text.contains(from), "{from}");
    place.write("bad.toml", &text.replace(from, to));
}

/// Every file and folder below `folder`.
fn below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            below(&path, found);
        }
        found.insert(path);
    }
}

/// Everything that is wrong with how `hil` takes one bad input.
fn wrong(case: &Case) -> Option<String> {
    let place = Place::new();
    (case.prepare)(&place);
    let mut before = BTreeSet::new();
    below(place.path(), &mut before);
    let ended: Ended = place.hil(case.args);
    let mut after = BTreeSet::new();
    below(place.path(), &mut after);
    after.remove(&place.lease());
    let left: Vec<_> = after.difference(&before).collect();
    let mut wrong = Vec::new();
    if ended.code != case.code {
        wrong.push(format!("it ends with {}, not {}", ended.code, case.code));
    }
    let missing = case.told.iter().filter(|told| !ended.err.contains(**told));
    wrong.extend(missing.map(|told| format!("{told:?} is not told")));
    for text in [&ended.out, &ended.err] {
        wrong.extend(text.chars().find(|c| *c != '\n' && is_unsafe(*c)).map(|c| format!("{c:?} is printed")));
        if text.contains("internal error: this is a bug") {
            wrong.push("a panic".to_owned());
        }
    }
    if case.code != 0 && !left.is_empty() {
        wrong.push(format!("left behind: {left:?}"));
    }
    let said = || format!("{}: {:?}: {}\n{}{}", case.input, case.args, wrong.join("; "), ended.out, ended.err);
    (!wrong.is_empty()).then(said)
}

fn hold(cases: &[Case]) {
    let wrong: Vec<String> = cases.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scenario_files() {
    hold(scenarios::CASES);
}

#[test]
fn stored_runs() {
    hold(runs::CASES);
}

#[test]
fn where_output_goes() {
    hold(outputs::CASES);
}

#[test]
fn files_of_other_tools() {
    hold(imports::CASES);
}

#[test]
fn emulated_boards_and_the_command_line() {
    hold(boards::CASES);
}

#[test]
fn the_documentation_has_every_row_and_no_other() {
    let text = |text: &str| text.replace('|', "\\|");
    let mut wanted = String::new();
    for (area, cases) in AREAS {
        wanted.push_str(&format!("## {area}\n\n| input | message | exit code |\n|---|---|---|\n"));
        for case in cases {
            let told: Vec<String> = case.told.iter().map(|told| format!("`{}`", text(told))).collect();
            let told = if told.is_empty() { "none: it is read".to_owned() } else { told.join(" .. ") };
            wanted.push_str(&format!("| {} | {told} | {} |\n", text(case.input), case.code));
        }
        wanted.push('\n');
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bad-input.md");
    let written = std::fs::read_to_string(&file).unwrap();
    let tables = written.find("## ").map_or("", |at| &written[at..]);
    assert!(tables.trim_end() == wanted.trim_end(), "docs/bad-input.md should go on with:\n{wanted}");
}
