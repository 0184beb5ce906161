//! A gate as JUnit XML: one suite a scenario with a test case a row and a check, and a suite `hilbench gate` for the decision itself,
//! control pairs that disagree and faults of the rig.
//!
//! A regression that blocks the gate and a missed limit are a `<failure>`, what is invalid an `<error>`; everything else that is no proof is
//! `<skipped>` with the reason: what is inconclusive, acknowledged, or not gating. Only a proof is green, and because the
//! decision is a case of its own, the file as a whole never looks better than the gate. Properties carry figures, the
//! ratio with its interval, the number of pairs and the smallest change that could have been seen.

use std::collections::HashMap;
use std::fmt::Write as _;

use hil_model::comparison::Change;
use hil_model::gate::Decision;
use hil_model::verdict::Outcome;

use crate::clean::clip;
use crate::gate::row::{Row, Standing};
use crate::gate::view::{CheckRow, View};
use crate::render::junit::{attribute, line};
use crate::view::FigureText;

/// Every message has room for some sentences.
const LONGEST_TEXT: usize = 4_000;

/// The whole document.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    let suites = suites(view);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = totals(suites.iter().flat_map(|suite| &suite.cases));
    // The sum over all suites has no count of skipped cases in the schemas that tools check against.
    let all = all.split(" skipped=").next().unwrap_or_default();
    line(&mut xml, 0, &format!("<testsuites name=\"hilbench gate\"{all} time=\"{:.3}\">", time(view.verdict.seconds)));
    for suite in &suites {
        let (name, sums) = (attribute(&suite.name), totals(suite.cases.iter()));
        line(&mut xml, 1, &format!("<testsuite name=\"{name}\"{sums}>"));
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for case in &suite.cases {
            let times = seen.entry(case.name.as_str()).and_modify(|times| *times += 1).or_insert(1);
            case.write(&mut xml, &suite.name, *times);
        }
        line(&mut xml, 1, "</testsuite>");
    }
    line(&mut xml, 0, "</testsuites>");
    xml
}

/// Seconds that JUnit can tell.
fn time(seconds: f64) -> f64 {
    if seconds.is_finite() { seconds.max(0.0) } else { 0.0 }
}

/// The four results that JUnit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Junit {
    Passed,
    Failure,
    Error,
    Skipped,
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    result: Junit,
    kind: String,
    message: String,
    properties: Vec<(&'static str, String)>,
}

impl Case {
    fn write(&self, xml: &mut String, suite: &str, times: usize) {
        let mut name = self.name.clone();
        if times > 1 {
            let _ = write!(name, " #{times}");
        }
        line(xml, 2, &format!("<testcase classname=\"{}\" name=\"{}\">", attribute(suite), attribute(&name)));
        if !self.properties.is_empty() {
            line(xml, 3, "<properties>");
            for (name, value) in &self.properties {
                line(xml, 4, &format!("<property name=\"{name}\" value=\"{}\"/>", attribute(value)));
            }
            line(xml, 3, "</properties>");
        }
        let kind = attribute(if self.kind.is_empty() { "unknown" } else { &self.kind });
        let message = if self.message.is_empty() { "no reason was given" } else { &self.message };
        let message = attribute(&clip(message, LONGEST_TEXT));
        match self.result {
            Junit::Passed => {}
            Junit::Failure => line(xml, 3, &format!("<failure type=\"{kind}\" message=\"{message}\"/>")),
            Junit::Error => line(xml, 3, &format!("<error type=\"{kind}\" message=\"{message}\"/>")),
            Junit::Skipped => line(xml, 3, &format!("<skipped message=\"{message}\"/>")),
        }
        line(xml, 2, "</testcase>");
    }
}

