//! What becomes of NaN operands (DDI 0403E, `FPProcessNaN`, `FPProcessNaNs`, `FPProcessNaNs3`).

use super::unpack::{Class, Number};
use super::{DEFAULT_NAN, Mode, Status};

/// The result when one of the operands is a NaN: the first signalling one, made quiet, else the first quiet one.
pub fn propagate<const N: usize>(operands: [&Number; N], mode: Mode, status: &mut Status) -> Option<u32> {
    let first = |class| operands.iter().find(move |operand| operand.class == class);
    let chosen = first(Class::Signalling).or_else(|| first(Class::Quiet))?;
    if chosen.class == Class::Signalling {
        status.raise(Status::INVALID);
    }
    Some(if mode.default_nan { DEFAULT_NAN } else { chosen.bits | 1 << 22 })
}

/// The result of an operation that has none.
pub fn invalid(status: &mut Status) -> u32 {
    status.raise(Status::INVALID);
    DEFAULT_NAN
}
