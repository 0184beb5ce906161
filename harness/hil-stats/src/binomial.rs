//! Ranks of order statistics that bound a quantile: the binomial tail, summed exactly.
//!
//! Source: David and Nagaraja, "Order Statistics", 3rd edition (2003), section 7.1. With `B` the number of `n`
//! independent observations at or below the quantile `q`, `B` is binomial(n, q) whatever the distribution, so
//! the `l`-th smallest observation lies above the quantile with probability `P(B <= l - 1)` at most.
//! The tail is summed from its negligible end (twelve standard deviations out) by the recurrence of the
//! probabilities, which takes time in proportion to the square root of `n` and loses no digits; the continued
//! fraction of the incomplete beta function would need more terms than libraries give it for `n` above 1e5.

use statrs::distribution::{Binomial, DiscreteCDF};
use statrs::function::gamma::ln_gamma;

use crate::ALPHA;

/// Ranks from 1 of the observations that bound a quantile, each erring with [`ALPHA`] at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// The largest rank that is proved to lie at or below the quantile.
    pub lower: Option<u64>,
    /// The smallest rank that is proved to lie at or above the quantile.
    pub upper: Option<u64>,
}

/// The bounds of quantile `q` among `n` independent observations; absent where `n` cannot prove one.
#[must_use]
pub fn ranks(n: u64, q: f64) -> Ranks {
    ranks_at(n, q, ALPHA)
}

/// As [`ranks`], each bound erring with `alpha` at most.
#[must_use]
pub fn ranks_at(n: u64, q: f64, alpha: f64) -> Ranks {
    if !(q > 0.0 && q < 1.0) {
        return Ranks { lower: None, upper: None };
    }
    // The upper bound is the lower bound of the observations counted from the top.
    Ranks { lower: lower_rank(n, q, alpha), upper: lower_rank(n, 1.0 - q, alpha).map(|from_top| n + 1 - from_top) }
}

/// The bounds of quantile `q` among `n` observations that are worth `effective` independent ones, each erring with `alpha` at
/// most.
///
/// The counts of exceedances that `effective` independent observations would allow are scaled to `n`. The result
/// is never narrower than that of `n` independent observations.
#[must_use]
pub fn ranks_of_dependent(n: u64, effective: f64, q: f64, alpha: f64) -> Ranks {
    let worth = (effective.max(0.0) as u64).min(n);
    let (few, all) = (ranks_at(worth, q, alpha), ranks_at(n, q, alpha));
    let scaled = |count: u64| u64::try_from(u128::from(count) * u128::from(n) / u128::from(worth.max(1))).unwrap_or(n);
    Ranks {
        lower: few.lower.map(|rank| (1 + scaled(rank - 1)).min(all.lower.unwrap_or(1))),
        upper: few.upper.map(|rank| (n - scaled(worth - rank)).max(all.upper.unwrap_or(n))),
    }
}

/// The probability of at least `count` heads in `n` throws of a fair coin.
#[must_use]
pub fn half_tail(n: u64, count: u64) -> f64 {
    match count.checked_sub(1) {
        None => 1.0,
        Some(below) => Binomial::new(0.5, n).map_or(1.0, |binomial| binomial.sf(below)),
    }
}

/// The largest `l` with `P(B <= l - 1) <= alpha`.
fn lower_rank(n: u64, q: f64, alpha: f64) -> Option<u64> {
    if n == 0 {
        return None;
    }
    let mean = n as f64 * q;
    let mut count = (mean - 12.0 * (mean * (1.0 - q)).sqrt() - 10.0).max(0.0) as u64;
    let mut probability = ln_probability(n, q, count).exp();
    let mut tail = probability;
    // A tail that equals alpha but for rounding counts as equal: n = 1 and q = 0.95 is such a case.
    while tail <= alpha * (1.0 + 1e-9) && count < n {
        probability *= (n - count) as f64 / (count + 1) as f64 * q / (1.0 - q);
        count += 1;
        tail += probability;
    }
    // Now P(B <= count) exceeds alpha for the first time.
    (count > 0).then_some(count)
}

