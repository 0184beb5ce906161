//! The rule of the gate: what a paired ratio of candidate over baseline proves.
//!
//! Worse by more than the margin is proved when the whole interval lies beyond it, not worse when the far end lies
//! within (Schuirmann's two one-sided tests); neither is "not significant". A control pair, two copies of the same code
//! measured among the others, guards all comparisons of its run: when even the copies are told apart, and are not proved
//! to lie within the margin of each other, nothing is proved by any other difference. Half the width of its interval and its own deviation together are the smallest change
//! that the run could have seen.

use hil_model::comparison::{Change, ChangeReason, Comparison};
use hil_model::estimate::Estimate;
use hil_model::metric::Better;

/// Compares the `ratio` of the candidate's figure over the baseline's with a `margin` (0.01 is 1 %).
#[must_use]
pub fn compare(ratio: &Estimate, better: Better, margin: f64, control: Option<&Estimate>) -> Comparison {
    if let Some(control) = control
        && !agrees(control, margin)
    {
        return because(Change::Invalid, ChangeReason::ControlDisagrees { ratio: control.value });
    }
    let ends = [Some(ratio.value), ratio.lower, ratio.upper];
    if ends.into_iter().flatten().any(|end| !(end.is_finite() && end > 0.0)) || margin.is_nan() || margin < 0.0 {
        return because(Change::Invalid, ChangeReason::NotFinite);
    }
    let (Some(lower), Some(upper)) = (ratio.lower, ratio.upper) else {
        let have = ratio.effective_samples as u64;
        return because(Change::Invalid, ChangeReason::TooFewPairs { have, need: ratio.needed_samples });
    };
    // In logarithms, above zero is worse.
    let (least, most) = match better {
        Better::Lower => (lower.min(ratio.value).ln(), upper.max(ratio.value).ln()),
        Better::Higher => (-upper.max(ratio.value).ln(), -lower.min(ratio.value).ln()),
    };
    let margin = margin.ln_1p();
    if least > margin {
        Comparison { change: Change::Regressed, reason: None }
    } else if most < -margin {
        Comparison { change: Change::Improved, reason: None }
    } else if most <= margin {
        let reason = (least < -margin).then_some(ChangeReason::PerhapsBetter);
        Comparison { change: Change::Unchanged, reason }
    } else {
        because(Change::Inconclusive, ChangeReason::Straddles)
    }
}

/// The smallest change that a run with this control pair could have seen, as a ratio: 0.01 is 1 %. Nothing when the pair
/// has no interval.
#[must_use]
pub fn noise_floor(control: &Estimate) -> Option<f64> {
    let (lower, upper) = (control.lower?.ln(), control.upper?.ln());
    let floor = (upper - lower) / 2.0 + control.value.ln().abs();
    floor.is_finite().then(|| floor.exp_m1())
}

/// Whether a control pair shows no difference that matters: its interval contains 1, or lies within `margin` of it
/// (0.01 is 1 %), so that what disturbs the pair cannot pass for a change beyond the margin. Without an interval it shows
/// nothing, which is no agreement.
#[must_use]
pub fn agrees(control: &Estimate, margin: f64) -> bool {
    let (Some(lower), Some(upper)) = (control.lower, control.upper) else { return false };
    let contains_one = lower <= 1.0 && upper >= 1.0;
    let within = lower >= 1.0 / (1.0 + margin) && upper <= 1.0 + margin;
    lower.is_finite() && upper.is_finite() && (contains_one || within)
}

fn because(change: Change, reason: ChangeReason) -> Comparison {
    Comparison { change, reason: Some(reason) }
}

#[cfg(test)]
mod tests {
    use super::{compare, noise_floor};
    use hil_model::comparison::{Change, ChangeReason};
    use hil_model::estimate::{Estimate, Method};
    use hil_model::metric::Better;

    fn ratio(lower: f64, value: f64, upper: f64) -> Estimate {
        Estimate {
            value,
            lower: Some(lower),
            upper: Some(upper),
            confidence: 0.9,
            samples: 100,
            effective_samples: 100.0,
            needed_samples: 5,
            method: Method::PairedLogRatio,
            remark: None,
        }
    }

