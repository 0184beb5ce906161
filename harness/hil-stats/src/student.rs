//! Quantiles and tails of Student's t, of the normal distribution and of chi-squared.
//!
//! They come from `statrs`; tests compare them with scipy. Its t quantile loses digits with many degrees of freedom
//! (1.39 instead of 1.64 at ten million), so from 1000 on the expansion around the normal quantile is taken, which is
//! exact to nine digits there (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5). A degree of freedom below one has no quantile, and
//! the answer is infinite then: an interval built from it bounds nothing, so nothing is proved by accident.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

use crate::ALPHA;

/// The 1 - [`ALPHA`] quantile of the standard normal distribution: `scipy.stats.norm.ppf(0.95)`.
pub const NORMAL: f64 = 1.644_853_626_951_472_2;

/// Degrees of freedom from which the expansion is taken.
const MANY: usize = 1000;

/// The 1 - [`ALPHA`] quantile of Student's t with that many degrees of freedom.
#[must_use]
pub fn t(degrees: usize) -> f64 {
    t_at(degrees, ALPHA)
}

/// The 1 - `alpha` quantile of Student's t with that many degrees of freedom.
#[must_use]
pub fn t_at(degrees: usize, alpha: f64) -> f64 {
    if degrees == 0 {
        return f64::INFINITY;
    }
    if degrees >= MANY {
        let (z, inverse) = (normal(alpha), (degrees as f64).recip());
        let first = (z.powi(3) + z) / 4.0;
        let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
        return z + inverse * (first + inverse * second);
    }
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(1.0 - alpha))
}

/// The 1 - `alpha` quantile of the standard normal distribution.
fn normal(alpha: f64) -> f64 {
    if alpha == ALPHA {
        return NORMAL;
    }
    Normal::new(0.0, 1.0).map_or(f64::INFINITY, |normal| normal.inverse_cdf(1.0 - alpha))
}

/// The probability that a standard normal value exceeds `value`.
#[must_use]
pub fn normal_tail(value: f64) -> f64 {
    Normal::new(0.0, 1.0).map_or(1.0, |normal| normal.sf(value))
}

/// The probability that Student's t with that many degrees of freedom exceeds `value`.
#[must_use]
pub fn t_tail(value: f64, degrees: usize) -> f64 {
    if degrees == 0 {
        return 1.0;
    }
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(1.0, |t| t.sf(value))
}

/// The probability that chi-squared with that many degrees of freedom exceeds `value`.
#[must_use]
pub fn chi_squared_tail(value: f64, degrees: usize) -> f64 {
    if degrees == 0 {
        return 1.0;
    }
    ChiSquared::new(degrees as f64).map_or(1.0, |chi_squared| chi_squared.sf(value))
}

#[cfg(test)]
mod tests {
    use super::{chi_squared_tail, t, t_at, t_tail};

    // scipy.stats.t.ppf(0.95, df)
    #[test]
    fn t_agrees_with_scipy() {
        for (degrees, expected) in [
            (1, 6.313_751_514_675_037),
            (2, 2.919_985_580_353_724),
            (4, 2.131_846_786_326_65),
            (9, 1.833_112_932_656_237),
            (29, 1.699_127_026_533_497),
            (249, 1.650_996_151_677_464),
            (999, 1.646_380_345_427_535),
            (1000, 1.646_378_817_285_464_3),
            (100_000, 1.644_868_864_784_97),
            (10_000_000, 1.644_853_779_328_401_7),
        ] {
            assert!((t(degrees) - expected).abs() < 1e-7 * expected, "{degrees}: {} {expected}", t(degrees));
        }
        assert_eq!(t(0), f64::INFINITY);
    }

    // scipy.stats.t.ppf(1 - alpha, df), scipy.stats.t.sf(x, df)
    #[test]
    fn t_at_other_levels_and_its_tail_agree_with_scipy() {
        for (degrees, alpha, expected) in [
            (4, 0.01, 3.746_947_387_979_196_5),
            (9, 0.01, 2.821_437_925_025_807_7),
            (9, 0.002, 3.834_510_269_504_063),
            (5000, 0.01, 2.327_093_917_733_347),
        ] {
            assert!((t_at(degrees, alpha) - expected).abs() < 1e-6 * expected, "{degrees}: {}", t_at(degrees, alpha));
            assert!((t_tail(expected, degrees) - alpha).abs() < 1e-6, "{degrees}");
        }
        assert_eq!(t_tail(3.0, 0), 1.0);
    }

    // scipy.stats.chi2.sf(x, df)
    #[test]
    fn chi_squared_agrees_with_scipy() {
        for (value, degrees, expected) in
            [(3.841_458_820_694_124, 1, 0.05), (9.487_729_036_781_154, 4, 0.05), (4.0, 4, 0.406_005_849_709_837_94)]
        {
            assert!((chi_squared_tail(value, degrees) - expected).abs() < 1e-9, "{value} {degrees}");
        }
        assert_eq!(chi_squared_tail(100.0, 0), 1.0);
    }
}
