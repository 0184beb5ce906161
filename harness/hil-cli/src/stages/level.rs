//! Looking more than once: the level of each look, and what is still open at one.
//!
//! Looks share the level of the figures that they look at (Bonferroni, [`Looks`]): a scenario that may be looked at three times
//! has intervals of timed figures that err with a third of the usual probability at each, so that stopping at the first look
//! that decides is wrong no more often than looking once at the end.

use std::collections::BTreeSet;

use hil_model::id::WorkloadId;
use hil_model::metric::Metric;
use hil_model::plan::{Job, Plan};
use hil_model::sample::Observations;
use hil_model::scenario::{Check, Rule, Scenario};
use hil_model::verdict::{Outcome, Reason};
use hil_stats::ALPHA;
use hil_stats::sequential::Looks;

/// Probability with which each end of an interval may err at one of `looks` looks. What is not timed is looked at once.
#[must_use]
pub fn level(metric: Metric, looks: u32) -> f64 {
    if metric.is_timed() { Looks(looks).each(ALPHA) } else { ALPHA }
}

/// The workloads of `job` that must be measured on, because more samples can decide a check that asks for something.
#[must_use]
pub fn open(scenario: &Scenario, plan: &Plan, job: &Job, seen: &[&Observations]) -> BTreeSet<WorkloadId> {
    let seen: Vec<Observations> = seen.iter().map(|seen| (*seen).clone()).collect();
    let is_run = |(position, _): &(usize, &Check)| plan.skips(&scenario.id, *position).is_none();
    let checks = scenario.checks.iter().enumerate().filter(is_run).map(|(_, check)| check);
    let undecided = checks.filter(|check| is_open(check, &seen, job.looks()));
    let with_copies = |id: &WorkloadId| {
        let copy = id.control().filter(|copy| job.workloads.iter().any(|(known, _)| known == copy));
        [Some(id.clone()), copy]
    };
    undecided.flat_map(Check::workloads).flat_map(with_copies).flatten().collect()
}

fn is_open(check: &Check, seen: &[Observations], looks: u32) -> bool {
    if check.rule == Rule::Report || !check.metric.is_timed() {
        return false;
    }
    let finding = hil_stats::estimate::find_at(check, seen, level(check.metric, looks));
    let verdict = hil_verdict::judge(check, &finding, None);
    verdict.outcome == Outcome::Inconclusive || matches!(verdict.reason, Some(Reason::TooFewSamples { .. }))
}
