//! Cosine, exponential and logarithm while the program is compiled, for tables that lie in flash.
//!
//! `libm` cannot be called there, so these are series in `f64`, reduced to where they converge fast; a test holds them
//! within 1e-14 of `libm`. Nothing here runs on a device.

use core::f64::consts::{LN_2, PI};

/// `cos(2 pi k / n)` for whole numbers, so that the angle is reduced exactly.
#[must_use]
pub const fn cos_turn(k: usize, n: usize) -> f64 {
    let k = k % n;
    // The cosine is even about 0 and about half a turn.
    let k = if 2 * k > n { n - k } else { k };
    if 4 * k > n { -quarter(n - 2 * k, 2 * n) } else { quarter(k, n) }
}

/// `sin(2 pi k / n)`.
#[must_use]
pub const fn sin_turn(k: usize, n: usize) -> f64 {
    // A quarter of a turn less; 3/4 more, so that it stays whole and positive.
    cos_turn(4 * (k % n) + 3 * n, 4 * n)
}

/// `cos(2 pi k / n)` in the first quarter of the turn.
const fn quarter(k: usize, n: usize) -> f64 {
    if 8 * k > n {
        // cos x = sin(pi / 2 - x).
        let x = 2.0 * PI * (n - 4 * k) as f64 / (4 * n) as f64;
        x * alternating(x * x, 2)
    } else {
        let x = 2.0 * PI * k as f64 / n as f64;
        alternating(x * x, 1)
    }
}

/// `1 - s / (d (d + 1)) + s^2 / (d (d + 1) (d + 2) (d + 3)) - ..`: the cosine for `d = 1`, the sine over x for `d = 2`.
const fn alternating(square: f64, first: usize) -> f64 {
    let (mut sum, mut term, mut d) = (1.0, 1.0, first);
    // Below pi / 4 the terms are under 1e-17 by then.
    while d < first + 20 {
        term *= -square / (d * (d + 1)) as f64;
        sum += term;
        d += 2;
    }
    sum
}

/// `exp(x)` for `x` from 0 to about 5.
#[must_use]
pub const fn exp(x: f64) -> f64 {
    let (mut sum, mut term, mut i) = (1.0, 1.0, 1);
    while i < 60 {
        term *= x / i as f64;
        sum += term;
        i += 1;
    }
    sum
}

/// `ln(x)` for `x` from 1 to about 1e6.
#[must_use]
pub const fn ln(x: f64) -> f64 {
    let (mut x, mut twos) = (x, 0);
    while x > 1.5 {
        x /= 2.0;
        twos += 1;
    }
    // ln x = 2 artanh((x - 1) / (x + 1)), whose argument is now between -1/7 and 1/5.
    let y = (x - 1.0) / (x + 1.0);
    let (mut sum, mut power, mut i) = (0.0, y, 1);
    while i < 40 {
        sum += power / i as f64;
        power *= y * y;
        i += 2;
    }
    2.0 * sum + twos as f64 * LN_2
}

/// The nearest whole number, halves away from zero.
#[must_use]
pub const fn round(x: f64) -> i64 {
    // The cast cuts towards zero.
    if x < 0.0 { (x - 0.5) as i64 } else { (x + 0.5) as i64 }
}

#[cfg(test)]
mod tests {
    use super::{cos_turn, exp, ln, round, sin_turn};
    use core::f64::consts::PI;

    #[test]
    fn the_series_agree_with_libm() {
        for n in [160, 512, 513] {
            for k in 0..2 * n {
                let angle = 2.0 * PI * k as f64 / n as f64;
                assert!((cos_turn(k, n) - libm::cos(angle)).abs() < 1e-14, "cos {k}/{n}");
                assert!((sin_turn(k, n) - libm::sin(angle)).abs() < 1e-14, "sin {k}/{n}");
            }
        }
        for i in 0..=500 {
            let x = f64::from(i) / 100.0;
            assert!((exp(x) / libm::exp(x) - 1.0).abs() < 1e-13, "exp {x}");
        }
        for i in 0..2000 {
            let x = 1.0 + f64::from(i) * 0.07;
            assert!((ln(x) - libm::log(x)).abs() < 1e-14, "ln {x}");
        }
        assert_eq!([2.5, -2.5, 2.4, -2.6, 0.0].map(round), [3, -3, 2, -3, 0]);
    }
}
