//! Criterion suites in a run: started like any other job, and judged by what their starts, not their samples, show.

use std::sync::atomic::AtomicBool;

use hil_bench::control::{Control, SystemClock};
use hil_bench::job::JobOutcome;
use hil_model::estimate::Finding;
use hil_model::id::WorkloadId;
use hil_model::metric::Statistic;
use hil_model::plan::Job;
use hil_model::run::RigFault;
use hil_model::sample::Observations;
use hil_model::scenario::{Alert, Check, Rule, Scenario};
use hil_suite::event::Event;
use hil_suite::job::{Outcome, Sampling};

use crate::show::Show;
use crate::stages::voice::failure_in_words;

/// Builds and starts the suites of `job`. What criterion writes goes into a folder that is gone afterwards: its samples
/// are part of the stored run.
pub fn run_job(job: &Job, cancel: &AtomicBool, show: &mut Show) -> Outcome {
    let scratch = match tempfile::Builder::new().prefix("hil-suite-").tempdir() {
        Ok(scratch) => scratch,
        Err(error) => {
            let fault = RigFault {
                scenario: job.scenario.clone(),
                platform: job.platform.clone(),
                phase: "open".to_owned(),
                message: format!("cannot make a folder for criterion's files: {error}"),
            };
            let job = JobOutcome { fault: Some(fault), ..JobOutcome::nothing() };
            return Outcome { job, samplings: Vec::new(), builds: Vec::new() };
        }
    };
    let control = Control { cancel, clock: &SystemClock::start() };
    hil_suite::job::run_job(job, scratch.path(), &control, &mut |event| say(show, &event))
}

fn say(show: &mut Show, event: &Event) {
    match event {
        Event::Building { package, bench } => show.note(&format!("building bench {bench} of {package}")),
        Event::Compiler { line } => {
            show.event("compiler", serde_json::json!({ "text": line }));
            show.detail(0, line);
        }
        Event::StartBegan { workload, done, total } => {
            show.progress(u64::from(*done), u64::from(*total), workload.as_str());
            show.detail(1, &format!("start {} of {total}: {workload}", done + 1));
        }
        Event::WorkloadFailed { workload, failure } => {
            show.detail(1, &format!("{workload}: {}", failure_in_words(failure)));
        }
        Event::BudgetSpent => show.detail(0, "the budget is spent; judging what there is"),
    }
}

/// Whether a scenario is one of suites; its workloads are either all of them or none.
pub fn are_in(scenario: &Scenario) -> bool {
    scenario.workloads.values().any(|workload| workload.code.suite().is_some())
}

/// What the starts say about a check.
pub fn find(check: &Check, observations: &[Observations], samplings: &[Sampling]) -> Finding {
    let is_of_one = check.versus.is_none() && !matches!(check.rule, Rule::Order(_));
    match hidden(check.statistic, &check.workload, observations, samplings) {
        Some(finding) if is_of_one => finding,
        _ => remarked(hil_stats::estimate::find_between_starts(check, observations), &check.workload, samplings),
    }
}

/// What the starts say about an alert.
pub fn find_alert(alert: &Alert, observations: &[Observations], samplings: &[Sampling]) -> Finding {
    let found = || hil_stats::estimate::find_alert_between_starts(alert, observations);
    hidden(alert.statistic, &alert.workload, observations, samplings)
        .unwrap_or_else(|| remarked(found(), &alert.workload, samplings))
}

/// A sample that is the mean of many iterations hides the slow ones, so it says nothing about percentiles.
fn hidden(
    statistic: Statistic,
    workload: &WorkloadId,
    observations: &[Observations],
    samplings: &[Sampling],
) -> Option<Finding> {
    let is_hidden = match statistic {
        Statistic::Mean | Statistic::Median | Statistic::Percentile(500) | Statistic::Ratio => false,
        Statistic::Percentile(_) | Statistic::Max | Statistic::Proportion | Statistic::Exact => true,
    };
    let has_failed = observations.iter().any(|seen| seen.workload == *workload && seen.failure.is_some());
    let most = samplings.iter().find(|sampling| sampling.workload == *workload)?.most_iterations;
    (is_hidden && !has_failed && most > 1).then(|| Finding::CannotObserve {
        needs: format!(
            "samples of single iterations; criterion's are means of up to {most}, which hide the slow ones: ask for \
             mean or median, or write a kernel"
        ),
    })
}

/// Adds how the samples came about.
fn remarked(mut finding: Finding, workload: &WorkloadId, samplings: &[Sampling]) -> Finding {
    if let (Finding::Estimate(estimate), Some(sampling)) =
        (&mut finding, samplings.iter().find(|sampling| sampling.workload == *workload))
    {
        let of = if sampling.most_iterations > 1 {
            format!("samples are means of up to {} iterations", sampling.most_iterations)
        } else {
            "samples are single iterations".to_owned()
        };
        let own = estimate.remark.take().map_or(String::new(), |own| format!("{own}; "));
        estimate.remark = Some(format!("{own}criterion's sampling: {of}"));
    }
    finding
}
