//! The reductions over a vector type; what is left behind the last whole vector of a row is done value by value.

use hil_kernels::tensor::exp::exp;
use pulp::{Simd, WithSimd};

use super::{CUBIC, SQRT_2_OVER_PI, gelu_slope};

pub(super) struct Largest<'a> {
    pub(super) columns: usize,
    pub(super) x: &'a [f32],
    pub(super) largest: &'a mut [f32],
}

impl WithSimd for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, largest) in self.x.chunks_exact(self.columns).zip(self.largest) {
            let (x, rest) = S::as_simd_f32s(x);
            let larger = |a, b| simd.select_f32s(simd.greater_than_f32s(b, a), b, a);
            let most = x.iter().fold(simd.splat_f32s(*largest), |most, x| larger(most, *x));
            *largest = rest.iter().fold(simd.reduce_max_f32s(most), |most, x| most.max(*x));
        }
    }
}

pub(super) struct Exp<'a> {
    pub(super) columns: usize,
    pub(super) x: &'a mut [f32],
    pub(super) largest: &'a [f32],
    pub(super) sums: &'a mut [f32],
}

impl WithSimd for Exp<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for ((x, largest), sum) in self.x.chunks_exact_mut(self.columns).zip(self.largest).zip(self.sums) {
            let (x, rest) = S::as_mut_simd_f32s(x);
            let from = simd.splat_f32s(*largest);
            let mut total = simd.splat_f32s(0.0);
            for x in x {
                *x = exp(simd, simd.sub_f32s(*x, from));
                total = simd.add_f32s(total, *x);
            }
            *sum = simd.reduce_sum_f32s(total);
            if !rest.is_empty() {
                // Lanes behind the last value are not stored, so what they hold is left out of the sum.
                let last = exp(simd, simd.sub_f32s(simd.partial_load_f32s(rest), from));
                simd.partial_store_f32s(rest, last);
                *sum += rest.iter().sum::<f32>();
            }
        }
    }
}

pub(super) struct Dots<'a> {
    pub(super) columns: usize,
    pub(super) a: &'a [f32],
    pub(super) b: &'a [f32],
    pub(super) dots: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for ((a, b), dot) in self.a.chunks_exact(self.columns).zip(self.b.chunks_exact(self.columns)).zip(self.dots) {
            let ((a, a_rest), (b, b_rest)) = (S::as_simd_f32s(a), S::as_simd_f32s(b));
            // Two sums, because one alone would wait for each addition.
            let mut sums = [simd.splat_f32s(0.0); 2];
            for (a, b) in a.chunks(2).zip(b.chunks(2)) {
                for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                    *sum = simd.mul_add_e_f32s(*a, *b, *sum);
                }
            }
            let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
            *dot = simd.reduce_sum_f32s(simd.add_f32s(sums[0], sums[1])) + rest;
        }
    }
}

pub(super) struct GeluBackward<'a> {
    pub(super) x: &'a [f32],
    pub(super) gradient: &'a mut [f32],
}

impl WithSimd for GeluBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let splat = |value| simd.splat_f32s(value);
        let (x, x_rest) = S::as_simd_f32s(self.x);
        let (gradient, rest) = S::as_mut_simd_f32s(self.gradient);
        for (gradient, x) in gradient.iter_mut().zip(x) {
            let x = *x;
            let square = simd.mul_f32s(x, x);
            let inner = simd.mul_f32s(x, simd.mul_add_e_f32s(square, splat(CUBIC), splat(1.0)));
            // 1 + tanh(u) is 2 s with s = e / (e + 1) and e = exp(2u); above 40 it is 2 in single precision.
            let twice = simd.min_f32s(simd.mul_f32s(inner, splat(2.0 * SQRT_2_OVER_PI)), splat(40.0));
            let e = exp(simd, twice);
            let s = simd.div_f32s(e, simd.add_f32s(e, splat(1.0)));
            // 1 - tanh(u)^2 is 4 s (1 - s).
            let bend = simd.mul_f32s(s, simd.sub_f32s(splat(1.0), s));
            let inner_slope = simd.mul_add_e_f32s(square, splat(3.0 * CUBIC), splat(1.0));
            let bend = simd.mul_f32s(simd.mul_f32s(bend, x), inner_slope);
            let slope = simd.mul_add_e_f32s(bend, splat(2.0 * SQRT_2_OVER_PI), s);
            *gradient = simd.mul_f32s(*gradient, slope);
        }
        for (gradient, x) in rest.iter_mut().zip(x_rest) {
            *gradient *= gelu_slope(*x);
        }
    }
}
