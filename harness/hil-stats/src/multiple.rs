//! Many checks at once: how sure each has to be so that all together err as seldom as one was to.
//!
//! [`holm`] is the step-down rule of Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
//! Journal of Statistics 6 (1979): the chance of any false alarm stays below the level, whatever the dependence between
//! the checks. It is the rule for what stops a pull request. [`benjamini_hochberg`], of the Journal of the Royal
//! Statistical Society B 57 (1995), bounds the expected share of false alarms among the alarms; it is the rule for what
//! is only shown. Both give adjusted probabilities, to be compared with the level as they are.

/// Probabilities adjusted by Holm's rule, in the order of `probabilities`. One that is not a number counts as 1.
#[must_use]
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let count = probabilities.len();
    let mut adjusted = vec![1.0; count];
    let mut floor = 0.0_f64;
    for (rank, index) in ascending(probabilities).into_iter().enumerate() {
        floor = floor.max((count - rank) as f64 * sane(probabilities[index])).min(1.0);
        adjusted[index] = floor;
    }
    adjusted
}

/// Probabilities adjusted by the rule of Benjamini and Hochberg, in the order of `probabilities`. One that is not a number
/// counts as 1.
#[must_use]
pub fn benjamini_hochberg(probabilities: &[f64]) -> Vec<f64> {
    let count = probabilities.len();
    let mut adjusted = vec![1.0; count];
    let mut ceiling = 1.0_f64;
    for (rank, index) in ascending(probabilities).into_iter().enumerate().rev() {
        ceiling = ceiling.min(count as f64 / (rank + 1) as f64 * sane(probabilities[index]));
        adjusted[index] = ceiling;
    }
    adjusted
}

fn sane(probability: f64) -> f64 {
    if probability.is_nan() { 1.0 } else { probability.clamp(0.0, 1.0) }
}

/// Places in ascending order of probability; equal ones keep their order.
fn ascending(probabilities: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..probabilities.len()).collect();
    places.sort_by(|&a, &b| sane(probabilities[a]).total_cmp(&sane(probabilities[b])));
    places
}

#[cfg(test)]
mod tests {
    use super::{benjamini_hochberg, holm};
    use crate::testing::{Noise, fixed_cases};
    use proptest::prelude::{prop_assert, proptest};

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") and "BH"; scipy.stats.false_discovery_control for the latter.
    #[test]
    fn both_agree_with_r() {
        let probabilities = [0.01, 0.04, 0.03, 0.005];
        close(&holm(&probabilities), &[0.03, 0.06, 0.06, 0.02]);
        close(&benjamini_hochberg(&probabilities), &[0.02, 0.04, 0.04, 0.02]);
        close(&holm(&[0.9, 0.8, f64::NAN]), &[1.0, 1.0, 1.0]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn thirty_clean_checks_raise_a_false_alarm_no_more_often_than_one() {
        let mut noise = Noise::new(72);
        let alarms = (0..4000).filter(|_| {
            let run: Vec<f64> = (0..30).map(|_| noise.uniform()).collect();
            holm(&run).iter().any(|&p| p <= 0.05)
        });
        let share = alarms.count() as f64 / 4000.0;
        assert!((0.03..=0.065).contains(&share), "{share}");
    }

    proptest! {
        #![proptest_config(fixed_cases())]
        #[test]
        fn adjusting_never_makes_surer(probabilities: Vec<f64>) {
            let (strict, lenient) = (holm(&probabilities), benjamini_hochberg(&probabilities));
            for ((&given, strict), lenient) in probabilities.iter().zip(strict).zip(lenient) {
                let given = if given.is_nan() { 1.0 } else { given.clamp(0.0, 1.0) };
                prop_assert!(given <= lenient + 1e-12 && lenient <= strict + 1e-12 && strict <= 1.0);
            }
        }
    }
}
