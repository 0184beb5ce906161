//! Samples that another tool took in several process starts: one figure a start, and the interval between the starts.
//!
//! A sample of criterion is the mean of many iterations, its samples follow each other within a second or two of one
//! process, and their number is the tool's choice: they are a cluster, not independent observations, and no number of
//! them shows how the next process will differ (memory layout, frequency, whatever else ran). So each start gives one
//! figure, the mean or the median of its samples, and the starts are the observations (Kalibera and Jones, "Rigorous
//! benchmarking in reasonable time", ISMM 2013, section 6: with one iteration a start the variance of the mean is
//! `s_run^2 / c`, which what varies within a start is part of).
//!
//! - Mean: the mean of the starts' means, with Student's t of those means.
//! - Median: the median of the starts' medians, with the order statistics of the sign test ([`crate::binomial`]).
//!
//! Below [`MIN_STARTS`] there is a figure without an interval: nothing is proved with it.

use hil_model::estimate::{Estimate, Method};

use crate::batch::MIN_STARTS;
use crate::binomial::ranks;
use crate::error::StatsError;
use crate::series::{self, Series, median};
use crate::{CONFIDENCE, student};

/// The mean over the starts with its interval.
///
/// # Errors
/// [`StatsError::NotAnAmount`] for a sample that is not finite or negative; [`StatsError::TooFew`] without any.
pub fn mean(starts: &[Series]) -> Result<Estimate, StatsError> {
    let own = figures(starts, |values| values.iter().sum::<f64>() / values.len() as f64)?;
    let count = own.len() as f64;
    let value = own.iter().sum::<f64>() / count;
    let spread = spread(&own, value);
    let half_width = (own.len() >= MIN_STARTS).then(|| student::t(own.len() - 1) * spread / count.sqrt());
    let interval = (half_width.map(|half| value - half), half_width.map(|half| value + half));
    Ok(estimate(starts, &own, value, interval, "means"))
}

/// The median over the starts with its interval.
///
/// # Errors
/// As for [`mean`].
pub fn median_of_starts(starts: &[Series]) -> Result<Estimate, StatsError> {
    let mut own = figures(starts, median)?;
    let value = median(&own);
    own.sort_unstable_by(f64::total_cmp);
    let bounds = ranks(own.len() as u64, 0.5);
    let at = |rank: Option<u64>| rank.and_then(|rank| own.get((rank - 1) as usize).copied());
    let interval = (at(bounds.lower), at(bounds.upper));
    Ok(estimate(starts, &own, value, interval, "medians"))
}

/// The figure of each start that has samples.
fn figures(starts: &[Series], figure: impl Fn(&[f64]) -> f64) -> Result<Vec<f64>, StatsError> {
    series::expect_amounts(starts)?;
    let own: Vec<f64> =
        starts.iter().filter(|start| !start.values.is_empty()).map(|start| figure(&start.values)).collect();
    if own.is_empty() { Err(StatsError::TooFew { have: 0, need: MIN_STARTS as u64 }) } else { Ok(own) }
}

/// The standard deviation of the starts' figures; not a number with a single one.
fn spread(own: &[f64], centre: f64) -> f64 {
    let squares: f64 = own.iter().map(|figure| (figure - centre).powi(2)).sum();
    (squares / (own.len() as f64 - 1.0)).sqrt()
}

