//! The largest deviation from a reference, over a closed list of cases.
//!
//! The cases are not a sample of anything: the figure is a statement about all of them and about nothing else, so it is
//! exact. Arithmetic gives the same bits every time, so going through the list once is enough (IEEE 754-2019, section
//! 11: reproducible results). A deviation that no number expresses, such as a NaN where the reference has a
//! number, is a wrong result and not a figure.

use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::sample::{Deviation, Failure};

/// The largest of all deviations, exactly.
///
/// `is_part` says that more cases were planned. Then a larger one may be among the rest: the figure has no upper end,
/// and can prove a limit missed but never met.
#[must_use]
pub fn largest(deviations: &[Deviation], is_part: bool) -> Finding {
    let samples = deviations.len() as u64;
    if let Some(Deviation { name, error }) =
        deviations.iter().find(|seen| !(seen.error.is_finite() && seen.error >= 0.0))
    {
        let detail = format!("{name}: the relative error is {error}, so the result has nothing of its reference");
        return Finding::Failed(Failure::WrongResult { detail });
    }
    let Some(worst) = deviations.iter().max_by(|a, b| a.error.total_cmp(&b.error)) else {
        return Finding::TooFew { have: 0, need: 1 };
    };
    Finding::Estimate(Estimate {
        value: worst.error,
        lower: Some(worst.error),
        upper: (!is_part).then_some(worst.error),
        confidence: 1.0,
        samples,
        effective_samples: samples as f64,
        needed_samples: if is_part { samples.saturating_add(1) } else { 1 },
        method: Method::Counted,
        remark: Some(format!("largest of {samples} cases: {}", worst.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::largest;
    use hil_model::estimate::{Estimate, Finding};
    use hil_model::sample::{Deviation, Failure};

    fn deviations(errors: &[f64]) -> Vec<Deviation> {
        (0..).zip(errors).map(|(case, &error)| Deviation { name: format!("case-{case}"), error }).collect()
    }

    #[test]
    fn the_largest_is_exact_and_named() {
        let Finding::Estimate(Estimate { value, lower, upper, samples, remark, .. }) =
            largest(&deviations(&[1e-7, 4e-6, 0.0]), false)
        else {
            panic!("no figure")
        };
        assert_eq!((value, lower, upper, samples), (4e-6, Some(4e-6), Some(4e-6), 3));
        assert_eq!(remark.as_deref(), Some("largest of 3 cases: case-1"));
    }

    #[test]
    fn a_part_has_no_upper_end() {
        let Finding::Estimate(estimate) = largest(&deviations(&[1e-7, 4e-6]), true) else { panic!("no figure") };
        assert_eq!((estimate.lower, estimate.upper, estimate.needed_samples), (Some(4e-6), None, 3));
    }

    #[test]
    fn what_no_number_expresses_is_a_wrong_result() {
        for (error, word) in [(f64::INFINITY, "inf"), (f64::NAN, "NaN"), (-1.0, "-1")] {
            let Finding::Failed(Failure::WrongResult { detail }) = largest(&deviations(&[0.5, error]), true) else {
                panic!("{error} became a figure")
            };
            assert_eq!(
                detail,
                format!("case-1: the relative error is {word}, so the result has nothing of its reference")
            );
        }
    }

    #[test]
    fn no_case_is_too_few() {
        assert_eq!(largest(&[], false), Finding::TooFew { have: 0, need: 1 });
    }
}
