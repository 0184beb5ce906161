//! The verdict of criterion 0.8 on two sets of samples, with its defaults.
//!
//! As in its source (`src/analysis/compare.rs`, `src/stats/univariate`, `src/report.rs`): a Welch t statistic held against
//! its bootstrap distribution over the pooled samples, significant at 5 %; and a percentile bootstrap interval of the
//! relative change of the mean at 95 %, all of which must lie beyond the noise threshold of 1 %. Its bootstrap of the ratio
//! draws only as many resamples of the new side as the root of their number; so does this one.

use crate::trust::numbers::quantile;
use crate::trust::random::Random;
use crate::trust::rules::Says;

/// Resamples, criterion's default.
const RESAMPLES: usize = 100_000;
/// Significance level, criterion's default.
const LEVEL: f64 = 0.05;
/// Confidence level, criterion's default.
const CONFIDENCE: f64 = 0.95;
/// Noise threshold, criterion's default.
const NOISE: f64 = 0.01;

/// Compares samples: each is the mean time of the iterations of one of criterion's samples. `seed` decides the resamples.
pub fn criterion(baseline: &[f64], candidate: &[f64], seed: u64) -> Says {
    if baseline.len() < 2 || candidate.len() < 2 {
        return Says::Invalid;
    }
    let mut random = Random::new(seed, 0xc817);
    // Criterion does not even look at the interval of what is not significant.
    if p(baseline, candidate, &mut random) >= LEVEL {
        return Says::Same;
    }
    let (lower, upper) = change(baseline, candidate, &mut random);
    if lower > NOISE && upper > NOISE {
        Says::Worse
    } else if lower < -NOISE && upper < -NOISE {
        Says::Better
    } else {
        Says::Same
    }
}

/// Twice the smaller share of the pooled resamples whose statistic lies on one side of the observed one.
fn p(baseline: &[f64], candidate: &[f64], random: &mut Random) -> f64 {
    let pooled = [candidate, baseline].concat();
    let observed = t(candidate, baseline);
    let mut drawn = vec![0.0; pooled.len()];
    let (mut hits, mut n) = (0usize, 0usize);
    for _ in 0..RESAMPLES {
        drawn.iter_mut().for_each(|place| *place = pooled[random.below(pooled.len())]);
        let (new, old) = drawn.split_at(candidate.len());
        let statistic = t(new, old);
        n += usize::from(statistic.is_finite());
        hits += usize::from(statistic.is_finite() && statistic < observed);
    }
    2.0 * hits.min(n - hits) as f64 / n as f64
}

/// The percentile interval of the relative change of the mean.
fn change(baseline: &[f64], candidate: &[f64], random: &mut Random) -> (f64, f64) {
    let root = (RESAMPLES as f64).sqrt().ceil() as usize;
    let mut drawn = |values: &[f64]| {
        let sum: f64 = (0..values.len()).map(|_| values[random.below(values.len())]).sum();
        sum / values.len() as f64
    };
    let mut changes = Vec::with_capacity(RESAMPLES);
    while changes.len() < RESAMPLES {
        let new = drawn(candidate);
        let count = RESAMPLES.div_ceil(root).min(RESAMPLES - changes.len());
        changes.extend((0..count).map(|_| new / drawn(baseline) - 1.0));
    }
    let end = |share: f64| quantile(&changes, share).unwrap_or(f64::NAN);
    (end((1.0 - CONFIDENCE) / 2.0), end((1.0 + CONFIDENCE) / 2.0))
}

/// Welch's t, in one pass over each side around its first value so that sums stay small.
fn t(x: &[f64], y: &[f64]) -> f64 {
    let moments = |values: &[f64]| {
        let n = values.len() as f64;
        let origin = values[0];
        let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), value| {
            let off = value - origin;
            (sum + off, squares + off * off)
        });
        (origin + sum / n, (squares - sum * sum / n) / (n - 1.0) / n)
    };
    let ((mean_x, error_x), (mean_y, error_y)) = (moments(x), moments(y));
    (mean_x - mean_y) / (error_x + error_y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{change, criterion, p, t};
    use crate::trust::random::Random;
    use crate::trust::rules::Says;

    /// Samples around `middle`, uniform within two percent.
    fn samples(middle: f64, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed, 1);
        (0..100).map(|_| middle * (0.98 + 0.04 * random.below(1000) as f64 / 1000.0)).collect()
    }

    #[test]
    fn the_statistic_is_welchs() {
        // scipy.stats.ttest_ind(x, y, equal_var=False).statistic
        let (x, y) = ([5.1, 4.9, 5.3, 5.0, 5.2, 4.8], [5.4, 5.6, 5.2, 5.9, 5.5]);
        assert!((t(&x, &y) + 3.3889922736485034).abs() < 1e-9, "{}", t(&x, &y));
    }

    #[test]
    fn the_interval_and_p_are_those_of_the_normal_approximation() {
        // Two means of 100 with a relative standard error of 0.04 / sqrt(12) / 10 = 0.115 % each.
        let (old, new) = (samples(100.0, 1), samples(103.0, 2));
        let (lower, upper) = change(&old, &new, &mut Random::new(3, 3));
        let width = upper - lower;
        assert!((width - 2.0 * 1.96 * 0.001_155 * 2f64.sqrt() * 1.03).abs() < 0.000_7, "{lower} {upper}");
        assert!(p(&old, &new, &mut Random::new(4, 4)) < 0.000_1);
        assert!(p(&old, &samples(100.0, 5), &mut Random::new(4, 4)) > 0.05);
    }

    #[test]
    fn a_change_within_the_noise_threshold_is_none() {
        let old = samples(100.0, 1);
        for (middle, says) in [(100.0, Says::Same), (100.8, Says::Same), (103.0, Says::Worse), (97.0, Says::Better)] {
            assert_eq!(criterion(&old, &samples(middle, 2), 5), says, "{middle}");
        }
        assert_eq!(criterion(&[1.0], &[1.0], 5), Says::Invalid);
    }
}
