//! Products (DDI 0403E, `FPMul`).

use super::nan::{invalid, propagate};
use super::round::{Exact, to_single};
use super::unpack::{Class, Number, unpack};
use super::{Mode, SIGN, Status};

/// `a * b`.
#[must_use]
pub fn mul(a: u32, b: u32, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (unpack(a, mode, status), unpack(b, mode, status));
    if let Some(nan) = propagate([&a, &b], mode, status) {
        return nan;
    }
    let sign = if a.product_sign(&b) { SIGN } else { 0 };
    match (a.class, b.class) {
        (Class::Infinite, Class::Zero) | (Class::Zero, Class::Infinite) => invalid(status),
        (Class::Infinite, _) | (_, Class::Infinite) => sign | 255 << 23,
        (Class::Zero, _) | (_, Class::Zero) => sign,
        _ => to_single(product(&a, &b), mode, status),
    }
}

/// The product of two finite numbers, which has 48 significant bits at most.
pub fn product(a: &Number, b: &Number) -> Exact {
    Exact {
        negative: a.product_sign(b),
        mantissa: u64::from(a.mantissa) * u64::from(b.mantissa),
        exponent: a.exponent + b.exponent,
    }
}
