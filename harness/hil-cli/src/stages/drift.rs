//! Drift: an alert on a drift looks at how much worse a figure is than in earlier runs under the same conditions.
//!
//! Earlier runs are those of the archive; quick, interrupted and cut ones are none. The interval is that
//! of this run's figure: the median of earlier runs is taken as it is.

use hil_model::estimate::{Estimate, Finding};
use hil_model::lab::Evidence;
use hil_model::metric::Better;
use hil_model::plan::Plan;
use hil_model::scenario::{Alert, Scenario};
use hil_model::units::Dimension;
use hil_store::archive::{Archive, Fingerprint, Wanted};

use crate::stages::estimate::Found;
use crate::stages::load::Question;

/// The newest earlier runs that make the level.
const EARLIER: usize = 20;

/// Puts the drift in the place of the figure of every alert that asks for it.
pub fn drift(question: &Question, plan: &Plan, archive: &Archive, found: &mut [Found]) {
    for (scenario, found) in question.scenarios.iter().zip(found) {
        let Some(job) = plan.job_of(&scenario.id) else { continue };
        let conditions = Fingerprint::of(&question.environment, Some(job.evidence));
        for (alert, finding) in scenario.alerts.iter().zip(&mut found.alerts).filter(|(alert, _)| alert.drift) {
            if let Some(Finding::Estimate(estimate)) = finding {
                *finding = Some(match earlier(scenario, alert, job.evidence, &conditions, archive) {
                    Ok(earlier) => since(alert, estimate, &earlier),
                    Err(needs) => Finding::CannotObserve { needs },
                });
            }
        }
    }
}

/// The figures of earlier runs in base units, oldest first; or what is missing.
fn earlier(
    scenario: &Scenario,
    alert: &Alert,
    evidence: Evidence,
    conditions: &Fingerprint,
    archive: &Archive,
) -> Result<Vec<f64>, String> {
    let wanted = Wanted {
        metric: Some(alert.metric),
        scenario: Some(scenario.id.clone()),
        platform: Some(scenario.platform.clone()),
        workload: Some(alert.workload.clone()),
        statistic: Some(alert.statistic),
        ..Wanted::default()
    };
    let all =
        archive.history(&wanted).map_err(|error| format!("an archive of earlier figures that can be read: {error}"))?;
    let of_conditions = all.into_iter().find(|series| {
        series.subject.versus.is_none() && series.evidence == Some(evidence) && series.fingerprint == *conditions
    });
    let points = of_conditions.map(|series| series.points).unwrap_or_default();
    let values: Vec<f64> = points.into_iter().map(|point| point.value).filter(|value| value.is_finite()).collect();
    if values.is_empty() {
        return Err("an earlier run under the same conditions; this is the first".to_owned());
    }
    Ok(values[values.len().saturating_sub(EARLIER)..].to_vec())
}

/// How much worse `now` is than the median of `earlier`.
fn since(alert: &Alert, now: &Estimate, earlier: &[f64]) -> Finding {
    let level = hil_stats::series::median(earlier);
    let is_share = alert.metric.dimension() == Dimension::Proportion;
    let worse = |value: f64| {
        let more = if is_share { value - level } else { value / level - 1.0 };
        match alert.metric.better() {
            Better::Lower => more,
            Better::Higher => -more,
        }
    };
    if !is_share && level <= 0.0 {
        return Finding::CannotObserve { needs: format!("earlier figures above zero; their median is {level}") };
    }
    let (lower, upper) = match alert.metric.better() {
        Better::Lower => (now.lower, now.upper),
        Better::Higher => (now.upper, now.lower),
    };
    let runs =
        if earlier.len() == 1 { "the earlier run".to_owned() } else { format!("{} earlier runs", earlier.len()) };
    let remark = format!("worse than the median of {runs} by this much; less than zero is better");
    Finding::Estimate(Estimate {
        value: worse(now.value),
        lower: lower.map(worse),
        upper: upper.map(worse),
        remark: Some(remark),
        ..now.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::since;
    use hil_model::estimate::{Estimate, Finding, Method};
    use hil_model::id::WorkloadId;
    use hil_model::limit::Limit;
    use hil_model::metric::{Metric, Statistic};
    use hil_model::scenario::{Alert, Place, Severity};

    fn drift(metric: Metric, lower: f64, value: f64, upper: f64, earlier: &[f64]) -> Finding {
        let alert = Alert {
            target: None,
            metric,
            statistic: Statistic::Mean,
            workload: WorkloadId::main(),
            drift: true,
            when: Limit::parse("> 2 %").unwrap(),
            severity: Severity::Critical,
            place: Place { file: "a.toml".to_owned(), line: 1 },
        };
        let now = Estimate {
            value,
            lower: Some(lower),
            upper: Some(upper),
            confidence: 0.95,
            samples: 720,
            effective_samples: 6.0,
            needed_samples: 2,
            method: Method::Wilson,
            remark: None,
        };
        since(&alert, &now, earlier)
    }

    fn ends(finding: Finding) -> [f64; 3] {
        let Finding::Estimate(estimate) = finding else { panic!("no figure") };
        [estimate.lower.unwrap(), estimate.value, estimate.upper.unwrap()].map(|end| (end * 1e6).round() / 1e6)
    }

    #[test]
    fn shares_drift_by_points_and_other_figures_by_shares_and_worse_is_above_zero() {
        let accuracy = drift(Metric::Accuracy, 0.90, 0.94, 0.96, &[0.97, 0.10, 0.98]);
        assert_eq!(ends(accuracy), [0.01, 0.03, 0.07]);
        let latency = drift(Metric::Latency, 0.009, 0.011, 0.012, &[0.01]);
        assert_eq!(ends(latency), [-0.1, 0.1, 0.2]);
        let throughput = drift(Metric::Throughput, 80.0, 90.0, 110.0, &[100.0, 100.0]);
        assert_eq!(ends(throughput), [-0.1, 0.1, 0.2]);
    }

    #[test]
    fn nothing_is_a_share_of_nothing() {
        assert!(matches!(drift(Metric::Latency, 1.0, 1.0, 1.0, &[0.0]), Finding::CannotObserve { .. }));
    }
}
