//! How many times one build's figure is that of another, from pairs over fresh starts of both.
//!
//! Each pair gives `d = ln(numerator / denominator)`, with the effect of the place taken off as in [`crate::paired`]. Two
//! things make `d` vary: what happens within a start, and how code and memory came to lie in it, which is constant within
//! a start and new in the next (Mytkowicz et al., "Producing wrong data without doing anything obviously wrong!", ASPLOS
//! 2009). No number of pairs within a start makes up for the second, so an interval has both:
//!
//! - an interval of the medians of the starts, which covers both components without asking how large each is (Kalibera
//!   and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013, section 5): Student's t with few of them, of which
//!   five are the fewest; from [`RANKED`] on the signed ranks of [`crate::signed_rank`], because single starts that
//!   take half as long again are common and would hide whatever the others say,
//! - the order statistics of the sign test over all pairs (Hollander, Wolfe and Chicken, "Nonparametric Statistical
//!   Methods", 3rd edition, section 3.6), so that starts which happen to agree cannot claim more than their pairs do;
//!   where a start has one pair only, the starts are all there is,
//!
//! and the wider end of the two counts. A p-value is the level at which the interval just touches a ratio: the larger of
//! those of the two tests. What a clock cannot resolve is added to either end.

use hil_model::estimate::{Estimate, Method};

use crate::binomial::{half_tail, ranks_at};
use crate::error::StatsError;
use crate::paired::{self, Pair};
use crate::series::{self, Series, median};
use crate::{signed_rank, student, variance};

/// Starts below which no interval exists.
pub const LEAST_STARTS: usize = 5;

/// Starts from which their ranks count and not their amounts. With fewer, ranks could not prove anything at the levels that
/// many figures share: the most that `n` starts can say by their ranks is a p-value of one in `2^n`.
pub const RANKED: usize = 20;

/// Pairs of several starts, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Restarted {
    /// Log-ratios, balanced, ascending.
    values: Vec<f64>,
    /// Medians of the starts.
    medians: Vec<f64>,
    /// What the clock cannot tell apart, as a log-ratio.
    resolution: f64,
    remark: String,
}

impl Restarted {
    /// Takes pairs in the order in which they ran. `resolution` is the relative step of a figure that its clock
    /// cannot see: 0.01 is 1 %.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] without pairs; [`StatsError::NoRatio`] for a pair of which one side is not above zero.
    pub fn of(pairs: &[Pair], resolution: f64) -> Result<Self, StatsError> {
        if pairs.is_empty() {
            return Err(StatsError::TooFew { have: 0, need: LEAST_STARTS as u64 });
        }
        let (logs, slot) = paired::balanced_logs(pairs)?;
        let starts = series::by_start(pairs.iter().map(|pair| pair.start).zip(logs));
        let medians: Vec<f64> = starts.iter().map(|series| median(&series.values)).collect();
        let mut remarks: Vec<String> = paired::slot_remark(pairs, slot).into_iter().collect();
        remarks.push(spread(&starts));
        // A hundredth of a percent is the last digit that is printed.
        if resolution >= 5e-5 {
            remarks.push(format!("the clock cannot tell less than {:.2} % apart", resolution * 100.0));
        }
        Ok(Self {
            values: series::sorted(&starts),
            medians,
            resolution: resolution.ln_1p(),
            remark: remarks.join("; "),
        })
    }

