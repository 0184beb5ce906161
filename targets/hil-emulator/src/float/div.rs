//! Quotients (DDI 0403E, `FPDiv`).

use super::nan::{invalid, propagate};
use super::round::{Exact, to_single};
use super::unpack::{Class, unpack};
use super::{Mode, SIGN, Status};

/// `a / b`.
#[must_use]
pub fn div(a: u32, b: u32, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (unpack(a, mode, status), unpack(b, mode, status));
    if let Some(nan) = propagate([&a, &b], mode, status) {
        return nan;
    }
    let sign = if a.product_sign(&b) { SIGN } else { 0 };
    match (a.class, b.class) {
        (Class::Infinite, Class::Infinite) | (Class::Zero, Class::Zero) => invalid(status),
        (Class::Infinite, _) => sign | 255 << 23,
        (_, Class::Zero) => {
            status.raise(Status::DIVIDE_BY_ZERO);
            sign | 255 << 23
        }
        (Class::Zero, _) | (_, Class::Infinite) => sign,
        _ => {
            // Both mantissas have 24 bits, so the quotient has 39 to 41.
            let (dividend, divisor) = (u64::from(a.mantissa) << 40, u64::from(b.mantissa));
            let sticky = u64::from(dividend % divisor != 0);
            let mantissa = (dividend / divisor) | sticky;
            let value = Exact { negative: sign != 0, mantissa, exponent: a.exponent - b.exponent - 40 };
            to_single(value, mode, status)
        }
    }
}
