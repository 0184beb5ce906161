//! JUnit XML for CI systems: one suite a scenario, one test case a check, and one suite for what is
//! wrong with the run itself: faults of the rig, an injected fault, an interruption.
//!
//! `fail` becomes `<failure>`; `invalid` and what is wrong with the run become `<error>`; everything that is not answered,
//! and a figure without a limit, becomes `<skipped>` with the reason, so that only a proof is ever green. Properties carry
//! the figure, its interval, the sample count and the evidence; those of a suite say when samples were cut.

use std::collections::HashMap;
use std::fmt::Write as _;

use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::view::{Row, View};
use crate::words;

/// The whole document.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<Outcome> = view.rows().map(|(_, row)| row.outcome).collect();
    let run_cases = run_cases(view);
    let sums = totals(&all, &run_cases);
    line(&mut xml, 0, &format!("<testsuites name=\"hilbench\"{sums} time=\"{:.3}\">", view.run.seconds.max(0.0)));
    for group in &view.groups {
        let outcomes: Vec<Outcome> = group.rows.iter().map(|row| row.outcome).collect();
        let (name, sums) = (attribute(&group.scenario), totals(&outcomes, &[]));
        line(&mut xml, 1, &format!("<testsuite name=\"{name}\"{sums}>"));
        if view.run.quick {
            line(&mut xml, 2, "<properties>");
            line(&mut xml, 3, "<property name=\"quick\" value=\"true\"/>");
            line(&mut xml, 2, "</properties>");
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for row in &group.rows {
            let times = seen.entry(name_of(row)).and_modify(|times| *times += 1).or_insert(1);
            case(&mut xml, &group.scenario, row, *times);
        }
        line(&mut xml, 1, "</testsuite>");
    }
    if !run_cases.is_empty() {
        line(&mut xml, 1, &format!("<testsuite name=\"run\"{}>", totals(&[], &run_cases)));
        for case in &run_cases {
            line(&mut xml, 2, &format!("<testcase classname=\"run\" name=\"{}\">", attribute(&case.name)));
            let (kind, message) = (case.kind, attribute(&case.message));
            line(&mut xml, 3, &format!("<error type=\"{kind}\" message=\"{message}\"/>"));
            line(&mut xml, 2, "</testcase>");
        }
        line(&mut xml, 1, "</testsuite>");
    }
    line(&mut xml, 0, "</testsuites>");
    xml
}

/// What a verdict is to a tool that knows only four results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Junit {
    Passed,
    Failure,
    Error,
    Skipped,
}

fn junit(outcome: Outcome) -> Junit {
    match outcome {
        Outcome::Pass | Outcome::Acceptable => Junit::Passed,
        Outcome::Fail => Junit::Failure,
        Outcome::Invalid => Junit::Error,
        Outcome::Reported | Outcome::NotApplicable | Outcome::NotRun | Outcome::Inconclusive => Junit::Skipped,
    }
}

/// Something that is wrong with the run and not with a check; always an error.
struct RunCase {
    name: String,
    kind: &'static str,
    message: String,
}

fn run_cases(view: &View<'_>) -> Vec<RunCase> {
    let mut cases: Vec<RunCase> = view
        .errors
        .iter()
        .map(|error| RunCase {
            name: format!("{} on {}: {}", error.scenario, error.platform, error.phase),
            kind: "rig-fault",
            message: error.message.clone(),
        })
        .collect();
    if let Some(fault) = &view.run.fault {
        // The checks may look green; the file as a whole must not.
        let message = format!("the fault {fault} was injected on purpose; the figures say nothing about the code");
        cases.push(RunCase { name: "no injected fault".to_owned(), kind: "injected-fault", message });
    }
    if view.run.interrupted {
        let message = "the run was stopped before it ended".to_owned();
        cases.push(RunCase { name: "ran to its end".to_owned(), kind: "interrupted", message });
    }
    cases
}

