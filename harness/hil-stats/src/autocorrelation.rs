//! How much dependent observations are worth: the integrated autocorrelation time.
//!
//! The mean of `n` dependent observations varies as much as that of `n / tau` independent ones, where
//! `tau = 1 + 2 * (rho_1 + rho_2 + ...)`. The sum is cut by the initial monotone positive sequence of Geyer,
//! "Practical Markov chain Monte Carlo", Statistical Science 7 (1992), section 3.3: the sums of neighbouring
//! lags are added while they are positive, and none counts for more than the one before it.
//! For AR(1) with coefficient phi the true value is `(1 + phi) / (1 - phi)`.
//!
//! Products are formed within a start only, and pooled. Correlations that reach further than 512 lags are
//! followed on averages of neighbours (the blocking of Flyvbjerg and Petersen, J. Chem. Phys. 91 (1989)), so the
//! time taken stays in proportion to the number of observations.

use crate::series::{self, Series};

/// Lags that are looked at before neighbours are averaged.
const MAX_LAGS: usize = 512;

/// What deviations are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// The mean of everything: starts that differ from each other count as dependence within them.
    Pooled,
    /// The mean of each start: only what happens within a start counts.
    EachStart,
}

/// The integrated autocorrelation time in observations; 1 for independent, constant or no observations.
///
/// It is never below 1: observations that alternate are not taken for more than they are.
#[must_use]
pub fn time(starts: &[Series], centre: Centre) -> f64 {
    let mut deviations = deviations(starts, centre);
    let variance = mean_square(&deviations);
    let mut tau = 1.0;
    // Averaging in pairs halves the number of observations, so it ends.
    while deviations.iter().any(|start| !start.is_empty()) {
        let coarse = mean_square(&deviations);
        if is_rounding(coarse, starts) {
            break;
        }
        let (sum, ended) = initial_sequence(&deviations, coarse);
        let observations_each = series::len(starts) as f64 / deviations.iter().map(Vec::len).sum::<usize>() as f64;
        tau = sum * observations_each * coarse / variance;
        if ended {
            break;
        }
        deviations = deviations.iter().map(|start| average_pairs(start)).collect();
    }
    tau.max(1.0)
}

/// The correlation of neighbouring observations; 0 for constant or too few observations.
#[must_use]
pub fn lag_one(starts: &[Series], centre: Centre) -> f64 {
    let deviations = deviations(starts, centre);
    let variance = mean_square(&deviations);
    if is_rounding(variance, starts) { 0.0 } else { covariance(&deviations, 1) / variance }
}

/// Whether deviations are no larger than the rounding of the mean: equal observations are not correlated.
fn is_rounding(variance: f64, starts: &[Series]) -> bool {
    let rounding = 1e-12 * series::mean(starts);
    variance.is_nan() || variance <= rounding * rounding
}

/// `-1 + 2 * (sums of neighbouring lags)`, and whether the sequence ended before [`MAX_LAGS`].
fn initial_sequence(deviations: &[Vec<f64>], variance: f64) -> (f64, bool) {
    let longest = deviations.iter().map(Vec::len).max().unwrap_or(0);
    let mut tau = -1.0;
    let mut last = f64::INFINITY;
    for lag in (0..longest).step_by(2) {
        if lag >= MAX_LAGS {
            return (tau, false);
        }
        let pair = (covariance(deviations, lag) + covariance(deviations, lag + 1)) / variance;
        if pair <= 0.0 {
            break;
        }
        last = last.min(pair);
        tau += 2.0 * last;
    }
    (tau, true)
}

fn deviations(starts: &[Series], centre: Centre) -> Vec<Vec<f64>> {
    let pooled = series::mean(starts);
    let own = |series: &Series| series.values.iter().sum::<f64>() / series.values.len() as f64;
    starts
        .iter()
        .map(|series| {
            let mean = match centre {
                Centre::Pooled => pooled,
                Centre::EachStart => own(series),
            };
            series.values.iter().map(|value| value - mean).collect()
        })
        .collect()
}

/// Sum of the products `lag` apart, over the number of all observations.
fn covariance(deviations: &[Vec<f64>], lag: usize) -> f64 {
    let observations: usize = deviations.iter().map(Vec::len).sum();
    let products = deviations.iter().flat_map(|start| start.iter().zip(start.iter().skip(lag)));
    products.map(|(now, later)| now * later).sum::<f64>() / observations as f64
}

fn mean_square(deviations: &[Vec<f64>]) -> f64 {
    covariance(deviations, 0)
}

fn average_pairs(start: &[f64]) -> Vec<f64> {
    start.chunks_exact(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::{Centre, lag_one, time};
    use crate::series::Series;
    use crate::testing::{Noise, one_start};

    #[test]
    fn the_time_of_an_autoregressive_process_is_found() {
        for (phi, expected) in [(0.0, 1.0), (0.5, 3.0), (0.8, 9.0), (0.9, 19.0)] {
            let starts = one_start(Noise::new(7).autoregressive(phi, 50_000));
            let found = time(&starts, Centre::EachStart);
            assert!((found / expected - 1.0).abs() < 0.15, "phi {phi}: {found}, {expected} expected");
            assert!((lag_one(&starts, Centre::EachStart) - phi).abs() < 0.02, "phi {phi}");
        }
    }

    #[test]
    fn correlation_far_beyond_the_lag_limit_is_followed() {
        let phi: f64 = 0.9995;
        let expected = (1.0 + phi) / (1.0 - phi);
        let found = time(&one_start(Noise::new(3).autoregressive(phi, 1_000_000)), Centre::EachStart);
        assert!((found / expected - 1.0).abs() < 0.3, "{found}, {expected} expected");
        // Under noise of its own, five times as strong, the slow part is a sixth of the variance.
        let mut noise = Noise::new(3);
        let mut values = noise.autoregressive(phi, 1_000_000);
        values.iter_mut().for_each(|value| *value += 5f64.sqrt() * noise.normal());
        let (found, expected) = (time(&one_start(values), Centre::EachStart), (expected + 5.0) / 6.0);
        assert!((found / expected - 1.0).abs() < 0.3, "{found}, {expected} expected under noise");
    }

    #[test]
    fn starts_that_differ_are_dependence_only_around_the_pooled_mean() {
        let mut noise = Noise::new(11);
        let starts: Vec<Series> = (0..10)
            .map(|start| {
                let level = 3.0 * noise.normal();
                Series { start, values: (0..100).map(|_| level + noise.normal()).collect() }
            })
            .collect();
        assert!(time(&starts, Centre::EachStart) < 1.5);
        assert!(time(&starts, Centre::Pooled) > 30.0);
    }

    #[test]
    fn what_carries_no_information_about_dependence_counts_as_independent() {
        for values in [vec![], vec![1.0], vec![0.1; 100], [1.0, 2.0].repeat(50)] {
            assert_eq!(time(&one_start(values.clone()), Centre::Pooled), 1.0, "{values:?}");
        }
        assert_eq!(lag_one(&[], Centre::Pooled), 0.0);
    }
}
