//! Whether a comparison within a run counts, given its control pair: two copies of one workload in the same blocks.

use hil_model::estimate::Estimate;
use hil_model::sample::Failure;
use hil_model::verdict::{Outcome, Reason, Verdict};

use crate::compare::agrees;

/// Copies that are proved to lie this near to each other are taken for equal (0.01 is 1 %): what disturbs them is small
/// against the differences that scenarios ask about.
pub const TOLERANCE: f64 = 0.01;

/// The verdict of a comparison whose control pair is `control`: what its copies were told apart by, one copy over the other,
/// or how one of them failed. Where they agree the verdict stands; otherwise nothing that the comparison says is proved.
#[must_use]
pub fn guarded(verdict: Verdict, control: Result<&Estimate, &Failure>) -> Verdict {
    let how = match control {
        Ok(control) if agrees(control, TOLERANCE) => return verdict,
        Ok(control) => format!("differs by {:+.2} %", (control.value - 1.0) * 100.0),
        Err(failure) => format!("has a copy that failed ({failure:?}) where the other did not"),
    };
    match verdict.outcome {
        // Nothing is claimed, and the reason that stands there comes first.
        Outcome::NotRun | Outcome::NotApplicable | Outcome::Invalid => verdict,
        Outcome::Reported | Outcome::Pass | Outcome::Acceptable | Outcome::Inconclusive | Outcome::Fail => {
            Verdict::because(Outcome::Invalid, Reason::ControlDisagrees { how })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;
    use hil_model::estimate::{Estimate, Method};
    use hil_model::sample::Failure;
    use hil_model::verdict::{Outcome, Reason, Verdict};

    fn control(lower: f64, value: f64, upper: f64) -> Estimate {
        Estimate {
            value,
            lower: Some(lower),
            upper: Some(upper),
            confidence: 0.99,
            samples: 25,
            effective_samples: 25.0,
            needed_samples: 5,
            method: Method::PairedLogRatio,
            remark: None,
        }
    }

    #[test]
    fn a_control_that_agrees_changes_nothing_and_one_that_does_not_leaves_nothing_proved() {
        let crashed = Failure::Crashed { detail: "no".to_owned() };
        for outcome in Outcome::ALL {
            let verdict = Verdict::because(outcome, Reason::Missed);
            for fine in [control(0.9, 1.0, 1.1), control(1.001, 1.004, 1.009)] {
                assert_eq!(guarded(verdict.clone(), Ok(&fine)), verdict);
            }
            let claims = !matches!(outcome, Outcome::NotRun | Outcome::NotApplicable | Outcome::Invalid);
            let off = control(1.01, 1.03, 1.05);
            for control in [Ok(&off), Err(&crashed)] {
                let found = guarded(verdict.clone(), control);
                let disagrees = matches!(found.reason, Some(Reason::ControlDisagrees { .. }));
                assert_eq!(
                    (found.outcome == Outcome::Invalid, disagrees),
                    (claims || outcome == Outcome::Invalid, claims)
                );
            }
        }
    }

    #[test]
    fn the_reason_says_by_how_much() {
        let found = guarded(Verdict::PASS, Ok(&control(1.01, 1.03, 1.05)));
        let reason = found.reason.unwrap();
        assert_eq!(reason.code(), "control-disagrees");
        assert!(reason.to_string().contains("differs by +3.00 %"), "{reason}");
    }
}
