//! Every operation against the oracle, and the rules for NaN, infinity and zero against cases from the manual.

use std::cmp::Ordering;

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::oracle::{Numbers, Truth, bits, cases, compare_sum, finite, flushed, modes};
use super::{
    DEFAULT_NAN, Integer, Mode, Rounding, SIGN, Status, add, compare, div, fma, from_fixed, from_half, mul, sqrt, sub,
    to_fixed, to_half,
};

const PLAIN: u32 = 0;
const UP: u32 = 1 << 22;
const DOWN: u32 = 2 << 22;
const FZ: u32 = 1 << 24;
const DN: u32 = 1 << 25;
const AHP: u32 = 1 << 26;
const INF: u32 = 0x7f80_0000;
const ONE: u32 = 0x3f80_0000;
/// A quiet and a signalling NaN with payloads.
const QUIET: u32 = 0xffc0_1234;
const SIGNALLING: u32 = 0x7f80_5678;
const QUIETED: u32 = 0x7fc0_5678;

/// The result and the exceptions of an operation under a value of FPSCR.
fn under(fpscr: u32, operation: impl FnOnce(Mode, &mut Status) -> u32) -> (u32, u32) {
    in_mode(Mode::from_fpscr(fpscr), operation)
}

fn in_mode(mode: Mode, operation: impl FnOnce(Mode, &mut Status) -> u32) -> (u32, u32) {
    let mut status = Status::default();
    let result = operation(mode, &mut status);
    (result, status.0)
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn sums_agree_with_the_oracle(a in finite(), b in finite(), mode in modes()) {
        let ((x, first), (y, second)) = (flushed(a, mode), flushed(b, mode));
        for (minus, y) in [(false, y), (true, -y)] {
            let truth = Truth {
                nearest: x + y,
                compare: compare_sum(x.into(), y.into()),
                cancels: x.is_sign_negative() != y.is_sign_negative(),
            };
            let (result, exceptions) = truth.expected(mode);
            let found = in_mode(mode, |mode, status| if minus { sub(a, b, mode, status) } else { add(a, b, mode, status) });
            prop_assert_eq!(found, (result, exceptions | first | second), "minus: {}", minus);
        }
    }

    #[test]
    fn products_agree_with_the_oracle(a in finite(), b in finite(), mode in modes()) {
        let ((x, first), (y, second)) = (flushed(a, mode), flushed(b, mode));
        let product = f64::from(x) * f64::from(y);
        let truth = Truth { nearest: x * y, compare: move |z| product.total_cmp_numbers(z), cancels: false };
        let (result, exceptions) = truth.expected(mode);
        prop_assert_eq!(in_mode(mode, |mode, status| mul(a, b, mode, status)), (result, exceptions | first | second));
    }

    #[test]
    fn quotients_agree_with_the_oracle(a in finite(), b in finite(), mode in modes()) {
        // A divisor that is or becomes zero is the matter of another test.
        let b = if flushed(b, mode).0 == 0.0 { b | 1 << 23 } else { b };
        let ((x, first), (y, second)) = (flushed(a, mode), flushed(b, mode));
        let compare = move |z: f64| {
            let order = f64::from(x).total_cmp_numbers(z * f64::from(y));
            if y < 0.0 { order.reverse() } else { order }
        };
        let (result, exceptions) = Truth { nearest: x / y, compare, cancels: false }.expected(mode);
        prop_assert_eq!(in_mode(mode, |mode, status| div(a, b, mode, status)), (result, exceptions | first | second));
    }

    #[test]
    fn roots_agree_with_the_oracle(a in finite(), mode in modes()) {
        let a = a & !SIGN;
        let (x, first) = flushed(a, mode);
        let compare = move |z: f64| if z < 0.0 { Ordering::Greater } else { f64::from(x).total_cmp_numbers(z * z) };
        let (result, exceptions) = Truth { nearest: x.sqrt(), compare, cancels: false }.expected(mode);
        prop_assert_eq!(in_mode(mode, |mode, status| sqrt(a, mode, status)), (result, exceptions | first));
    }

    #[test]
    fn fused_sums_agree_with_the_oracle(c in finite(), a in finite(), b in finite(), mode in modes()) {
        let ((x, first), (y, second), (z, third)) = (flushed(a, mode), flushed(b, mode), flushed(c, mode));
        let truth = Truth {
            nearest: x.mul_add(y, z),
            compare: compare_sum(f64::from(x) * f64::from(y), z.into()),
            cancels: (x.is_sign_negative() != y.is_sign_negative()) != z.is_sign_negative(),
        };
        let (result, exceptions) = truth.expected(mode);
        prop_assert_eq!(
            in_mode(mode, |mode, status| fma(c, a, b, mode, status)),
            (result, exceptions | first | second | third)
        );
    }

    #[test]
    fn comparison_agrees_with_the_host(a in bits(), b in bits(), mode in modes()) {
        let ((x, first), (y, second)) = (flushed(a, mode), flushed(b, mode));
        let nzcv = match x.partial_cmp(&y) {
            Some(Ordering::Equal) => 0b0110,
            Some(Ordering::Less) => 0b1000,
            Some(Ordering::Greater) => 0b0010,
            None => 0b0011,
        };
        let signalling = |bits: u32| f32::from_bits(bits).is_nan() && bits >> 22 & 1 == 0;
        let invalid = signalling(a) || signalling(b);
        let exceptions = first | second;
        prop_assert_eq!(
            in_mode(mode, |mode, status| compare(a, b, true, mode, status)),
            (nzcv, exceptions | u32::from(invalid))
        );
        prop_assert_eq!(
            in_mode(mode, |mode, status| compare(a, b, false, mode, status)),
            (nzcv, exceptions | u32::from(nzcv == 0b0011))
        );
    }

    #[test]
    fn integers_become_the_nearest_singles(value in bits(), fraction in 0u32..33, signed: bool, wide: bool, mode in modes()) {
        let from = Integer { signed, width: if wide { 32 } else { 16 }, fraction };
        let number = match (signed, wide) {
            (true, true) => f64::from(value as i32),
            (false, true) => f64::from(value),
            (true, false) => f64::from(value as i16),
            (false, false) => f64::from(value as u16),
        } / 2f64.powi(fraction as i32);
        let truth = Truth { nearest: number as f32, compare: move |z| number.total_cmp_numbers(z), cancels: false };
        let found = in_mode(mode, |mode, status| from_fixed(value, from, mode, status));
        prop_assert_eq!(found, truth.expected(mode));
    }

    #[test]
    fn singles_become_integers(bits in bits(), fraction in 0u32..33, signed: bool, wide: bool, mode in modes()) {
        let width = if wide { 32 } else { 16 };
        let to = Integer { signed, width, fraction };
        let (value, mut exceptions) = flushed(bits, mode);
        let scaled = f64::from(value) * 2f64.powi(fraction as i32);
        let whole = match mode.rounding {
            Rounding::Nearest => scaled.round_ties_even(),
            Rounding::Up => scaled.ceil(),
            Rounding::Down => scaled.floor(),
            Rounding::Zero => scaled.trunc(),
        };
        let (low, high) = if signed {
            (-2f64.powi(width as i32 - 1), 2f64.powi(width as i32 - 1) - 1.0)
        } else {
            (0.0, 2f64.powi(width as i32) - 1.0)
        };
        let clamped = if whole.is_nan() { 0.0 } else { whole.clamp(low, high) };
        if clamped != whole {
            exceptions |= Status::INVALID;
        } else if whole != scaled {
            exceptions |= Status::INEXACT;
        }
        let found = in_mode(mode, |mode, status| to_fixed(bits, to, mode.rounding, mode, status));
        prop_assert_eq!(found, (clamped as i64 as u32, exceptions));
    }

    #[test]
    fn singles_become_half_precision(bits in finite(), near in 100u32..150, choose: bool, mode in modes(), alternative: bool) {
        let bits = if choose { (bits & 0x807f_ffff) | near << 23 } else { bits };
        let mode = Mode { alternative_half: alternative, ..mode };
        let (value, first) = flushed(bits, mode);
        let (result, exceptions) = nearest_half(value, mode);
        prop_assert_eq!(in_mode(mode, |mode, status| to_half(bits, mode, status)), (result, exceptions | first));
    }

    #[test]
    fn nan_operands_follow_the_manual(a in any::<u32>(), b in any::<u32>(), c in any::<u32>(), kinds in 0u32..27, dn: bool) {
        let make = |bits: u32, kind: u32| match kind {
            0 => bits & 0x807f_ffff | 0x3f80_0000,
            1 => bits | 0x7fc0_0000,
            _ => bits & 0x803f_ffff | 0x7f80_0001,
        };
        let kinds = [kinds % 3, kinds / 3 % 3, kinds / 9];
        let operands = [make(c, kinds[0]), make(a, kinds[1]), make(b, kinds[2])];
        let expected = |from: usize| {
            let first = |kind| (from..3).find(|index| kinds[*index] == kind);
            let chosen = first(2).or(first(1))?;
            let nan = if dn { DEFAULT_NAN } else { operands[chosen] | 1 << 22 };
            Some((nan, u32::from(kinds[chosen] == 2)))
        };
        let mode = Mode { default_nan: dn, ..Mode::from_fpscr(PLAIN) };
        let [c, a, b] = operands;
        if let Some(nan) = expected(1) {
            prop_assert_eq!(in_mode(mode, |mode, status| add(a, b, mode, status)), nan);
            prop_assert_eq!(in_mode(mode, |mode, status| sub(a, b, mode, status)), nan);
            prop_assert_eq!(in_mode(mode, |mode, status| mul(a, b, mode, status)), nan);
            prop_assert_eq!(in_mode(mode, |mode, status| div(a, b, mode, status)), nan);
        }
        if let Some(nan) = expected(2) {
            prop_assert_eq!(in_mode(mode, |mode, status| sqrt(b, mode, status)), nan);
        }
        if let Some(nan) = expected(0) {
            prop_assert_eq!(in_mode(mode, |mode, status| fma(c, a, b, mode, status)), nan);
        }
    }
}

