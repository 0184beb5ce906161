//! OpenMetrics 1.0 text, for a file that a collector picks up.
//!
//! Figures are gauges in base units, one family a metric, with the ends of the interval as families of their own;
//! verdicts are a state set, which also holds the checks without a figure. Names and labels follow sections 4.4 and 5 of the
//! specification: a unit stands at the end of its family's name, families are not interleaved, `# EOF` ends the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hil_model::metric::Metric;
use hil_model::run::{CheckResult, Run};
use hil_model::text::shown;
use hil_model::verdict::Outcome;

use crate::export::{Exported, Measured, SAME_FIGURE, left_out, measured};

/// The run as OpenMetrics text.
#[must_use]
pub fn export(run: &Run) -> Exported {
    let (rows, _) = measured(run);
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut repeated = 0;
    for row in &rows {
        let (quantity, unit) = quantity(row);
        let labels = figure_labels(row.check);
        let points = [("", Some(row.figure.value)), ("_lower", row.figure.lower), ("_upper", row.figure.upper)];
        let mut is_new = true;
        for (part, value) in points {
            let Some(value) = value.map(|value| row.base(value)).filter(|value| value.is_finite()) else { continue };
            let family = families.entry(format!("hilbench_{quantity}{part}{}", suffix(unit))).or_insert_with(|| {
                let what = match part {
                    "_lower" => "Lower end of the interval",
                    "_upper" => "Upper end of the interval",
                    _ => "Estimate",
                };
                Family { unit, help: format!("{what} of {quantity}."), points: BTreeMap::new() }
            });
            is_new &= family.points.insert(labels.clone(), value).is_none();
        }
        repeated += usize::from(!is_new);
    }
    let mut text = String::new();
    for (name, family) in &families {
        family.write(name, &mut text);
    }
    write_verdicts(&run.checks, &mut text);
    text.push_str("# EOF\n");
    Exported { text, left_out: left_out(&[(repeated, SAME_FIGURE)]) }
}

/// Points of one name.
struct Family {
    unit: &'static str,
    help: String,
    points: BTreeMap<String, f64>,
}

impl Family {
    // Writing to a String cannot fail.
    fn write(&self, name: &str, text: &mut String) {
        let _ = writeln!(text, "# TYPE {name} gauge");
        if !self.unit.is_empty() {
            let _ = writeln!(text, "# UNIT {name} {}", self.unit);
        }
        let _ = writeln!(text, "# HELP {name} {}", self.help);
        for (labels, value) in &self.points {
            let _ = writeln!(text, "{name}{{{labels}}} {value}");
        }
    }
}

fn suffix(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!("_{unit}") }
}

/// What a family is called, and its base unit.
fn quantity(row: &Measured<'_>) -> (String, &'static str) {
    let metric = row.check.metric.name();
    if row.is_ratio() {
        return (format!("{metric}_times_better"), "ratio");
    }
    let unit = match row.check.metric {
        Metric::Latency | Metric::CpuTime | Metric::BatteryLife => "seconds",
        Metric::Cycles => "cycles",
        Metric::Instructions => "instructions",
        Metric::Throughput => "hertz",
        Metric::Memory | Metric::Heap | Metric::ModelSize => "bytes",
        Metric::Accuracy | Metric::Conformance | Metric::NumericalError | Metric::Share => "ratio",
        Metric::Power => "watts",
        Metric::Energy => "joules",
        Metric::Temperature => "celsius",
    };
    (metric.to_owned(), unit)
}

fn figure_labels(check: &CheckResult) -> String {
    let mut pairs = vec![
        ("scenario", check.scenario.to_string()),
        ("platform", check.platform.to_string()),
        ("workload", check.workload.to_string()),
        ("statistic", check.statistic.to_string()),
    ];
    pairs.extend(check.versus.as_ref().map(|versus| ("versus", versus.to_string())));
    pairs.extend(check.part.as_ref().map(|part| ("part", part.clone())));
    pairs.extend(check.evidence.map(|evidence| ("evidence", evidence.to_string())));
    labels(&pairs)
}

fn labels(pairs: &[(&str, String)]) -> String {
    let pair = |(name, value): &(&str, String)| format!("{name}=\"{}\"", escaped(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join(",")
}

/// Section 3.2.1: a backslash, a quote and a line feed are escaped, nothing else is; what could steer a terminal is written
/// out before.
fn escaped(value: &str) -> String {
    shown(value).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn write_verdicts(checks: &[CheckResult], text: &mut String) {
    const NAME: &str = "hilbench_verdict";
    let _ = writeln!(text, "# TYPE {NAME} stateset");
    let _ = writeln!(text, "# HELP {NAME} What is proved about a check.");
    let mut seen = BTreeSet::new();
    for check in checks {
        let mut pairs = vec![
            ("scenario", check.scenario.to_string()),
            ("platform", check.platform.to_string()),
            ("workload", check.workload.to_string()),
            ("metric", check.metric.to_string()),
            ("statistic", check.statistic.to_string()),
            ("line", check.place.line.to_string()),
        ];
        pairs.extend(check.versus.as_ref().map(|versus| ("versus", versus.to_string())));
        pairs.extend(check.part.as_ref().map(|part| ("part", part.clone())));
        pairs.extend(check.target.as_ref().map(|target| ("target", target.to_string())));
        pairs.extend(check.limit.as_ref().map(|limit| ("limit", limit.clone())));
        let labels = labels(&pairs);
        if !seen.insert(labels.clone()) {
            // Written twice in one place: the same check.
            continue;
        }
        for outcome in Outcome::ALL {
            let state = u8::from(check.verdict == outcome);
            let _ = writeln!(text, "{NAME}{{{labels},{NAME}=\"{outcome}\"}} {state}");
        }
    }
}
