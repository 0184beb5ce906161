//! Half-precision formats: IEEE 754 binary16, and bfloat16 (the upper half of binary32). Rounding is to the nearest value,
//! to the even one of two that are equally near; what is too large becomes infinite, NaN stays NaN.
//!
//! The conversions have no branches that depend on values, only choices, so that the compiler can do many at once.

use crate::math::Arithmetic;

/// A format of 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// binary16: 11 significant bits, up to 65504.
    F16,
    /// bfloat16: 8 significant bits, the range of binary32.
    Bf16,
}

impl Format {
    /// `f16` or `bf16`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        }
    }

    /// Half of the distance between 1 and the next larger value: the largest relative error of rounding a normal value.
    #[must_use]
    pub fn unit_roundoff(self) -> f64 {
        match self {
            Self::F16 => 1.0 / 2048.0,
            Self::Bf16 => 1.0 / 256.0,
        }
    }

    /// Rounds each value of `from` into `to`.
    pub fn encode(self, math: Arithmetic, from: &[f32], to: &mut [u16]) {
        match self {
            Self::F16 => math.wide(|| to.iter_mut().zip(from).for_each(|(to, from)| *to = f16_from(*from))),
            Self::Bf16 => math.wide(|| to.iter_mut().zip(from).for_each(|(to, from)| *to = bf16_from(*from))),
        }
    }

    /// Widens each value of `from` into `to`, which is exact.
    pub fn decode(self, math: Arithmetic, from: &[u16], to: &mut [f32]) {
        match self {
            Self::F16 => math.wide(|| to.iter_mut().zip(from).for_each(|(to, from)| *to = f32_from_f16(*from))),
            Self::Bf16 => math.wide(|| to.iter_mut().zip(from).for_each(|(to, from)| *to = f32_from_bf16(*from))),
        }
    }
}

/// The sign of a binary32.
const SIGN: u32 = 0x8000_0000;
/// The infinity of a binary32.
const INFINITY: u32 = 0x7f80_0000;
/// 2^16 as a binary32: whatever is not below rounds to infinity.
const TOO_LARGE: u32 = (127 + 16) << 23;
/// 2^-14 as a binary32: what is below has no normal binary16.
const NORMAL: u32 = (127 - 14) << 23;
/// 2^-1 as a binary32: added to a value below 2^-14, it leaves multiples of 2^-24 in the low bits, rounded by the addition.
const ALIGN: u32 = (127 - 1) << 23;

#[inline(always)]
fn f16_from(value: f32) -> u16 {
    let bits = value.to_bits();
    let size = bits & !SIGN;
    let special = if size > INFINITY { 0x7e00 } else { 0x7c00 };
    let subnormal = (f32::from_bits(size) + f32::from_bits(ALIGN)).to_bits().wrapping_sub(ALIGN);
    // Moves the exponent's zero from 127 to 15 and rounds: half a unit less one, and one more where the value is odd.
    let moved = size.wrapping_sub((127 - 15) << 23).wrapping_add(0xfff).wrapping_add((size >> 13) & 1);
    let small = if size < NORMAL { subnormal } else { moved >> 13 };
    let found = if size >= TOO_LARGE { special } else { small };
    (found | ((bits & SIGN) >> 16)) as u16
}

#[inline(always)]
fn f32_from_f16(value: u16) -> f32 {
    let value = u32::from(value);
    let size = (value & 0x7fff) << 13;
    let exponent = size & (0x7c00 << 13);
    let normal = size + ((127 - 15) << 23);
    let special = normal + ((128 - 16) << 23);
    let subnormal = (f32::from_bits(normal + (1 << 23)) - f32::from_bits(NORMAL)).to_bits();
    let finite = if exponent == 0 { subnormal } else { normal };
    let found = if exponent == (0x7c00 << 13) { special } else { finite };
    f32::from_bits(found | ((value & 0x8000) << 16))
}

#[inline(always)]
fn bf16_from(value: f32) -> u16 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff).wrapping_add((bits >> 16) & 1);
    let nan = bits | 0x0040_0000;
    let found = if bits & !SIGN > INFINITY { nan } else { rounded };
    (found >> 16) as u16
}

#[inline(always)]
fn f32_from_bf16(value: u16) -> f32 {
    f32::from_bits(u32::from(value) << 16)
}

#[cfg(test)]
mod tests {
    use super::Format;
    use crate::math::all;
    use crate::seed::Seed;

    /// The value of a binary16 from its definition (IEEE 754-2019, section 3.4).
    fn f16_defined(bits: u16) -> f64 {
        let (exponent, fraction) = (i32::from((bits >> 10) & 31), f64::from(bits & 1023));
        let size = match exponent {
            0 => fraction * 2f64.powi(-24),
            31 if fraction == 0.0 => f64::INFINITY,
            31 => f64::NAN,
            _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
        };
        if bits & 0x8000 == 0 { size } else { -size }
    }

    #[test]
    fn every_binary16_widens_to_its_value_and_comes_back() {
        let halves: Vec<u16> = (0..=u16::MAX).collect();
        for math in all() {
            let mut wide = vec![0.0; halves.len()];
            Format::F16.decode(math, &halves, &mut wide);
            let mut back = vec![0; halves.len()];
            Format::F16.encode(math, &wide, &mut back);
            for ((half, wide), back) in halves.iter().zip(&wide).zip(&back) {
                let wanted = f16_defined(*half);
                if wanted.is_nan() {
                    assert!(wide.is_nan() && f16_defined(*back).is_nan());
                } else {
                    assert_eq!((f64::from(*wide), *back), (wanted, *half));
                }
            }
        }
    }

    #[test]
    fn rounding_takes_the_nearest_value_and_the_even_one_of_two() {
        let neighbours = |format: Format, low: u16, math| {
            let mut ends = [0.0; 2];
            format.decode(math, &[low, low + 1], &mut ends);
            ends
        };
        let mut seed = Seed::new(4);
        for math in all() {
            for format in [Format::F16, Format::Bf16] {
                // Finite values with a finite one above, of all magnitudes.
                let lows = (0..5000).map(|_| (seed.below(0x7bff)) as u16);
                for low in lows {
                    let [below, above] = neighbours(format, low, math);
                    let middle = below / 2.0 + above / 2.0;
                    let up = f32::from_bits(middle.to_bits() + 1);
                    let down = f32::from_bits(middle.to_bits() - 1);
                    let mut found = [0; 4];
                    format.encode(math, &[middle, up, down, -up], &mut found);
                    let even = low + (low & 1);
                    assert_eq!(found, [even, low + 1, low, (low + 1) | 0x8000], "{} {low:#x}", format.name());
                }
            }
        }
    }

    #[test]
    fn what_is_too_large_is_infinite_and_what_is_no_number_stays_none() {
        for math in all() {
            let mut found = [0; 5];
            let values = [65_519.0, 65_520.0, f32::MAX, f32::NEG_INFINITY, f32::NAN];
            Format::F16.encode(math, &values, &mut found);
            assert_eq!(found[..4], [0x7bff, 0x7c00, 0x7c00, 0xfc00]);
            assert!(f16_defined(found[4]).is_nan());
            Format::Bf16.encode(math, &values, &mut found);
            let mut wide = [0.0; 5];
            Format::Bf16.decode(math, &found, &mut wide);
            assert_eq!(wide[2..4], [f32::INFINITY, f32::NEG_INFINITY]);
            assert!(wide[4].is_nan());
        }
    }
}
