//! A new run beside earlier ones of the same environment: how far it may lie off before that is news.
//!
//! The prediction interval for the mean of `m` new runs after `N` old ones, `mean -+ t_{N-1} * s * sqrt(1/N + 1/m)` (Hahn and
//! Meeker, "Statistical Intervals", 1991, section 4.8), on logarithms, so that it is relative. And the fence of Tukey that
//! rustc's performance triage uses: the third quartile of the changes between neighbouring runs plus three interquartile
//! ranges; what lies below it is what this metric does by itself. Neither compares a pull request: that takes both sides on
//! the same machine.

use crate::error::StatsError;
use crate::series::median;
use crate::student;

/// Runs below which history promises nothing.
pub const LEAST_RUNS: usize = 10;

/// Where the mean of new runs lies when nothing has changed, as ratios to `level`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Geometric mean of the earlier runs.
    pub level: f64,
    /// Lower end, in the unit of the runs.
    pub lower: f64,
    /// Upper end, in the unit of the runs.
    pub upper: f64,
}

/// Predicts the mean of `new_runs` runs from earlier ones, one value above zero a run.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than [`LEAST_RUNS`] runs, [`StatsError::NotAnAmount`] for a value that is not above zero.
pub fn predict(runs: &[f64], new_runs: usize) -> Result<Prediction, StatsError> {
    if let Some(position) = runs.iter().position(|value| !(*value > 0.0 && value.is_finite())) {
        return Err(StatsError::NotAnAmount { start: 0, position, value: runs[position] });
    }
    let count = runs.len();
    if count < LEAST_RUNS || new_runs == 0 {
        return Err(StatsError::TooFew { have: count as u64, need: LEAST_RUNS as u64 });
    }
    let n = count as f64;
    let mean = runs.iter().map(|value| value.ln()).sum::<f64>() / n;
    let variance = runs.iter().map(|value| (value.ln() - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let reach = student::t(count - 1) * (variance * (1.0 / n + 1.0 / new_runs as f64)).sqrt();
    Ok(Prediction { level: mean.exp(), lower: (mean - reach).exp(), upper: (mean + reach).exp() })
}

/// The relative change between neighbouring runs that this metric hardly ever exceeds by itself: 0.02 is 2 %. Nothing for
/// fewer than [`LEAST_RUNS`] runs.
#[must_use]
pub fn fence(runs: &[f64]) -> Option<f64> {
    if runs.len() < LEAST_RUNS || !runs.iter().all(|value| *value > 0.0 && value.is_finite()) {
        return None;
    }
    let mut steps: Vec<f64> = runs.windows(2).map(|pair| (pair[1] / pair[0]).ln().abs()).collect();
    steps.sort_unstable_by(f64::total_cmp);
    // Quartiles as medians of the halves (Tukey's hinges).
    let (lower, upper) = (&steps[..steps.len().div_ceil(2)], &steps[steps.len() / 2..]);
    let (first, third) = (median(lower), median(upper));
    Some((third + 3.0 * (third - first)).exp_m1())
}

#[cfg(test)]
mod tests {
    use super::{fence, predict};
    use crate::error::StatsError;
    use crate::testing::Noise;

    // numpy and scipy: x = numpy.log([9.9, 10.1, 10.0, 10.2, 9.8, 10.0, 10.1, 9.9, 10.3, 9.7]);
    // numpy.exp(x.mean() + scipy.stats.t.ppf([0.05, 0.95], 9) * x.std(ddof=1) * (1/10 + 1/3) ** 0.5)
    #[test]
    fn the_prediction_agrees_with_scipy() {
        let runs = [9.9, 10.1, 10.0, 10.2, 9.8, 10.0, 10.1, 9.9, 10.3, 9.7];
        let found = predict(&runs, 3).unwrap();
        assert!(
            (found.lower - 9.780571583680).abs() < 1e-9 && (found.upper - 10.221283464049).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn unchanged_runs_leave_the_interval_as_often_as_stated() {
        let mut noise = Noise::new(84);
        let outside = (0..4000).filter(|_| {
            let mut run = || (0.03 * noise.normal()).exp();
            let runs: Vec<f64> = (0..20).map(|_| run()).collect();
            let found = predict(&runs, 1).unwrap();
            let next = run();
            next < found.lower || next > found.upper
        });
        let share = outside.count() as f64 / 4000.0;
        assert!((0.08..=0.12).contains(&share), "{share}");
    }

    #[test]
    fn the_fence_lies_above_what_noise_does_and_below_a_step() {
        let mut noise = Noise::new(85);
        let mut runs: Vec<f64> = (0..200).map(|_| (0.01 * noise.normal()).exp()).collect();
        let fence_of = fence(&runs).unwrap();
        let beyond = runs.windows(2).filter(|pair| (pair[1] / pair[0] - 1.0).abs() > fence_of).count();
        assert!(beyond <= 3 && fence_of < 0.08, "{beyond} of 199 beyond {fence_of}");
        runs.truncate(9);
        assert_eq!(fence(&runs), None);
    }

    #[test]
    fn too_little_history_promises_nothing() {
        assert_eq!(predict(&[1.0; 9], 1), Err(StatsError::TooFew { have: 9, need: 10 }));
        let mut runs = [1.0; 12];
        runs[4] = 0.0;
        assert_eq!(predict(&runs, 1), Err(StatsError::NotAnAmount { start: 0, position: 4, value: 0.0 }));
        assert_eq!(fence(&runs), None);
    }
}