fn estimate(
    starts: &[Series],
    own: &[f64],
    value: f64,
    (lower, upper): (Option<f64>, Option<f64>),
    what: &str,
) -> Estimate {
    let percent = spread(own, value) / value * 100.0;
    let remark = if percent.is_finite() {
        format!("{what} of {} process starts vary by {percent:.2} %", own.len())
    } else {
        format!("from {} process start{}", own.len(), if own.len() == 1 { "" } else { "s" })
    };
    Estimate {
        value,
        lower,
        upper,
        confidence: CONFIDENCE,
        samples: series::len(starts) as u64,
        effective_samples: own.len() as f64,
        needed_samples: MIN_STARTS as u64,
        method: Method::CriterionStarts,
        remark: Some(remark),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{mean, median_of_starts};
    use crate::error::StatsError;
    use crate::series::Series;
    use crate::testing::Noise;

    fn starts(values: &[&[f64]]) -> Vec<Series> {
        (0..).zip(values).map(|(start, values)| Series { start, values: values.to_vec() }).collect()
    }

    // scipy.stats.t.interval(0.9, 4, m.mean(), scipy.stats.sem(m)) of m = [10, 12, 11, 9, 13]: 11 -+ 2.1318 * 0.7071.
    #[test]
    fn the_interval_is_students_t_of_the_starts_means() {
        let found = mean(&starts(&[&[9.0, 11.0], &[12.0], &[11.0; 7], &[8.0, 10.0], &[13.0, 13.0]])).unwrap();
        assert_eq!((found.value, found.samples, found.effective_samples), (11.0, 14, 5.0));
        assert!((found.lower.unwrap() - 9.492_556_861_711_7).abs() < 1e-6, "{found:?}");
        assert!((found.upper.unwrap() - 12.507_443_138_288_3).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_interval_of_a_median_is_made_of_starts() {
        let five = starts(&[&[1.0, 5.0, 100.0], &[4.0], &[6.0], &[3.0, 3.0], &[7.0]]);
        let found = median_of_starts(&five).unwrap();
        assert_eq!((found.value, found.lower, found.upper), (5.0, Some(3.0), Some(7.0)));
    }

    #[test]
    fn too_few_starts_bound_nothing_however_many_samples_they_have() {
        let four = starts(&[&[1.0; 500], &[1.0; 500], &[1.0; 500], &[1.0; 500]]);
        for found in [mean(&four).unwrap(), median_of_starts(&four).unwrap()] {
            assert_eq!((found.value, found.lower, found.upper, found.needed_samples), (1.0, None, None, 5));
        }
        assert!(matches!(mean(&starts(&[&[], &[]])), Err(StatsError::TooFew { have: 0, need: 5 })));
        assert!(matches!(mean(&starts(&[&[1.0], &[f64::NAN]])), Err(StatsError::NotAnAmount { start: 1, .. })));
    }

    /// Starts at levels of their own with dependent samples within: the interval must contain the truth as often as it
    /// says, however many samples a start has.
    #[test]
    fn intervals_miss_the_truth_as_often_as_they_say() {
        for (samples, level, most) in [(10, 0.5, 0.13), (100, 2.0, 0.13), (100, 0.0, 0.13)] {
            let mut noise = Noise::new(11);
            let (mut means, mut medians) = (0, 0);
            for _ in 0..1000 {
                let run: Vec<Series> = (0..5)
                    .map(|start| {
                        let shift = 30.0 + level * noise.normal();
                        let values = noise.autoregressive(0.8, samples);
                        Series { start, values: values.into_iter().map(|value| value + shift).collect() }
                    })
                    .collect();
                let truth = 40.0;
                let misses =
                    |found: hil_model::estimate::Estimate| found.lower.unwrap() > truth || found.upper.unwrap() < truth;
                means += u32::from(misses(mean(&run).unwrap()));
                medians += u32::from(misses(median_of_starts(&run).unwrap()));
            }
            let (means, medians) = (f64::from(means) / 1000.0, f64::from(medians) / 1000.0);
            assert!((0.07..=most).contains(&means), "means, {samples} samples, level {level}: {means}");
            // Five starts bound a median with 93.75 %.
            assert!((0.035..=most).contains(&medians), "medians, {samples} samples, level {level}: {medians}");
        }
    }

    proptest! {
        #[test]
        fn repeating_the_samples_of_a_start_makes_nothing_narrower(
            values in proptest::collection::vec(1.0f64..1e3, 5..9), times in 1usize..50,
        ) {
            let once: Vec<Series> = (0..).zip(&values).map(|(start, v)| Series { start, values: vec![*v] }).collect();
            let often: Vec<Series> =
                (0..).zip(&values).map(|(start, v)| Series { start, values: vec![*v; times] }).collect();
            let width = |e: hil_model::estimate::Estimate| e.upper.unwrap() - e.lower.unwrap();
            prop_assert_eq!(median_of_starts(&once).unwrap().lower, median_of_starts(&often).unwrap().lower);
            let (once, often) = (width(mean(&once).unwrap()), width(mean(&often).unwrap()));
            prop_assert!((once - often).abs() <= 1e-9 * once.max(1.0));
        }
    }
}
