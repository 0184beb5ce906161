//! What the gate asks of a scenario: one figure for each workload and metric that some check is about.
//!
//! The statistic of the comparison is that of the middle (the median, or what the metric has in its place), because that is
//! what pairs of short blocks can prove. Percentiles are held by their declared limits.

use hil_model::id::WorkloadId;
use hil_model::metric::{Metric, Statistic};
use hil_model::scenario::{Check, Needs, Place, Rule, Scenario};

/// One figure that is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) workload: &'s WorkloadId,
    pub(super) metric: Metric,
    /// Whether the gate depends on it.
    pub(super) gating: bool,
    /// Where the first check that asks for it is written.
    pub(super) place: &'s Place,
}

/// The figures of a scenario, in the order of its checks. Behind a time that is gated stands processor time as its witness,
/// unless that is asked for itself.
pub(super) fn of(scenario: &Scenario) -> Vec<Asked<'_>> {
    let mut all: Vec<Asked<'_>> = Vec::new();
    let mut add = |workload, metric, gating, place| {
        if !all.iter().any(|one| one.workload == workload && one.metric == metric) {
            all.push(Asked { scenario, workload, metric, gating, place });
        }
    };
    // How warm a processor is says as much about the room and the hour as about the code, and how its time is shared out
    // says nothing about how much of it there is.
    let is_gated = |check: &&Check| !matches!(check.metric, Metric::Temperature | Metric::Share);
    for check in scenario.checks.iter().filter(is_gated) {
        for workload in check.workloads() {
            add(workload, check.metric, true, &check.place);
        }
    }
    for check in scenario.checks.iter().filter(|check| check.metric == Metric::Latency) {
        for workload in check.workloads() {
            add(workload, Metric::CpuTime, false, &check.place);
        }
    }
    all
}

impl Asked<'_> {
    /// How observations become the figure.
    pub(super) fn statistic(&self) -> Statistic {
        statistic_of(self.metric)
    }

    /// A check that only wants to know the figure, or with `versus` the ratio of two.
    pub(super) fn as_check(&self, workload: &WorkloadId, versus: Option<&WorkloadId>) -> Check {
        Check {
            target: None,
            metric: self.metric,
            statistic: if versus.is_some() { Statistic::Ratio } else { self.statistic() },
            workload: workload.clone(),
            versus: versus.cloned(),
            rule: Rule::Report,
            needs: Needs::default(),
            part: None,
            note: None,
            place: self.place.clone(),
        }
    }
}

/// What stands for the middle of a metric.
pub(super) fn statistic_of(metric: Metric) -> Statistic {
    match metric {
        Metric::Latency | Metric::CpuTime | Metric::Cycles | Metric::Throughput => Statistic::Median,
        Metric::Memory | Metric::Heap | Metric::NumericalError | Metric::Temperature => Statistic::Max,
        Metric::ModelSize | Metric::Instructions => Statistic::Exact,
        Metric::Accuracy | Metric::Conformance | Metric::Share => Statistic::Proportion,
        Metric::Power | Metric::Energy | Metric::BatteryLife => Statistic::Mean,
    }
}