fn totals(outcomes: &[Outcome], run_cases: &[RunCase]) -> String {
    let n = |wanted| outcomes.iter().filter(|outcome| junit(**outcome) == wanted).count();
    format!(
        " tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        outcomes.len() + run_cases.len(),
        n(Junit::Failure),
        n(Junit::Error) + run_cases.len(),
        n(Junit::Skipped)
    )
}

fn name_of(row: &Row) -> String {
    row.target.as_ref().map_or_else(|| row.what.clone(), |target| format!("{target} {}", row.what))
}

fn case(xml: &mut String, scenario: &str, row: &Row, times: usize) {
    // A limit is no part of the name: moving it must not break the history of the test.
    let mut name = name_of(row);
    if times > 1 {
        let _ = write!(name, " #{times}");
    }
    let (class, name) = (attribute(scenario), attribute(&name));
    line(xml, 2, &format!("<testcase classname=\"{class}\" name=\"{name}\">"));
    line(xml, 3, "<properties>");
    for (name, value) in properties(row) {
        line(xml, 4, &format!("<property name=\"{name}\" value=\"{}\"/>", attribute(&value)));
    }
    line(xml, 3, "</properties>");
    let kind = attribute(row.reason_code.as_deref().unwrap_or(words::outcome(row.outcome)));
    let message = attribute(&message(row));
    match junit(row.outcome) {
        Junit::Passed => {}
        Junit::Failure => line(xml, 3, &format!("<failure type=\"{kind}\" message=\"{message}\"/>")),
        Junit::Error => line(xml, 3, &format!("<error type=\"{kind}\" message=\"{message}\"/>")),
        Junit::Skipped => line(xml, 3, &format!("<skipped message=\"{message}\"/>")),
    }
    line(xml, 2, "</testcase>");
}

/// Verdict, figure, limit and reason on one line: many tools show nothing else.
fn message(row: &Row) -> String {
    let mut message = words::outcome(row.outcome).to_owned();
    if let Some(figure) = &row.figure {
        let _ = write!(message, ": {}", figure.line());
        if let Some(evidence) = row.evidence {
            let _ = write!(message, " ({evidence})");
        }
        let _ = write!(message, ", limit {}", row.limit_text());
    }
    if let Some(reason) = &row.reason {
        let _ = write!(message, ": {reason}");
    }
    message
}

fn properties(row: &Row) -> Vec<(&'static str, String)> {
    let mut properties = vec![("verdict", row.outcome.to_string())];
    let mut add = |name, value: Option<String>| properties.extend(value.map(|value| (name, value)));
    add("reason", row.reason_code.clone());
    add("figure", row.figure.as_ref().map(|figure| figure.value.clone()));
    add("interval", row.figure.as_ref().and_then(|figure| figure.interval.clone()));
    add("method", row.figure.as_ref().map(|figure| figure.method.clone()));
    add("limit", row.limit.clone());
    add("acceptable", row.acceptable.clone());
    add("evidence", row.evidence.map(|evidence| evidence.to_string()));
    add("samples", Some(row.samples.to_string()));
    add("place", Some(row.place.clone()));
    properties
}

pub(crate) fn line(xml: &mut String, depth: usize, text: &str) {
    xml.push_str(&"  ".repeat(depth));
    xml.push_str(text);
    xml.push('\n');
}

/// Text for an attribute in double quotes. What XML 1.0 does not allow at all was made visible by [`one_line`].
pub(crate) fn attribute(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::{Junit, attribute, junit};
    use hil_model::verdict::Outcome;

    #[test]
    fn only_proofs_are_green() {
        let green: Vec<Outcome> = Outcome::ALL.into_iter().filter(|o| junit(*o) == Junit::Passed).collect();
        assert_eq!(green, [Outcome::Pass, Outcome::Acceptable]);
    }

    #[test]
    fn markup_and_control_characters_stay_text() {
        assert_eq!(attribute("a<b>&\"'\u{1b}]"), "a&lt;b&gt;&amp;&quot;&apos;\\u{1b}]");
    }
}
