//! The control pair of a run that compares: one workload twice, under two names, in the same blocks.
//!
//! What the two differ by is what the run mistakes for a difference of the code. Comparisons by time only, and none on an
//! emulated board, where time is computed and nothing disturbs it. The copy runs in every block like any other side: one that
//! ran less often would find caches and predictors colder, and look slower for it. One control serves a scenario: its comparisons share
//! their blocks, and so what disturbs them.

use hil_model::id::WorkloadId;
use hil_model::lab::Evidence;
use hil_model::scenario::{Check, Code, Rule, Scenario};

/// The workload that is run twice, and the name of its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Control {
    pub(crate) of: WorkloadId,
    pub(crate) copy: WorkloadId,
}

/// The control pair of what `checks` compare, if they compare anything by time.
pub(crate) fn of(scenario: &Scenario, checks: &[&Check], evidence: Evidence) -> Option<Control> {
    if evidence == Evidence::Emulated {
        return None;
    }
    // The side that shall be the faster one costs less.
    let compared = checks.iter().filter(|check| check.metric.is_timed());
    let mut of = compared.filter_map(|check| match &check.rule {
        Rule::Order(order) => order.first(),
        Rule::Limit { .. } | Rule::Report => check.versus.as_ref().map(|_| &check.workload),
        Rule::Conforms(_) => None,
    });
    let is_timed = |id: &&WorkloadId| {
        scenario.workloads.get(*id).is_some_and(|workload| !matches!(workload.code, Code::Criterion(_)))
    };
    let of = of.find(is_timed)?.clone();
    let copy = of.control().filter(|copy| !scenario.workloads.contains_key(copy))?;
    Some(Control { of, copy })
}
