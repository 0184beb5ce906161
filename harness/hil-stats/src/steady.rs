//! Has it settled? Where warm-up ends, and whether what follows is one steady state.
//!
//! Where: MSER-5 (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69
//! (1997); White, Cobb and Spratt, WSC 2000). The series is cut into batches of five; the truncation point is the one
//! after which the standard error of the remaining batch means is least. A point in the second half of the series means
//! that it never settled.
//!
//! Whether: what remains is cut in two, and the halves must agree: the difference of their means, in units of the
//! standard error that the autocorrelation within the halves leaves, must stay within Student's t at the level of
//! [`crate::ALPHA`] (Geweke's diagnostic, Bayesian Statistics 4 (1992), with batch means for the variance), or be smaller
//! than `tolerance` of the mean. In Barrett et al., "Virtual machine warmup blows hot and cold" (OOPSLA 2017), fewer than
//! half of the process starts of well-known benchmarks reached a steady state, so this is looked at and not assumed.

use crate::autocorrelation::{self, Centre};
use crate::series::{Series, median};
use crate::student;

/// Observations a batch.
const BATCH: usize = 5;
/// Batches below which nothing can be said.
const MIN_BATCHES: usize = 8;

/// What a series looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Steadiness {
    /// Steady from this observation on.
    From {
        /// Observations to leave out.
        skip: usize,
    },
    /// It never settled, or settled too late.
    Never {
        /// Mean of the second half over that of the first: of what remains behind the warm-up or, where that does not end in the
        /// first half of the series, of all.
        drift: f64,
    },
    /// Too short to tell.
    TooShort {
        /// Observations that are needed.
        need: usize,
    },
}

/// Looks at the observations of one start; halves that differ by less than `tolerance` (0.01 is 1 %) count as equal.
#[must_use]
pub fn steadiness(values: &[f64], tolerance: f64) -> Steadiness {
    let batches: Vec<f64> = values.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    if batches.len() < MIN_BATCHES {
        return Steadiness::TooShort { need: MIN_BATCHES * BATCH };
    }
    let skip = truncation(&batches);
    let (first, second) = batches[skip..].split_at((batches.len() - skip) / 2);
    if skip > batches.len() / 2 {
        // What is left is too short to speak for the whole.
        let (first, second) = batches.split_at(batches.len() / 2);
        return Steadiness::Never { drift: mean(second) / mean(first) };
    }
    if !agree(first, second, tolerance) {
        return Steadiness::Never { drift: mean(second) / mean(first) };
    }
    Steadiness::From { skip: skip * BATCH }
}

/// Starts whose values are still changing behind their warm-up, where that is the rule and not the exception.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unsettled {
    /// Starts that never settled.
    pub starts: usize,
    /// Starts that were long enough to tell.
    pub of: usize,
    /// The later half over the earlier one, as the median of those starts.
    pub drift: f64,
}

/// Looks at several starts. A single one is called unsettled by chance in up to one case of seven, so it takes more than half
/// of three or more, and halves that differ by more than `tolerance`, before anything is said.
#[must_use]
pub fn unsettled(starts: &[Series], tolerance: f64) -> Option<Unsettled> {
    let looks = starts.iter().map(|series| steadiness(&series.values, tolerance));
    let looks: Vec<Steadiness> = looks.filter(|look| !matches!(look, Steadiness::TooShort { .. })).collect();
    let drifts = looks.iter().filter_map(|look| match look {
        Steadiness::Never { drift } if (drift - 1.0).abs() > tolerance => Some(*drift),
        _ => None,
    });
    let drifts: Vec<f64> = drifts.collect();
    let is_rule = looks.len() >= 3 && 2 * drifts.len() > looks.len();
    is_rule.then(|| Unsettled { starts: drifts.len(), of: looks.len(), drift: median(&drifts) })
}

/// The number of batches to leave out so that the standard error of the rest is least; the last five batches always stay,
/// because a few that happen to be equal have no spread.
fn truncation(batches: &[f64]) -> usize {
    let statistic = |skip: usize| {
        let rest = &batches[skip..];
        let centre = mean(rest);
        rest.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (rest.len() as f64).powi(2)
    };
    (0..=batches.len().saturating_sub(BATCH)).min_by(|&a, &b| statistic(a).total_cmp(&statistic(b))).unwrap_or(0)
}

