//! The two number types a kernel can compute in: `f64` for a host's reference, `f32` for a board.
//!
//! The trait is sealed: the promises about exactness in [`crate::mfcc`] were measured for these two types only.

use core::ops::{Add, Div, Mul, Sub};

mod sealed {
    /// Keeps other crates from adding a number type whose results nobody has compared.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number with the few operations the front end needs.
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + sealed::Sealed
{
    /// The name of the type, as a scenario or a report would print it.
    const NAME: &'static str;
    /// Rounds to this type.
    fn from_f64(value: f64) -> Self;
    /// Exact for `f64`, and for `f32` the identity.
    fn from_f32(value: f32) -> Self;
    /// Rounds to `f32`.
    fn to_f32(self) -> f32;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The nearest integer, halves to even, limited to `-limit..=limit`; NaN gives 0.
    fn round_clamp(self, limit: i32) -> i32;
}

impl Real for f64 {
    const NAME: &'static str = "f64";

    fn from_f64(value: f64) -> Self {
        value
    }

    fn from_f32(value: f32) -> Self {
        f64::from(value)
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn ln(self) -> Self {
        libm::log(self)
    }

    fn round_clamp(self, limit: i32) -> i32 {
        let limit = f64::from(limit);
        libm::rint(self).clamp(-limit, limit) as i32
    }
}

impl Real for f32 {
    const NAME: &'static str = "f32";

    fn from_f64(value: f64) -> Self {
        value as f32
    }

    fn from_f32(value: f32) -> Self {
        value
    }

    fn to_f32(self) -> f32 {
        self
    }

    fn ln(self) -> Self {
        libm::logf(self)
    }

    fn round_clamp(self, limit: i32) -> i32 {
        let limit = limit as f32;
        libm::rintf(self).clamp(-limit, limit) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn halves_go_to_even_and_the_limit_holds() {
        for (value, expected) in
            [(0.5, 0), (1.5, 2), (-2.5, -2), (-3.5, -4), (126.5, 126), (400.0, 127), (-400.0, -127)]
        {
            assert_eq!(Real::round_clamp(value, 127), expected, "f64 {value}");
            assert_eq!(Real::round_clamp(value as f32, 127), expected, "f32 {value}");
        }
        assert_eq!(Real::round_clamp(f64::NAN, 127), 0);
    }
}
