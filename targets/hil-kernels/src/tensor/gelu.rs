//! The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, arXiv:1606.08415, section 2):
//! `y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`.

use pulp::{Simd, WithSimd};

use super::exp::exp;
use super::vector::Vector;
use super::{ShapeError, fits};

const SQRT_2_OVER_PI: f32 = 0.797_884_6;
const CUBIC: f32 = 0.044_715;

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
    vector.run(Gelu { x, y });
    Ok(())
}

fn one(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::tanhf(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)))
}

struct Gelu<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
}

impl WithSimd for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (x, x_rest) = S::as_simd_f32s(self.x);
        let (y, y_rest) = S::as_mut_simd_f32s(self.y);
        for (y, x) in y.iter_mut().zip(x) {
            *y = lanes(simd, *x);
        }
        if !x_rest.is_empty() {
            let last = lanes(simd, simd.partial_load_f32s(x_rest));
            simd.partial_store_f32s(y_rest, last);
        }
    }
}

/// `1 + tanh(u)` is `2 e / (e + 1)` with `e = exp(2u)`: one exponential and one division.
#[inline(always)]
fn lanes<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let splat = |value| simd.splat_f32s(value);
    let cubic = simd.mul_f32s(simd.mul_f32s(x, x), splat(CUBIC));
    let inner = simd.mul_f32s(simd.mul_add_e_f32s(cubic, x, x), splat(2.0 * SQRT_2_OVER_PI));
    let e = exp(simd, simd.min_f32s(inner, splat(40.0)));
    let e = simd.select_f32s(simd.equal_f32s(inner, inner), e, inner);
    simd.mul_f32s(x, simd.div_f32s(e, simd.add_f32s(e, splat(1.0))))
}
