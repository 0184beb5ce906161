//! IEEE 754 single precision as the FPv4-SP unit computes it.
//!
//! Pure functions from bits to bits after the pseudocode of DDI 0403E, A2.5: all rounding modes, flush-to-zero,
//! default NaN, alternative half precision and the cumulative exception flags, with tininess detected before rounding.
//! Only integers are used, so that no result depends on the host's arithmetic. `exec::float` has a faster way for
//! the common cases, which must agree with this one.

mod add;
mod compare;
mod convert;
mod div;
mod fma;
mod half;
mod mul;
mod nan;
mod round;
mod sqrt;
mod unpack;

#[cfg(test)]
pub(crate) mod oracle;
#[cfg(test)]
mod tests;

pub use add::{add, sub};
pub use compare::compare;
pub use convert::{Integer, from_fixed, to_fixed};
pub use div::div;
pub use fma::fma;
pub use half::{from_half, to_half};
pub use mul::mul;
pub use sqrt::sqrt;

/// The NaN that an invalid operation gives (DDI 0403E, `FPDefaultNaN`).
pub const DEFAULT_NAN: u32 = 0x7fc0_0000;

/// The sign of a single.
pub(crate) const SIGN: u32 = 1 << 31;

/// The direction of rounding, in the order of FPSCR.RMode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest number, to the even one of two (RN).
    Nearest,
    /// Towards plus infinity (RP).
    Up,
    /// Towards minus infinity (RM).
    Down,
    /// Towards zero (RZ).
    Zero,
}

/// What FPSCR says about how to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// FPSCR.RMode.
    pub rounding: Rounding,
    /// FPSCR.FZ: denormal numbers are zero, as operands and as results. Half precision is exempt.
    pub flush_to_zero: bool,
    /// FPSCR.DN: every NaN result is [`DEFAULT_NAN`].
    pub default_nan: bool,
    /// FPSCR.AHP: half precision has no infinities and no NaNs.
    pub alternative_half: bool,
}

impl Mode {
    /// The mode in a value of FPSCR.
    #[must_use]
    pub fn from_fpscr(fpscr: u32) -> Self {
        let rounding = match fpscr >> 22 & 3 {
            0 => Rounding::Nearest,
            1 => Rounding::Up,
            2 => Rounding::Down,
            _ => Rounding::Zero,
        };
        Self {
            rounding,
            flush_to_zero: fpscr >> 24 & 1 == 1,
            default_nan: fpscr >> 25 & 1 == 1,
            alternative_half: fpscr >> 26 & 1 == 1,
        }
    }

    /// The same with another direction of rounding.
    #[must_use]
    pub fn rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }
}

/// The exceptions of some operations, as the cumulative bits of FPSCR. Operations only ever add to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status(pub u32);

impl Status {
    /// IOC: invalid operation.
    pub const INVALID: u32 = 1 << 0;
    /// DZC: division by zero.
    pub const DIVIDE_BY_ZERO: u32 = 1 << 1;
    /// OFC: overflow.
    pub const OVERFLOW: u32 = 1 << 2;
    /// UFC: underflow; also set when a result is flushed to zero.
    pub const UNDERFLOW: u32 = 1 << 3;
    /// IXC: the result was rounded.
    pub const INEXACT: u32 = 1 << 4;
    /// IDC: a denormal operand was taken as zero.
    pub const INPUT_DENORMAL: u32 = 1 << 7;

    /// Adds exceptions.
    pub fn raise(&mut self, bits: u32) {
        self.0 |= bits;
    }
}