fn totals<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> String {
    let n = |wanted| cases.clone().filter(|case| case.result == wanted).count();
    let (failures, errors, skipped) = (n(Junit::Failure), n(Junit::Error), n(Junit::Skipped));
    format!(" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"", cases.clone().count())
}

/// The gate's own suite, then one a scenario, in the order of the verdict: names and numbers stay what they were when a row
/// gets worse.
fn suites(view: &View<'_>) -> Vec<Suite> {
    let mut suites = vec![Suite { name: "hilbench gate".to_owned(), cases: gate_cases(view) }];
    let mut rows: Vec<&Row> = view.rows.iter().collect();
    rows.sort_by_key(|row| row.index);
    let mut checks: Vec<&CheckRow> = view.checks.iter().collect();
    checks.sort_by_key(|check| check.index);
    let rows = rows.into_iter().map(|row| (&row.scenario, of_row(row)));
    let mut places: HashMap<String, usize> = HashMap::new();
    for (scenario, case) in rows.chain(checks.into_iter().map(|check| (&check.scenario, of_check(check)))) {
        let place = *places.entry(scenario.clone()).or_insert_with(|| {
            suites.push(Suite { name: scenario.clone(), cases: Vec::new() });
            suites.len() - 1
        });
        if let Some(suite) = suites.get_mut(place) {
            suite.cases.push(case);
        }
    }
    suites
}

fn gate_cases(view: &View<'_>) -> Vec<Case> {
    let bare = |name: String, result, kind: &str, message: String| Case {
        name,
        result,
        kind: kind.to_owned(),
        message,
        properties: Vec::new(),
    };
    let message = format!("{}: {}. {}", view.word, view.summary, view.advice);
    let mut cases = vec![bare("decision".to_owned(), of_decision(view.verdict.decision), "decision", message)];
    if view.verdict.interrupted {
        let message = "the gate was stopped before it ended".to_owned();
        cases.push(bare("ran to its end".to_owned(), Junit::Error, "interrupted", message));
    }
    for control in view.controls.iter().filter(|control| !control.agrees) {
        let name = format!("control pair of {}: {}", control.scenario, control.what);
        cases.push(bare(name, Junit::Error, "control-disagrees", control.line()));
    }
    for error in &view.errors {
        let name = format!("{} on {}: {}", error.scenario, error.platform, error.phase);
        cases.push(bare(name, Junit::Error, "rig-fault", error.message.clone()));
    }
    cases
}

fn of_decision(decision: Decision) -> Junit {
    match decision {
        Decision::Pass => Junit::Passed,
        Decision::Inconclusive => Junit::Skipped,
        Decision::Fail => Junit::Failure,
        Decision::Invalid => Junit::Error,
    }
}

fn of_change(change: Change, blocks: bool) -> Junit {
    match (change, blocks) {
        (Change::Improved | Change::Unchanged, _) => Junit::Passed,
        (Change::Regressed | Change::Inconclusive, true) => Junit::Failure,
        (Change::Invalid, true) => Junit::Error,
        (Change::Inconclusive | Change::Regressed | Change::Invalid, false) => Junit::Skipped,
    }
}

fn of_row(row: &Row) -> Case {
    let mut message = row.status();
    if let Some(ratio) = &row.ratio {
        let _ = write!(message, ": {}, margin {}", ratio.line(), row.margin);
    }
    let _ = write!(message, ", {}", row.sides());
    if let Some(evidence) = row.evidence {
        let _ = write!(message, " ({evidence})");
    }
    for text in row.reason.iter().chain(&row.acknowledged) {
        let _ = write!(message, "; {text}");
    }
    let mut properties = vec![("change", row.change.to_string()), ("standing", standing(row.standing).to_owned())];
    let mut add = |name, value: Option<String>| properties.extend(value.map(|value| (name, value)));
    add("reason", row.reason_code.clone());
    add("baseline", row.baseline.as_ref().map(FigureText::line));
    add("candidate", row.candidate.as_ref().map(FigureText::line));
    add("ratio", row.ratio.as_ref().map(|ratio| ratio.value.clone()));
    add("interval", row.ratio.as_ref().and_then(|ratio| ratio.interval.clone()));
    add("method", row.ratio.as_ref().map(|ratio| ratio.method.clone()));
    add("margin", Some(row.margin.clone()));
    add("smallest_seen", row.smallest_seen.clone());
    add("pairs", Some(row.pairs.to_string()));
    add("starts", Some(row.starts.to_string()));
    add("better", Some(row.better.to_owned()));
    add("evidence", row.evidence.map(|evidence| evidence.to_string()));
    add("acknowledged", row.acknowledged.clone());
    add("place", row.place_text());
    Case {
        name: format!("{} on {}", row.what, row.platform),
        result: of_change(row.change, row.blocks()),
        kind: row.reason_code.clone().unwrap_or_else(|| row.change.to_string()),
        message,
        properties,
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Gating => "gating",
        Standing::Acknowledged => "acknowledged",
        Standing::Informational => "not-gating",
    }
}

fn of_outcome(outcome: Outcome) -> Junit {
    match outcome {
        Outcome::Pass | Outcome::Acceptable => Junit::Passed,
        Outcome::Fail => Junit::Failure,
        Outcome::Invalid => Junit::Error,
        Outcome::Reported | Outcome::NotApplicable | Outcome::NotRun | Outcome::Inconclusive => Junit::Skipped,
    }
}

fn of_check(check: &CheckRow) -> Case {
    let row = &check.row;
    let mut message = crate::words::outcome(row.outcome).to_owned();
    if let Some(figure) = &row.figure {
        let evidence = row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
        let _ = write!(message, ": {}{evidence}, limit {}", figure.line(), check.limit());
    }
    if let Some(reason) = &row.reason {
        let _ = write!(message, "; {reason}");
    }
    let mut properties = vec![("verdict", row.outcome.to_string())];
    let mut add = |name, value: Option<String>| properties.extend(value.map(|value| (name, value)));
    add("reason", row.reason_code.clone());
    add("figure", row.figure.as_ref().map(|figure| figure.value.clone()));
    add("interval", row.figure.as_ref().and_then(|figure| figure.interval.clone()));
    add("limit", row.limit.clone());
    add("evidence", row.evidence.map(|evidence| evidence.to_string()));
    add("samples", Some(row.samples.to_string()));
    add("place", Some(row.place.clone()));
    Case {
        name: format!("limit of {} on {}", check.name(), check.platform),
        result: of_outcome(row.outcome),
        kind: row.reason_code.clone().unwrap_or_else(|| row.outcome.to_string()),
        message,
        properties,
    }
}

#[cfg(test)]
mod tests {
    use super::{Junit, of_change, of_decision, time};
    use hil_model::comparison::Change;
    use hil_model::gate::Decision;

    #[test]
    fn only_proofs_are_green_and_only_what_blocks_is_red() {
        for blocks in [false, true] {
            for change in Change::ALL {
                let junit = of_change(change, blocks);
                let is_proof = matches!(change, Change::Improved | Change::Unchanged);
                assert_eq!(junit == Junit::Passed, is_proof, "{change} {blocks}");
                let is_red = matches!(junit, Junit::Failure | Junit::Error);
                assert_eq!(is_red, blocks && !is_proof, "{change} {blocks}");
            }
        }
        assert_eq!(of_decision(Decision::Pass), Junit::Passed);
        assert_eq!(of_decision(Decision::Inconclusive), Junit::Skipped);
        assert_eq!(of_decision(Decision::Fail), Junit::Failure);
        assert_eq!(of_decision(Decision::Invalid), Junit::Error);
        assert_eq!(time(f64::NAN), 0.0);
    }
}
