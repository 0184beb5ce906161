//! How many times one workload's figure is that of another, from pairs measured side by side.
//!
//! Each pair gives `d = ln(numerator / denominator)`; the figure is `exp(median d)` and its interval the order
//! statistics of the exact sign test (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd
//! edition, section 3.6), which assumes no distribution and survives single interrupted iterations. Pairing
//! cancels what both sides share (Bulej et al., "Duet benchmarking", ICPE 2020).
//!
//! Three things are dealt with before:
//! - *Slot effect*: whoever runs first in a pair may be slower. Half the difference of the medians of the two
//!   orders is taken off each pair, so that both orders have the same median and the figure is the mean of both.
//!   It needs [`MIN_EACH_ORDER`] pairs of each order; the remark states the effect.
//! - *Dependence*: when the signs of `d - median` have a lag-1 autocorrelation of [`DEPENDENT`] or more, the
//!   interval is that of the medians of batches, four autocorrelation times long, cut within starts.
//! - *Starts that differ* (memory layout is fixed within a start: Mytkowicz et al., "Producing wrong data without
//!   doing anything obviously wrong!", ASPLOS 2009): when Mood's median test rejects equal starts at 5 %, the
//!   interval is widened to Student's t of the medians of the starts.

use hil_model::estimate::{Estimate, Method};

use crate::autocorrelation::{self, Centre};
use crate::binomial::ranks_at;
use crate::error::StatsError;
use crate::quantile;
use crate::series::{self, Series, median};
use crate::{ALPHA, student};

/// Lag-1 autocorrelation of signs from which pairs count as dependent.
pub const DEPENDENT: f64 = 0.1;

/// Pairs of each order below which no slot effect is estimated.
pub const MIN_EACH_ORDER: usize = 5;

/// Which side of a pair ran first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The side above the line of the ratio.
    Numerator,
    /// The side below the line.
    Denominator,
    /// Not known, or neither.
    Unknown,
}

/// Two figures measured side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The start that measured both.
    pub start: u32,
    /// The side above the line of the ratio, in base units.
    pub numerator: f64,
    /// The side below the line, in base units.
    pub denominator: f64,
    /// Which of them ran first.
    pub first: First,
}

/// The median ratio of the pairs, which stand in the order in which they ran.
///
/// # Errors
/// [`StatsError::TooFew`] without pairs; [`StatsError::NoRatio`] for a pair of which one side is not above zero.
pub fn ratio(pairs: &[Pair]) -> Result<Estimate, StatsError> {
    ratio_at(pairs, ALPHA)
}

/// As [`ratio`], with an interval whose ends err with `alpha` each at most.
///
/// # Errors
/// As for [`ratio`].
pub fn ratio_at(pairs: &[Pair], alpha: f64) -> Result<Estimate, StatsError> {
    if pairs.is_empty() {
        return Err(StatsError::TooFew { have: 0, need: quantile::needed_samples(0.5) });
    }
    let (logs, slot) = balanced_logs(pairs)?;
    let starts = series::by_start(pairs.iter().map(|pair| pair.start).zip(logs));
    let values = series::sorted(&starts);
    let centre = median(&values);

    let signs = signs(&starts, centre);
    let dependent = autocorrelation::lag_one(&signs, Centre::Pooled) >= DEPENDENT;
    let units = if dependent { batch_medians(&starts, &signs) } else { values };
    let (mut lower, mut upper) = sign_interval(&units, alpha);
    let mut effective = units.len() as f64;
    let mut remarks: Vec<String> = slot_remark(pairs, slot).into_iter().collect();
    if dependent {
        remarks.push(format!("neighbouring pairs depend on each other: interval from {} batches", units.len()));
    }
    if let Some(reach) = reach_of_starts(&starts, &signs, alpha) {
        lower = Some(lower.map_or(centre - reach, |lower| lower.min(centre - reach)));
        upper = Some(upper.map_or(centre + reach, |upper| upper.max(centre + reach)));
        effective = starts.len() as f64;
        remarks.push(format!("starts differ: interval from {} starts", starts.len()));
    }
    Ok(Estimate {
        value: centre.exp(),
        // The median of batch medians may lie beside the median of all: the interval contains the figure anyway.
        lower: lower.map(|lower| lower.min(centre).exp()),
        upper: upper.map(|upper| upper.max(centre).exp()),
        confidence: 1.0 - 2.0 * alpha,
        samples: pairs.len() as u64,
        effective_samples: effective,
        needed_samples: quantile::needed_samples(0.5),
        method: Method::PairedLogRatio,
        remark: (!remarks.is_empty()).then(|| remarks.join("; ")),
    })
}

