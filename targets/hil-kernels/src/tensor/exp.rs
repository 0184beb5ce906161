//! The exponential function of a whole vector, shared by the vectorised variants that need it.
//!
//! Range reduction to |r| <= ln 2 / 2 with a two-part ln 2 (Cody and Waite, Software Manual for the Elementary
//! Functions, 1980), then the Taylor polynomial of degree 7, whose remainder there is below 6e-9 of the result.

use pulp::Simd;

/// Above it the exponent field of 2^127 would overflow; arguments are limited to it. The result there is 2.4e38, and
/// none of the callers passes more: softmax passes at most 0, and for GELU anything above 20 is the same.
const HIGHEST: f32 = 88.37;
/// Below it the result would be subnormal; arguments are limited to it. The result there is 1.2e-38.
const LOWEST: f32 = -87.336_5;
/// 1.5 times 2 to the power of 23: adding it leaves the nearest integer in the low bits.
const MAGIC: f32 = 12_582_912.0;
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;
/// 1/7!, 1/6!, ..., 1/2!.
const POLYNOMIAL: [f32; 6] = [1.984_127e-4, 1.388_889e-3, 8.333_334e-3, 4.166_666_8e-2, 1.666_666_7e-1, 0.5];

/// e to the power of each lane. Relative error below 3e-7 between `LOWEST` and `HIGHEST`; outside, the value at the
/// nearer end, and 0 below -104. NaN stays NaN.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let splat = |value| simd.splat_f32s(value);
    let limited = simd.max_f32s(simd.min_f32s(x, splat(HIGHEST)), splat(LOWEST));
    let shifted = simd.mul_add_e_f32s(limited, splat(core::f32::consts::LOG2_E), splat(MAGIC));
    let n = simd.sub_f32s(shifted, splat(MAGIC));
    let r = simd.mul_add_e_f32s(n, splat(-LN2_HIGH), limited);
    let r = simd.mul_add_e_f32s(n, splat(-LN2_LOW), r);
    let mut p = splat(POLYNOMIAL[0]);
    for coefficient in &POLYNOMIAL[1..] {
        p = simd.mul_add_e_f32s(p, r, splat(*coefficient));
    }
    // 1 + r + r^2 p
    let e = simd.mul_add_e_f32s(simd.mul_f32s(r, r), p, simd.add_f32s(r, splat(1.0)));
    // 2^n goes into the exponent field: n is in the low bits of `shifted`.
    let bits = simd.transmute_u32s_f32s(shifted);
    let scale = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(23));
    let scale = simd.add_u32s(scale, simd.splat_u32s(0x3f80_0000));
    let result = simd.mul_f32s(e, simd.transmute_f32s_u32s(scale));
    let result = simd.select_f32s(simd.less_than_f32s(x, splat(-104.0)), splat(0.0), result);
    // A lane that equals itself is a number.
    simd.select_f32s(simd.equal_f32s(x, x), result, x)
}

#[cfg(test)]
mod tests {
    use pulp::{Simd, WithSimd};

    use super::{HIGHEST, LOWEST, exp};
    use crate::tensor::vector::Vector;

    /// The exponential of one value, as a vector has it in its first lane.
    struct One(f32);

    impl WithSimd for One {
        type Output = f32;

        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            let mut first = [0.0];
            simd.partial_store_f32s(&mut first, exp(simd, simd.splat_f32s(self.0)));
            first[0]
        }
    }

    #[test]
    fn it_is_as_exact_as_promised_and_has_the_promised_ends() {
        for vector in Vector::all() {
            let exp = |x: f32| vector.run(One(x));
            for step in 0u16..=20_000 {
                let x = (LOWEST + (HIGHEST - LOWEST) * f32::from(step) / 20_000.0).min(HIGHEST);
                let wanted = libm::exp(f64::from(x));
                let error = (f64::from(exp(x)) - wanted).abs() / wanted;
                assert!(error < 3e-7, "{}: exp({x}) is off by {error:e}", vector.name());
            }
            assert_eq!(exp(1000.0), exp(HIGHEST));
            assert_eq!(exp(-90.0), exp(LOWEST));
            assert_eq!((exp(-104.1), exp(f32::NEG_INFINITY)), (0.0, 0.0));
            assert!(exp(f32::NAN).is_nan());
        }
    }
}
