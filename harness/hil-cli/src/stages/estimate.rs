//! Estimate: raw samples become one finding a check.

use hil_model::estimate::Finding;
use hil_model::plan::Plan;
use hil_model::sample::Observations;
use hil_model::scenario::{Check, Scenario};

use crate::stages::load::Question;
use crate::stages::measure::{JobEnd, Observed};

/// What was found out for one scenario; in the order of its checks and alerts.
#[derive(Debug)]
pub struct Found {
    /// One a check; nothing where the check was not run.
    pub checks: Vec<Option<Finding>>,
    /// One an alert.
    pub alerts: Vec<Option<Finding>>,
    /// Whether the budget ended before the plan did.
    pub budget_spent: bool,
}

/// Finds out what the samples say about every check; one entry a scenario, in their order.
#[must_use]
pub fn estimate(question: &Question, plan: &Plan, observed: &Observed) -> Vec<Found> {
    let found = |scenario: &Scenario| {
        let of_scenario: Vec<Observations> =
            observed.observations.iter().filter(|seen| seen.scenario == scenario.id).cloned().collect();
        let measured = matches!(observed.end_of(&scenario.id), Some(JobEnd::Finished | JobEnd::Interrupted));
        let skipped = |position| {
            plan.skipped
                .iter()
                .any(|skip| skip.scenario == scenario.id && skip.check.is_none_or(|check| check == position))
        };
        let checks = scenario.checks.iter().enumerate().map(|(position, check)| {
            let finding = || enough(scenario, check, hil_stats::estimate::find(check, &of_scenario), question.quick);
            (measured && !skipped(position)).then(finding)
        });
        let alerts =
            scenario.alerts.iter().map(|alert| measured.then(|| hil_stats::estimate::find_alert(alert, &of_scenario)));
        Found {
            checks: checks.collect(),
            alerts: alerts.collect(),
            budget_spent: of_scenario.iter().any(|seen| seen.budget_spent),
        }
    };
    question.scenarios.iter().map(found).collect()
}

/// Holds a figure back when the scenario wants more samples for it. A quick run says that it took fewer.
fn enough(scenario: &Scenario, check: &Check, finding: Finding, quick: bool) -> Finding {
    use hil_model::metric::Metric;
    let counts_iterations = matches!(check.metric, Metric::Latency | Metric::CpuTime) && check.versus.is_none();
    match (&finding, scenario.sampling.min_samples) {
        (Finding::Estimate(estimate), Some(need))
            if counts_iterations && !quick && estimate.samples < u64::from(need) =>
        {
            // The plan asks for at least this many, so only the budget or the user can have ended it early.
            Finding::TooFew { have: estimate.samples, need: u64::from(need), budget_spent: true }
        }
        _ => finding,
    }
}
