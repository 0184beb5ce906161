//! Plain thresholds on the ratio of two means: what is written into many workflows by hand, and, at 200 %, the default of
//! github-action-benchmark (`alert-threshold`), which has no way to say that something is faster.

use crate::trust::numbers::mean;
use crate::trust::rules::Says;

/// Slower when the mean is more than `allowed` times the other; 1.05 is 5 %.
pub fn threshold(baseline: &[f64], candidate: &[f64], allowed: f64) -> Says {
    let ratio = mean(candidate) / mean(baseline);
    if ratio.is_nan() {
        Says::Invalid
    } else if ratio > allowed {
        Says::Worse
    } else if ratio < 1.0 / allowed {
        Says::Better
    } else {
        Says::Same
    }
}

#[cfg(test)]
mod tests {
    use super::threshold;
    use crate::trust::rules::Says;

    #[test]
    fn the_ratio_of_the_means_decides() {
        for (candidate, says) in [([1.0, 1.08], Says::Same), ([1.0, 1.12], Says::Worse), ([0.9, 0.95], Says::Better)] {
            assert_eq!(threshold(&[0.99, 1.01], &candidate, 1.05), says, "{candidate:?}");
        }
        assert_eq!(threshold(&[], &[1.0], 1.05), Says::Invalid);
    }
}
