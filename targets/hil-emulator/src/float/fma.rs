//! The fused product and sum (DDI 0403E, `FPMulAdd`).

use super::add::{exact, rounded_sum, zero};
use super::mul::product;
use super::nan::{invalid, propagate};
use super::round::to_single;
use super::unpack::{Class, unpack};
use super::{Mode, SIGN, Status};

/// `addend + a * b`, rounded once.
#[must_use]
pub fn fma(addend: u32, a: u32, b: u32, mode: Mode, status: &mut Status) -> u32 {
    let (c, a, b) = (unpack(addend, mode, status), unpack(a, mode, status), unpack(b, mode, status));
    let no_product = (a.is_infinite() && b.is_zero()) || (a.is_zero() && b.is_infinite());
    if let Some(nan) = propagate([&c, &a, &b], mode, status) {
        // A product that does not exist takes precedence over a quiet NaN, not over a signalling one.
        return if c.class == Class::Quiet && no_product { invalid(status) } else { nan };
    }
    let negative = a.product_sign(&b);
    let infinite = a.is_infinite() || b.is_infinite();
    if no_product || (c.is_infinite() && infinite && c.negative != negative) {
        return invalid(status);
    }
    if infinite {
        return if negative { SIGN | 255 << 23 } else { 255 << 23 };
    }
    if c.is_infinite() {
        return c.bits;
    }
    match (c.is_zero(), a.is_zero() || b.is_zero()) {
        (true, true) => zero(c.negative, negative, mode),
        (true, false) => to_single(product(&a, &b), mode, status),
        (false, true) => to_single(exact(&c), mode, status),
        (false, false) => rounded_sum(exact(&c), product(&a, &b), mode, status),
    }
}
