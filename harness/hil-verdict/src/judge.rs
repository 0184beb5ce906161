//! The gate's rule: what a finding proves about the check that asked for it.

use hil_model::estimate::{Estimate, Finding, Method, OrderStep};
use hil_model::limit::Limit;
use hil_model::sample::{Cut, Failure};
use hil_model::scenario::{Check, Rule};
use hil_model::verdict::{Outcome, Reason, Verdict};

use crate::side::{Side, side};

/// The verdict of a check.
///
/// `cut` says why the planned observations were not all taken, if they were not. A proof stands all the same. Where
/// more observations could have proved something, their lack is the doing of the user who stopped the run, and the
/// check was not run; otherwise it decides the advice in the reason. A finding that does not answer the rule of its
/// check is not run, with what is missing.
#[must_use]
pub fn judge(check: &Check, finding: &Finding, cut: Option<Cut>) -> Verdict {
    let verdict = proved(check, finding, cut == Some(Cut::Budget));
    match verdict.reason {
        Some(Reason::TooFewSamples { .. } | Reason::Straddles { .. } | Reason::OrderStep { disproved: false, .. })
            if cut == Some(Cut::User) =>
        {
            Verdict::because(Outcome::NotRun, Reason::Interrupted)
        }
        _ => verdict,
    }
}

/// What is proved; `budget_spent` only decides the advice.
fn proved(check: &Check, finding: &Finding, budget_spent: bool) -> Verdict {
    match finding {
        Finding::Failed(failure) => failed(failure),
        Finding::CannotObserve { needs } => {
            Verdict::because(Outcome::NotRun, Reason::CannotObserve { needs: needs.clone() })
        }
        Finding::TooFew { have, need } => too_few(*have, *need, budget_spent),
        Finding::Estimate(estimate) => match &check.rule {
            Rule::Limit { limit, acceptable } => within(estimate, limit, acceptable.as_ref(), budget_spent),
            Rule::Report => reported([estimate]),
            Rule::Order(_) | Rule::Conforms(_) => unanswered(&check.rule),
        },
        Finding::Order(steps) => match &check.rule {
            Rule::Report => reported(steps.iter().map(|step| &step.ratio)),
            Rule::Order(_) => order(steps, budget_spent),
            Rule::Limit { .. } | Rule::Conforms(_) => unanswered(&check.rule),
        },
        Finding::Cases { total: 0, .. } => too_few(0, 1, budget_spent),
        Finding::Cases { held, total, first_broken } => match &check.rule {
            Rule::Limit { limit, acceptable } => {
                let verdict = within(&share(*held, *total), limit, acceptable.as_ref(), budget_spent);
                match verdict.outcome {
                    Outcome::Fail => Verdict::because(Outcome::Fail, broken(*held, *total, first_broken.as_deref())),
                    _ => verdict,
                }
            }
            Rule::Report => Verdict::REPORTED,
            Rule::Conforms(_) if held == total => Verdict::PASS,
            Rule::Conforms(_) => Verdict::because(Outcome::Fail, broken(*held, *total, first_broken.as_deref())),
            Rule::Order(_) => unanswered(&check.rule),
        },
    }
}

/// The verdict of a row in several parts: the worst of them. A row without parts was not run.
#[must_use]
pub fn worst(parts: &[Outcome]) -> Outcome {
    parts.iter().copied().max().unwrap_or(Outcome::NotRun)
}

/// The share of cases that hold, as an exact figure.
pub(crate) fn share(held: u64, total: u64) -> Estimate {
    let value = held as f64 / total as f64;
    Estimate {
        value,
        lower: Some(value),
        upper: Some(value),
        confidence: 1.0,
        samples: total,
        effective_samples: total as f64,
        needed_samples: 1,
        method: Method::Counted,
        remark: None,
    }
}

fn failed(failure: &Failure) -> Verdict {
    let (outcome, reason) = match failure {
        // A result was measured, and it is not the right one: that is an answer.
        Failure::WrongResult { detail } => (Outcome::Fail, Reason::WrongResult { detail: detail.clone() }),
        Failure::Crashed { detail } => (Outcome::Invalid, Reason::Crashed { detail: detail.clone() }),
        Failure::TimedOut { after } => (Outcome::Invalid, Reason::TimedOut { after: *after }),
        Failure::ClockStuck { counter } => (Outcome::Invalid, Reason::ClockStuck { counter: counter.clone() }),
    };
    Verdict::because(outcome, reason)
}

