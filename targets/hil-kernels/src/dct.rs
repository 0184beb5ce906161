//! The orthonormal discrete cosine transform of type II, as a small matrix in `f32`.
//!
//! `c[k] = s[k] * sum_n x[n] cos(pi (n + 1/2) k / N)` with `s[0] = sqrt(1/N)`, `s[k] = sqrt(2/N)` (Ahmed, Natarajan and
//! Rao, "Discrete Cosine Transform", IEEE Trans. Computers C-23, 1974). Each sum is taken in eight interleaved partial
//! sums that are then added in pairs: four-wide and eight-wide vector units can follow that order exactly, and a
//! machine without them gives the same bits.

use crate::mel::MAX_BANDS;
use core::f64::consts::PI;

/// The most coefficients that can be kept.
pub const MAX_COEFFICIENTS: usize = 13;

const LANES: usize = 8;
const BLOCKS: usize = MAX_BANDS / LANES;

/// A vector of `MAX_BANDS` values in blocks of eight; places after the last band are zero.
pub type Bands = [[f32; LANES]; BLOCKS];

/// The first rows of the transform's matrix.
#[derive(Clone, Debug)]
pub struct Dct {
    rows: [Bands; MAX_COEFFICIENTS],
}

impl Dct {
    /// The transform of `bands` values; the matrix is rounded once to `f32`.
    #[must_use]
    pub fn new(bands: usize) -> Self {
        let bands = bands.min(MAX_BANDS);
        let mut rows = [[[0.0; LANES]; BLOCKS]; MAX_COEFFICIENTS];
        for (k, row) in rows.iter_mut().enumerate() {
            let scale = scale(k, bands);
            for (n, value) in row.as_flattened_mut().iter_mut().enumerate().take(bands) {
                *value = (libm::cos(angle(k, n, bands)) * scale) as f32;
            }
        }
        Self { rows }
    }

    /// The first `out.len()` coefficients, [`MAX_COEFFICIENTS`] at most.
    pub fn apply(&self, bands: &Bands, out: &mut [f32]) {
        for (value, row) in out.iter_mut().zip(&self.rows) {
            let mut lanes = [0.0_f32; LANES];
            for (x, w) in bands.iter().zip(row) {
                for lane in 0..LANES {
                    lanes[lane] += x[lane] * w[lane];
                }
            }
            let [a, b, c, d, e, f, g, h] = lanes;
            *value = ((a + b) + (c + d)) + ((e + f) + (g + h));
        }
    }
}

/// The matrix element of coefficient `k` and band `n`.
#[must_use]
pub fn element(k: usize, n: usize, bands: usize) -> f64 {
    libm::cos(angle(k, n, bands)) * scale(k, bands)
}

fn angle(k: usize, n: usize, bands: usize) -> f64 {
    PI * (n as f64 + 0.5) * k as f64 / bands as f64
}

fn scale(k: usize, bands: usize) -> f64 {
    let scale = libm::sqrt(2.0 / bands as f64);
    // Divided rather than scaled by sqrt(1/N), as the usual formulations do; the two differ in the last bit.
    if k == 0 { scale / core::f64::consts::SQRT_2 } else { scale }
}

#[cfg(test)]
mod tests {
    use super::{Bands, Dct, MAX_COEFFICIENTS, element};
    use crate::known_answer::Noise;

    #[test]
    fn agrees_with_the_formula_in_f64() {
        for bands in [13, 26, 40] {
            let dct = Dct::new(bands);
            for seed in 1..20 {
                let mut noise = Noise::new(seed);
                let mut x = Bands::default();
                for value in x.as_flattened_mut().iter_mut().take(bands) {
                    *value = f32::from(noise.sample()) / 1024.0;
                }
                let mut out = [0.0; MAX_COEFFICIENTS];
                dct.apply(&x, &mut out);
                for (k, &value) in out.iter().enumerate() {
                    let expected: f64 = x
                        .as_flattened()
                        .iter()
                        .enumerate()
                        .take(bands)
                        .map(|(n, &v)| f64::from(v) * element(k, n, bands))
                        .sum();
                    assert!((f64::from(value) - expected).abs() < 2e-4, "bands {bands} seed {seed} k {k}");
                }
            }
        }
    }

    #[test]
    fn the_rows_are_orthonormal() {
        for a in 0..MAX_COEFFICIENTS {
            for b in 0..MAX_COEFFICIENTS {
                let product: f64 = (0..40).map(|n| element(a, n, 40) * element(b, n, 40)).sum();
                assert!((product - f64::from(u8::from(a == b))).abs() < 1e-12, "{a} {b}");
            }
        }
    }
}
