//! Takes singles apart (DDI 0403E, `FPUnpack`).

use super::{Mode, SIGN, Status};

/// What kind of value a single is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Zero, or a denormal number that is flushed.
    Zero,
    /// A finite number other than zero.
    Finite,
    /// Infinity.
    Infinite,
    /// A quiet NaN.
    Quiet,
    /// A signalling NaN.
    Signalling,
}

/// A single in its parts. A finite one is `mantissa * 2^exponent`, with 24 significant bits in `mantissa`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Its kind.
    pub class: Class,
    /// The sign bit.
    pub negative: bool,
    /// The significant bits; bit 23 is set when the number is finite.
    pub mantissa: u32,
    /// The weight of bit 0 of `mantissa`.
    pub exponent: i32,
    /// The bits it came from.
    pub bits: u32,
}

impl Number {
    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.class == Class::Zero
    }

    /// Whether it is infinite.
    pub fn is_infinite(&self) -> bool {
        self.class == Class::Infinite
    }

    /// Whether it is a NaN of either kind.
    pub fn is_nan(&self) -> bool {
        matches!(self.class, Class::Quiet | Class::Signalling)
    }

    /// The sign of the product or quotient of this and `other`.
    pub fn product_sign(&self, other: &Self) -> bool {
        self.negative != other.negative
    }
}

/// Bits of the fraction.
const FRACTION: u32 = 0x007f_ffff;

/// The parts of `bits`. Flush-to-zero turns a denormal number into zero and raises IDC.
pub fn unpack(bits: u32, mode: Mode, status: &mut Status) -> Number {
    let negative = bits & SIGN != 0;
    let field = (bits >> 23 & 0xff) as i32;
    let fraction = bits & FRACTION;
    let (class, mantissa, exponent) = match (field, fraction) {
        (0, 0) => (Class::Zero, 0, 0),
        (0, _) if mode.flush_to_zero => {
            status.raise(Status::INPUT_DENORMAL);
            (Class::Zero, 0, 0)
        }
        (0, _) => {
            let shift = fraction.leading_zeros() - 8;
            (Class::Finite, fraction << shift, -149 - shift as i32)
        }
        (255, 0) => (Class::Infinite, 0, 0),
        (255, _) if fraction >> 22 == 1 => (Class::Quiet, 0, 0),
        (255, _) => (Class::Signalling, 0, 0),
        _ => (Class::Finite, fraction | 1 << 23, field - 150),
    };
    Number { class, negative, mantissa, exponent, bits }
}
