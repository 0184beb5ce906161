//! Conversions between singles and integers or fixed-point numbers (DDI 0403E, `FPToFixed`, `FixedToFP`).

use super::round::{Exact, away_from_zero, to_single};
use super::unpack::{Class, unpack};
use super::{Mode, Rounding, Status};

/// The integer side of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integer {
    /// Two's complement; otherwise natural numbers only.
    pub signed: bool,
    /// 16 or 32 bits.
    pub width: u32,
    /// How many of the bits stand behind the point, 0 to 32.
    pub fraction: u32,
}

impl Integer {
    /// A whole number of 32 bits.
    #[must_use]
    pub const fn word(signed: bool) -> Self {
        Self { signed, width: 32, fraction: 0 }
    }

    /// The smallest and the largest value, in units of the lowest bit.
    fn range(self) -> (i64, i64) {
        if self.signed { (-(1 << (self.width - 1)), (1 << (self.width - 1)) - 1) } else { (0, (1 << self.width) - 1) }
    }
}

/// `bits` as an integer or fixed-point number, extended to 32 bits. What does not fit saturates and is an invalid
/// operation; a NaN gives 0.
#[must_use]
pub fn to_fixed(bits: u32, to: Integer, rounding: Rounding, mode: Mode, status: &mut Status) -> u32 {
    let number = unpack(bits, mode, status);
    let (low, high) = to.range();
    let magnitude = match number.class {
        Class::Zero => return 0,
        Class::Quiet | Class::Signalling => {
            status.raise(Status::INVALID);
            return 0;
        }
        Class::Infinite => Magnitude::HUGE,
        Class::Finite => {
            let value =
                Exact { negative: number.negative, mantissa: number.mantissa.into(), exponent: number.exponent };
            round_to_whole(value, to.fraction, rounding)
        }
    };
    let value = if number.negative { -magnitude.whole } else { magnitude.whole };
    if value < low || high < value {
        status.raise(Status::INVALID);
    } else if magnitude.inexact {
        status.raise(Status::INEXACT);
    }
    value.clamp(low, high) as u32
}

struct Magnitude {
    whole: i64,
    inexact: bool,
}

impl Magnitude {
    /// More than any integer of 32 bits.
    const HUGE: Self = Self { whole: 1 << 40, inexact: false };
}

fn round_to_whole(value: Exact, fraction: u32, rounding: Rounding) -> Magnitude {
    // The mantissa has 24 bits, so 2^17 is far enough for it to be out of range, and 2^-40 for it to be below a half.
    let exponent = (value.exponent + fraction as i32).clamp(-40, 17);
    if exponent >= 0 {
        return Magnitude { whole: (value.mantissa << exponent) as i64, inexact: false };
    }
    let drop = exponent.unsigned_abs();
    let (whole, rest) = (value.mantissa >> drop, value.mantissa & ((1 << drop) - 1));
    let up = away_from_zero(rounding, value.negative, whole, rest, 1 << (drop - 1));
    Magnitude { whole: (whole + u64::from(up)) as i64, inexact: rest != 0 }
}

/// The integer or fixed-point number in the low bits of `value` as a single.
#[must_use]
pub fn from_fixed(value: u32, from: Integer, mode: Mode, status: &mut Status) -> u32 {
    let number = match (from.signed, from.width) {
        (true, 16) => i64::from(value as u16 as i16),
        (false, 16) => i64::from(value as u16),
        (true, _) => i64::from(value as i32),
        (false, _) => i64::from(value),
    };
    if number == 0 {
        return 0;
    }
    let exact = Exact { negative: number < 0, mantissa: number.unsigned_abs(), exponent: -(from.fraction as i32) };
    to_single(exact, mode, status)
}
