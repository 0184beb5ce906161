//! Dense arithmetic in single precision: each kernel as a plain reference and as a vectorised variant.
//!
//! A reference is ordinary Rust that the compiler may optimise as it likes; it is what a programmer writes first. The
//! vectorised variants are written once, over the vector type of [`pulp`], and run with the widest instructions that
//! the processor has: AVX-512, AVX2 with FMA, or NEON. Every vectorised variant agrees with its reference within
//! 1e-5 of the largest value of the result.
//!
//! Matrices are row-major. A slice that does not fit the declared shape is a [`ShapeError`], never a panic.

pub mod exp;
pub mod gelu;
pub mod gemm;
pub mod gemm_i8;
pub mod gemv;
pub mod mse;
pub mod relu;
pub mod softmax;
pub mod vector;

/// A slice is not as long as the shape says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeError {
    /// Which argument.
    pub argument: &'static str,
    /// How many values the shape asks for.
    pub wanted: usize,
    /// How many there are.
    pub found: usize,
}

impl core::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} holds {} values, its shape asks for {}", self.argument, self.found, self.wanted)
    }
}

impl core::error::Error for ShapeError {}

/// Checks that `found` values are `wanted` values.
fn fits(argument: &'static str, wanted: usize, found: usize) -> Result<(), ShapeError> {
    if wanted == found { Ok(()) } else { Err(ShapeError { argument, wanted, found }) }
}

/// The relative error of a tensor, `max|a - b| / max|b|`: the largest difference between two results as a share of the
/// largest finite magnitude of the second one. It is the measure of numerical error that the variants are held to. NaN in
/// one place only, or infinities that differ, count as infinite.
#[must_use]
pub fn relative_error(result: &[f32], reference: &[f32]) -> f64 {
    let magnitude = |value: &f32| if value.is_finite() { f64::from(value.abs()) } else { 0.0 };
    let largest = reference.iter().map(magnitude).fold(0.0, f64::max);
    let worst = largest_of(result, reference, |difference, _| difference);
    if worst == 0.0 { 0.0 } else { worst / largest.max(f64::from(f32::MIN_POSITIVE)) }
}

/// The largest error of a single value, `max(|a - b| / max(|b|, 1))`: stricter than [`relative_error`] where most values
/// of a tensor are small beside its largest one. NaN in one place only, or infinities that differ, count as infinite.
#[must_use]
pub fn value_error(result: &[f32], reference: &[f32]) -> f64 {
    largest_of(result, reference, |difference, reference| difference / reference.abs().max(1.0))
}

/// The largest of what `error` makes of a difference and its reference, infinite where no number expresses a difference.
fn largest_of(result: &[f32], reference: &[f32], error: impl Fn(f64, f64) -> f64) -> f64 {
    if result.len() != reference.len() {
        return f64::INFINITY;
    }
    let one = |(a, b): (&f32, &f32)| {
        if a == b || (a.is_nan() && b.is_nan()) {
            0.0
        } else if a.is_finite() && b.is_finite() {
            error((f64::from(*a) - f64::from(*b)).abs(), f64::from(*b))
        } else {
            f64::INFINITY
        }
    };
    result.iter().zip(reference).map(one).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::{relative_error, value_error};

    #[test]
    fn differences_count_as_a_share_of_the_largest_value_however_small_it_is() {
        assert_eq!(relative_error(&[1000.0, 0.5], &[1000.0, 0.25]), 0.25 / 1000.0);
        assert_eq!(relative_error(&[1e-9, 0.0], &[2e-9, 0.0]), 0.5);
    }

    #[test]
    fn single_values_count_by_themselves_and_small_ones_as_they_are() {
        assert_eq!(value_error(&[1000.0, 4.5], &[1000.0, 4.0]), 0.125);
        assert_eq!(value_error(&[1010.0, 0.5], &[1000.0, 0.25]), 0.25);
    }

    #[test]
    fn what_no_number_expresses_is_infinitely_wrong_unless_it_is_the_same() {
        for error in [relative_error, value_error] {
            assert_eq!(error(&[f32::NAN, f32::INFINITY], &[f32::NAN, f32::INFINITY]), 0.0);
            for (result, reference) in [(f32::NAN, 1.0), (1.0, f32::NAN), (f32::INFINITY, f32::NEG_INFINITY)] {
                assert_eq!(error(&[result], &[reference]), f64::INFINITY);
            }
            assert_eq!(error(&[], &[1.0]), f64::INFINITY);
        }
    }
}
