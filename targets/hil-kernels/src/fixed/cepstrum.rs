//! The cosine transform and the quantiser in integers.
//!
//! The matrix holds `ln 2` as well, because the bands come as binary logarithms. Sums are exact in `i64`; the
//! coefficients have 20 bits behind the point, the quantiser's factors as many.

use super::bands::{BANDS, LOG_BITS};
use super::constant::{cos_turn, round};
use crate::mfcc::MAX_FEATURE;
use crate::mfcc_params::MfccParams;
use crate::weights::INPUTS;
use core::f64::consts::LN_2;

const PARAMS: MfccParams = MfccParams::GUIDE_KEYWORDS;
/// What an element of the matrix of 1 is.
const MATRIX_BITS: u32 = 30;
/// What a coefficient, a mean or a factor of 1 is.
const BITS: u32 = 20;

const _: () = assert!(PARAMS.coefficients == INPUTS);

/// `ln 2` times the orthonormal transform of type II, rows of coefficients. An element is below 2^28, a logarithm below
/// 2^29, so that 40 products stay below 2^63.
static MATRIX: [[i32; BANDS]; INPUTS] = {
    let mut matrix = [[0; BANDS]; INPUTS];
    let mut k = 0;
    while k < INPUTS {
        let square = if k == 0 { 1.0 / BANDS as f64 } else { 2.0 / BANDS as f64 };
        let mut n = 0;
        while n < BANDS {
            // cos(pi (n + 1/2) k / N) is that of (2 n + 1) k / 4 N turns.
            let element = root(square) * cos_turn((2 * n + 1) * k, 4 * BANDS) * LN_2;
            matrix[k][n] = round(element * (1_u64 << MATRIX_BITS) as f64) as i32;
            n += 1;
        }
        k += 1;
    }
    matrix
};

/// Mean and steps per unit of each coefficient.
static QUANTISER: [[i32; 2]; INPUTS] = {
    let mut table = [[0; 2]; INPUTS];
    let one = (1_u64 << BITS) as f64;
    let mut k = 0;
    while k < INPUTS {
        let quantiser = &PARAMS.quantiser;
        let steps = quantiser.scale as f64 / quantiser.std[k] as f64;
        table[k] = [round(quantiser.mean[k] as f64 * one) as i32, round(steps * one) as i32];
        k += 1;
    }
    table
};

/// The square root of a number between 0 and 1, by Newton's rule; while compiling.
const fn root(square: f64) -> f64 {
    let (mut x, mut i) = (1.0, 0);
    while i < 30 {
        x = 0.5 * (x + square / x);
        i += 1;
    }
    x
}

/// The int8 features of the bands' binary logarithms.
#[must_use]
pub fn features(logs: &[i32; BANDS]) -> [i8; INPUTS] {
    let mut features = [0; INPUTS];
    for ((feature, row), [mean, steps]) in features.iter_mut().zip(&MATRIX).zip(&QUANTISER) {
        let sum: i64 = row.iter().zip(logs).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
        let coefficient = rounded(sum, LOG_BITS + MATRIX_BITS - BITS);
        let value = rounded((coefficient - i64::from(*mean)) * i64::from(*steps), 2 * BITS);
        // The limit makes the narrowing exact.
        *feature = value.clamp(-i64::from(MAX_FEATURE), i64::from(MAX_FEATURE)) as i8;
    }
    features
}

/// `value` without its last `bits` bits, rounded to the nearest.
fn rounded(value: i64, bits: u32) -> i64 {
    (value + (1 << (bits - 1))) >> bits
}

#[cfg(test)]
mod tests {
    use super::{BANDS, LOG_BITS, PARAMS, features, root};
    use crate::dct::element;
    use crate::known_answer::Noise;

    #[test]
    fn features_agree_with_the_formula() {
        for seed in 1..60 {
            let mut noise = Noise::new(seed);
            // From -26, the offset alone, to 10, a loud sound.
            let logs: [i32; BANDS] = core::array::from_fn(|_| (i32::from(noise.sample()) * 350 - 5_000_000) * 27);
            let found = features(&logs);
            for (k, feature) in found.into_iter().enumerate() {
                let c: f64 = (0..BANDS)
                    .map(|n| {
                        f64::from(logs[n]) / f64::from(1 << LOG_BITS) * core::f64::consts::LN_2 * element(k, n, BANDS)
                    })
                    .sum();
                let quantiser = &PARAMS.quantiser;
                let steps = (c - f64::from(quantiser.mean[k])) / f64::from(quantiser.std[k]) * 32.0;
                let expected = steps.clamp(-127.0, 127.0);
                assert!((f64::from(feature) - expected).abs() <= 0.5 + 1e-3, "seed {seed} k {k}");
            }
        }
    }

    #[test]
    fn the_extremes_do_not_overflow_and_the_root_is_one() {
        // Beyond the offset alone and the loudest sound there is.
        for (log, first) in [(-30 << LOG_BITS, -127), (30 << LOG_BITS, 127)] {
            assert_eq!(features(&[log; BANDS])[0], first);
        }
        assert!((root(0.05) - libm::sqrt(0.05)).abs() < 1e-16);
    }
}
