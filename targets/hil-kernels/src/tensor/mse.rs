//! Mean squared error, and its gradient by the prediction: `mean((a - b)^2)` and `2 (a - b) / n`.
//!
//! Sums of many squares lose digits in single precision, so both variants add them up in double precision: the
//! reference each square, the vectorised one short runs that were added in single precision.

use pulp::{Simd, WithSimd};

use super::vector::Vector;
use super::{ShapeError, fits};

/// How many vectors are added in single precision before they go into the double-precision sum.
const RUN: usize = 64;

/// The reference loss; 0 for nothing.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn reference(a: &[f32], b: &[f32]) -> Result<f32, ShapeError> {
    fits("b", a.len(), b.len())?;
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(square(a - b))).sum();
    Ok(mean(sum, a.len()))
}

/// The vectorised loss; 0 for nothing.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn vectorised(vector: Vector, a: &[f32], b: &[f32]) -> Result<f32, ShapeError> {
    fits("b", a.len(), b.len())?;
    Ok(mean(vector.run(Loss { a, b }), a.len()))
}

/// The reference gradient.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn gradient_reference(a: &[f32], b: &[f32], gradient: &mut [f32]) -> Result<(), ShapeError> {
    fits("b", a.len(), b.len())?;
    fits("gradient", a.len(), gradient.len())?;
    let factor = 2.0 / a.len() as f32;
    for ((gradient, a), b) in gradient.iter_mut().zip(a).zip(b) {
        *gradient = (a - b) * factor;
    }
    Ok(())
}

/// The vectorised gradient.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn gradient_vectorised(vector: Vector, a: &[f32], b: &[f32], gradient: &mut [f32]) -> Result<(), ShapeError> {
    fits("b", a.len(), b.len())?;
    fits("gradient", a.len(), gradient.len())?;
    vector.run(Gradient { a, b, gradient });
    Ok(())
}

fn square(x: f32) -> f32 {
    x * x
}

fn mean(sum: f64, n: usize) -> f32 {
    if n == 0 { 0.0 } else { (sum / n as f64) as f32 }
}

struct Loss<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl WithSimd for Loss<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (a, a_rest) = S::as_simd_f32s(self.a);
        let (b, b_rest) = S::as_simd_f32s(self.b);
        let mut total = 0.0;
        for (a, b) in a.chunks(RUN).zip(b.chunks(RUN)) {
            // Four sums, because one alone would wait for each addition.
            let mut sums = [simd.splat_f32s(0.0); 4];
            let (a, a_last) = a.as_chunks::<4>();
            let (b, b_last) = b.as_chunks::<4>();
            for (a, b) in a.iter().zip(b) {
                for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                    let d = simd.sub_f32s(*a, *b);
                    *sum = simd.mul_add_e_f32s(d, d, *sum);
                }
            }
            for (a, b) in a_last.iter().zip(b_last) {
                let d = simd.sub_f32s(*a, *b);
                sums[0] = simd.mul_add_e_f32s(d, d, sums[0]);
            }
            let [p, q, r, s] = sums;
            let sum = simd.add_f32s(simd.add_f32s(p, q), simd.add_f32s(r, s));
            total += f64::from(simd.reduce_sum_f32s(sum));
        }
        total + a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(square(a - b))).sum::<f64>()
    }
}

struct Gradient<'a> {
    a: &'a [f32],
    b: &'a [f32],
    gradient: &'a mut [f32],
}

impl WithSimd for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let factor = 2.0 / self.a.len() as f32;
        let factors = simd.splat_f32s(factor);
        let (a, a_rest) = S::as_simd_f32s(self.a);
        let (b, b_rest) = S::as_simd_f32s(self.b);
        let (gradient, rest) = S::as_mut_simd_f32s(self.gradient);
        for ((gradient, a), b) in gradient.iter_mut().zip(a).zip(b) {
            *gradient = simd.mul_f32s(simd.sub_f32s(*a, *b), factors);
        }
        for ((gradient, a), b) in rest.iter_mut().zip(a_rest).zip(b_rest) {
            *gradient = (a - b) * factor;
        }
    }
}
