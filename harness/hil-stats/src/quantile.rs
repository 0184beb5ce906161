//! A percentile of any distribution, bounded by two of the observations themselves.
//!
//! The point estimate is the observation of rank `ceil(n * q)`, the inverse of the empirical distribution
//! (type 1 of Hyndman and Fan, The American Statistician 50 (1996)). The bounds are order statistics whose ranks
//! come from the binomial distribution ([`crate::binomial`]); no shape of the distribution is assumed and nothing
//! is trimmed. Equal observations make the bounds err less often than stated, never more.
//!
//! Dependent observations count as `n / tau`, with `tau` the autocorrelation time within starts of the indicator
//! "exceeds the point estimate". Starts that differ count as well: the design effect of the share of exceedances
//! between starts ([`proportion::design_effect`]) takes the place of `tau` where it is larger. When it alone leaves
//! too few for a bound, the extreme observation is the bound: wide, and never narrower than what was proved.

use hil_model::estimate::{Estimate, Method};

use crate::ALPHA;
use crate::autocorrelation::{self, Centre};
use crate::binomial::{Ranks, ranks, ranks_of_dependent};
use crate::error::StatsError;
use crate::proportion::{self, Cluster};
use crate::series::{self, Series};

/// A start whose own figure lies this factor beyond the interval of all is named in the remark.
const STARTLING: f64 = 1.25;

/// Independent observations below which one end of the interval cannot exist: 59 for p95, 299 for p99.
#[must_use]
pub fn needed_samples(q: f64) -> u64 {
    needed_samples_at(q, ALPHA)
}

/// As [`needed_samples`], for an end that errs with `alpha` at most.
fn needed_samples_at(q: f64, alpha: f64) -> u64 {
    // All observations lie on one side of the quantile with probability q^n or (1 - q)^n.
    let rarer = q.max(1.0 - q);
    if rarer.is_nan() || rarer >= 1.0 {
        return u64::MAX;
    }
    (alpha.ln() / rarer.ln() - 1e-9).ceil() as u64
}

/// The `q` quantile of all observations, `0 < q < 1`, with its interval.
///
/// # Errors
/// [`StatsError::TooFew`] without any observation, or for a `q` outside (0, 1), which no number of observations
/// determines; [`StatsError::NotAnAmount`] for an observation that is not finite or negative.
pub fn quantile(starts: &[Series], q: f64) -> Result<Estimate, StatsError> {
    quantile_at(starts, q, ALPHA)
}

/// As [`quantile`], with an interval whose ends err with `alpha` each at most.
///
/// # Errors
/// As for [`quantile`].
pub fn quantile_at(starts: &[Series], q: f64, alpha: f64) -> Result<Estimate, StatsError> {
    series::expect_amounts(starts)?;
    let sorted = series::sorted(starts);
    let needed = needed_samples_at(q, alpha);
    let n = sorted.len() as u64;
    let Some(value) = point(&sorted, q) else {
        return Err(StatsError::TooFew { have: n, need: needed });
    };
    let exceeds = exceedances(starts, &sorted, value);
    let tau = autocorrelation::time(&exceeds, Centre::EachStart);
    let between_starts = proportion::design_effect(&shares(&exceeds)).max(tau);
    let effective = n as f64 / tau;
    let within = ranks_of_dependent(n, effective, q, alpha);
    let between = ranks_of_dependent(n, n as f64 / between_starts, q, alpha);
    let wider = Ranks {
        lower: within.lower.map(|rank| rank.min(between.lower.unwrap_or(1))),
        upper: within.upper.map(|rank| rank.max(between.upper.unwrap_or(n))),
    };
    let at = |rank: u64| sorted.get((rank - 1) as usize).copied();
    let (lower, upper) = (wider.lower.and_then(at), wider.upper.and_then(at));
    Ok(Estimate {
        value,
        lower,
        upper,
        confidence: 1.0 - 2.0 * alpha,
        samples: n,
        effective_samples: effective,
        needed_samples: needed,
        method: Method::OrderStatistics,
        remark: remark(starts, q, value, (lower, upper)),
    })
}

/// The value of rank `ceil(n * q)` of an ascending slice.
pub(crate) fn point(sorted: &[f64], q: f64) -> Option<f64> {
    if !(q > 0.0 && q < 1.0) {
        return None;
    }
    sorted.get(point_rank(sorted.len(), q)).copied()
}

/// Position from 0 of the point estimate among `n` ascending values.
fn point_rank(n: usize, q: f64) -> usize {
    // 1000 * 0.999 must not become 999.0000000001 and then 1000.
    ((n as f64 * q - 1e-9).ceil() as usize).clamp(1, n.max(1)) - 1
}

