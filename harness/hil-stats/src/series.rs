//! Observations in the order in which they were made, grouped by the start (process, boot) that made them.
//!
//! Observations of one start may depend on each other; starts are independent of each other. Every method that
//! corrects for dependence needs exactly this grouping and nothing more.

use std::collections::BTreeMap;

use crate::error::StatsError;

/// The observations of one start, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Which start.
    pub start: u32,
    /// In base units.
    pub values: Vec<f64>,
}

/// Groups observations by start; the order within a start is kept, the starts are sorted.
pub fn by_start(observed: impl IntoIterator<Item = (u32, f64)>) -> Vec<Series> {
    let mut starts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (start, value) in observed {
        starts.entry(start).or_default().push(value);
    }
    starts.into_iter().map(|(start, values)| Series { start, values }).collect()
}

/// How many observations there are in all starts together.
#[must_use]
pub fn len(starts: &[Series]) -> usize {
    starts.iter().map(|series| series.values.len()).sum()
}

/// The arithmetic mean of everything; not a number without observations.
#[must_use]
pub fn mean(starts: &[Series]) -> f64 {
    starts.iter().flat_map(|series| &series.values).sum::<f64>() / len(starts) as f64
}

/// All observations, ascending.
#[must_use]
pub fn sorted(starts: &[Series]) -> Vec<f64> {
    let mut all: Vec<f64> = starts.iter().flat_map(|series| series.values.iter().copied()).collect();
    all.sort_unstable_by(f64::total_cmp);
    all
}

/// The middle value, or the mean of the two in the middle; not a number without values.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), middle.checked_sub(1).and_then(|below| values.get(below))) {
        (Some(&upper), Some(&lower)) if values.len().is_multiple_of(2) => f64::midpoint(lower, upper),
        (Some(&value), _) => value,
        (None, _) => f64::NAN,
    }
}

/// Succeeds when every observation is an amount: finite and not negative.
///
/// # Errors
/// [`StatsError::NotAnAmount`] for the first that is not.
pub fn expect_amounts(starts: &[Series]) -> Result<(), StatsError> {
    for series in starts {
        if let Some(position) = series.values.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
            return Err(StatsError::NotAnAmount { start: series.start, position, value: series.values[position] });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{by_start, expect_amounts, median};
    use crate::error::StatsError;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[4.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(&[7.0]), 7.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn grouping_keeps_the_order_of_time_within_a_start() {
        let starts = by_start([(1, 5.0), (0, 1.0), (1, 4.0)]);
        assert_eq!(starts.len(), 2);
        assert_eq!(starts[1].values, [5.0, 4.0]);
    }

    #[test]
    fn what_is_no_amount_is_named_with_its_place() {
        for bad in [f64::NAN, f64::INFINITY, -1e-12] {
            let error = expect_amounts(&by_start([(0, 1.0), (2, 3.0), (2, bad)])).unwrap_err();
            assert!(matches!(error, StatsError::NotAnAmount { start: 2, position: 1, .. }), "{error}");
        }
        assert_eq!(expect_amounts(&by_start([(0, 0.0), (0, -0.0)])), Ok(()));
    }
}
