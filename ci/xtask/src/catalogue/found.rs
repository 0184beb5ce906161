//! What was found out last about each row: the newest `run.json` that has a check of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The newest answer to a row, in the words of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The scenario that gave it.
    pub scenario: String,
    /// What is proved.
    pub verdict: String,
    /// The figure with its unit; nothing when there is none.
    pub figure: Option<String>,
    /// What the figure counts as; nothing when there is none.
    pub evidence: Option<String>,
}

#[derive(Deserialize)]
struct Run {
    started: String,
    checks: Vec<Check>,
    #[serde(default)]
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
struct Check {
    target: Option<String>,
    scenario: String,
    verdict: String,
    estimate: Option<Figure>,
    unit: String,
    evidence: Option<String>,
}

/// An alert answers a row, too: by whether it is raised.
#[derive(Deserialize)]
struct Alert {
    target: Option<String>,
    scenario: String,
    alarm: String,
    estimate: Option<Figure>,
    unit: String,
    evidence: Option<String>,
}

#[derive(Deserialize)]
struct Figure {
    value: f64,
}

/// The newest answers to each row; several where one run has several parts of it. Nothing where there are no runs.
///
/// # Errors
/// A `run.json` that cannot be read.
pub fn newest(runs: &Path) -> Result<BTreeMap<String, Vec<Answer>>> {
    let Ok(folders) = fs::read_dir(runs) else { return Ok(BTreeMap::new()) };
    let mut read = Vec::new();
    for folder in folders {
        let path = folder?.path().join("run.json");
        if let Ok(text) = fs::read_to_string(&path) {
            let run: Run = serde_json::from_str(&text).with_context(|| format!("{} is no run", path.display()))?;
            read.push(run);
        }
    }
    Ok(newest_of(read))
}

fn newest_of(mut runs: Vec<Run>) -> BTreeMap<String, Vec<Answer>> {
    // RFC 3339 in UTC sorts as text.
    runs.sort_by(|one, other| one.started.cmp(&other.started));
    let mut newest = BTreeMap::new();
    for run in runs {
        let mut answers: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
        for check in run.checks {
            let Some(target) = check.target else { continue };
            let figure = check.estimate.map(|figure| format!("{} {}", short(figure.value), check.unit));
            let Check { scenario, verdict, evidence, .. } = check;
            answers.entry(target).or_default().push(Answer { scenario, verdict, figure, evidence });
        }
        for alert in run.alerts {
            let Some(target) = alert.target else { continue };
            let figure = alert.estimate.map(|figure| format!("{} {}", short(figure.value), alert.unit));
            let Alert { scenario, alarm: verdict, evidence, .. } = alert;
            answers.entry(target).or_default().push(Answer { scenario, verdict, figure, evidence });
        }
        newest.extend(answers);
    }
    newest
}

/// Four digits, which is all that a ledger needs; the run has the rest.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a number has three digits")]
    let before = value.abs().log10().floor() as i32;
    if (-4..6).contains(&before) {
        let digits = usize::try_from(3 - before).unwrap_or(0);
        format!("{value:.digits$}")
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Run, newest, newest_of, short};

    fn run(started: &str, verdict: &str) -> Run {
        serde_json::from_str(&format!(
            r#"{{"started": "{started}", "more": 1, "checks": [
                {{"target": "A-1", "scenario": "s", "verdict": "{verdict}", "estimate": {{"value": 1.25, "lower": null}},
                  "unit": "ms", "evidence": "emulated"}},
                {{"target": null, "scenario": "s", "verdict": "pass", "estimate": null, "unit": "ms", "evidence": null}}
            ]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn the_newest_answer_counts_whatever_the_order_of_the_folders() {
        let found = newest_of(vec![run("2026-02-01T00:00:00Z", "fail"), run("2026-01-01T00:00:00Z", "pass")]);
        assert_eq!(found.len(), 1);
        let answer = &found["A-1"][0];
        assert_eq!((answer.verdict.as_str(), answer.figure.as_deref()), ("fail", Some("1.250 ms")));
    }

    #[test]
    fn alerts_answer_by_whether_they_are_raised() {
        let mut run = run("2026-01-01T00:00:00Z", "pass");
        run.alerts = serde_json::from_str(
            r#"[{"target": "A-2", "scenario": "s", "alarm": "quiet", "estimate": null, "unit": "ms", "evidence": null}]"#,
        )
        .unwrap();
        let found = newest_of(vec![run]);
        assert_eq!((found["A-2"][0].verdict.as_str(), found.len()), ("quiet", 2));
    }

    #[test]
    fn no_folder_of_runs_is_no_mistake_and_a_damaged_run_is_one() {
        let place = tempfile::tempdir().unwrap();
        assert!(newest(&place.path().join("none")).unwrap().is_empty());
        std::fs::create_dir(place.path().join("one")).unwrap();
        std::fs::write(place.path().join("one/run.json"), "{").unwrap();
        assert!(newest(place.path()).unwrap_err().to_string().contains("run.json"));
    }

    #[test]
    fn figures_have_four_digits() {
        let texts = [0.0, 1.190_934, 97.5, 1_234.5, 123_456.0, 1.0e-6].map(short);
        assert_eq!(texts, ["0", "1.191", "97.50", "1234", "123456", "1.000e-6"]);
    }
}