/// The log-ratio of every pair, the effect of the place taken off, and that effect, if it can be told.
///
/// # Errors
/// [`StatsError::NoRatio`] for a pair of which one side is not above zero.
pub(crate) fn balanced_logs(pairs: &[Pair]) -> Result<(Vec<f64>, Option<f64>), StatsError> {
    if let Some(position) = pairs.iter().position(|pair| !has_ratio(pair)) {
        return Err(StatsError::NoRatio { position });
    }
    let slot = slot_effect(pairs);
    Ok((pairs.iter().map(|pair| balanced(pair, slot)).collect(), slot))
}

fn has_ratio(pair: &Pair) -> bool {
    log_ratio(pair).is_finite() && pair.numerator > 0.0 && pair.denominator > 0.0
}

fn log_ratio(pair: &Pair) -> f64 {
    (pair.numerator / pair.denominator).ln()
}

/// Half of how much larger the log-ratio is when the numerator runs first; nothing when it cannot be told.
fn slot_effect(pairs: &[Pair]) -> Option<f64> {
    let of = |first: First| -> Vec<f64> { pairs.iter().filter(|pair| pair.first == first).map(log_ratio).collect() };
    let (numerator_first, denominator_first) = (of(First::Numerator), of(First::Denominator));
    let enough = numerator_first.len().min(denominator_first.len()) >= MIN_EACH_ORDER;
    enough.then(|| (median(&numerator_first) - median(&denominator_first)) / 2.0)
}

fn balanced(pair: &Pair, slot: Option<f64>) -> f64 {
    let effect = slot.unwrap_or(0.0);
    match pair.first {
        First::Numerator => log_ratio(pair) - effect,
        First::Denominator => log_ratio(pair) + effect,
        First::Unknown => log_ratio(pair),
    }
}

/// The effect of the place, in words.
pub(crate) fn slot_remark(pairs: &[Pair], slot: Option<f64>) -> Option<String> {
    if let Some(effect) = slot {
        return Some(format!("running first costs {:+.2} %, balanced out", (effect.exp() - 1.0) * 100.0));
    }
    let known = pairs.iter().find(|pair| pair.first != First::Unknown)?.first;
    let one_sided = pairs.iter().all(|pair| pair.first == known);
    one_sided.then(|| "the same side ran first in every pair: an effect of the order is not excluded".to_owned())
}

/// On which side of the median each pair lies: -1, 0 or 1.
fn signs(starts: &[Series], centre: f64) -> Vec<Series> {
    let sign = |value: f64| if value == centre { 0.0 } else { (value - centre).signum() };
    let of = |series: &Series| series.values.iter().map(|&value| sign(value)).collect();
    starts.iter().map(|series| Series { start: series.start, values: of(series) }).collect()
}

/// Medians of batches of four autocorrelation times, ascending; a start that is shorter is one batch.
fn batch_medians(starts: &[Series], signs: &[Series]) -> Vec<f64> {
    let length = (4.0 * autocorrelation::time(signs, Centre::Pooled)).ceil() as usize;
    let mut medians: Vec<f64> = starts
        .iter()
        .flat_map(|series| {
            let (n, batches) = (series.values.len(), (series.values.len() / length.max(1)).max(1));
            (0..batches).map(move |batch| median(&series.values[batch * n / batches..(batch + 1) * n / batches]))
        })
        .collect();
    medians.sort_unstable_by(f64::total_cmp);
    medians
}

