//! Figures that are counted: the same every time, so there is nothing to sample.
//!
//! Source: the practice of instruction-count benchmarks (gungraun, formerly iai-callgrind): a figure counts as
//! deterministic when it was observed at least twice and was equal every time; only then is it compared exactly.
//! One observation proves no repeatability, and unequal ones are samples.

use hil_model::estimate::{Estimate, Method};

use crate::series::{self, Series};

/// The figure, if it was observed twice or more and was the same finite amount every time.
#[must_use]
pub fn counted(starts: &[Series]) -> Option<Estimate> {
    let mut values = starts.iter().flat_map(|series| series.values.iter().copied());
    let value = values.next()?;
    let samples = series::len(starts) as u64;
    let same = value.is_finite() && value >= 0.0 && values.all(|other| other == value);
    (same && samples >= 2).then(|| exactly(value, samples))
}

/// An exact figure, seen `samples` times.
#[must_use]
pub fn exactly(value: f64, samples: u64) -> Estimate {
    Estimate {
        value,
        lower: Some(value),
        upper: Some(value),
        confidence: 1.0,
        samples,
        effective_samples: samples as f64,
        needed_samples: 2,
        method: Method::Counted,
        remark: None,
    }
}

#[cfg(test)]
mod tests {
    use super::counted;
    use crate::series::by_start;

    #[test]
    fn equal_observations_are_counted() {
        let estimate = counted(&by_start([(0, 84_000.0), (1, 84_000.0)])).unwrap();
        assert_eq!((estimate.value, estimate.lower, estimate.upper), (84_000.0, Some(84_000.0), Some(84_000.0)));
    }

    #[test]
    fn one_observation_unequal_ones_and_no_amounts_are_not() {
        for observed in
            [vec![], vec![(0, 1.0)], vec![(0, 1.0), (1, 1.5)], vec![(0, f64::INFINITY); 2], vec![(0, -1.0); 2]]
        {
            assert_eq!(counted(&by_start(observed.clone())), None, "{observed:?}");
        }
    }
}
