//! The largest value seen, which is a fact about the sample and no bound of what can happen.
//!
//! What `n` observations do prove is that values above the largest are rare: their rate is below
//! `1 - 0.05^(1 / n)` with 95 % confidence, which is about `3 / n` (Hanley and Lippman-Hand, "If nothing goes
//! wrong, is everything all right?", JAMA 249 (1983)). The remark says so, and the stated confidence is that of
//! this rate.

use hil_model::estimate::{Estimate, Method};

use crate::ALPHA;
use crate::error::StatsError;
use crate::series::{self, Series};

/// The largest of all observations; both ends of its interval are the value itself, as long as `starts` is all that
/// was planned.
///
/// `what` names the observations in the remark, such as "starts".
///
/// # Errors
/// [`StatsError::TooFew`] without observations; [`StatsError::NotAnAmount`] for one that is not finite or negative.
pub fn largest(starts: &[Series], what: &str) -> Result<Estimate, StatsError> {
    series::expect_amounts(starts)?;
    let samples = series::len(starts) as u64;
    let Some(value) = starts.iter().flat_map(|series| series.values.iter().copied()).reduce(f64::max) else {
        return Err(StatsError::TooFew { have: 0, need: 1 });
    };
    let rate = (1.0 - ALPHA.powf(1.0 / samples as f64)) * 100.0;
    let digits = if rate < 1.0 { 3 } else { 1 };
    Ok(Estimate {
        value,
        lower: Some(value),
        upper: Some(value),
        confidence: 1.0 - ALPHA,
        samples,
        effective_samples: samples as f64,
        needed_samples: 1,
        method: Method::LargestSeen,
        remark: Some(format!(
            "largest of {samples} {what}; a larger one is not excluded: rate below {rate:.digits$} % at 95 %"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::largest;
    use crate::error::StatsError;
    use crate::series::by_start;

    #[test]
    fn the_largest_of_all_starts_is_the_figure() {
        let estimate = largest(&by_start([(0, 4.0), (1, 9.0), (2, 5.0)]), "starts").unwrap();
        assert_eq!((estimate.value, estimate.lower, estimate.upper), (9.0, Some(9.0), Some(9.0)));
        // 1 - 0.05 ** (1 / 3) = 0.6316
        assert_eq!(
            estimate.remark.as_deref(),
            Some("largest of 3 starts; a larger one is not excluded: rate below 63.2 % at 95 %")
        );
    }

    #[test]
    fn the_rate_is_near_three_in_n() {
        let estimate = largest(&by_start((0..3000).map(|i| (0, f64::from(i)))), "iterations").unwrap();
        assert!(estimate.remark.is_some_and(|remark| remark.contains("below 0.100 %")));
    }

    #[test]
    fn nothing_and_no_amounts_have_no_largest() {
        assert_eq!(largest(&[], "starts"), Err(StatsError::TooFew { have: 0, need: 1 }));
        assert!(matches!(
            largest(&by_start([(0, 1.0), (0, f64::NAN)]), "starts"),
            Err(StatsError::NotAnAmount { position: 1, .. })
        ));
    }
}
