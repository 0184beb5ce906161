//! The core of the gate's rule, written a second time: the median of paired log-ratios with the sign test's interval.
//!
//! It knows no control pair, no starts and no dependence of neighbours, so it stands beside the gate and not in its place: it shows
//! how much of the gate's behaviour comes from measuring in turns alone.

use crate::trust::numbers::{median, sign_rank};
use crate::trust::rules::Says;

/// Each end of the interval errs in so many cases.
const ALPHA: f64 = 0.05;
/// Pairs of each order below which no effect of the order is taken off.
const MIN_EACH_ORDER: usize = 5;

/// Compares pairs; `candidate_first` says of each which side ran first.
pub fn paired(baseline: &[f64], candidate: &[f64], candidate_first: &[bool], margin: f64) -> Says {
    let logs: Vec<f64> = candidate.iter().zip(baseline).map(|(new, old)| (new / old).ln()).collect();
    if logs.len() != candidate_first.len() || logs.iter().any(|log| !log.is_finite()) {
        return Says::Invalid;
    }
    let of = |first: bool| -> Vec<f64> {
        logs.iter().zip(candidate_first).filter(|(_, is_first)| **is_first == first).map(|(log, _)| *log).collect()
    };
    let (ahead, behind) = (of(true), of(false));
    let effect = match (median(&ahead), median(&behind)) {
        (Some(a), Some(b)) if ahead.len().min(behind.len()) >= MIN_EACH_ORDER => (a - b) / 2.0,
        _ => 0.0,
    };
    let mut balanced: Vec<f64> =
        logs.iter().zip(candidate_first).map(|(log, first)| log + if *first { -effect } else { effect }).collect();
    balanced.sort_unstable_by(f64::total_cmp);
    let Some(rank) = sign_rank(balanced.len(), ALPHA) else { return Says::Invalid };
    let (lower, upper) = (balanced[rank - 1], balanced[balanced.len() - rank]);
    let margin = margin.ln_1p();
    if lower > margin {
        Says::Worse
    } else if upper < -margin {
        Says::Better
    } else if upper <= margin {
        Says::Same
    } else {
        Says::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::paired;
    use crate::trust::random::Random;
    use crate::trust::rules::Says;

    /// What becomes of 200 pairs whose sides vary by 5 % together and by 1 % alone, and where running first costs 3 %.
    fn says(ratio: f64, seed: u64) -> Says {
        let mut random = Random::new(seed, 9);
        let mut uniform = move || random.below(1 << 20) as f64 / f64::from(1 << 20) - 0.5;
        let (mut old, mut new, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..200 {
            let (shared, first) = (1.0 + 0.1 * uniform(), pair % 3 == 0);
            let cost = |is_first: bool| if is_first { 1.03 } else { 1.0 };
            old.push(shared * (1.0 + 0.02 * uniform()) * cost(!first));
            new.push(shared * ratio * (1.0 + 0.02 * uniform()) * cost(first));
            firsts.push(first);
        }
        paired(&old, &new, &firsts, 0.01)
    }

    #[test]
    fn changes_are_told_from_none_whatever_the_order_costs() {
        for seed in 0..20 {
            assert_eq!(says(1.0, seed), Says::Same);
            assert_eq!(says(1.03, seed), Says::Worse);
            assert_eq!(says(0.97, seed), Says::Better);
        }
        assert!((0..20).any(|seed| says(1.01, seed) == Says::Undecided));
    }

    #[test]
    fn four_pairs_prove_nothing() {
        assert_eq!(paired(&[1.0; 4], &[2.0; 4], &[true, false, true, false], 0.01), Says::Invalid);
        assert_eq!(paired(&[0.0; 9], &[2.0; 9], &[true; 9], 0.01), Says::Invalid);
    }
}
