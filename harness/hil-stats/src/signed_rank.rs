//! The signed-rank test and its interval: where values lie that are symmetric about their centre, however far some of them fly.
//!
//! Source: Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945); Hollander, Wolfe and
//! Chicken, "Nonparametric Statistical Methods", 3rd edition, sections 3.1 to 3.3. The statistic is the number of Walsh
//! averages (means of two values, each value with itself among them) on one side of a centre; under symmetry its distribution depends on
//! nothing but their number. The difference of two figures of the same code is symmetric whatever the figures are spread
//! like, so nothing is assumed of starts that come in modes or with tails. An average that equals the centre counts
//! against what is to be proved, so ties make the test more cautious and never less.
//!
//! Up to 64 values the distribution is counted out; above, the normal one with the correction for continuity stands
//! for it, whose tail is the longer of the two.

use crate::student;

/// Values up to which the distribution is counted out.
const EXACT: usize = 64;

/// The probability that at least `count` of the Walsh averages of `n` values lie above the centre they are symmetric about.
#[must_use]
pub fn tail(n: usize, count: usize) -> f64 {
    let averages = n * (n + 1) / 2;
    if count == 0 {
        return 1.0;
    }
    if count > averages {
        return 0.0;
    }
    if n > EXACT {
        let mean = averages as f64 / 2.0;
        let deviation = (averages as f64 * (2 * n + 1) as f64 / 12.0).sqrt();
        return student::normal_tail((count as f64 - 0.5 - mean) / deviation);
    }
    // As many as lie above in one case lie below in another.
    lower_tail(n).get(averages - count).copied().unwrap_or(1.0)
}

/// `P(T <= t)` for every `t` of the statistic of `n` values: the ways of picking distinct ranks with that sum.
fn lower_tail(n: usize) -> Vec<f64> {
    let mut ways = vec![0.0; n * (n + 1) / 2 + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        let most = rank * (rank + 1) / 2;
        for sum in (rank..=most).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let all = 2.0f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut sum = 0.0;
    for way in &mut ways {
        sum += *way;
        *way = sum / all;
    }
    ways
}

/// The smallest level at which the centre of `values` is proved to lie above `bound`.
#[must_use]
pub fn p_above(values: &[f64], bound: f64) -> f64 {
    let above = averages(values).filter(|average| *average > bound).count();
    tail(values.len(), above)
}

/// Both ends of the centre's interval, each of which errs with `alpha` at most; nothing where so few values prove none.
#[must_use]
pub fn interval(values: &[f64], alpha: f64) -> Option<(f64, f64)> {
    let least = least_count(values.len(), alpha)?;
    let mut averages: Vec<f64> = averages(values).collect();
    // `least` of them lie above a bound that is just below the one in this place from the top.
    let (at_top, at_bottom) = (averages.len().checked_sub(least)?, least - 1);
    let (_, lower, _) = averages.select_nth_unstable_by(at_top, f64::total_cmp);
    let lower = *lower;
    let (_, upper, _) = averages.select_nth_unstable_by(at_bottom, f64::total_cmp);
    Some((lower, *upper))
}

/// The fewest averages above a centre that prove at `alpha` that it is too low.
fn least_count(n: usize, alpha: f64) -> Option<usize> {
    let averages = n * (n + 1) / 2;
    if tail(n, averages) > alpha {
        return None;
    }
    if n > EXACT {
        // The tail falls with the count, so halving finds where it passes the level.
        let (mut too_few, mut enough) = (0, averages);
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            if tail(n, middle) <= alpha { enough = middle } else { too_few = middle }
        }
        return Some(enough);
    }
    let within = lower_tail(n).iter().take_while(|below| **below <= alpha).count();
    Some(averages + 1 - within)
}

/// The means of every two values, each value with itself among them.
fn averages(values: &[f64]) -> impl Iterator<Item = f64> {
    let from = |at: usize| values.get(at..).unwrap_or_default();
    values.iter().enumerate().flat_map(move |(at, one)| from(at).iter().map(move |other| f64::midpoint(*one, *other)))
}

#[cfg(test)]
mod tests {
    use super::{EXACT, interval, p_above, tail};
    use crate::testing::Noise;

    // R 4: psignrank(q, n, lower.tail = FALSE) with q one less than the count.
    #[test]
    fn the_tail_is_that_of_the_tables() {
        assert_eq!((tail(5, 15), tail(5, 0), tail(5, 16)), (1.0 / 32.0, 1.0, 0.0));
        // Hollander, Wolfe and Chicken, table A.4: P(T >= 44) = 0.053 and P(T >= 50) = 0.010 with ten values.
        assert!((tail(10, 44) - 0.052_734_375).abs() < 1e-12, "{}", tail(10, 44));
        assert!((tail(10, 50) - 0.009_765_625).abs() < 1e-12, "{}", tail(10, 50));
    }

    #[test]
    fn the_normal_tail_takes_over_without_a_step_and_on_the_safe_side() {
        let n = EXACT;
        let (mean, deviation) = (1040.0, (2080.0f64 * 129.0 / 12.0).sqrt());
        for count in [1200, 1300, 1400, 1500] {
            let normal = crate::student::normal_tail((f64::from(count) - 0.5 - mean) / deviation);
            let exact = tail(n, usize::try_from(count).unwrap());
            assert!(normal > 0.99 * exact && normal < 1.6 * exact, "{count}: {normal} {exact}");
        }
    }

    // scipy 1.17.1: stats.wilcoxon([0.3, -0.1, 0.7, 0.4, 0.9, 0.2, -0.5, 0.8], alternative="greater").pvalue
    #[test]
    fn a_p_value_is_that_of_scipy() {
        let values = [0.3, -0.1, 0.7, 0.4, 0.9, 0.2, -0.5, 0.8];
        assert!((p_above(&values, 0.0) - 0.054_687_5).abs() < 1e-12, "{}", p_above(&values, 0.0));
    }

    #[test]
    fn an_interval_ends_where_the_p_value_passes_the_level() {
        let mut noise = Noise::new(141);
        for n in [7, 20, 64, 65, 200] {
            let values: Vec<f64> = (0..n).map(|_| noise.normal()).collect();
            let mirrored: Vec<f64> = values.iter().map(|value| -value).collect();
            let (lower, upper) = interval(&values, 0.01).unwrap();
            assert!(p_above(&values, lower - 1e-9) <= 0.01 && p_above(&values, lower) > 0.01, "{n}");
            assert!(p_above(&mirrored, -upper - 1e-9) <= 0.01 && p_above(&mirrored, -upper) > 0.01, "{n}");
        }
        assert_eq!(interval(&[1.0; 6], 0.01), None, "of six values 1 of 64 lie on one side by chance");
        assert_eq!(interval(&[], 0.5), None);
    }

    #[test]
    fn the_level_holds_for_starts_of_every_kind() {
        let mut noise = Noise::new(142);
        // Figures of the same code, whose starts come in two modes: a share of them takes half as long again.
        let mut figure = |share: f64| f64::from(noise.uniform() < share) * 0.5 + 0.001 * noise.normal();
        for share in [0.05, 0.2, 0.5] {
            for n in [20, 80] {
                let wrong = (0..2000)
                    .filter(|_| {
                        let values: Vec<f64> = (0..n).map(|_| figure(share) - figure(share)).collect();
                        p_above(&values, 0.0) <= 0.01
                    })
                    .count();
                // 20 are expected at most, and 32 are exceeded once in 200 times: qbinom(0.995, 2000, 0.01).
                assert!(wrong <= 32, "{share} {n}: {wrong}");
            }
        }
    }
}
