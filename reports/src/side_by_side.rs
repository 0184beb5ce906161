//! Workloads beside each other: throughput, latency and memory of each, and how many times better each is than the baseline.
//!
//! Nothing is computed here but changes in percent, from the figures as they stand in the checks of the run. A figure that no
//! check asked for, or that has no value, is said to be missing; the verdict is that of the check that compares times.

use hil_model::id::WorkloadId;
use hil_model::metric::Metric;
use hil_model::run::{CheckResult, Run, Shown};
use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::view::FigureText;
use crate::words;

/// What is shown of each workload, in this order.
pub const COLUMNS: [&str; 6] = ["Throughput", "Latency", "Memory", "Speed-up", "Memory reduction", "Target met"];

/// Some workloads of a scenario beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct SideBySide {
    /// One line for people.
    pub title: String,
    /// The baseline, then the others.
    pub lines: Vec<Line>,
}

/// One workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its id, and `, the baseline` behind that of the baseline.
    pub name: String,
    /// As many as [`COLUMNS`].
    pub cells: Vec<Cell>,
}

/// One figure or verdict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// The figure with its unit and its label where it stands in for hardware, or the verdict; nothing where there is none.
    pub text: Option<String>,
    /// The interval in the unit of the figure, the limit beside a verdict, or why there is nothing.
    pub fine: Option<String>,
    /// How far it is off that of the baseline: `+12.3 %`.
    pub change: Option<String>,
    /// The verdict.
    pub outcome: Option<Outcome>,
}

impl SideBySide {
    /// What `shown` asks for, from the checks of the run.
    pub(crate) fn new(shown: &Shown, run: &Run) -> Self {
        let checks: Vec<&CheckResult> = run
            .checks
            .iter()
            .filter(|check| {
                check.scenario == shown.scenario && check.platform == shown.platform && check.part.is_none()
            })
            .collect();
        let line = |workload: &WorkloadId| {
            let is_baseline = *workload == shown.baseline;
            let alone = [Metric::Throughput, Metric::Latency, Metric::Memory].map(|metric| {
                let own = find(&checks, metric, workload, None);
                let base = find(&checks, metric, &shown.baseline, None).filter(|_| !is_baseline);
                let change = own.zip(base).and_then(|(own, base)| change(own, base));
                Cell { change, ..figure(own) }
            });
            let versus = |metric| find(&checks, metric, workload, Some(&shown.baseline));
            let compared = if is_baseline {
                [(); 3].map(|()| Cell::default())
            } else {
                [figure(versus(Metric::Latency)), figure(versus(Metric::Memory)), target(versus(Metric::Latency))]
            };
            let role = if is_baseline { ", the baseline" } else { "" };
            Line { name: format!("{workload}{role}"), cells: alone.into_iter().chain(compared).collect() }
        };
        let workloads = std::iter::once(&shown.baseline).chain(&shown.workloads);
        Self { title: one_line(&shown.title), lines: workloads.map(line).collect() }
    }
}

/// The check about a figure; of several, the first one that has a target, or else the first one that has a figure.
fn find<'r>(
    checks: &[&'r CheckResult],
    metric: Metric,
    workload: &WorkloadId,
    versus: Option<&WorkloadId>,
) -> Option<&'r CheckResult> {
    let about = |check: &&&CheckResult| {
        check.metric == metric && check.workload == *workload && check.versus.as_ref() == versus
    };
    let about = || checks.iter().filter(about).copied();
    about()
        .find(|check| check.limit.is_some())
        .or_else(|| about().find(|check| check.estimate.is_some()))
        .or(about().next())
}

fn figure(check: Option<&CheckResult>) -> Cell {
    let Some(check) = check else { return missing("no check asks for it") };
    let Some(figure) = &check.estimate else {
        return missing(check.reason.as_deref().unwrap_or("it has no figure"));
    };
    let FigureText { value, interval, .. } = FigureText::new(figure, check.unit, &[]);
    let label = check.evidence.filter(|evidence| words::is_stand_in(*evidence));
    let text = label.map_or_else(|| value.clone(), |label| format!("{value} {label}"));
    Cell { text: Some(text), fine: interval, ..Cell::default() }
}

fn missing(why: &str) -> Cell {
    Cell { fine: Some(one_line(why)), ..Cell::default() }
}

/// The verdict on a comparison.
fn target(check: Option<&CheckResult>) -> Cell {
    match check {
        Some(CheckResult { limit: Some(limit), verdict, .. }) => Cell {
            text: Some(words::outcome(*verdict).to_owned()),
            fine: Some(one_line(limit)),
            outcome: Some(*verdict),
            ..Cell::default()
        },
        Some(_) | None => missing("no target"),
    }
}

/// How far a figure is off that of the baseline, by the figures themselves.
fn change(own: &CheckResult, base: &CheckResult) -> Option<String> {
    let value = |check: &CheckResult| check.estimate.as_ref().map(|figure| figure.value * check.unit.scale);
    let percent = 100.0 * (value(own)? / value(base)? - 1.0);
    (own.statistic == base.statistic && percent.is_finite()).then(|| format!("{percent:+.1} %"))
}
