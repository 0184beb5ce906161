//! The common cases of arithmetic on the host's floating-point unit.
//!
//! In round-to-nearest, when all operands are zero or normal and the result is normal and larger than the smallest
//! normal number, IEEE 754 leaves one result, and inexact is the only exception that can have happened: no operand
//! was flushed, and nothing overflowed or was tiny before rounding. Each function gives `None` outside of that.
//! Whether the result is inexact is found in `f64`, where products of singles are exact and the error of a sum can
//! be computed without error (Knuth, TAOCP volume 2, 4.2.2, theorem B); no flags of the host are read.

use crate::float::{SIGN, Status};

/// A result, and the exceptions besides those that were already known.
pub type Fast = Option<(u32, u32)>;

/// FPSCR.IXC and the like before the operation: what is set there need not be found out again.
pub type Known = u32;

/// Whether `bits` are a zero or a normal number.
#[inline(always)]
fn plain(bits: u32) -> bool {
    let magnitude = bits & !SIGN;
    magnitude.wrapping_sub(0x0080_0000) < 0x7f00_0000 || magnitude == 0
}

/// Whether a result lies strictly between the smallest normal number and infinity. The smallest normal number itself
/// may have been rounded up from a tiny one.
#[inline(always)]
fn inside(bits: u32) -> bool {
    (bits & !SIGN).wrapping_sub(0x0080_0001) < 0x7eff_ffff
}

#[inline(always)]
fn result(bits: u32, known: Known, inexact: impl FnOnce() -> bool) -> Fast {
    let unknown = known & Status::INEXACT == 0;
    Some((bits, if unknown && inexact() { Status::INEXACT } else { 0 }))
}

#[inline(always)]
fn wide(bits: u32) -> f64 {
    f64::from(f32::from_bits(bits))
}

/// `a + b` rounded to `f64`, and the error of that.
#[inline(always)]
fn sum_with_error(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// `a + b`.
#[inline(always)]
pub fn add(a: u32, b: u32, known: Known) -> Fast {
    let sum = (f32::from_bits(a) + f32::from_bits(b)).to_bits();
    // A sum of normal numbers that is zero is exact: its terms cancel.
    if !(plain(a) && plain(b) && (inside(sum) || sum & !SIGN == 0)) {
        return None;
    }
    result(sum, known, || {
        let (rounded, error) = sum_with_error(wide(a), wide(b));
        rounded != wide(sum) || error != 0.0
    })
}

/// `a * b`.
#[inline(always)]
pub fn mul(a: u32, b: u32, known: Known) -> Fast {
    let product = (f32::from_bits(a) * f32::from_bits(b)).to_bits();
    if !(plain(a) && plain(b) && (inside(product) || (a & !SIGN == 0 || b & !SIGN == 0))) {
        return None;
    }
    result(product, known, || wide(a) * wide(b) != wide(product))
}

/// `a / b`.
#[inline(always)]
pub fn div(a: u32, b: u32, known: Known) -> Fast {
    let quotient = (f32::from_bits(a) / f32::from_bits(b)).to_bits();
    if !(plain(a) && plain(b) && inside(quotient)) {
        return None;
    }
    result(quotient, known, || wide(quotient) * wide(b) != wide(a))
}

/// The square root of `a`.
#[inline(always)]
pub fn sqrt(a: u32, known: Known) -> Fast {
    let root = f32::from_bits(a).sqrt().to_bits();
    // The root of a normal number is well inside; that of a negative one is not.
    if !(plain(a) && inside(root)) {
        return None;
    }
    result(root, known, || wide(root) * wide(root) != wide(a))
}

/// `addend + a * b`, rounded once.
///
/// The sum in `f64` is rounded to odd with the help of its error; a second rounding to at most 51 bits is then as good
/// as a single one (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums", 2008).
#[inline(always)]
pub fn fma(addend: u32, a: u32, b: u32, known: Known) -> Fast {
    if !(plain(addend) && plain(a) && plain(b)) {
        return None;
    }
    let (sum, error) = sum_with_error(wide(addend), wide(a) * wide(b));
    let bits = sum.to_bits();
    // Towards the error by one unit when that makes the last bit odd; an odd one already tells of the error.
    let odd = if error == 0.0 || bits & 1 == 1 {
        bits
    } else if (error > 0.0) == (sum > 0.0) {
        bits + 1
    } else {
        bits - 1
    };
    let rounded = (f64::from_bits(odd) as f32).to_bits();
    if !inside(rounded) {
        return None;
    }
    result(rounded, known, || error != 0.0 || sum != wide(rounded))
}

/// NZCV, as bits 3:0, of comparing `a` with `b`.
#[inline(always)]
pub fn compare(a: u32, b: u32) -> Option<u32> {
    if !(plain(a) && plain(b)) {
        return None;
    }
    let (a, b) = (f32::from_bits(a), f32::from_bits(b));
    Some(if a == b {
        0b0110
    } else if a < b {
        0b1000
    } else {
        0b0010
    })
}

/// An integer as a single.
#[inline(always)]
pub fn from_int(value: i64, known: Known) -> Fast {
    let single = (value as f32).to_bits();
    result(single, known, || wide(single) != value as f64)
}

/// A single as an integer of 32 bits, rounded towards zero.
#[inline(always)]
pub fn to_int<const SIGNED: bool>(bits: u32, known: Known) -> Fast {
    let value = f32::from_bits(bits);
    // A fraction below 0 is still in the range of the natural numbers: it rounds to 0.
    let fits = if SIGNED {
        (-2_147_483_648.0..2_147_483_648.0).contains(&value)
    } else {
        value > -1.0 && value < 4_294_967_296.0
    };
    if !(plain(bits) && fits) {
        return None;
    }
    let integer = value as i64;
    result(integer as u32, known, || integer as f64 != f64::from(value))
}
