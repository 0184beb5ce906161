//! The mean, with an interval that honours dependence within a start and differences between starts.
//!
//! Within a start, consecutive observations are cut into batches of at least four autocorrelation times, whose
//! means are nearly independent (Law and Kelton, "Simulation Modeling and Analysis", 3rd edition, section 9.5.3;
//! Geyer 1992); the interval is Student's t of the batch means. With two starts or more, the variance of the mean
//! is `s_run^2 / c + s_it^2 / (c * m)` for `c` starts of `m` observations (Kalibera and Jones, "Rigorous
//! benchmarking in reasonable time", ISMM 2013, section 6), and that is what the spread of the start means
//! estimates. The wider of the two intervals is given, and the remark says which one that is. When dependence
//! leaves too few batches, [`MIN_STARTS`] starts are enough on their own: they are independent however long
//! the dependence within them lasts.

use hil_model::estimate::{Estimate, Method};

use crate::autocorrelation::{self, Centre};
use crate::error::StatsError;
use crate::series::{self, Series};
use crate::{ALPHA, student};

/// Batches below which the spread of their means says too little.
pub const MIN_BATCHES: usize = 10;

/// Starts from which their spread alone bounds the mean: Kalibera and Jones advise against fewer than five.
pub const MIN_STARTS: usize = 5;

/// Autocorrelation times a batch lasts at least.
const TIMES_PER_BATCH: f64 = 4.0;

/// The mean of all observations with its interval.
///
/// # Errors
/// [`StatsError::NotAnAmount`] for an observation that is not finite or negative; [`StatsError::TooFew`] when the
/// observations make neither [`MIN_BATCHES`] batches nor [`MIN_STARTS`] starts.
pub fn mean(starts: &[Series]) -> Result<Estimate, StatsError> {
    mean_at(starts, ALPHA)
}

/// As [`mean`], with an interval whose ends err with `alpha` each at most.
///
/// # Errors
/// As for [`mean`].
pub fn mean_at(starts: &[Series], alpha: f64) -> Result<Estimate, StatsError> {
    series::expect_amounts(starts)?;
    let observations = series::len(starts);
    let tau = autocorrelation::time(starts, Centre::EachStart);
    let batch_length = (TIMES_PER_BATCH * tau).ceil() as usize;
    let needed = MIN_BATCHES * batch_length;
    let batches: Vec<Part> = starts.iter().flat_map(|start| split(&start.values, batch_length)).collect();
    let own: Vec<Part> = starts.iter().filter_map(|start| Part::of(&start.values)).collect();
    if batches.len() < MIN_BATCHES && own.len() < MIN_STARTS {
        return Err(StatsError::TooFew { have: observations as u64, need: needed as u64 });
    }
    let value = series::mean(starts);
    let (from_batches, from_starts) = (half_width(&batches, value, alpha), half_width(&own, value, alpha));
    // Absent is less than any width. Batches as long as a start are the starts themselves.
    let starts_decide = from_starts.is_some() && from_starts >= from_batches;
    let half_width = if starts_decide { from_starts } else { from_batches };
    Ok(Estimate {
        value,
        lower: half_width.map(|half_width| value - half_width),
        upper: half_width.map(|half_width| value + half_width),
        confidence: 1.0 - 2.0 * alpha,
        samples: observations as u64,
        effective_samples: observations as f64 / tau,
        needed_samples: needed as u64,
        method: Method::BatchMeans,
        remark: (own.len() > 1).then(|| remark(&own, value, starts_decide)),
    })
}

/// A batch, or a whole start: how many observations it holds, and their mean.
struct Part {
    len: f64,
    mean: f64,
}

impl Part {
    fn of(values: &[f64]) -> Option<Self> {
        let len = values.len() as f64;
        (len > 0.0).then(|| Self { len, mean: values.iter().sum::<f64>() / len })
    }
}

/// Cuts a start into batches of `length` or more; a start that is shorter is one batch, because starts are
/// independent of each other.
fn split(values: &[f64], length: usize) -> Vec<Part> {
    let batches = (values.len() / length.max(1)).max(1);
    let edge = |batch: usize| batch * values.len() / batches;
    (0..batches).filter_map(|batch| Part::of(&values[edge(batch)..edge(batch + 1)])).collect()
}

/// Half the width of Student's t interval of the overall mean, from parts that may differ in length.
///
/// For parts of equal length this is the textbook `t * s / sqrt(k)`; otherwise it is the ratio estimator's
/// (Cochran, "Sampling Techniques", 3rd edition, section 6.4).
fn half_width(parts: &[Part], mean: f64, alpha: f64) -> Option<f64> {
    let (count, total) = (parts.len(), parts.iter().map(|part| part.len).sum::<f64>());
    if count < 2 {
        return None;
    }
    let squares: f64 = parts.iter().map(|part| (part.len / total * (part.mean - mean)).powi(2)).sum();
    let variance = squares * count as f64 / (count - 1) as f64;
    Some(student::t_at(count - 1, alpha) * variance.sqrt())
}

