//! Negative controls: measurements that must not be green, whatever the machine does.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::trust::gate::{IMAGE, Place, SIDES};
use crate::trust::programs::{self, Programs};
use crate::trust::record::{Control, Gate};
use crate::trust::scenario;

/// Exit code for wrong usage.
const USAGE: i32 = 2;
/// Exit code for what could not be judged.
const INVALID: i32 = 5;
/// Exit code for a baseline that is not there.
const NO_BASELINE: i32 = 6;
/// How the gate calls it when the sides were measured under different conditions.
const FOREIGN: &str = "foreign";

/// Runs them all in `place`, whose folder is written to.
///
/// # Errors
/// When a file cannot be written or `hil` cannot be started.
pub fn run(place: Place<'_>, programs: &Programs) -> Result<Vec<Control>> {
    let sides = |baseline: u32, candidate: u32| -> Result<()> {
        for (side, permille) in SIDES.into_iter().zip([baseline, candidate]) {
            let folder = place.folder.join(side);
            fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
            programs::scaled(&programs.workloads, permille, &folder.join(IMAGE))?;
        }
        Ok(())
    };
    write(place.folder, "single.toml", &scenario::single("integer", 5))?;
    let program = format!("{}/{IMAGE}", SIDES[1]);
    write(place.folder, "three.toml", &scenario::three_samples(&program))?;
    let mut controls = Vec::new();

    sides(1000, 0)?;
    controls.push(judge(
        "crash",
        "the candidate aborts in its first iteration",
        INVALID,
        place.sides("single.toml", &[])?,
    ));
    sides(1000, 1000)?;
    let three = place.gate(&["--limits-only", "three.toml"])?;
    controls.push(judge("three samples", "a p95 below a limit is asked of three samples", INVALID, three));
    let brief = ["--budget", "50 ms", "--seed", "1"];
    controls.push(judge(
        "three starts",
        "the time is over before five starts",
        INVALID,
        place.sides("single.toml", &brief)?,
    ));
    let nothing = place.gate(&["--baseline", "no-such-run-or-commit", "single.toml"])?;
    controls.push(judge("no baseline", "the baseline is neither a commit nor a run", NO_BASELINE, nothing));
    let missing = ["--baseline-dir", "nowhere", "--candidate-dir", SIDES[1], "--image", IMAGE, "single.toml"];
    controls.push(judge("no folder", "the folder of the baseline is not there", USAGE, place.gate(&missing)?));

    let [one, other] = SIDES.map(|side| place.run("single.toml", side, &format!("stored-{side}")));
    let (one, other) = (one?, other?);
    let stored = |one: &Path, other: &Path| {
        let [one, other] = [one, other].map(|path| path.to_string_lossy().into_owned());
        place.gate(&["--baseline", &one, "--candidate", &other])
    };
    let is_foreign =
        |gate: &Gate| gate.rows.iter().all(|row| row.reason.as_deref() == Some(FOREIGN)) && !gate.rows.is_empty();
    // Otherwise it would be held back for another reason, and would show nothing.
    let own = stored(&one, &other)?;
    foreign(&one.join("run.json"))?;
    let mut control =
        judge("other processor", "the stored baseline comes from another processor", INVALID, stored(&one, &other)?);
    control.is_held &= is_foreign(&control.gate) && !is_foreign(&own);
    controls.push(control);
    Ok(controls)
}

/// A gate is held back when it ends with `exit`, which says so, and its verdict, where there is one, is no pass.
fn judge(name: &str, about: &str, exit: i32, gate: Gate) -> Control {
    let is_held = gate.exit == Some(exit) && gate.decision.as_deref() != Some("pass");
    Control { name: name.to_owned(), about: about.to_owned(), gate, is_held }
}

/// Writes another processor into a stored run.
fn foreign(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let mut run: serde_json::Value = serde_json::from_str(&text).context("run.json is no JSON")?;
    let processor = run.pointer_mut("/environment/cpu").context("run.json names no processor")?;
    *processor = serde_json::Value::String("Another Processor 9000".to_owned());
    fs::write(file, run.to_string()).with_context(|| format!("failed to write {}", file.display()))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{foreign, judge};
    use crate::trust::record::Gate;

    #[test]
    fn green_and_unexplained_ends_are_not_held() {
        let of = |exit: Option<i32>, decision: Option<&str>| {
            judge("", "", 5, Gate { exit, decision: decision.map(str::to_owned), ..Gate::default() }).is_held
        };
        assert!(of(Some(5), Some("invalid")) && of(Some(5), None));
        for (exit, decision) in [(0, None), (0, Some("pass")), (5, Some("pass")), (6, None), (101, None)] {
            assert!(!of(Some(exit), decision), "{exit:?} {decision:?}");
        }
        assert!(!of(None, Some("invalid")), "a signal is no verdict");
    }

    #[test]
    fn the_processor_of_a_stored_run_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.json");
        std::fs::write(&file, r#"{"id":"a","environment":{"cpu":"mine","cores":2}}"#).unwrap();
        foreign(&file).unwrap();
        let run: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(run, serde_json::json!({"id":"a","environment":{"cpu":"Another Processor 9000","cores":2}}));
        std::fs::write(&file, "{}").unwrap();
        assert!(foreign(&file).is_err());
    }
}
