//! The rectifier: `y[i] = x[i]` where it is greater than 0, otherwise 0; NaN gives 0.

use pulp::{Simd, WithSimd};

use super::vector::Vector;
use super::{ShapeError, fits};

/// The reference.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn reference(x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    fits("y", x.len(), y.len())?;
    for (y, x) in y.iter_mut().zip(x) {
        *y = one(*x);
    }
    Ok(())
}

/// The vectorised variant.
///
/// # Errors
/// [`ShapeError`] when the lengths differ.
pub fn vectorised(vector: Vector, x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    fits("y", x.len(), y.len())?;
    vector.run(Relu { x, y });
    Ok(())
}

fn one(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

struct Relu<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
}

impl WithSimd for Relu<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (x, x_rest) = S::as_simd_f32s(self.x);
        let (y, y_rest) = S::as_mut_simd_f32s(self.y);
        let zero = simd.splat_f32s(0.0);
        for (y, x) in y.iter_mut().zip(x) {
            *y = simd.select_f32s(simd.greater_than_f32s(*x, zero), *x, zero);
        }
        for (y, x) in y_rest.iter_mut().zip(x_rest) {
            *y = one(*x);
        }
    }
}
