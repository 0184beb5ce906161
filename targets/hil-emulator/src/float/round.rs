//! Rounds an exact result and packs it (DDI 0403E, `FPRound`).

use super::{Mode, Rounding, SIGN, Status};

/// A number other than zero, `mantissa * 2^exponent`.
///
/// Bit 0 of the mantissa may stand for any part of the result beyond it ("sticky"), provided that there are at least
/// 27 significant bits: then it lies below the rounding position and decides between exact and inexact only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The sign.
    pub negative: bool,
    /// The significant bits, not 0.
    pub mantissa: u64,
    /// The weight of bit 0 of the mantissa.
    pub exponent: i32,
}

/// An interchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Single,
    Half,
}

impl Format {
    /// Bits of the fraction, the exponent of the smallest normal number, and the exponent field of infinity.
    const fn shape(self) -> (u32, i32, u64) {
        match self {
            Self::Single => (23, -126, 255),
            Self::Half => (10, -14, 31),
        }
    }
}

/// The single nearest to `value` in the direction of `mode`.
pub fn to_single(value: Exact, mode: Mode, status: &mut Status) -> u32 {
    let sign = if value.negative { SIGN } else { 0 };
    sign | magnitude(value, Format::Single, mode, status)
}

/// The half-precision number nearest to `value` in the direction of `mode`, in bits 15:0.
pub fn to_half(value: Exact, mode: Mode, status: &mut Status) -> u32 {
    let sign = if value.negative { 1 << 15 } else { 0 };
    sign | magnitude(value, Format::Half, mode, status)
}

/// `value` shifted right by any amount; bit 0 of the result is set when a set bit was lost.
pub fn shift_right_sticky(value: u64, by: u32) -> u64 {
    match by {
        0 => value,
        1..=63 => value >> by | u64::from(value << (64 - by) != 0),
        _ => u64::from(value != 0),
    }
}

/// Whether rounding takes a number away from zero. `whole` are the bits that are kept, `rest` the ones that are
/// dropped, and `half` is half the weight of the lowest bit that is kept, in units of `rest`.
pub fn away_from_zero(rounding: Rounding, negative: bool, whole: u64, rest: u64, half: u64) -> bool {
    match rounding {
        Rounding::Nearest => rest > half || (rest == half && whole & 1 == 1),
        Rounding::Up => rest != 0 && !negative,
        Rounding::Down => rest != 0 && negative,
        Rounding::Zero => false,
    }
}

fn magnitude(value: Exact, format: Format, mode: Mode, status: &mut Status) -> u32 {
    let (fraction, smallest, top) = format.shape();
    let lead = value.mantissa.leading_zeros();
    let mantissa = value.mantissa << lead;
    // The exponent of the leading bit.
    let exponent = value.exponent + 63 - lead as i32;

    let tiny = exponent < smallest;
    if tiny && mode.flush_to_zero && format == Format::Single {
        status.raise(Status::UNDERFLOW);
        return 0;
    }
    // The leading bit of a normal number adds 1 to the exponent field, so the field starts one lower.
    let (mantissa, field) = if tiny {
        (shift_right_sticky(mantissa, exponent.abs_diff(smallest)), 0)
    } else {
        (mantissa, u64::from(exponent.abs_diff(smallest)))
    };
    let drop = 63 - fraction;
    let (whole, rest) = (mantissa >> drop, mantissa & ((1 << drop) - 1));
    let up = away_from_zero(mode.rounding, value.negative, whole, rest, 1 << (drop - 1));
    // A carry out of the fraction runs into the exponent, which is what is wanted.
    let packed = (field << fraction) + whole + u64::from(up);

    let alternative = format == Format::Half && mode.alternative_half;
    let infinity = if alternative { (top + 1) << fraction } else { top << fraction };
    if packed < infinity {
        if rest != 0 {
            status.raise(if tiny { Status::UNDERFLOW | Status::INEXACT } else { Status::INEXACT });
        }
        return packed as u32;
    }
    if alternative {
        // This format saturates, and reports an invalid operation and nothing else.
        status.raise(Status::INVALID);
        return (infinity - 1) as u32;
    }
    status.raise(Status::OVERFLOW | Status::INEXACT);
    let to_infinity = match mode.rounding {
        Rounding::Nearest => true,
        Rounding::Up => !value.negative,
        Rounding::Down => value.negative,
        Rounding::Zero => false,
    };
    (if to_infinity { infinity } else { infinity - 1 }) as u32
}
