//! Checks, findings and verdicts become the rows of `run.json`: the one place where base units become shown units.

use hil_model::estimate::{Estimate, Finding};
use hil_model::lab::Evidence;
use hil_model::run::{Alarm, AlertResult, CheckResult, Figure};
use hil_model::scenario::{Alert, Check, Rule, Scenario};
use hil_model::units::{Dimension, Unit};
use hil_model::verdict::Verdict;

/// The row of one check. `finding` is absent when nothing was observed; then there is no evidence either.
#[must_use]
pub fn check_result(
    scenario: &Scenario,
    check: &Check,
    finding: Option<(&Finding, Evidence)>,
    verdict: &Verdict,
) -> CheckResult {
    let estimate = finding.and_then(|(finding, _)| figure_of(finding));
    let unit = unit_of(check, estimate.as_ref().map(|estimate| estimate.value));
    CheckResult {
        target: check.target.clone(),
        scenario: scenario.id.clone(),
        title: scenario.title.clone(),
        platform: scenario.platform.clone(),
        workload: check.workload.clone(),
        versus: check.versus.clone(),
        part: check.part.clone(),
        metric: check.metric,
        statistic: check.statistic,
        samples: estimate.as_ref().map_or(0, |estimate| estimate.samples),
        estimate: estimate.map(|estimate| figure(&estimate, unit)),
        unit,
        limit: limit_text(&check.rule),
        acceptable: match &check.rule {
            Rule::Limit { acceptable: Some(acceptable), .. } => Some(acceptable.to_string()),
            Rule::Limit { acceptable: None, .. } | Rule::Order(_) | Rule::Conforms(_) | Rule::Report => None,
        },
        verdict: verdict.outcome,
        reason: verdict.reason.as_ref().map(ToString::to_string),
        reason_code: verdict.reason.as_ref().map(|reason| reason.code().to_owned()),
        smallest_seen: None,
        evidence: finding.map(|(_, evidence)| evidence),
        note: check.note.clone(),
        place: check.place.clone(),
    }
}

/// The row of one alert. `finding` is absent when nothing was observed; then there is no evidence either.
#[must_use]
pub fn alert_result(
    scenario: &Scenario,
    alert: &Alert,
    finding: Option<(&Finding, Evidence)>,
    alarm: Alarm,
) -> AlertResult {
    let estimate = finding.and_then(|(finding, _)| figure_of(finding));
    AlertResult {
        target: alert.target.clone(),
        scenario: scenario.id.clone(),
        workload: alert.workload.clone(),
        metric: alert.metric,
        statistic: Some(alert.statistic),
        when: alert.when.to_string(),
        severity: alert.severity,
        alarm,
        samples: estimate.as_ref().map_or(0, |estimate| estimate.samples),
        estimate: estimate.map(|estimate| figure(&estimate, alert.when.unit)),
        unit: alert.when.unit,
        drift: alert.drift,
        reason: None,
        evidence: finding.map(|(_, evidence)| evidence),
        place: Some(alert.place.clone()),
    }
}

fn limit_text(rule: &Rule) -> Option<String> {
    match rule {
        Rule::Limit { limit, .. } => Some(limit.to_string()),
        Rule::Order(order) => {
            let names: Vec<&str> = order.iter().map(hil_model::id::WorkloadId::as_str).collect();
            Some(format!("order {}", names.join(" < ")))
        }
        Rule::Conforms(table) => Some(format!("conforms to {table}")),
        Rule::Report => None,
    }
}

/// The figure of a finding, if it is a number: JSON has no others, and the verdict says why. An order shows its weakest step, a table the share of cases that hold.
fn figure_of(finding: &Finding) -> Option<Estimate> {
    let estimate = match finding {
        Finding::Estimate(estimate) => Some(estimate.clone()),
        Finding::Order(steps) => {
            steps.iter().map(|step| &step.ratio).min_by(|a, b| a.value.total_cmp(&b.value)).cloned()
        }
        Finding::Cases { held, total, .. } if *total > 0 => {
            #[expect(clippy::cast_precision_loss, reason = "tables have few cases")]
            let share = *held as f64 / *total as f64;
            Some(Estimate {
                value: share,
                lower: Some(share),
                upper: Some(share),
                confidence: 1.0,
                samples: *total,
                #[expect(clippy::cast_precision_loss, reason = "tables have few cases")]
                effective_samples: *total as f64,
                needed_samples: 1,
                method: hil_model::estimate::Method::Counted,
                remark: None,
            })
        }
        Finding::Cases { .. } | Finding::Failed(_) | Finding::TooFew { .. } | Finding::CannotObserve { .. } => None,
    };
    estimate.filter(|estimate| estimate.value.is_finite())
}

/// The unit that a check's figures are shown in: that of its limit, else one that suits the value.
#[must_use]
pub fn unit_of(check: &Check, value: Option<f64>) -> Unit {
    let ratio = Unit { symbol: "x", dimension: Dimension::Ratio, scale: 1.0 };
    match &check.rule {
        Rule::Limit { limit, .. } => limit.unit,
        Rule::Order(_) => ratio,
        Rule::Report if check.versus.is_some() => ratio,
        Rule::Conforms(_) | Rule::Report => check.metric.display_unit(value.unwrap_or(0.0)),
    }
}

/// A figure in a unit.
#[must_use]
pub fn figure(estimate: &Estimate, unit: Unit) -> Figure {
    // An end that is not a number is no end.
    let shown = |base: f64| Some(unit.from_base(base)).filter(|value| value.is_finite());
    Figure {
        value: unit.from_base(estimate.value),
        lower: estimate.lower.and_then(shown),
        upper: estimate.upper.and_then(shown),
        confidence: estimate.confidence,
        effective_samples: estimate.effective_samples,
        method: estimate.method,
        remark: estimate.remark.clone(),
    }
}
