//! Sums and differences (DDI 0403E, `FPAdd`, `FPSub`).

use super::nan::{invalid, propagate};
use super::round::{Exact, shift_right_sticky, to_single};
use super::unpack::{Class, Number, unpack};
use super::{Mode, Rounding, SIGN, Status};

/// `a + b`.
#[must_use]
pub fn add(a: u32, b: u32, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (unpack(a, mode, status), unpack(b, mode, status));
    propagate([&a, &b], mode, status).unwrap_or_else(|| sum(&a, &b, mode, status))
}

/// `a - b`. A NaN in `b` keeps its sign.
#[must_use]
pub fn sub(a: u32, b: u32, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (unpack(a, mode, status), unpack(b, mode, status));
    let minus_b = Number { negative: !b.negative, bits: b.bits ^ SIGN, ..b };
    propagate([&a, &b], mode, status).unwrap_or_else(|| sum(&a, &minus_b, mode, status))
}

fn sum(a: &Number, b: &Number, mode: Mode, status: &mut Status) -> u32 {
    match (a.class, b.class) {
        (Class::Infinite, Class::Infinite) if a.negative != b.negative => invalid(status),
        (Class::Infinite, _) => a.bits,
        (_, Class::Infinite) => b.bits,
        (Class::Zero, Class::Zero) => zero(a.negative, b.negative, mode),
        (Class::Zero, _) => to_single(exact(b), mode, status),
        (_, Class::Zero) => to_single(exact(a), mode, status),
        _ => rounded_sum(exact(a), exact(b), mode, status),
    }
}

/// The zero that a sum of zeros or of opposite numbers gives.
pub fn zero(a_negative: bool, b_negative: bool, mode: Mode) -> u32 {
    let negative = if a_negative == b_negative { a_negative } else { mode.rounding == Rounding::Down };
    if negative { SIGN } else { 0 }
}

/// The value of a finite number.
pub fn exact(number: &Number) -> Exact {
    Exact { negative: number.negative, mantissa: number.mantissa.into(), exponent: number.exponent }
}

/// The sum of two exact numbers of at most 48 significant bits, rounded once.
pub fn rounded_sum(a: Exact, b: Exact, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (aligned(a), aligned(b));
    let (large, small) = if (a.exponent, a.mantissa) >= (b.exponent, b.mantissa) { (a, b) } else { (b, a) };
    // Bits are lost only when the exponents are at least 15 apart; the sum then keeps more than 60 bits, and the
    // sticky bit stays below the rounding position.
    let other = shift_right_sticky(small.mantissa, large.exponent.abs_diff(small.exponent));
    let mantissa = if a.negative == b.negative { large.mantissa + other } else { large.mantissa - other };
    if mantissa == 0 {
        return zero(a.negative, b.negative, mode);
    }
    to_single(Exact { mantissa, ..large }, mode, status)
}

/// The same number with bit 62 of the mantissa as its highest one, which leaves room for a carry.
fn aligned(value: Exact) -> Exact {
    let shift = value.mantissa.leading_zeros() - 1;
    Exact { mantissa: value.mantissa << shift, exponent: value.exponent - shift as i32, ..value }
}
