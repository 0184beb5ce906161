//! Judge: findings become verdicts, and everything about the run becomes the content of `run.json`.

use hil_model::plan::{Plan, Skipped};
use hil_model::run::{Alarm, AlertResult, CheckResult, FORMAT, Run, Shown};
use hil_model::scenario::{Scenario, SideBySide};
use hil_model::verdict::{Outcome, Reason, Verdict};
use hil_stats::control::Control;
use hil_verdict::guarded::guarded;

use crate::args::RunArgs;
use crate::results::{alert_result, check_result};
use crate::show::Show;
use crate::stages::estimate::Found;
use crate::stages::load::Question;
use crate::stages::measure::{JobEnd, Observed};

/// Judges every check of every scenario.
#[must_use]
pub fn judge(
    question: &Question,
    plan: &Plan,
    observed: &Observed,
    found: &[Found],
    args: &RunArgs,
    show: &Show,
) -> Run {
    let mut checks = Vec::new();
    let mut alerts = Vec::new();
    let mut side_by_side = Vec::new();
    for (scenario, found) in question.scenarios.iter().zip(found) {
        checks.extend(checks_of(question, scenario, plan, observed, found));
        alerts.extend(alerts_of(scenario, plan, observed, found));
        side_by_side.extend(scenario.side_by_side.iter().map(|asked| shown(scenario, asked)));
    }
    let mut environment = question.environment.clone();
    environment.clocks.clone_from(&observed.clocks);
    environment.builds.clone_from(&observed.builds);
    Run {
        format: FORMAT,
        id: question.id.clone(),
        started: question.started.clone(),
        seconds: (show.elapsed() * 1000.0).round() / 1000.0,
        seed: question.seed,
        interrupted: observed.interrupted,
        quick: question.quick,
        fault: args.fault.clone(),
        environment,
        noise: observed.noise.clone(),
        checks,
        alerts,
        errors: question.faults.iter().chain(&observed.faults).cloned().collect(),
        data: question.used(&observed.observations),
        side_by_side,
    }
}

fn shown(scenario: &Scenario, asked: &SideBySide) -> Shown {
    let SideBySide { title, baseline, workloads } = asked.clone();
    Shown { scenario: scenario.id.clone(), platform: scenario.platform.clone(), title, baseline, workloads }
}

fn checks_of(
    question: &Question,
    scenario: &Scenario,
    plan: &Plan,
    observed: &Observed,
    found: &Found,
) -> Vec<CheckResult> {
    let damaged = question.faults.iter().any(|fault| fault.scenario == scenario.id);
    let end = if damaged { Some(JobEnd::Faulted) } else { observed.end_of(&scenario.id) };
    let evidence = plan.job_of(&scenario.id).map(|job| job.evidence);
    let findings = found.checks.iter().zip(&found.cuts).zip(&found.controls);
    let results =
        scenario.checks.iter().zip(findings).enumerate().map(|(position, (check, ((finding, cut), control)))| {
            let Some(finding) = finding else {
                let verdict = not_measured(plan, observed, scenario, position, end);
                return check_result(scenario, check, None, &verdict);
            };
            let verdict = hil_verdict::judge(check, finding, *cut);
            let (verdict, smallest_seen) = match control {
                Some(Control::Ratio { usual, strict }) => {
                    (guarded(verdict, Ok(strict)), hil_verdict::compare::noise_floor(usual))
                }
                Some(Control::Failed(failure)) => (guarded(verdict, Err(failure)), None),
                Some(Control::TooFew) | None => (verdict, None),
            };
            let result = check_result(scenario, check, evidence.map(|evidence| (finding, evidence)), &verdict);
            CheckResult { smallest_seen, ..result }
        });
    results.collect()
}

/// The verdict on a check that was not measured: why, and what would be needed.
fn not_measured(
    plan: &Plan,
    observed: &Observed,
    scenario: &Scenario,
    position: usize,
    end: Option<JobEnd>,
) -> Verdict {
    match (plan.skips(&scenario.id, position), end) {
        (Some(skip), _) => {
            let outcome = match skip.reason {
                Reason::TooFewCores { .. } => Outcome::NotApplicable,
                _ => Outcome::NotRun,
            };
            Verdict::because(outcome, skip.reason.clone())
        }
        (None, Some(JobEnd::Faulted)) => Verdict::because(Outcome::NotRun, Reason::RigFault),
        (None, _) => {
            let set_aside = observed.set_aside.get(&scenario.id).cloned();
            Verdict::because(Outcome::NotRun, set_aside.unwrap_or(Reason::Interrupted))
        }
    }
}

/// Why a whole scenario was not observed.
fn not_looked_at(scenario: &Scenario, plan: &Plan, observed: &Observed) -> Option<Reason> {
    let of_scenario = |skip: &&Skipped| skip.scenario == scenario.id;
    let whole = plan.skipped.iter().filter(of_scenario).find(|skip| skip.check.is_none());
    let skipped = whole.or_else(|| plan.skipped.iter().find(of_scenario)).map(|skip| skip.reason.clone());
    skipped.or_else(|| match observed.end_of(&scenario.id) {
        Some(JobEnd::Faulted) => Some(Reason::RigFault),
        Some(JobEnd::Interrupted) => Some(Reason::Interrupted),
        Some(JobEnd::Finished | JobEnd::SetAside) | None => observed.set_aside.get(&scenario.id).cloned(),
    })
}

fn alerts_of(scenario: &Scenario, plan: &Plan, observed: &Observed, found: &Found) -> Vec<AlertResult> {
    let evidence = plan.job_of(&scenario.id).map(|job| job.evidence);
    let results = scenario.alerts.iter().zip(&found.alerts).map(|(alert, finding)| {
        let alarm = finding.as_ref().map_or(Alarm::Unknown, |finding| hil_verdict::alarm(alert, finding));
        let reason = match (alarm, finding) {
            (Alarm::Raised | Alarm::Quiet, _) => None,
            (Alarm::Unknown, Some(finding)) => hil_verdict::unknown_because(alert, finding),
            (Alarm::Unknown, None) => not_looked_at(scenario, plan, observed),
        };
        AlertResult {
            reason: reason.map(|reason| reason.to_string()),
            ..alert_result(scenario, alert, finding.as_ref().zip(evidence), alarm)
        }
    });
    results.collect()
}