fn agree(first: &[f64], second: &[f64], tolerance: f64) -> bool {
    let difference = (mean(second) - mean(first)).abs();
    if difference <= tolerance * mean(first).abs() {
        return true;
    }
    let halves = [Series { start: 0, values: first.to_vec() }, Series { start: 1, values: second.to_vec() }];
    let tau = autocorrelation::time(&halves, Centre::EachStart);
    let variance = |half: &[f64]| {
        let centre = mean(half);
        let squares = half.iter().map(|value| (value - centre).powi(2)).sum::<f64>();
        squares / (half.len() as f64 - 1.0) * tau / half.len() as f64
    };
    let degrees = ((first.len() + second.len()) as f64 / tau) as usize;
    // Two-sided, so each half of the level has its own quantile; t at the level of one side is the stricter choice.
    difference <= student::t(degrees.saturating_sub(2).max(1)) * (variance(first) + variance(second)).sqrt()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::{Steadiness, steadiness, unsettled};
    use crate::series::Series;
    use crate::testing::Noise;

    #[test]
    fn a_slow_beginning_is_left_out() {
        let mut noise = Noise::new(74);
        let mut found = Vec::new();
        for _ in 0..200 {
            let values: Vec<f64> =
                (0..500).map(|index| 10.0 + 0.1 * noise.normal() + if index < 60 { 3.0 } else { 0.0 }).collect();
            if let Steadiness::From { skip } = steadiness(&values, 0.01) {
                found.push(skip);
            }
        }
        assert!(found.len() >= 195, "{}", found.len());
        assert!(found.iter().filter(|skip| (60..=120).contains(*skip)).count() >= found.len() * 9 / 10, "{found:?}");
    }

    #[test]
    fn a_series_that_is_steady_is_called_so() {
        let mut noise = Noise::new(75);
        for phi in [0.0, 0.6] {
            let steady = (0..500)
                .filter(|_| matches!(steadiness(&noise.autoregressive(phi, 600), 0.01), Steadiness::From { .. }));
            assert!(steady.count() >= 430, "phi {phi}");
        }
    }

    #[test]
    fn drift_and_a_late_step_are_no_steady_state() {
        let mut noise = Noise::new(76);
        for _ in 0..100 {
            let drifting: Vec<f64> =
                (0..400).map(|index| 10.0 + 0.01 * f64::from(index) + 0.1 * noise.normal()).collect();
            assert!(matches!(steadiness(&drifting, 0.01), Steadiness::Never { drift } if drift > 1.0));
            let late: Vec<f64> =
                (0..400).map(|index| if index < 300 { 10.0 } else { 12.0 } + 0.1 * noise.normal()).collect();
            assert!(matches!(steadiness(&late, 0.01), Steadiness::Never { .. }));
        }
    }

    #[test]
    fn starts_are_unsettled_by_majority_and_by_amount() {
        let mut noise = Noise::new(76);
        let mut series = |start: u32, falls_by: f64| Series {
            start,
            values: (0..500).map(|index| 10.0 + 0.05 * noise.normal() - falls_by * f64::from(index) / 500.0).collect(),
        };
        let warming: Vec<Series> = (0..5).map(|start| series(start, 2.0)).collect();
        let found = unsettled(&warming, 0.02).unwrap();
        assert_eq!((found.starts, found.of), (5, 5));
        assert!((0.85..0.95).contains(&found.drift), "{found:?}");
        let few: Vec<Series> = (0..5).map(|start| series(start, if start < 2 { 2.0 } else { 0.0 })).collect();
        assert_eq!(unsettled(&few, 0.02), None, "two of five");
        let slight: Vec<Series> = (0..5).map(|start| series(start, 0.1)).collect();
        assert_eq!(unsettled(&slight, 0.02), None, "half a percent");
        assert_eq!(unsettled(&warming[..2], 0.02), None, "two starts are no rule");
    }

    #[test]
    fn constant_and_short_series() {
        assert_eq!(steadiness(&[3.0; 100], 0.01), Steadiness::From { skip: 0 });
        assert_eq!(steadiness(&[3.0; 39], 0.01), Steadiness::TooShort { need: 40 });
        assert_eq!(steadiness(&[], 0.01), Steadiness::TooShort { need: 40 });
    }
}