fn remark(own: &[Part], mean: f64, starts_decide: bool) -> String {
    let squares: f64 = own.iter().map(|start| (start.mean - mean).powi(2)).sum();
    let spread = (squares / (own.len() - 1) as f64).sqrt() / mean * 100.0;
    let basis = if starts_decide { "the spread between starts" } else { "batches within starts" };
    let spread = if spread.is_finite() {
        format!("means of {} starts vary by {spread:.2} %; ", own.len())
    } else {
        String::new()
    };
    format!("{spread}interval from {basis}")
}

#[cfg(test)]
mod tests {
    use super::mean;
    use crate::error::StatsError;
    use crate::series::Series;
    use crate::testing::{Noise, one_start};

    // t.interval(0.9, 9, numpy.mean(m), numpy.std(m, ddof=1) / 10 ** 0.5) of the ten batch means m of
    // x = [7, 3, 6, 2, 8, 5, 9, 1, 4, 5] * 4 in batches of four: m = x.reshape(10, 4).mean(axis=1).
    #[test]
    fn the_interval_is_students_t_of_the_batch_means() {
        let values = [7.0, 3.0, 6.0, 2.0, 8.0, 5.0, 9.0, 1.0, 4.0, 5.0].repeat(4);
        let estimate = mean(&one_start(values)).unwrap();
        assert_eq!(estimate.value, 5.0);
        assert_eq!(estimate.needed_samples, 40);
        assert!((estimate.lower.unwrap() - 4.726_735_658_143_11).abs() < 1e-6, "{estimate:?}");
        assert!((estimate.upper.unwrap() - 5.273_264_341_856_89).abs() < 1e-6, "{estimate:?}");
    }

    #[test]
    fn intervals_miss_the_truth_as_often_as_they_say() {
        for (phi, least, most) in [(0.0, 0.06, 0.14), (0.5, 0.06, 0.16), (0.8, 0.06, 0.16)] {
            let missed = missed_share(1000, || 0.0, phi, 1);
            assert!((least..=most).contains(&missed), "phi {phi}: {missed}");
        }
    }

    #[test]
    fn starts_at_different_levels_widen_the_interval() {
        let mut levels = Noise::new(5);
        let missed = missed_share(1000, || 2.0 * levels.normal(), 0.5, 5);
        assert!((0.06..=0.14).contains(&missed), "{missed}");
    }

    #[test]
    fn starts_bound_the_mean_where_dependence_leaves_too_few_batches() {
        let missed = missed_share(100, || 0.0, 0.95, 5);
        assert!((0.06..=0.14).contains(&missed), "{missed}");
        let four: Vec<Series> = (0..4).map(|start| Series { start, values: vec![1.0, 2.0, 3.0] }).collect();
        assert!(matches!(mean(&four), Err(StatsError::TooFew { have: 12, .. })));
    }

    /// The share of 1000 simulated runs whose interval does not contain the true mean.
    fn missed_share(n: usize, mut level: impl FnMut() -> f64, phi: f64, starts: u32) -> f64 {
        let mut noise = Noise::new(42);
        let mut refused = 0;
        let missed = (0..1000).filter(|_| {
            let run: Vec<Series> = (0..starts)
                .map(|start| {
                    let level = 20.0 + level();
                    let values = noise.autoregressive(phi, n / starts as usize);
                    Series { start, values: values.into_iter().map(|value| value + level).collect() }
                })
                .collect();
            // Now and then an unlucky run looks so dependent that it gives no figure, and so no wrong one.
            let Ok(estimate) = mean(&run) else {
                refused += 1;
                return false;
            };
            estimate.lower.unwrap() > 30.0 || estimate.upper.unwrap() < 30.0
        });
        let share = missed.count() as f64 / 1000.0;
        assert!(refused < 20, "{refused} of 1000 runs gave no figure");
        share
    }

    #[test]
    fn too_few_batches_give_no_figure() {
        for values in [vec![], vec![1.0], vec![1.0, 2.0], Noise::new(1).autoregressive(0.9, 100)] {
            let error = mean(&one_start(values)).unwrap_err();
            assert!(matches!(error, StatsError::TooFew { have, need } if have < need), "{error}");
        }
    }

    #[test]
    fn equal_observations_have_an_interval_of_no_width() {
        let estimate = mean(&one_start(vec![0.25; 100])).unwrap();
        assert_eq!((estimate.lower, estimate.upper), (Some(0.25), Some(0.25)));
    }

    #[test]
    fn what_is_no_amount_gives_no_figure() {
        let mut values = vec![1.0; 100];
        values[50] = f64::NAN;
        assert!(matches!(mean(&one_start(values)), Err(StatsError::NotAnAmount { position: 50, .. })));
    }
}