/// One for each observation above the point estimate. When none is (many are equal to the largest), one for
/// each that reaches it: otherwise their dependence would not be seen.
fn exceedances(starts: &[Series], sorted: &[f64], value: f64) -> Vec<Series> {
    let some_exceed = sorted.last().is_some_and(|&largest| largest > value);
    let exceeds = |observed: f64| observed > value || (!some_exceed && observed == value);
    let indicator = |series: &Series| Series {
        start: series.start,
        values: series.values.iter().map(|&observed| f64::from(u8::from(exceeds(observed)))).collect(),
    };
    starts.iter().map(indicator).collect()
}

/// How many exceedances each start has.
fn shares(exceeds: &[Series]) -> Vec<Cluster> {
    let share = |series: &Series| Cluster {
        trials: series.values.len() as u64,
        successes: series.values.iter().sum::<f64>() as u64,
    };
    exceeds.iter().map(share).collect()
}

/// Names the start whose own figure is farthest beyond the interval, if any is.
fn remark(starts: &[Series], q: f64, value: f64, interval: (Option<f64>, Option<f64>)) -> Option<String> {
    let (lower, upper) = (interval.0?, interval.1?);
    let alone = starts.iter().filter_map(|series| {
        let mut values = series.values.clone();
        // A start that is too short to have this quantile at all proves nothing by its extreme.
        let bounded = ranks(values.len() as u64, q);
        bounded.lower.or(bounded.upper)?;
        let rank = point_rank(values.len(), q);
        let (_, own, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
        let beyond = *own > upper * STARTLING || *own * STARTLING < lower;
        beyond.then_some((series.start, *own / value))
    });
    let (start, ratio) = alone.max_by(|a, b| a.1.ln().abs().total_cmp(&b.1.ln().abs()))?;
    Some(format!("start {start} alone: {ratio:.2} times this figure"))
}

#[cfg(test)]
mod tests {
    use super::{needed_samples, quantile};
    use crate::error::StatsError;
    use crate::series::Series;
    use crate::testing::{Noise, one_start};
    use proptest::prelude::{prop_assert, proptest};

    /// The numbers from 1 to n in a fixed shuffled order, so that no dependence is seen.
    fn shuffled(n: u32) -> Vec<Series> {
        let mut noise = Noise::new(9);
        let mut values: Vec<f64> = (1..=n).map(f64::from).collect();
        for last in (1..values.len()).rev() {
            values.swap(last, (noise.uniform() * (last + 1) as f64) as usize);
        }
        one_start(values)
    }

    #[test]
    fn the_bounds_are_the_published_order_statistics() {
        // R: quantile(1:500, 0.95, type = 1) is 475; scipy 1.17.1: binom.ppf([0.05, 0.95], 500, 0.95) + [0, 1].
        let estimate = quantile(&shuffled(500), 0.95).unwrap();
        assert_eq!(estimate.value, 475.0);
        assert!(estimate.lower.unwrap() <= 467.0 && estimate.upper.unwrap() >= 484.0, "{estimate:?}");
        assert!(estimate.lower.unwrap() >= 463.0 && estimate.upper.unwrap() <= 487.0, "{estimate:?}");
    }

    #[test]
    fn every_end_needs_its_number_of_observations() {
        for (q, needed) in [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995), (0.05, 59)] {
            assert_eq!(needed_samples(q), needed, "{q}");
        }
    }

    #[test]
    fn short_runs_have_absent_ends_and_never_panic() {
        assert_eq!(quantile(&[], 0.95), Err(StatsError::TooFew { have: 0, need: 59 }));
        assert_eq!(quantile(&one_start(vec![]), 0.5), Err(StatsError::TooFew { have: 0, need: 5 }));
        for n in 1..=4 {
            let estimate = quantile(&shuffled(n), 0.5).unwrap();
            assert_eq!((estimate.lower, estimate.upper), (None, None), "{n}");
        }
        let estimate = quantile(&shuffled(58), 0.95).unwrap();
        assert_eq!((estimate.value, estimate.upper), (56.0, None));
        for q in [0.0, 1.0, f64::NAN] {
            assert!(quantile(&shuffled(100), q).is_err(), "{q}");
        }
    }

    #[test]
    fn a_burst_of_slow_iterations_is_worth_less_than_scattered_ones() {
        let burst: Vec<f64> =
            (0..1000).map(|i| if (400..425).contains(&i) { 9.0 } else { 1.0 + f64::from(i % 7) * 0.01 }).collect();
        let scattered: Vec<f64> =
            (0..1000).map(|i| if i % 40 == 3 { 9.0 } else { 1.0 + f64::from(i % 7) * 0.01 }).collect();
        let (burst, scattered) =
            (quantile(&one_start(burst), 0.95).unwrap(), quantile(&one_start(scattered), 0.95).unwrap());
        assert_eq!(burst.value, scattered.value);
        assert!(burst.effective_samples < 100.0 && scattered.effective_samples > 900.0);
        assert_eq!(scattered.upper.map(|upper| upper < 2.0), Some(true));
        assert_ne!(burst.upper.map(|upper| upper < 2.0), Some(true), "one burst does not prove a rate below 5 %");
    }

    #[test]
    fn intervals_miss_the_true_quantile_no_more_often_than_they_say() {
        let mut noise = Noise::new(21);
        for (phi, most) in [(0.0, 0.11), (0.5, 0.14), (0.8, 0.16)] {
            let missed = (0..1000).filter(|_| {
                let estimate = quantile(&one_start(noise.autoregressive(phi, 500)), 0.95).unwrap();
                let truth = 10.0 + crate::student::NORMAL;
                estimate.lower.is_some_and(|lower| lower > truth) || estimate.upper.is_some_and(|upper| upper < truth)
            });
            let share = missed.count() as f64 / 1000.0;
            assert!(share > 0.02 && share < most, "phi {phi}: {share}");
        }
    }

    #[test]
    fn a_start_that_stands_apart_is_named_and_widens_the_interval() {
        let mut noise = Noise::new(2);
        let mut starts: Vec<Series> = (0..5)
            .map(|start| Series { start, values: (0..100).map(|_| 10.0 + 0.1 * noise.normal()).collect() })
            .collect();
        let even = quantile(&starts, 0.5).unwrap();
        assert_eq!(even.remark, None);
        starts[3].values.iter_mut().for_each(|value| *value *= 3.0);
        let apart = quantile(&starts, 0.5).unwrap();
        let remark = apart.remark.unwrap();
        assert!(remark.starts_with("start 3 alone: 2.9") && remark.ends_with("times this figure"), "{remark}");
        assert!(apart.upper > even.upper);
    }

    #[test]
    fn slow_iterations_of_one_start_prove_less_than_the_same_number_in_all() {
        let mut noise = Noise::new(6);
        // 14 of 500 are slow: few enough for a bound below them, if they were independent.
        let mut with_slow = |is_slow: fn(u32, u32) -> bool| {
            let starts: Vec<Series> = (0..5)
                .map(|start| {
                    let slow = |i| if is_slow(start, i) { 9.0 } else { 1.0 + 0.1 * noise.uniform() };
                    Series { start, values: (0..100).map(slow).collect() }
                })
                .collect();
            quantile(&starts, 0.95).unwrap().upper.unwrap()
        };
        assert!(with_slow(|start, i| (start * 100 + i) % 36 == 7) < 2.0);
        assert_eq!(with_slow(|start, i| start == 3 && i % 7 == 2 && i < 98), 9.0);
    }

    #[test]
    fn a_burst_that_reaches_the_largest_value_is_dependence_too() {
        // The 95th percentile is the largest value, so nothing exceeds it; the clock knows two values only.
        let burst = (0..1000).map(|i| if (400..480).contains(&i) { 2.0 } else { 1.0 }).collect();
        let scattered = (0..1000).map(|i| if i % 25 < 2 { 2.0 } else { 1.0 }).collect();
        assert_eq!(quantile(&one_start(burst), 0.95).unwrap().lower, Some(1.0));
        assert_eq!(quantile(&one_start(scattered), 0.95).unwrap().lower, Some(2.0));
    }

    #[test]
    fn a_million_observations_take_no_quadratic_time() {
        // Slow drift keeps the indicator correlated over the whole run: the worst case for the autocorrelation.
        let mut noise = Noise::new(4);
        let drifting: Vec<f64> = (0..1_000_000).map(|i| 10.0 + f64::from(i) * 1e-6 + 0.1 * noise.normal()).collect();
        let estimate = quantile(&one_start(drifting), 0.95).unwrap();
        assert!(estimate.effective_samples < 1000.0, "{estimate:?}");
    }

    proptest! {
        #![proptest_config(crate::testing::fixed_cases())]

        #[test]
        fn the_interval_encloses_the_figure(values in proptest::collection::vec(0.0f64..1e6, 1..400), q in 0.01f64..0.99) {
            let estimate = quantile(&one_start(values), q).unwrap();
            prop_assert!(estimate.lower.is_none_or(|lower| lower <= estimate.value));
            prop_assert!(estimate.upper.is_none_or(|upper| upper >= estimate.value));
        }
    }
}
