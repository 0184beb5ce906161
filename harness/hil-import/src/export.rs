//! A run in the formats of other tools: one writer a file, each a pure function of the run.
//!
//! No other format knows intervals, evidence and verdicts as `run.json` does, so each export is a part of it: what a format
//! cannot say is counted in [`Exported::left_out`], never dropped in silence. Only finite figures leave.

pub mod bmf;
pub mod csv;
pub mod github_action;
pub mod openmetrics;

use hil_model::id::WorkloadId;
use hil_model::metric::Better;
use hil_model::run::{CheckResult, Figure, Run};

/// A text, and how much of the run is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The whole file.
    pub text: String,
    /// Checks without a row, with the reason in words; nothing when every check has one.
    pub left_out: Vec<(usize, &'static str)>,
}

/// A check that has a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured<'r> {
    pub(crate) check: &'r CheckResult,
    pub(crate) figure: &'r Figure,
}

/// The checks of a run that have a figure, and how many have none.
pub(crate) fn measured<'r>(run: &'r Run) -> (Vec<Measured<'r>>, usize) {
    let with = |check: &'r CheckResult| {
        let figure = check.estimate.as_ref().filter(|figure| figure.value.is_finite())?;
        Some(Measured { check, figure })
    };
    let measured: Vec<Measured<'_>> = run.checks.iter().filter_map(with).collect();
    let without = run.checks.len() - measured.len();
    (measured, without)
}

/// Reasons why checks are left out.
pub(crate) const NO_FIGURE: &str = "without a figure";
pub(crate) const SAME_FIGURE: &str = "about a figure that another check has already given";

/// The reasons that apply.
pub(crate) fn left_out(counts: &[(usize, &'static str)]) -> Vec<(usize, &'static str)> {
    counts.iter().copied().filter(|(count, _)| *count > 0).collect()
}

impl Measured<'_> {
    /// One name for the figure: scenario, workload unless it is the only one, the other side of a ratio, statistic.
    pub(crate) fn name(&self) -> String {
        let CheckResult { scenario, workload, versus, statistic, .. } = self.check;
        let mut name = scenario.to_string();
        if *workload != WorkloadId::main() || versus.is_some() {
            name.push_str(&format!("/{workload}"));
        }
        if let Some(versus) = versus {
            name.push_str(&format!(" versus {versus}"));
        }
        name.push_str(&format!(" {statistic}"));
        name
    }

    /// Whether the figure says how many times better one workload is than another.
    pub(crate) fn is_ratio(&self) -> bool {
        self.check.unit.symbol == "x"
    }

    /// The good direction; ratios say how many times better.
    pub(crate) fn better(&self) -> Better {
        if self.is_ratio() { Better::Higher } else { self.check.metric.better() }
    }

    /// A value of the figure in base units of its dimension.
    pub(crate) fn base(&self, value: f64) -> f64 {
        value * self.check.unit.scale
    }
}