/// The ends that the exact sign test leaves of ascending values; absent for fewer than five.
fn sign_interval(sorted: &[f64], alpha: f64) -> (Option<f64>, Option<f64>) {
    let ranks = ranks_at(sorted.len() as u64, 0.5, alpha);
    let at = |rank: u64| sorted.get((rank - 1) as usize).copied();
    (ranks.lower.and_then(at), ranks.upper.and_then(at))
}

/// Half the width of Student's t interval of the start medians, if Mood's median test says that starts differ.
fn reach_of_starts(starts: &[Series], signs: &[Series], alpha: f64) -> Option<f64> {
    let count = starts.len();
    if count < 2 {
        return None;
    }
    let statistic = |series: &Series| series.values.iter().sum::<f64>().powi(2) / series.values.len() as f64;
    if student::chi_squared_tail(signs.iter().map(statistic).sum(), count - 1) >= ALPHA {
        return None;
    }
    let medians: Vec<f64> = starts.iter().map(|series| median(&series.values)).collect();
    let mean = medians.iter().sum::<f64>() / count as f64;
    let variance = medians.iter().map(|median| (median - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
    Some(student::t_at(count - 1, alpha) * (variance / count as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::{First, Pair, ratio};
    use crate::error::StatsError;
    use crate::testing::Noise;
    use hil_model::estimate::Estimate;

    /// Pairs in random order whose log-ratio is normal around `ln(truth)`, plus what running first costs.
    fn pairs(noise: &mut Noise, n: u32, truth: f64, sd: f64, slot: f64) -> Vec<Pair> {
        (0..n)
            .map(|_| {
                let numerator_first = noise.uniform() < 0.5;
                let (first, effect) =
                    if numerator_first { (First::Numerator, slot) } else { (First::Denominator, -slot) };
                let denominator = 1.0 + noise.uniform();
                Pair {
                    start: 0,
                    numerator: denominator * truth * (sd * noise.normal() + effect).exp(),
                    denominator,
                    first,
                }
            })
            .collect()
    }

    fn excludes(estimate: &Estimate, value: f64) -> bool {
        estimate.lower.is_some_and(|lower| lower > value) || estimate.upper.is_some_and(|upper| upper < value)
    }

    #[test]
    fn equal_sides_are_told_apart_no_more_often_than_stated() {
        let mut noise = Noise::new(31);
        for slot in [0.0, 0.05] {
            let wrong = (0..2000).filter(|_| excludes(&ratio(&pairs(&mut noise, 100, 1.0, 0.02, slot)).unwrap(), 1.0));
            let share = wrong.count() as f64 / 2000.0;
            assert!((0.05..=0.12).contains(&share), "slot effect {slot}: {share}");
        }
    }

    #[test]
    fn a_slowdown_of_two_percent_is_found_in_a_hundred_pairs() {
        let mut noise = Noise::new(32);
        let found = (0..500).filter(|_| ratio(&pairs(&mut noise, 100, 1.02, 0.02, 0.01)).unwrap().lower > Some(1.0));
        assert!(found.count() >= 495);
    }

    #[test]
    fn the_interval_is_that_of_the_sign_test() {
        // R: binom.test's acceptance region for n = 11: qbinom(0.05, 11, 0.5) is 3, so ranks 3 and 9 of 11.
        // The order of the pairs is mixed so that their signs do not look dependent.
        let logs = [6, 1, 9, 2, 10, 5, 3, 11, 4, 8, 7];
        let of = |log: i32| Pair { start: 0, numerator: f64::from(log).exp(), denominator: 1.0, first: First::Unknown };
        let estimate = ratio(&logs.map(of)).unwrap();
        let logs = [estimate.lower, Some(estimate.value), estimate.upper].map(|end| end.unwrap().ln().round());
        assert_eq!(logs, [3.0, 6.0, 9.0]);
        assert_eq!(estimate.remark, None);
    }

    #[test]
    fn the_slot_effect_is_stated_and_does_not_shift_the_figure() {
        let mut noise = Noise::new(33);
        let mut shifted = pairs(&mut noise, 400, 1.0, 0.01, 0.05);
        // Leave out most pairs of one order: the effect would shift a plain median.
        let mut kept = 0;
        shifted.retain(|pair| {
            kept += u32::from(pair.first == First::Numerator);
            pair.first == First::Denominator || kept <= 30
        });
        let estimate = ratio(&shifted).unwrap();
        assert!((estimate.value - 1.0).abs() < 0.01, "{estimate:?}");
        let remark = estimate.remark.unwrap();
        assert!(remark.starts_with("running first costs +5."), "{remark}");
    }

    #[test]
    fn pairs_of_a_single_order_are_remarked_on() {
        let mut noise = Noise::new(34);
        let mut one_sided = pairs(&mut noise, 60, 1.0, 0.01, 0.0);
        one_sided.iter_mut().for_each(|pair| pair.first = First::Denominator);
        assert!(ratio(&one_sided).unwrap().remark.is_some_and(|remark| remark.contains("same side ran first")));
    }

    #[test]
    fn dependent_pairs_are_batched() {
        let mut noise = Noise::new(35);
        let wrong = (0..1000).filter(|_| {
            let logs = noise.autoregressive(0.6, 600);
            let of =
                |log: f64| Pair { start: 0, numerator: (log - 10.0).exp(), denominator: 1.0, first: First::Unknown };
            let pairs: Vec<Pair> = logs.into_iter().map(of).collect();
            let estimate = ratio(&pairs).unwrap();
            assert!(estimate.effective_samples < 200.0);
            excludes(&estimate, 1.0)
        });
        let share = wrong.count() as f64 / 1000.0;
        assert!((0.03..=0.13).contains(&share), "{share}");
    }

    #[test]
    fn starts_with_an_own_layout_widen_the_interval() {
        for starts in [3, 5, 10] {
            let mut noise = Noise::new(36);
            let wrong = (0..1000).filter(|_| {
                let run: Vec<Pair> = (0..starts)
                    .flat_map(|start| {
                        let layout = 1.0 + 0.03 * noise.normal();
                        let start_pairs = pairs(&mut noise, 40, layout, 0.01, 0.0);
                        start_pairs.into_iter().map(move |pair| Pair { start, ..pair })
                    })
                    .collect();
                let estimate = ratio(&run).unwrap();
                assert!(estimate.lower.is_some() && estimate.upper.is_some(), "{estimate:?}");
                excludes(&estimate, 1.0)
            });
            let share = wrong.count() as f64 / 1000.0;
            assert!((0.005..=0.15).contains(&share), "{starts} starts: {share}");
        }
    }

    #[test]
    fn few_pairs_have_absent_ends_and_zero_has_no_ratio() {
        assert_eq!(ratio(&[]), Err(StatsError::TooFew { have: 0, need: 5 }));
        let pair = Pair { start: 0, numerator: 2.0, denominator: 1.0, first: First::Numerator };
        for n in 1..=4 {
            let estimate = ratio(&vec![pair; n]).unwrap();
            assert!((estimate.value - 2.0).abs() < 1e-12);
            assert_eq!((estimate.lower, estimate.upper), (None, None), "{n}");
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let broken = Pair { numerator: bad, ..pair };
            assert_eq!(ratio(&[pair, broken]), Err(StatsError::NoRatio { position: 1 }), "{bad}");
            let broken = Pair { denominator: bad, ..pair };
            assert_eq!(ratio(&[broken, pair]), Err(StatsError::NoRatio { position: 0 }), "{bad}");
        }
    }
}
