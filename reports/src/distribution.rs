//! All values behind a figure, for plots: the empirical distribution of one metric of one workload.
//!
//! What is drawn beside the values (limits, figures with their intervals) comes from the checks of the run, so a
//! plot cannot show another limit than the table.

use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::Metric;
use hil_model::run::CheckResult;
use hil_model::units::Unit;

use crate::clean;

/// The values of one metric of one workload, as they were observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// The scenario.
    pub scenario: ScenarioId,
    /// The workload.
    pub workload: WorkloadId,
    /// What was observed.
    pub metric: Metric,
    /// One entry a process start: its counted values in base units, in any order.
    pub starts: Vec<Vec<f64>>,
}

/// A distribution ready to be drawn; every number is in `unit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Such as `latency` or `latency of resample`.
    pub what: String,
    /// The unit of all numbers.
    pub unit: Unit,
    /// Every finite value, ascending.
    pub all: Vec<f64>,
    /// The same, one entry a process start that has any.
    pub starts: Vec<Vec<f64>>,
    /// Limits that a check compares this metric with.
    pub limits: Vec<Line>,
    /// Figures of the checks, with their intervals.
    pub marks: Vec<Mark>,
    /// What the values count as.
    pub evidence: Option<Evidence>,
}

/// A limit to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Which limit it is, as written: `limit < 5 ms`.
    pub text: String,
    /// Where it lies.
    pub value: f64,
}

/// A figure to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The statistic, such as `p95`.
    pub label: String,
    /// The share of values at or below it, for a quantile.
    pub quantile: Option<f64>,
    /// The figure.
    pub value: f64,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end of its interval.
    pub upper: Option<f64>,
}

impl Curve {
    /// The distribution with the limits and figures of the checks that it is behind.
    ///
    /// Nothing when no check of `checks` is about it, or when it has no finite value.
    #[must_use]
    pub fn new(distribution: &Distribution, checks: &[CheckResult]) -> Option<Self> {
        let about: Vec<&CheckResult> = checks
            .iter()
            .filter(|check| check.scenario == distribution.scenario && check.workload == distribution.workload)
            // The figure of a comparison is a ratio, which has no place on an axis of the metric.
            .filter(|check| check.metric == distribution.metric && check.versus.is_none())
            .filter(|check| check.unit.dimension == distribution.metric.dimension())
            .collect();
        let first = about.first()?;
        let unit = first.unit;
        let in_unit = |values: &Vec<f64>| {
            let mut values: Vec<f64> = values.iter().map(|v| unit.from_base(*v)).filter(|v| v.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let starts: Vec<Vec<f64>> = distribution.starts.iter().map(in_unit).filter(|start| !start.is_empty()).collect();
        let mut all = starts.concat();
        all.sort_by(f64::total_cmp);
        if all.is_empty() {
            return None;
        }
        let mut curve = Self {
            what: what(distribution),
            unit,
            all,
            starts,
            limits: Vec::new(),
            marks: Vec::new(),
            evidence: about.iter().find_map(|check| check.evidence),
        };
        for check in about {
            curve.add(check);
        }
        Some(curve)
    }

    fn add(&mut self, check: &CheckResult) {
        for (kind, text) in [("limit", &check.limit), ("acceptable", &check.acceptable)] {
            let Some(text) = text else { continue };
            let Ok(limit) = hil_model::limit::Limit::parse(text) else { continue };
            for bound in [limit.lower, limit.upper].into_iter().flatten() {
                let line = Line {
                    text: format!("{kind} {}", clean::clip(&clean::one_line(text), 24)),
                    value: self.unit.from_base(bound.value),
                };
                if !self.limits.contains(&line) {
                    self.limits.push(line);
                }
            }
        }
        let Some(figure) = &check.estimate else { return };
        if !figure.value.is_finite() {
            return;
        }
        let scale = check.unit.scale / self.unit.scale;
        self.marks.push(Mark {
            label: check.statistic.to_string(),
            quantile: check.statistic.quantile(),
            value: figure.value * scale,
            lower: figure.lower.map(|end| end * scale).filter(|end| end.is_finite()),
            upper: figure.upper.map(|end| end * scale).filter(|end| end.is_finite()),
        });
    }
}

fn what(distribution: &Distribution) -> String {
    let metric = distribution.metric.name().replace('_', " ");
    if distribution.workload == WorkloadId::main() { metric } else { format!("{metric} of {}", distribution.workload) }
}
