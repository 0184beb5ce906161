//! The rule of hyperfine's `scripts/welch_ttest.py`: Welch's t test on the times of two commands, different when p is
//! below 5 % (Welch, Biometrika 1947).

use crate::trust::numbers::{mean, t_two_sided, variance};
use crate::trust::rules::Says;

/// Level of the test, as in the script.
const LEVEL: f64 = 0.05;

/// Compares the times of two commands.
pub fn welch(baseline: &[f64], candidate: &[f64]) -> Says {
    match p(baseline, candidate) {
        Some(p) if p < LEVEL && mean(candidate) > mean(baseline) => Says::Worse,
        Some(p) if p < LEVEL => Says::Better,
        Some(_) => Says::Same,
        None => Says::Invalid,
    }
}

/// The two-sided p value; nothing when there is none.
fn p(x: &[f64], y: &[f64]) -> Option<f64> {
    let (of_x, of_y) = (variance(x) / x.len() as f64, variance(y) / y.len() as f64);
    let sum = of_x + of_y;
    let freedom = sum.powi(2) / (of_x.powi(2) / (x.len() as f64 - 1.0) + of_y.powi(2) / (y.len() as f64 - 1.0));
    let t = (mean(x) - mean(y)) / sum.sqrt();
    (t.is_finite() && freedom.is_finite()).then(|| t_two_sided(t, freedom))
}

#[cfg(test)]
mod tests {
    use super::{p, welch};
    use crate::trust::rules::Says;

    #[test]
    fn p_is_that_of_scipy() {
        // scipy.stats.ttest_ind(x, y, equal_var=False).pvalue
        let (x, y) = ([5.1, 4.9, 5.3, 5.0, 5.2, 4.8], [5.4, 5.6, 5.2, 5.9, 5.5]);
        let wanted = 0.01123621223621373;
        assert!((p(&x, &y).unwrap() - wanted).abs() < 1e-10, "{:?}", p(&x, &y));
        assert_eq!((welch(&x, &y), welch(&y, &x), welch(&x, &x)), (Says::Worse, Says::Better, Says::Same));
    }

    #[test]
    fn one_time_or_none_says_nothing() {
        assert_eq!(welch(&[1.0], &[2.0]), Says::Invalid);
        assert_eq!(welch(&[], &[]), Says::Invalid);
    }
}