    /// Fresh starts.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.medians.len()
    }

    /// The median ratio, with an interval whose ends err with `alpha` each at most.
    #[must_use]
    pub fn estimate(&self, alpha: f64) -> Estimate {
        let centre = median(&self.values);
        let (lower, upper) = self.interval(alpha).unzip();
        let (below, above) = (centre - self.resolution, centre + self.resolution);
        Estimate {
            value: centre.exp(),
            lower: lower.map(|lower| lower.min(below).exp()),
            upper: upper.map(|upper| upper.max(above).exp()),
            confidence: 1.0 - 2.0 * alpha,
            samples: self.values.len() as u64,
            effective_samples: self.starts() as f64,
            needed_samples: LEAST_STARTS as u64,
            method: Method::PairedLogRatio,
            remark: Some(self.remark.clone()),
        }
    }

    /// Both ends in logarithms, unless there are too few starts or pairs for the level.
    fn interval(&self, alpha: f64) -> Option<(f64, f64)> {
        let (mut lower, mut upper) = self.of_starts(alpha)?;
        if !self.has_single_pairs() {
            let ranks = ranks_at(self.values.len() as u64, 0.5, alpha);
            let at = |rank: u64| self.values.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied();
            lower = lower.min(ranks.lower.and_then(at)?);
            upper = upper.max(ranks.upper.and_then(at)?);
        }
        Some((lower - self.resolution, upper + self.resolution))
    }

    /// Both ends of where the medians of the starts lie, unless there are too few of them.
    fn of_starts(&self, alpha: f64) -> Option<(f64, f64)> {
        if self.starts() >= RANKED {
            return signed_rank::interval(&self.medians, alpha);
        }
        let (mean, error) = self.mean_of_starts()?;
        let reach = if error > 0.0 { student::t_at(self.starts() - 1, alpha) * error } else { 0.0 };
        Some((mean - reach, mean + reach))
    }

    /// Whether most starts have one pair.
    fn has_single_pairs(&self) -> bool {
        self.values.len() < 2 * self.starts()
    }

    /// Mean of the starts' medians with its standard error; nothing for too few starts.
    fn mean_of_starts(&self) -> Option<(f64, f64)> {
        let count = self.medians.len();
        if count < LEAST_STARTS {
            return None;
        }
        let mean = self.medians.iter().sum::<f64>() / count as f64;
        let squares = self.medians.iter().map(|median| (median - mean).powi(2)).sum::<f64>();
        Some((mean, (squares / (count - 1) as f64 / count as f64).sqrt()))
    }

    /// The smallest level at which the ratio is proved to lie above `bound`; 1 when it never is.
    #[must_use]
    pub fn p_above(&self, bound: f64) -> f64 {
        self.p(bound, 1.0)
    }

    /// The smallest level at which the ratio is proved to lie below `bound`; 1 when it never is.
    #[must_use]
    pub fn p_below(&self, bound: f64) -> f64 {
        self.p(bound, -1.0)
    }

    fn p(&self, bound: f64, direction: f64) -> f64 {
        let beyond = |log: f64| direction * (log - bound.ln()) - self.resolution;
        let n = self.values.len() as u64;
        let proving = self.values.iter().filter(|log| beyond(**log) > 0.0).count() as u64;
        let by_sign = if self.has_single_pairs() { 0.0 } else { half_tail(n, proving) };
        let p = by_sign.max(self.p_of_starts(beyond));
        // A bound that is no ratio is never proved to be passed, and neither is one that the figure itself lies short of.
        if p.is_finite() && beyond(median(&self.values)) > 0.0 { p } else { 1.0 }
    }

    /// The smallest level at which the medians of the starts are proved to lie `beyond` something.
    fn p_of_starts(&self, beyond: impl Fn(f64) -> f64) -> f64 {
        if self.starts() >= RANKED {
            let distances: Vec<f64> = self.medians.iter().map(|median| beyond(*median)).collect();
            return signed_rank::p_above(&distances, 0.0);
        }
        let Some((mean, error)) = self.mean_of_starts() else { return 1.0 };
        match beyond(mean) {
            distance if error > 0.0 => student::t_tail(distance / error, self.starts() - 1),
            distance if distance > 0.0 => 0.0,
            _ => 1.0,
        }
    }
}

