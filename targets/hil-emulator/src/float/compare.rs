//! Comparison (DDI 0403E, `FPCompare`).

use super::unpack::{Class, Number, unpack};
use super::{Mode, Status};

/// NZCV, as bits 3:0, of comparing `a` with `b`. Quiet NaNs are invalid operands unless `quiet`.
#[must_use]
pub fn compare(a: u32, b: u32, quiet: bool, mode: Mode, status: &mut Status) -> u32 {
    let (a, b) = (unpack(a, mode, status), unpack(b, mode, status));
    if a.is_nan() || b.is_nan() {
        if !quiet || a.class == Class::Signalling || b.class == Class::Signalling {
            status.raise(Status::INVALID);
        }
        return 0b0011;
    }
    match order(&a).cmp(&order(&b)) {
        std::cmp::Ordering::Equal => 0b0110,
        std::cmp::Ordering::Less => 0b1000,
        std::cmp::Ordering::Greater => 0b0010,
    }
}

/// A number that grows with the operand; both zeros, and all that is flushed to them, are 0.
fn order(number: &Number) -> i64 {
    let magnitude = if number.is_zero() { 0 } else { i64::from(number.bits & 0x7fff_ffff) };
    if number.negative { -magnitude } else { magnitude }
}
