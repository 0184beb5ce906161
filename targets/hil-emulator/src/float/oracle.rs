//! A second opinion for tests: what an operation must give, from the host's `f32` and `f64` and from comparisons alone.
//!
//! The exact result is never computed; it is only compared with numbers that an `f64` holds.

use std::cmp::Ordering;

use proptest::prelude::{Strategy, any, prop_oneof};

use super::{Mode, Rounding, SIGN, Status};

/// A result and its exceptions.
pub type Expected = (u32, u32);

/// The exact result of an operation with finite operands.
pub struct Truth<C> {
    /// The result in round-to-nearest.
    pub nearest: f32,
    /// Compares the exact result with a number of at most 26 significant bits.
    pub compare: C,
    /// Whether an exact zero comes from terms of different sign.
    pub cancels: bool,
}

impl<C: Fn(f64) -> Ordering> Truth<C> {
    /// What the operation gives in `mode`.
    pub fn expected(&self, mode: Mode) -> Expected {
        let compare = &self.compare;
        let nearest = self.nearest;
        let negative = match compare(0.0) {
            Ordering::Equal if self.cancels => {
                return (if mode.rounding == Rounding::Down { SIGN } else { 0 }, 0);
            }
            Ordering::Equal => return (nearest.to_bits(), 0),
            sign => sign == Ordering::Less,
        };
        let smallest = f64::from(f32::MIN_POSITIVE);
        let tiny = if negative { compare(-smallest).is_gt() } else { compare(smallest).is_lt() };
        if tiny && mode.flush_to_zero {
            return (if negative { SIGN } else { 0 }, Status::UNDERFLOW);
        }
        // The side of `nearest` on which the exact result lies.
        let side = if nearest.is_infinite() {
            if negative { Ordering::Greater } else { Ordering::Less }
        } else {
            compare(nearest.into())
        };
        let up = side == Ordering::Greater;
        let rounded = match (mode.rounding, side) {
            (_, Ordering::Equal) | (Rounding::Nearest, _) => nearest,
            (Rounding::Up, _) => {
                if up {
                    nearest.next_up()
                } else {
                    nearest
                }
            }
            (Rounding::Down, _) => {
                if up {
                    nearest
                } else {
                    nearest.next_down()
                }
            }
            (Rounding::Zero, _) => match (negative, up) {
                (false, true) | (true, false) => nearest,
                (false, false) => nearest.next_down(),
                (true, true) => nearest.next_up(),
            },
        };
        let mut exceptions = 0;
        if side != Ordering::Equal {
            exceptions |= Status::INEXACT;
            if tiny {
                exceptions |= Status::UNDERFLOW;
            }
            let limit = 2f64.powi(128);
            let beyond = if negative { compare(-limit).is_le() } else { compare(limit).is_ge() };
            if rounded.is_infinite() || beyond {
                exceptions |= Status::OVERFLOW;
            }
        }
        (rounded.to_bits(), exceptions)
    }
}

/// Compares `a + b` with a number: `f64` addition gives the sum and its exact error.
pub fn compare_sum(a: f64, b: f64) -> impl Fn(f64) -> Ordering {
    let sum = a + b;
    let part = sum - a;
    let error = (a - (sum - part)) + (b - part);
    move |x| sum.total_cmp_numbers(x).then(error.total_cmp_numbers(0.0))
}

/// Comparison of numbers that are not NaN, with both zeros equal.
pub trait Numbers {
    /// The order of two numbers.
    fn total_cmp_numbers(self, other: Self) -> Ordering;
}

impl Numbers for f64 {
    fn total_cmp_numbers(self, other: Self) -> Ordering {
        self.partial_cmp(&other).unwrap()
    }
}

/// What flush-to-zero leaves of an operand, and the exception of that.
pub fn flushed(bits: u32, mode: Mode) -> (f32, u32) {
    let value = f32::from_bits(bits);
    if mode.flush_to_zero && value.is_subnormal() {
        (f32::from_bits(bits & SIGN), Status::INPUT_DENORMAL)
    } else {
        (value, 0)
    }
}

/// All modes of rounding with and without flush-to-zero.
pub fn modes() -> impl Strategy<Value = Mode> {
    (0u32..8).prop_map(|bits| Mode::from_fpscr(bits << 22))
}

/// Bits of singles: any, small exponents, exponents around one, few significant bits, and the edges of the format.
pub fn bits() -> impl Strategy<Value = u32> {
    let edges = [
        0,
        1,
        2,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x3f80_0000,
        0x7f7f_ffff,
        0x7f80_0000,
        0x7f80_0001,
        0x7fc0_0000,
    ];
    prop_oneof![
        3 => any::<u32>(),
        3 => (any::<u32>(), 120u32..136).prop_map(|(bits, exponent)| bits & 0x807f_ffff | exponent << 23),
        2 => (any::<u32>(), 0u32..4).prop_map(|(bits, exponent)| bits & 0x807f_ffff | exponent << 23),
        1 => (any::<u32>(), 250u32..255).prop_map(|(bits, exponent)| bits & 0x807f_ffff | exponent << 23),
        2 => (any::<u32>(), 0u32..24).prop_map(|(bits, zeros)| bits >> zeros << zeros),
        1 => (proptest::sample::select(edges.to_vec()), any::<bool>())
            .prop_map(|(bits, negative)| bits | u32::from(negative) << 31),
    ]
}

/// The same without infinities and NaNs.
pub fn finite() -> impl Strategy<Value = u32> {
    bits().prop_map(|bits| if f32::from_bits(bits).is_finite() { bits } else { bits & !(1 << 30) })
}

/// The configuration of the property tests: as many cases as `PROPTEST_CASES` asks for, or `cases`.
pub fn cases(cases: u32) -> proptest::test_runner::Config {
    let default = proptest::test_runner::Config::default();
    // 256 is the default of proptest: another number was asked for.
    let asked = default.cases != 256;
    proptest::test_runner::Config {
        cases: if asked { default.cases } else { cases },
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_260_131),
        failure_persistence: None,
        ..default
    }
}
