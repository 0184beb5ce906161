//! Square roots (DDI 0403E, `FPSqrt`).

use super::nan::{invalid, propagate};
use super::round::{Exact, to_single};
use super::unpack::{Class, unpack};
use super::{Mode, SIGN, Status};

/// The square root of `a`; that of minus zero is minus zero.
#[must_use]
pub fn sqrt(a: u32, mode: Mode, status: &mut Status) -> u32 {
    let a = unpack(a, mode, status);
    if let Some(nan) = propagate([&a], mode, status) {
        return nan;
    }
    match a.class {
        Class::Zero => a.bits & SIGN,
        _ if a.negative => invalid(status),
        Class::Infinite => a.bits,
        _ => {
            // An even exponent can be halved; 38 more bits make the root at least 31 bits long.
            let odd = a.exponent & 1;
            let square = u64::from(a.mantissa) << (38 + odd);
            let root = square.isqrt();
            let mantissa = root | u64::from(root * root != square);
            to_single(Exact { negative: false, mantissa, exponent: (a.exponent - odd - 38) / 2 }, mode, status)
        }
    }
}