/// The value of a half-precision number with the exponent field taken as a number, whatever it is.
fn half_value(bits: u32) -> f64 {
    let (field, fraction) = (bits >> 10 & 31, f64::from(bits & 0x3ff));
    let magnitude =
        if field == 0 { fraction * 2f64.powi(-24) } else { (1024.0 + fraction) * 2f64.powi(field as i32 - 25) };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// Half precision by search among all numbers of the format.
fn nearest_half(value: f32, mode: Mode) -> (u32, u32) {
    let sign = if value.is_sign_negative() { 1 << 15 } else { 0 };
    let magnitude = f64::from(value.abs());
    // The largest number of the format that is not above.
    let end = if mode.alternative_half { 0x8000 } else { 0x7c00 };
    let (mut below, mut above) = (0, end);
    while above - below > 1 {
        let middle = (below + above) / 2;
        if half_value(middle) <= magnitude {
            below = middle;
        } else {
            above = middle;
        }
    }
    let low = half_value(below);
    let step = if below >> 10 == 0 { 2f64.powi(-24) } else { 2f64.powi((below >> 10) as i32 - 25) };
    let rest = (magnitude - low) / step;
    let up = match mode.rounding {
        Rounding::Nearest => rest > 0.5 || (rest == 0.5 && below & 1 == 1),
        Rounding::Up => rest > 0.0 && sign == 0,
        Rounding::Down => rest > 0.0 && sign != 0,
        Rounding::Zero => false,
    };
    let rounded = below + u32::from(up);
    if rounded >= end || rest >= 1.0 {
        if mode.alternative_half {
            return (sign | 0x7fff, Status::INVALID);
        }
        let infinite = mode.rounding == Rounding::Nearest || up;
        return (sign | if infinite { 0x7c00 } else { 0x7bff }, Status::OVERFLOW | Status::INEXACT);
    }
    let tiny = magnitude != 0.0 && magnitude < 2f64.powi(-14);
    let inexact = rest != 0.0;
    (sign | rounded, if inexact { Status::INEXACT } else { 0 } | if inexact && tiny { Status::UNDERFLOW } else { 0 })
}

#[test]
fn every_half_precision_number_survives() {
    for half in 0..0x1_0000u32 {
        for fpscr in [PLAIN, FZ, DN, AHP] {
            let (single, exceptions) = under(fpscr, |mode, status| from_half(half, mode, status));
            let (sign, fraction) = ((half >> 15) << 31, half & 0x3ff);
            if half >> 10 & 31 != 31 || fpscr == AHP {
                assert_eq!(f64::from(f32::from_bits(single)), half_value(half), "{half:#06x}");
                assert_eq!((single & SIGN, exceptions), (sign, 0), "{half:#06x}");
                let back = under(fpscr, |mode, status| to_half(single, mode, status));
                assert_eq!(back, (half, 0));
            } else if fraction == 0 {
                assert_eq!((single, exceptions), (sign | INF, 0));
                assert_eq!(under(fpscr, |mode, status| to_half(single, mode, status)), (half, 0));
            } else {
                let nan = if fpscr == DN { DEFAULT_NAN } else { sign | 0x7fc0_0000 | fraction << 13 };
                assert_eq!((single, exceptions), (nan, u32::from(fraction < 0x200)), "{half:#06x}");
            }
        }
    }
}

#[test]
fn every_exponent_becomes_half_precision() {
    for exponent in 0..255u32 {
        for fraction in [0, 1, 0x1000, 0x1001, 0x3000, 0x2fff, 0x40_0000, 0x7f_efff, 0x7f_f000, 0x7f_ffff] {
            for fpscr in (0..16).map(|bits| bits << 22).chain([AHP, AHP | UP, AHP | DOWN, AHP | FZ]) {
                for sign in [0, SIGN] {
                    let (bits, mode) = (sign | exponent << 23 | fraction, Mode::from_fpscr(fpscr));
                    let (value, first) = flushed(bits, mode);
                    let (result, exceptions) = nearest_half(value, mode);
                    let found = in_mode(mode, |mode, status| to_half(bits, mode, status));
                    assert_eq!(found, (result, exceptions | first), "{bits:#010x} under {fpscr:#x}");
                }
            }
        }
    }
}

#[test]
fn half_precision_of_what_is_not_a_number() {
    let half = |bits, fpscr| under(fpscr, |mode, status| to_half(bits, mode, status));
    assert_eq!(half(QUIET, PLAIN), (0xfe00, 0));
    assert_eq!(half(0x7fc0_6000, PLAIN), (0x7e03, 0));
    assert_eq!(half(SIGNALLING, PLAIN), (0x7e02, Status::INVALID));
    assert_eq!(half(QUIET, DN), (0x7e00, 0));
    assert_eq!(half(QUIET, AHP), (0x8000, Status::INVALID));
    assert_eq!(half(INF | SIGN, AHP), (0xffff, Status::INVALID));
    assert_eq!(half(INF | SIGN, PLAIN), (0xfc00, 0));
}

#[test]
fn operations_without_a_result_are_invalid() {
    let none = (DEFAULT_NAN, Status::INVALID);
    let minus = |bits: u32| bits | SIGN;
    assert_eq!(under(PLAIN, |m, s| add(INF, minus(INF), m, s)), none);
    assert_eq!(under(PLAIN, |m, s| sub(INF, INF, m, s)), none);
    assert_eq!(under(PLAIN, |m, s| mul(0, INF, m, s)), none);
    assert_eq!(under(PLAIN, |m, s| mul(INF, minus(0), m, s)), none);
    assert_eq!(under(PLAIN, |m, s| div(0, minus(0), m, s)), none);
    assert_eq!(under(PLAIN, |m, s| div(INF, INF, m, s)), none);
    assert_eq!(under(PLAIN, |m, s| sqrt(minus(ONE), m, s)), none);
    assert_eq!(under(PLAIN, |m, s| sqrt(minus(INF), m, s)), none);
    assert_eq!(under(PLAIN, |m, s| fma(ONE, 0, INF, m, s)), none);
    assert_eq!(under(PLAIN, |m, s| fma(minus(INF), ONE, INF, m, s)), none);
    // Flush-to-zero makes a denormal number count as zero here too.
    let flushed = (DEFAULT_NAN, Status::INVALID | Status::INPUT_DENORMAL);
    assert_eq!(under(FZ, |m, s| mul(1, INF, m, s)), flushed);
    assert_eq!(under(PLAIN, |m, s| mul(1, INF, m, s)), (INF, 0));
}

#[test]
fn a_product_that_does_not_exist_hides_a_quiet_addend_only() {
    assert_eq!(under(PLAIN, |m, s| fma(QUIET, 0, INF, m, s)), (DEFAULT_NAN, Status::INVALID));
    assert_eq!(under(PLAIN, |m, s| fma(SIGNALLING, INF, 0, m, s)), (QUIETED, Status::INVALID));
    assert_eq!(under(PLAIN, |m, s| fma(QUIET, ONE, SIGNALLING, m, s)), (QUIETED, Status::INVALID));
    assert_eq!(under(PLAIN, |m, s| fma(QUIET, ONE, INF, m, s)), (QUIET, 0));
}

#[test]
fn infinities_and_zeros_go_through() {
    let minus = |bits: u32| bits | SIGN;
    assert_eq!(under(PLAIN, |m, s| add(INF, minus(ONE), m, s)), (INF, 0));
    assert_eq!(under(PLAIN, |m, s| sub(ONE, INF, m, s)), (minus(INF), 0));
    assert_eq!(under(PLAIN, |m, s| mul(minus(INF), ONE, m, s)), (minus(INF), 0));
    assert_eq!(under(PLAIN, |m, s| div(ONE, minus(INF), m, s)), (SIGN, 0));
    assert_eq!(under(PLAIN, |m, s| div(INF, 0, m, s)), (INF, 0));
    assert_eq!(under(PLAIN, |m, s| div(ONE, SIGN, m, s)), (minus(INF), Status::DIVIDE_BY_ZERO));
    assert_eq!(under(FZ, |m, s| div(ONE, 1, m, s)), (INF, Status::DIVIDE_BY_ZERO | Status::INPUT_DENORMAL));
    assert_eq!(under(PLAIN, |m, s| sqrt(SIGN, m, s)), (SIGN, 0));
    assert_eq!(under(FZ, |m, s| sqrt(SIGN | 1, m, s)), (SIGN, Status::INPUT_DENORMAL));
    assert_eq!(under(PLAIN, |m, s| sqrt(INF, m, s)), (INF, 0));
    assert_eq!(under(PLAIN, |m, s| fma(minus(INF), ONE, ONE, m, s)), (minus(INF), 0));
    assert_eq!(under(PLAIN, |m, s| fma(ONE, minus(INF), ONE, m, s)), (minus(INF), 0));
    assert_eq!(under(DOWN, |m, s| sub(ONE, ONE, m, s)), (SIGN, 0));
    assert_eq!(under(UP, |m, s| sub(ONE, ONE, m, s)), (0, 0));
}

#[test]
fn default_nan_replaces_every_nan() {
    assert_eq!(under(DN, |m, s| add(QUIET, ONE, m, s)), (DEFAULT_NAN, 0));
    assert_eq!(under(DN, |m, s| sqrt(SIGNALLING, m, s)), (DEFAULT_NAN, Status::INVALID));
}

#[test]
fn a_difference_keeps_the_sign_of_its_nan() {
    assert_eq!(under(PLAIN, |m, s| sub(ONE, QUIET, m, s)), (QUIET, 0));
}

#[test]
fn an_integer_out_of_range_saturates() {
    let word = |bits, signed| under(PLAIN, |m, s| to_fixed(bits, Integer::word(signed), Rounding::Zero, m, s));
    assert_eq!(word(INF, true), (0x7fff_ffff, Status::INVALID));
    assert_eq!(word(INF | SIGN, true), (0x8000_0000, Status::INVALID));
    assert_eq!(word(INF | SIGN, false), (0, Status::INVALID));
    assert_eq!(word(QUIET, false), (0, Status::INVALID));
    assert_eq!(word((-0.5f32).to_bits(), false), (0, Status::INEXACT));
    let half = Integer { signed: true, width: 16, fraction: 0 };
    let found = under(PLAIN, |m, s| to_fixed((-40_000f32).to_bits(), half, Rounding::Zero, m, s));
    assert_eq!(found, (0xffff_8000, Status::INVALID));
}