fn ln_probability(n: u64, q: f64, count: u64) -> f64 {
    let ln_factorial = |of: u64| ln_gamma(of as f64 + 1.0);
    let ways = ln_factorial(n) - ln_factorial(count) - ln_factorial(n - count);
    ways + count as f64 * q.ln() + (n - count) as f64 * (-q).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::{Ranks, ranks, ranks_of_dependent};
    use crate::ALPHA;
    use proptest::prelude::{prop_assert, proptest};

    /// Largest number of exceedances that still proves the quantile to lie at or below the limit.
    fn passes_with(n: u64, q: f64) -> Option<u64> {
        ranks(n, q).upper.map(|rank| n - rank)
    }

    /// Smallest number of exceedances that proves the quantile to lie above the limit.
    fn fails_from(n: u64, q: f64) -> Option<u64> {
        ranks(n, q).lower.map(|rank| n - rank + 1)
    }

    // The smallest n at which K exceedances prove the limit, found with scipy 1.17.1 by
    // next(n for n in count(1) if binom.cdf(K, n, 1 - q) <= 0.05).
    #[test]
    fn sample_sizes_for_a_proof_are_those_of_the_binomial_distribution() {
        let table = [
            (0.5, [5, 8, 11, 13, 18, 30]),
            (0.9, [29, 46, 61, 76, 103, 167]),
            (0.95, [59, 93, 124, 153, 208, 336]),
            (0.99, [299, 473, 628, 773, 1049, 1693]),
        ];
        for (q, sizes) in table {
            for (exceedances, n) in [0, 1, 2, 3, 5, 10].into_iter().zip(sizes) {
                assert_eq!(passes_with(n, q), Some(exceedances), "q {q}, n {n}");
                assert_eq!(passes_with(n - 1, q), exceedances.checked_sub(1), "q {q}, n {}", n - 1);
            }
        }
        for (exceedances, n) in [2995, 4742, 6294].into_iter().enumerate() {
            assert_eq!(passes_with(n, 0.999), Some(exceedances as u64), "p99.9, n {n}");
        }
    }

    // next(k for k in count() if binom.sf(k - 1, n, 1 - q) <= 0.05)
    #[test]
    fn exceedances_for_a_miss_are_those_of_the_binomial_distribution() {
        for (n, q, least) in [
            (59, 0.95, 7),
            (100, 0.95, 10),
            (200, 0.95, 16),
            (300, 0.95, 22),
            (500, 0.95, 34),
            (300, 0.99, 7),
            (1000, 0.99, 16),
        ] {
            assert_eq!(fails_from(n, q), Some(least), "n {n}, q {q}");
        }
    }

    // (int(binom.ppf(0.05, n, q)), int(binom.ppf(0.95, n, q)) + 1): the smallest count whose lower tail exceeds
    // 0.05 is the largest rank below, and one above the smallest count that reaches 0.95 is the rank above.
    #[test]
    fn ranks_of_long_runs_agree_with_scipy() {
        for (n, q, lower, upper) in [
            (60, 0.5, 24, 37),
            (100, 0.9, 85, 96),
            (500, 0.95, 467, 484),
            (3000, 0.99, 2961, 2980),
            (3000, 0.999, 2994, 3000),
            (10_000, 0.95, 9464, 9537),
            (1_000_000, 0.5, 499_178, 500_823),
            (1_000_000, 0.95, 949_641, 950_359),
            (1_000_000, 0.999, 998_948, 999_053),
        ] {
            assert_eq!(ranks(n, q), Ranks { lower: Some(lower), upper: Some(upper) }, "n {n}, q {q}");
        }
    }

    #[test]
    fn a_bound_that_cannot_be_proved_is_absent() {
        let none = Ranks { lower: None, upper: None };
        assert_eq!(ranks(0, 0.5), none);
        assert_eq!(ranks(4, 0.5), none);
        assert_eq!(ranks(58, 0.95).upper, None);
        for q in [0.0, 1.0, f64::NAN, -0.5] {
            assert_eq!(ranks(100, q), none, "{q}");
        }
    }

    #[test]
    fn dependent_observations_bound_like_the_fewer_independent_ones_they_are_worth() {
        // 600 observations worth 59: none of 59 may exceed, so none of the 600.
        assert_eq!(ranks_of_dependent(600, 59.0, 0.95, ALPHA).upper, Some(600));
        assert_eq!(ranks_of_dependent(600, 58.9, 0.95, ALPHA).upper, None);
        // Worth 93: one of 93 may exceed, so six of 600.
        assert_eq!(ranks_of_dependent(600, 93.0, 0.95, ALPHA).upper, Some(594));
        // 60 have their median between the 24th and the 37th: 23 of 60 on either side are 230 of 600.
        assert_eq!(ranks_of_dependent(600, 60.0, 0.5, ALPHA), Ranks { lower: Some(231), upper: Some(370) });
        assert_eq!(ranks_of_dependent(600, 0.0, 0.95, ALPHA), Ranks { lower: None, upper: None });
    }

    proptest! {
        #![proptest_config(crate::testing::fixed_cases())]

        #[test]
        fn dependence_never_narrows(n in 1u64..3000, share in 0.0f64..=1.0, q in 0.01f64..0.99) {
            let (all, few) = (ranks(n, q), ranks_of_dependent(n, n as f64 * share, q, ALPHA));
            prop_assert!(few.lower.is_none_or(|rank| rank >= 1 && Some(rank) <= all.lower));
            prop_assert!(few.upper.is_none_or(|rank| rank <= n && all.upper.is_some_and(|upper| rank >= upper)));
        }

        #[test]
        fn the_bounds_enclose_the_point_estimate(n in 1u64..5000, q in 0.01f64..0.99) {
            let (point, ranks) = ((n as f64 * q).ceil() as u64, ranks(n, q));
            prop_assert!(ranks.lower.is_none_or(|rank| rank <= point));
            prop_assert!(ranks.upper.is_none_or(|rank| rank >= point && rank <= n));
        }
    }
}
