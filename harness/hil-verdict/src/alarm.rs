//! Whether an alert is raised: the same proof as for a verdict, in the other direction.

use hil_model::estimate::Finding;
use hil_model::run::Alarm;
use hil_model::scenario::{Alert, Check, Needs, Rule};
use hil_model::verdict::Reason;

use crate::judge::{judge, share};
use crate::side::{Side, side};

/// Raised when the whole interval meets the condition, quiet when none of it does, unknown otherwise.
///
/// A failure, too few observations and a figure that is not a number leave it unknown: silence would be a claim.
#[must_use]
pub fn alarm(alert: &Alert, finding: &Finding) -> Alarm {
    let of_side = |side: Side| match side {
        Side::Within => Alarm::Raised,
        Side::Beyond => Alarm::Quiet,
        Side::Straddles | Side::Unbounded | Side::NotFinite => Alarm::Unknown,
    };
    match finding {
        Finding::Estimate(estimate) => of_side(side(estimate, &alert.when)),
        // Of no cases at all, the share is not a number.
        Finding::Cases { held, total, .. } => of_side(side(&share(*held, *total), &alert.when)),
        Finding::Order(_) | Finding::Failed(_) | Finding::TooFew { .. } | Finding::CannotObserve { .. } => {
            Alarm::Unknown
        }
    }
}

/// Why nobody knows whether the alert is raised: what a check with its condition as the limit would say.
#[must_use]
pub fn unknown_because(alert: &Alert, finding: &Finding) -> Option<Reason> {
    let check = Check {
        target: alert.target.clone(),
        metric: alert.metric,
        statistic: alert.statistic,
        workload: alert.workload.clone(),
        versus: None,
        rule: Rule::Limit { limit: alert.when.clone(), acceptable: None },
        needs: Needs::default(),
        part: None,
        note: None,
        place: alert.place.clone(),
    };
    judge(&check, finding, None).reason
}
