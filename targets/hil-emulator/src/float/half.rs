//! Conversions between singles and half precision (DDI 0403E, `FPHalfToSingle`, `FPSingleToHalf`).

use super::round::{self, Exact};
use super::unpack::{Class, unpack};
use super::{DEFAULT_NAN, Mode, SIGN, Status};

/// The half-precision number in bits 15:0 of `bits` as a single. Always exact; flush-to-zero has no effect.
#[must_use]
pub fn from_half(bits: u32, mode: Mode, status: &mut Status) -> u32 {
    let sign = (bits & 1 << 15) << 16;
    let (field, fraction) = (bits >> 10 & 31, bits & 0x3ff);
    if field == 31 && !mode.alternative_half {
        return match fraction {
            0 => sign | 255 << 23,
            _ => half_nan(sign, fraction, mode, status),
        };
    }
    if field == 0 && fraction == 0 {
        return sign;
    }
    let (mantissa, exponent) = if field == 0 { (fraction, -24) } else { (fraction | 1 << 10, field as i32 - 25) };
    round::to_single(Exact { negative: sign != 0, mantissa: mantissa.into(), exponent }, mode, status)
}

fn half_nan(sign: u32, fraction: u32, mode: Mode, status: &mut Status) -> u32 {
    if fraction >> 9 == 0 {
        status.raise(Status::INVALID);
    }
    if mode.default_nan { DEFAULT_NAN } else { sign | 511 << 22 | fraction << 13 }
}

/// `bits` in half precision, in bits 15:0. Flush-to-zero affects the operand only.
#[must_use]
pub fn to_half(bits: u32, mode: Mode, status: &mut Status) -> u32 {
    let number = unpack(bits, mode, status);
    let sign = (bits & SIGN) >> 16;
    match number.class {
        Class::Zero => sign,
        Class::Quiet | Class::Signalling if mode.alternative_half => {
            status.raise(Status::INVALID);
            sign
        }
        Class::Quiet | Class::Signalling => {
            if number.class == Class::Signalling {
                status.raise(Status::INVALID);
            }
            if mode.default_nan { 0x7e00 } else { sign | 0x7e00 | bits >> 13 & 0x1ff }
        }
        Class::Infinite if mode.alternative_half => {
            status.raise(Status::INVALID);
            sign | 0x7fff
        }
        Class::Infinite => sign | 0x7c00,
        Class::Finite => {
            let exact =
                Exact { negative: number.negative, mantissa: number.mantissa.into(), exponent: number.exponent };
            round::to_half(exact, mode, status)
        }
    }
}