/// Both components of the spread, in words.
fn spread(starts: &[Series]) -> String {
    // Log-ratios are no amounts, and the components do not change when all of them are moved.
    let least = starts.iter().flat_map(|series| &series.values).copied().fold(f64::INFINITY, f64::min);
    let moved: Vec<Series> = starts
        .iter()
        .map(|series| Series { start: series.start, values: series.values.iter().map(|value| value - least).collect() })
        .collect();
    match variance::components(&moved) {
        Ok(components) => format!(
            "{} starts, which vary by {:.2} %, their blocks by {:.2} %",
            starts.len(),
            components.between * 100.0,
            components.within * 100.0
        ),
        Err(_) => format!("{} starts", starts.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST_STARTS, Restarted};
    use crate::error::StatsError;
    use crate::paired::{First, Pair};
    use crate::testing::Noise;

    const LEVEL: f64 = 0.01;

    /// Builds whose starts vary by `between` on either side, and whose blocks vary by `within`.
    fn builds(noise: &mut Noise, truth: f64, between: f64, within: f64, starts: u32, blocks: u32) -> Restarted {
        let mut pairs = Vec::new();
        for start in 0..starts {
            let (above, below) = (between * noise.normal(), between * noise.normal());
            for block in 0..blocks {
                let first = if block % 2 == 0 { First::Numerator } else { First::Denominator };
                let numerator = truth * (above + within * noise.normal()).exp();
                pairs.push(Pair { start, numerator, denominator: (below + within * noise.normal()).exp(), first });
            }
        }
        Restarted::of(&pairs, 0.0).unwrap()
    }

    #[test]
    fn unchanged_code_is_hardly_ever_called_slower_however_starts_vary() {
        let mut noise = Noise::new(101);
        for (between, within) in [(0.02, 0.05), (0.02, 0.002), (0.0, 0.05)] {
            for starts in [5, 10, 20] {
                let wrong = (0..1000)
                    .filter(|_| builds(&mut noise, 1.0, between, within, starts, 15).p_above(1.0) <= LEVEL)
                    .count();
                // 10 are expected at most, and 19 are exceeded once in 200 times: qbinom(0.995, 1000, 0.01).
                assert!(wrong <= 19, "{between} {within} {starts}: {wrong}");
            }
        }
    }

    #[test]
    fn with_its_margin_unchanged_code_is_never_called_slower_in_two_thousand_runs() {
        let mut noise = Noise::new(102);
        let wrong = (0..2000)
            .filter(|_| builds(&mut noise, 1.0, 0.02, 0.05, 10, 15).estimate(LEVEL).lower.unwrap() > 1.05)
            .count();
        assert_eq!(wrong, 0);
    }

    /// Conditions: starts that vary by a fifth of the margin or less, ten of them; by two fifths, twenty of them.
    #[test]
    fn twice_the_margin_is_found_in_stated_conditions() {
        let mut noise = Noise::new(103);
        for (between, starts) in [(0.002, 10), (0.004, 20)] {
            let found = (0..1000)
                .filter(|_| builds(&mut noise, 1.02, between, 0.005, starts, 15).estimate(LEVEL).lower.unwrap() > 1.01)
                .count();
            assert!(found >= 950, "{between}: {found}");
        }
        let found = (0..1000)
            .filter(|_| builds(&mut noise, 1.10, 0.02, 0.05, 20, 15).estimate(LEVEL).lower.unwrap() > 1.05)
            .count();
        assert!(found >= 950, "{found}");
    }

    /// A fifth of all starts takes half as long again, on either side: what heaps and caches do to real programs.
    #[test]
    fn starts_in_two_modes_hide_nothing_and_pretend_nothing() {
        let mut noise = Noise::new(107);
        let mut modes = |truth: f64, starts: u32| {
            let mut pairs = Vec::new();
            for start in 0..starts {
                let mut mode = || if noise.uniform() < 0.2 { 1.5 } else { 1.0 };
                let (above, below) = (truth * mode(), mode());
                for block in 0..12 {
                    let first = if block % 2 == 0 { First::Numerator } else { First::Denominator };
                    let mut varied = |figure: f64| figure * (0.02 * noise.normal()).exp();
                    pairs.push(Pair { start, numerator: varied(above), denominator: varied(below), first });
                }
            }
            Restarted::of(&pairs, 0.0).unwrap()
        };
        let wrong = (0..500).filter(|_| modes(1.0, 40).p_above(1.0) <= LEVEL).count();
        // 5 are expected at most, and 11 are exceeded once in 200 times: qbinom(0.995, 500, 0.01).
        assert!(wrong <= 11, "{wrong}");
        let found = (0..100).filter(|_| modes(1.04, 160).p_above(1.02) <= LEVEL).count();
        assert!(found >= 95, "{found}");
    }

    #[test]
    fn pairs_of_one_start_do_not_stand_for_starts() {
        let mut noise = Noise::new(104);
        // Two thousand pairs say that 1.03 is 1.03, and nothing about the next start.
        let few = builds(&mut noise, 1.03, 0.0, 0.001, LEAST_STARTS as u32 - 1, 500);
        let estimate = few.estimate(LEVEL);
        assert_eq!((estimate.lower, estimate.upper, estimate.effective_samples), (None, None, 4.0));
        assert_eq!((few.p_above(1.0), few.p_below(1.1)), (1.0, 1.0));
    }

    #[test]
    fn a_p_value_is_the_level_at_which_the_interval_touches() {
        let mut noise = Noise::new(105);
        for (truth, starts) in [(1.01, 8), (1.03, 8), (0.97, 8), (1.01, 20), (0.99, 30)] {
            let pairs = builds(&mut noise, truth, 0.01, 0.01, starts, 15);
            for bound in [0.96, 1.0, 1.02] {
                for (p, proved) in [
                    (pairs.p_above(bound), (|estimate, bound| estimate > bound) as fn(f64, f64) -> bool),
                    (pairs.p_below(bound), |estimate, bound| estimate < bound),
                ] {
                    let is_above = proved(2.0, 1.0);
                    let end = |alpha: f64| {
                        let estimate = pairs.estimate(alpha);
                        if is_above { estimate.lower } else { estimate.upper }.unwrap()
                    };
                    if p > 1e-3 && p < 0.4 {
                        assert!(proved(end(p * 1.01), bound), "{truth} {bound} {p}");
                        assert!(!proved(end(p * 0.99), bound), "{truth} {bound} {p}");
                    }
                }
            }
        }
    }

    // scipy 1.17.1, with d = np.log([1.01, 1.02, 1.03, 1.02, 1.04]):
    // d.mean() - t.ppf(0.95, 4) * d.std(ddof=1) / 5**0.5 is 0.013065, and 0.034269 with a plus.
    #[test]
    fn the_interval_is_the_wider_of_students_and_the_sign_tests() {
        let ratios = [1.01, 1.02, 1.03, 1.02, 1.04];
        let of = |(start, numerator)| Pair { start, numerator, denominator: 1.0, first: First::Unknown };
        let pairs: Vec<Pair> = (0..).zip(ratios).map(of).collect();
        // Twenty pairs of each start that say the same leave the sign test narrow, and the starts as they are.
        let many: Vec<Pair> = pairs.iter().flat_map(|pair| vec![*pair; 20]).collect();
        for pairs in [&pairs, &many] {
            let estimate = Restarted::of(pairs, 0.0).unwrap().estimate(0.05);
            assert!((estimate.value - 1.02).abs() < 1e-12, "{estimate:?}");
            assert!((estimate.lower.unwrap().ln() - 0.013_065).abs() < 1e-5, "{estimate:?}");
            assert!((estimate.upper.unwrap().ln() - 0.034_269).abs() < 1e-5, "{estimate:?}");
        }
        // Starts that agree with pairs that do not: scipy's binom.ppf(0.05, 20, 0.5) is 6, so ranks 6 and 15 of 20.
        let agreeing = |start| [0.9, 0.95, 1.05, 1.1].map(|numerator| of((start, numerator)));
        let pairs: Vec<Pair> = (0..5).flat_map(agreeing).collect();
        let estimate = Restarted::of(&pairs, 0.0).unwrap().estimate(0.05);
        assert!((estimate.lower.unwrap() - 0.95).abs() < 1e-12, "{estimate:?}");
        assert!((estimate.upper.unwrap() - 1.05).abs() < 1e-12, "{estimate:?}");
        let few: Vec<Pair> = pairs.into_iter().filter(|pair| pair.numerator < 1.0).collect();
        assert_eq!(Restarted::of(&few, 0.0).unwrap().estimate(1e-4).lower, None, "ten signs bound nothing at 0.01 %");
    }

    #[test]
    fn what_the_clock_cannot_see_is_not_proved() {
        let of = |start| Pair { start, numerator: 1.03, denominator: 1.0, first: First::Unknown };
        let pairs: Vec<Pair> = (0..10).map(of).collect();
        let fine = Restarted::of(&pairs, 0.0).unwrap();
        assert!(fine.estimate(LEVEL).lower.unwrap() > 1.01 && fine.p_above(1.01) < LEVEL);
        let coarse = Restarted::of(&pairs, 0.05).unwrap();
        assert!(coarse.estimate(LEVEL).lower.unwrap() < 1.0);
        assert_eq!(coarse.p_above(1.01), 1.0);
        // It comes on top of what varies.
        let fine = builds(&mut Noise::new(106), 1.0, 0.01, 0.01, 10, 15);
        let coarse = Restarted { resolution: 0.05, ..fine.clone() };
        let [fine, coarse] = [fine, coarse].map(|pairs| pairs.estimate(LEVEL).lower.unwrap().ln());
        assert!((fine - coarse - 0.05).abs() < 1e-12, "{fine} {coarse}");
    }

    #[test]
    fn nothing_and_no_ratio_are_errors() {
        assert_eq!(Restarted::of(&[], 0.0), Err(StatsError::TooFew { have: 0, need: 5 }));
        let bad = Pair { start: 0, numerator: 1.0, denominator: 0.0, first: First::Unknown };
        assert_eq!(Restarted::of(&[bad], 0.0), Err(StatsError::NoRatio { position: 0 }));
    }
}