fn within(estimate: &Estimate, limit: &Limit, acceptable: Option<&Limit>, budget_spent: bool) -> Verdict {
    let target = side(estimate, limit);
    // Without a second tier, the target is the line that must not be crossed.
    let line = acceptable.map_or(target, |acceptable| side(estimate, acceptable));
    match (target, line) {
        (Side::Within, _) => Verdict::PASS,
        (Side::NotFinite, _) | (_, Side::NotFinite) => Verdict::because(Outcome::Invalid, Reason::NotFinite),
        (_, Side::Within) => Verdict::because(Outcome::Acceptable, Reason::SecondTierOnly),
        (Side::Beyond, Side::Beyond) => Verdict::because(Outcome::Fail, Reason::Missed),
        (Side::Unbounded, _) | (_, Side::Unbounded) => unbounded(estimate, budget_spent),
        (Side::Straddles, _) | (Side::Beyond, Side::Straddles) => {
            Verdict::because(Outcome::Inconclusive, Reason::Straddles { budget_spent })
        }
    }
}

/// Fails when a step is disproved; passes when every step is proved.
fn order(steps: &[OrderStep], budget_spent: bool) -> Verdict {
    let finite = |step: &OrderStep| {
        [Some(step.ratio.value), step.ratio.lower, step.ratio.upper].into_iter().flatten().all(f64::is_finite)
    };
    let named = |step: &OrderStep, disproved| Reason::OrderStep {
        step: format!("{} < {}", step.lesser, step.greater),
        disproved,
    };
    let far = |step: &OrderStep| step.ratio.lower.map(|lower| lower.min(step.ratio.value));
    let near = |step: &OrderStep| step.ratio.upper.map(|upper| upper.max(step.ratio.value));
    if steps.is_empty() {
        too_few(0, 1, budget_spent)
    } else if let Some(step) = steps.iter().find(|step| finite(step) && near(step).is_some_and(|end| end < 1.0)) {
        Verdict::because(Outcome::Fail, named(step, true))
    } else if steps.iter().any(|step| !finite(step)) {
        Verdict::because(Outcome::Invalid, Reason::NotFinite)
    } else if let Some(step) = steps.iter().find(|step| far(step).is_none()) {
        unbounded(&step.ratio, budget_spent)
    } else if let Some(step) = steps.iter().find(|step| far(step).is_some_and(|end| end <= 1.0)) {
        Verdict::because(Outcome::Inconclusive, named(step, false))
    } else {
        Verdict::PASS
    }
}

/// A figure without a limit is shown, if it is a figure.
fn reported<'a>(figures: impl IntoIterator<Item = &'a Estimate>) -> Verdict {
    if figures.into_iter().all(|figure| figure.value.is_finite()) {
        Verdict::REPORTED
    } else {
        Verdict::because(Outcome::Invalid, Reason::NotFinite)
    }
}

fn broken(held: u64, total: u64, first: Option<&str>) -> Reason {
    Reason::BrokenCase { held, total, first: first.unwrap_or("unnamed").to_owned() }
}

fn unbounded(estimate: &Estimate, budget_spent: bool) -> Verdict {
    too_few(estimate.effective_samples as u64, estimate.needed_samples, budget_spent)
}

fn too_few(have: u64, need: u64, budget_spent: bool) -> Verdict {
    Verdict::because(Outcome::Invalid, Reason::TooFewSamples { have, need, budget_spent })
}

/// The finding has another form than the rule asks for; it must not be taken for an answer.
fn unanswered(rule: &Rule) -> Verdict {
    let needs = match rule {
        Rule::Order(_) => "one paired ratio for each step of the order",
        Rule::Conforms(_) => "the outcomes of a table of cases",
        Rule::Limit { .. } | Rule::Report => "a figure",
    };
    Verdict::because(Outcome::NotRun, Reason::CannotObserve { needs: needs.to_owned() })
}