    #[test]
    fn only_proofs_count() {
        for (lower, value, upper, expected) in [
            (1.02, 1.03, 1.04, Change::Regressed),
            (1.005, 1.03, 1.04, Change::Inconclusive),
            (0.995, 1.0, 1.005, Change::Unchanged),
            (0.90, 1.0, 1.005, Change::Unchanged),
            (0.90, 0.95, 0.98, Change::Improved),
            (0.80, 1.0, 1.20, Change::Inconclusive),
        ] {
            let found = compare(&ratio(lower, value, upper), Better::Lower, 0.01, None);
            assert_eq!(found.change, expected, "{lower} {value} {upper}");
            // A throughput that falls is what a latency that rises is.
            let mirrored = ratio(upper.recip(), value.recip(), lower.recip());
            assert_eq!(compare(&mirrored, Better::Higher, 0.01, None).change, expected, "{lower} {value} {upper}");
        }
        let perhaps = compare(&ratio(0.90, 1.0, 1.005), Better::Lower, 0.01, None);
        assert_eq!(perhaps.reason, Some(ChangeReason::PerhapsBetter));
    }

    #[test]
    fn exact_figures_are_compared_exactly() {
        let exact = |value| ratio(value, value, value);
        for (value, expected) in
            [(1.0, Change::Unchanged), (1.000_001, Change::Regressed), (0.999_999, Change::Improved)]
        {
            assert_eq!(compare(&exact(value), Better::Lower, 0.0, None).change, expected, "{value}");
        }
    }

    #[test]
    fn a_control_pair_that_differs_invalidates_everything() {
        let fine = ratio(0.999, 1.0, 1.001);
        let off = ratio(1.001, 1.004, 1.017);
        for good in [ratio(0.9, 0.95, 0.98), ratio(1.1, 1.2, 1.3), fine.clone()] {
            let found = compare(&good, Better::Lower, 0.01, Some(&off));
            assert_eq!(
                (found.change, found.reason),
                (Change::Invalid, Some(ChangeReason::ControlDisagrees { ratio: 1.004 }))
            );
            assert_ne!(compare(&good, Better::Lower, 0.01, Some(&fine)).change, Change::Invalid);
        }
        let small = ratio(1.001, 1.004, 1.009);
        assert_ne!(compare(&fine, Better::Lower, 0.01, Some(&small)).change, Change::Invalid, "less than the margin");
        assert_eq!(compare(&fine, Better::Lower, 0.001, Some(&small)).change, Change::Invalid, "more than the margin");
        let without = Estimate { lower: None, ..fine };
        assert_eq!(compare(&ratio(1.1, 1.2, 1.3), Better::Lower, 0.01, Some(&without)).change, Change::Invalid);
        assert_eq!(noise_floor(&without), None);
        let floor = noise_floor(&off).unwrap();
        assert!((floor - ((1.017_f64 / 1.001).ln() / 2.0 + 1.004_f64.ln()).exp_m1()).abs() < 1e-12);
    }

    #[test]
    fn nothing_missing_is_green() {
        let open = Estimate { upper: None, effective_samples: 3.0, ..ratio(0.9, 1.0, 1.0) };
        let found = compare(&open, Better::Lower, 0.01, None);
        assert_eq!(
            (found.change, found.reason),
            (Change::Invalid, Some(ChangeReason::TooFewPairs { have: 3, need: 5 }))
        );
        for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            for broken in [ratio(bad, 1.0, 1.0), ratio(1.0, bad, 1.0), ratio(1.0, 1.0, bad)] {
                assert_eq!(compare(&broken, Better::Lower, 0.01, None).change, Change::Invalid, "{bad}");
            }
        }
        assert_eq!(compare(&ratio(1.0, 1.0, 1.0), Better::Lower, f64::NAN, None).change, Change::Invalid);
    }
}
