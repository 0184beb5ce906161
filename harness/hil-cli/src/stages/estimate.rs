//! Estimate: raw samples become one finding a check.

use hil_model::estimate::Finding;
use hil_model::id::WorkloadId;
use hil_model::plan::{Job, Plan};
use hil_model::sample::{Cut, Observations};
use hil_model::scenario::{Check, Rule, Scenario};
use hil_stats::control::Control;

use crate::stages::level::level;
use crate::stages::load::Question;
use crate::stages::measure::{JobEnd, Observed};
use crate::stages::suites;

/// What was found out for one scenario; in the order of its checks and alerts.
#[derive(Debug)]
pub struct Found {
    /// One a check; nothing where the check was not run.
    pub checks: Vec<Option<Finding>>,
    /// One an alert.
    pub alerts: Vec<Option<Finding>>,
    /// One a check: the control pair of what it compares by time, where there is one.
    pub controls: Vec<Option<Control>>,
    /// One a check: why what it looks at was not observed as planned, if that is so.
    pub cuts: Vec<Option<Cut>>,
}

/// Finds out what the samples say about every check; one entry a scenario, in their order.
#[must_use]
pub fn estimate(question: &Question, plan: &Plan, observed: &Observed) -> Vec<Found> {
    let found = |scenario: &Scenario| {
        let of_scenario = observed.of(&scenario.id);
        // Nothing for scenarios without suites.
        let samplings = suites::are_in(scenario).then(|| observed.samplings_of(&scenario.id));
        let measured = match observed.end_of(&scenario.id) {
            Some(JobEnd::Finished) => true,
            // Without an agent there was no time to observe anything at all.
            Some(JobEnd::Interrupted) => !of_scenario.is_empty(),
            Some(JobEnd::Faulted | JobEnd::SetAside) | None => false,
        };
        let looks = plan.job_of(&scenario.id).map_or(1, Job::looks);
        let checks = scenario.checks.iter().enumerate().map(|(position, check)| {
            let found = || match samplings {
                None => hil_stats::estimate::find_at(check, of_scenario, level(check.metric, looks)),
                Some(samplings) => suites::find(check, of_scenario, samplings),
            };
            let finding = || enough(question, scenario, check, found());
            (measured && plan.skips(&scenario.id, position).is_none()).then(finding)
        });
        let alerts = scenario.alerts.iter().map(|alert| {
            let found = || match samplings {
                None => hil_stats::estimate::find_alert(alert, of_scenario),
                Some(samplings) => suites::find_alert(alert, of_scenario, samplings),
            };
            measured.then(found)
        });
        Found {
            checks: checks.collect(),
            alerts: alerts.collect(),
            controls: scenario.checks.iter().map(|check| control(scenario, check, of_scenario)).collect(),
            cuts: scenario.checks.iter().map(|check| hil_stats::estimate::cut(check, of_scenario)).collect(),
        }
    };
    question.scenarios.iter().map(found).collect()
}

/// What became of the control pair that guards this check: a workload of the scenario and its copy.
fn control(scenario: &Scenario, check: &Check, of_scenario: &[Observations]) -> Option<Control> {
    let compares = check.versus.is_some() || matches!(check.rule, Rule::Order(_));
    if !compares || !check.metric.is_timed() {
        return None;
    }
    let seen = |id: &WorkloadId| of_scenario.iter().find(|seen| seen.workload == *id);
    let copies = scenario.workloads.keys().filter_map(|id| {
        let copy = id.control().filter(|copy| !scenario.workloads.contains_key(copy))?;
        Some((seen(id)?, seen(&copy)?))
    });
    copies.map(|(of, copy)| hil_stats::control::control(check.metric, of, copy)).next()
}

/// Holds a figure back when there are fewer observations behind it than it needs to mean what it says. The plan asks for
/// at least as many, so only the budget or the user can have ended it early.
fn enough(question: &Question, scenario: &Scenario, check: &Check, finding: Finding) -> Finding {
    let Finding::Estimate(estimate) = &finding else { return finding };
    let need = match check.metric {
        metric if metric.is_timed() && check.versus.is_none() => iterations_needed(question, scenario),
        _ => 0,
    };
    if estimate.samples < need {
        return Finding::TooFew { have: estimate.samples, need };
    }
    finding
}

/// A quick run takes fewer samples than a scenario wants, and says so.
fn iterations_needed(question: &Question, scenario: &Scenario) -> u64 {
    if question.quick { 0 } else { scenario.sampling.min_samples.map_or(0, u64::from) }
}
