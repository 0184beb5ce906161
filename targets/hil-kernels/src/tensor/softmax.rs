//! Softmax of each row: `y[i] = exp(x[i] - max) / sum`, with the largest value subtracted so that nothing overflows.

use pulp::{Simd, WithSimd};

use super::exp::exp;
use super::vector::Vector;
use super::{ShapeError, fits};

/// The reference, for rows of `columns` values.
///
/// # Errors
/// [`ShapeError`] when the lengths differ or are no whole number of rows.
pub fn reference(columns: usize, x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    check(columns, x, y)?;
    for (x, y) in x.chunks_exact(columns.max(1)).zip(y.chunks_exact_mut(columns.max(1))) {
        let max = x.iter().fold(f32::NEG_INFINITY, |max, value| max.max(*value));
        let mut sum = 0.0;
        for (y, x) in y.iter_mut().zip(x) {
            *y = libm::expf(*x - max);
            sum += *y;
        }
        y.iter_mut().for_each(|y| *y /= sum);
    }
    Ok(())
}

/// The vectorised variant, for rows of `columns` values.
///
/// # Errors
/// [`ShapeError`] when the lengths differ or are no whole number of rows.
pub fn vectorised(vector: Vector, columns: usize, x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    check(columns, x, y)?;
    vector.run(Softmax { columns: columns.max(1), x, y });
    Ok(())
}

fn check(columns: usize, x: &[f32], y: &[f32]) -> Result<(), ShapeError> {
    fits("x", x.len() / columns.max(1) * columns, x.len())?;
    fits("y", x.len(), y.len())
}

struct Softmax<'a> {
    columns: usize,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, y) in self.x.chunks_exact(self.columns).zip(self.y.chunks_exact_mut(self.columns)) {
            row(simd, x, y);
        }
    }
}

#[inline(always)]
fn row<S: Simd>(simd: S, x: &[f32], y: &mut [f32]) {
    let (x, x_rest) = S::as_simd_f32s(x);
    let (y, y_rest) = S::as_mut_simd_f32s(y);
    // NaN never wins here; it reaches the sum through the exponential.
    let larger = |a, b| simd.select_f32s(simd.greater_than_f32s(b, a), b, a);
    let max = x.iter().fold(simd.splat_f32s(f32::NEG_INFINITY), |max, value| larger(max, *value));
    let max = x_rest.iter().fold(simd.reduce_max_f32s(max), |max, value| max.max(*value));
    let max_lanes = simd.splat_f32s(max);
    let mut sum = simd.splat_f32s(0.0);
    for (y, x) in y.iter_mut().zip(x) {
        *y = exp(simd, simd.sub_f32s(*x, max_lanes));
        sum = simd.add_f32s(sum, *y);
    }
    let mut sum = simd.reduce_sum_f32s(sum);
    for (y, x) in y_rest.iter_mut().zip(x_rest) {
        *y = libm::expf(*x - max);
        sum += *y;
    }
    let scale = simd.splat_f32s(1.0 / sum);
    y.iter_mut().for_each(|y| *y = simd.mul_f32s(*y, scale));
    y_rest.iter_mut().for_each(|y| *y /= sum);
}
