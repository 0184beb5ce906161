//! Where the spread comes from: between starts (processes, boots), and between the observations of a start.
//!
//! The balanced one-way random effects model: `s_it^2` is the mean square within starts, `s_run^2` the mean square
//! between them less `s_it^2 / m`, never below zero (Searle, Casella and McCulloch, "Variance Components", 1992, section
//! 3.5; for unequal numbers of observations the `n_0` of their section 3.6). The variance of the grand mean of `c`
//! starts of `m` observations is `s_run^2 / c + s_it^2 / (c * m)`, and the number of observations that costs least for it
//! is `sqrt(cost of a start / cost of an observation * s_it^2 / s_run^2)` (Kalibera and Jones, "Rigorous benchmarking in
//! reasonable time", ISMM 2013, section 5).

use crate::error::StatsError;
use crate::series::{self, Series};

/// Both components of the variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Standard deviation between starts, in the unit of the observations.
    pub between: f64,
    /// Standard deviation between the observations of a start.
    pub within: f64,
    /// Starts.
    pub starts: usize,
    /// Observations of a start: the number itself where all are equal, else `n_0`.
    pub each: f64,
}

impl Components {
    /// Standard deviation of the mean of everything.
    #[must_use]
    pub fn of_mean(&self) -> f64 {
        let starts = self.starts as f64;
        (self.between.powi(2) / starts + self.within.powi(2) / (starts * self.each)).sqrt()
    }

    /// Observations of a start that make the mean as sure as it can be in a given time, when a start costs as much time
    /// as `start_cost` observations; at least 1, and infinite where starts do not differ.
    #[must_use]
    pub fn best_each(&self, start_cost: f64) -> f64 {
        if self.between == 0.0 {
            return f64::INFINITY;
        }
        (start_cost.max(0.0).sqrt() * self.within / self.between).max(1.0)
    }
}

/// The components of at least two starts, one of which has two observations.
///
/// # Errors
/// [`StatsError::NotAnAmount`] for an observation that is not finite or negative, [`StatsError::TooFew`] when there are
/// fewer.
pub fn components(starts: &[Series]) -> Result<Components, StatsError> {
    series::expect_amounts(starts)?;
    let filled: Vec<&Series> = starts.iter().filter(|start| !start.values.is_empty()).collect();
    let (count, n) = (filled.len(), series::len(starts));
    if count < 2 || n <= count {
        return Err(StatsError::TooFew { have: n as u64, need: 3 });
    }
    let grand = series::mean(starts);
    let (mut within, mut between, mut squares) = (0.0, 0.0, 0.0);
    for start in &filled {
        let len = start.values.len() as f64;
        let mean = start.values.iter().sum::<f64>() / len;
        within += start.values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        between += len * (mean - grand).powi(2);
        squares += len * len;
    }
    let (n, starts) = (n as f64, count as f64);
    let each = (n - squares / n) / (starts - 1.0);
    let within = within / (n - starts);
    let between = ((between / (starts - 1.0) - within) / each).max(0.0);
    Ok(Components { between: between.sqrt(), within: within.sqrt(), starts: count, each })
}

#[cfg(test)]
mod tests {
    use super::components;
    use crate::error::StatsError;
    use crate::series::Series;
    use crate::testing::Noise;

    fn starts(values: &[&[f64]]) -> Vec<Series> {
        (0..).zip(values).map(|(start, values)| Series { start, values: values.to_vec() }).collect()
    }

    // The batches of dyestuff of Davies (1947), in grams, as in R's lme4 data set Dyestuff, whose REML fit gives
    // 42.00 between batches and 49.51 within.
    #[test]
    fn the_components_of_dyestuff_are_those_of_lme4() {
        let found = components(&starts(&[
            &[1545.0, 1440.0, 1440.0, 1520.0, 1580.0],
            &[1540.0, 1555.0, 1490.0, 1560.0, 1495.0],
            &[1595.0, 1550.0, 1605.0, 1510.0, 1560.0],
            &[1445.0, 1440.0, 1595.0, 1465.0, 1545.0],
            &[1595.0, 1630.0, 1515.0, 1635.0, 1625.0],
            &[1520.0, 1455.0, 1450.0, 1480.0, 1445.0],
        ]))
        .unwrap();
        assert!((found.between - 42.00).abs() < 0.005 && (found.within - 49.51).abs() < 0.005, "{found:?}");
        // lme4's standard error of the mean.
        assert!((found.of_mean() - 19.38).abs() < 0.005, "{}", found.of_mean());
    }

    #[test]
    fn known_components_are_found_with_unequal_starts() {
        let mut noise = Noise::new(73);
        let run: Vec<Series> = (0..400)
            .map(|start| {
                let level = 100.0 + 3.0 * noise.normal();
                let values = (0..5 + start % 20).map(|_| level + 5.0 * noise.normal()).collect();
                Series { start, values }
            })
            .collect();
        let found = components(&run).unwrap();
        assert!((found.between - 3.0).abs() < 0.4 && (found.within - 5.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn equal_starts_have_no_component_and_want_no_second_one() {
        let found = components(&starts(&[&[1.0, 3.0], &[3.0, 1.0]])).unwrap();
        assert_eq!((found.between, found.best_each(10.0)), (0.0, f64::INFINITY));
        let differing = components(&starts(&[&[1.0, 1.1], &[5.0, 5.1], &[9.0, 9.1]])).unwrap();
        assert_eq!(differing.best_each(100.0), 1.0);
    }

    #[test]
    fn one_start_or_single_observations_cannot_be_split() {
        assert!(matches!(components(&starts(&[&[1.0, 2.0]])), Err(StatsError::TooFew { .. })));
        assert!(matches!(components(&starts(&[&[1.0], &[2.0]])), Err(StatsError::TooFew { .. })));
    }
}
