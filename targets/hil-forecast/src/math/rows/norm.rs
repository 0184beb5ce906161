//! Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450): each row to mean 0 and variance 1, then a gain and a shift
//! for each column; and its gradients.

use pulp::{Simd, WithSimd};

use crate::math::Arithmetic;

/// Added to the variance, so that a constant row does not divide by 0.
const EPSILON: f32 = 1e-5;

/// The gain and the shift of each column.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'a> {
    /// What each column is multiplied by.
    pub gain: &'a [f32],
    /// What each column is moved by.
    pub shift: &'a [f32],
}

impl Arithmetic {
    /// Normalises the rows of `x` into `y`, and notes of each row its mean and what it was multiplied by.
    pub fn normalise(self, norm: Norm<'_>, x: &[f32], y: &mut [f32], of_rows: &mut [[f32; 2]]) {
        match self {
            Self::Scalar => {
                let columns = norm.gain.len().max(1);
                for ((x, y), of_row) in x.chunks_exact(columns).zip(y.chunks_exact_mut(columns)).zip(of_rows) {
                    let mean = x.iter().sum::<f32>() / columns as f32;
                    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / columns as f32;
                    *of_row = finish(norm, mean, variance, x, y);
                }
            }
            Self::Vectorised(vector) => vector.run(Forward { norm, x, y, of_rows }),
        }
    }

    /// Turns `gradient`, that by the result, into that by `x`, and adds to `by_norm` the gradients by gain and shift.
    pub fn normalise_backward(
        self,
        norm: Norm<'_>,
        x: &[f32],
        of_rows: &[[f32; 2]],
        gradient: &mut [f32],
        by_norm: [&mut [f32]; 2],
    ) {
        match self {
            Self::Scalar => {
                let columns = norm.gain.len().max(1);
                let [by_gain, by_shift] = by_norm;
                for ((x, gradient), of_row) in
                    x.chunks_exact(columns).zip(gradient.chunks_exact_mut(columns)).zip(of_rows)
                {
                    weigh(norm, *of_row, x, gradient, by_gain, by_shift);
                    let [mean, rate] = *of_row;
                    let along_one = gradient.iter().sum::<f32>();
                    let along_x =
                        gradient.iter().zip(x).map(|(gradient, x)| gradient * ((x - mean) * rate)).sum::<f32>();
                    take_off(*of_row, along_one, along_x, x, gradient);
                }
            }
            Self::Vectorised(vector) => vector.run(Backward { norm, x, of_rows, gradient, by_norm }),
        }
    }
}

#[inline(always)]
fn finish(norm: Norm<'_>, mean: f32, variance: f32, x: &[f32], y: &mut [f32]) -> [f32; 2] {
    let rate = 1.0 / (variance + EPSILON).sqrt();
    for (((y, x), gain), shift) in y.iter_mut().zip(x).zip(norm.gain).zip(norm.shift) {
        *y = (x - mean) * rate * gain + shift;
    }
    [mean, rate]
}

/// Adds a row to the gradients by gain and shift, and multiplies the row's gradient by the gain.
#[inline(always)]
fn weigh(
    norm: Norm<'_>,
    [mean, rate]: [f32; 2],
    x: &[f32],
    gradient: &mut [f32],
    by_gain: &mut [f32],
    by_shift: &mut [f32],
) {
    let sums = by_gain.iter_mut().zip(by_shift);
    for (((gradient, x), gain), (by_gain, by_shift)) in gradient.iter_mut().zip(x).zip(norm.gain).zip(sums) {
        *by_gain += *gradient * ((x - mean) * rate);
        *by_shift += *gradient;
        *gradient *= gain;
    }
}

/// Takes off a row's gradient what mean and variance keep from passing.
#[inline(always)]
fn take_off([mean, rate]: [f32; 2], along_one: f32, along_x: f32, x: &[f32], gradient: &mut [f32]) {
    let columns = x.len() as f32;
    let (along_one, along_x) = (along_one / columns, along_x / columns);
    for (gradient, x) in gradient.iter_mut().zip(x) {
        *gradient = rate * (*gradient - along_one - (x - mean) * rate * along_x);
    }
}

struct Forward<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    y: &'a mut [f32],
    of_rows: &'a mut [[f32; 2]],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.norm.gain.len().max(1);
        for ((x, y), of_row) in self.x.chunks_exact(columns).zip(self.y.chunks_exact_mut(columns)).zip(self.of_rows) {
            let (lanes, rest) = S::as_simd_f32s(x);
            let sum = lanes.iter().fold(simd.splat_f32s(0.0), |sum, x| simd.add_f32s(sum, *x));
            let mean = (simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()) / columns as f32;
            let means = simd.splat_f32s(mean);
            let squares = lanes.iter().fold(simd.splat_f32s(0.0), |sum, x| {
                let off = simd.sub_f32s(*x, means);
                simd.mul_add_e_f32s(off, off, sum)
            });
            let rest: f32 = rest.iter().map(|x| (x - mean) * (x - mean)).sum();
            let variance = (simd.reduce_sum_f32s(squares) + rest) / columns as f32;
            *of_row = finish(self.norm, mean, variance, x, y);
        }
    }
}

struct Backward<'a> {
    norm: Norm<'a>,
    x: &'a [f32],
    of_rows: &'a [[f32; 2]],
    gradient: &'a mut [f32],
    by_norm: [&'a mut [f32]; 2],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.norm.gain.len().max(1);
        let [by_gain, by_shift] = self.by_norm;
        for ((x, gradient), of_row) in
            self.x.chunks_exact(columns).zip(self.gradient.chunks_exact_mut(columns)).zip(self.of_rows)
        {
            weigh(self.norm, *of_row, x, gradient, by_gain, by_shift);
            let [mean, rate] = *of_row;
            let (means, rates) = (simd.splat_f32s(mean), simd.splat_f32s(rate));
            let ((x_lanes, x_rest), (lanes, rest)) = (S::as_simd_f32s(x), S::as_simd_f32s(gradient));
            let mut along_one = simd.splat_f32s(0.0);
            let mut along_x = simd.splat_f32s(0.0);
            for (gradient, x) in lanes.iter().zip(x_lanes) {
                along_one = simd.add_f32s(along_one, *gradient);
                let normal = simd.mul_f32s(simd.sub_f32s(*x, means), rates);
                along_x = simd.mul_add_e_f32s(*gradient, normal, along_x);
            }
            let along_one = simd.reduce_sum_f32s(along_one) + rest.iter().sum::<f32>();
            let rest: f32 = rest.iter().zip(x_rest).map(|(gradient, x)| gradient * ((x - mean) * rate)).sum();
            let along_x = simd.reduce_sum_f32s(along_x) + rest;
            take_off(*of_row, along_one, along_x, x, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Norm;
    use crate::math::{Arithmetic, all};
    use crate::seed::Seed;
    use hil_kernels::tensor::relative_error;

    fn values(seed: u64, n: usize) -> Vec<f32> {
        let mut seed = Seed::new(seed);
        (0..n).map(|_| seed.value()).collect()
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        const COLUMNS: usize = 19;
        let (x, gain, shift) = (values(1, 2 * COLUMNS), values(2, COLUMNS), values(3, COLUMNS));
        let by_result = values(4, 2 * COLUMNS);
        let loss = |x: &[f32], gain: &[f32], shift: &[f32]| -> f64 {
            let mut y = vec![0.0; x.len()];
            Arithmetic::Scalar.normalise(Norm { gain, shift }, x, &mut y, &mut [[0.0; 2]; 2]);
            y.iter().zip(&by_result).map(|(y, g)| f64::from(*y) * f64::from(*g)).sum()
        };
        let slope = |of: &dyn Fn(f32) -> f64| (of(1e-2) - of(-1e-2)) / 2e-2;
        let moved = |values: &[f32], at: usize, by: f32| {
            let mut values = values.to_vec();
            values[at] += by;
            values
        };
        for math in all() {
            let norm = Norm { gain: &gain, shift: &shift };
            let (mut y, mut of_rows) = (vec![0.0; x.len()], [[0.0; 2]; 2]);
            math.normalise(norm, &x, &mut y, &mut of_rows);
            let (mut by_gain, mut by_shift) = (vec![0.0; COLUMNS], vec![0.0; COLUMNS]);
            let mut gradient = by_result.clone();
            math.normalise_backward(norm, &x, &of_rows, &mut gradient, [&mut by_gain, &mut by_shift]);
            let name = math.name();
            for (at, found) in gradient.iter().enumerate() {
                let wanted = slope(&|by| loss(&moved(&x, at, by), &gain, &shift));
                assert!((f64::from(*found) - wanted).abs() < 2e-3, "{name} x {at}: {found} {wanted}");
            }
            for at in 0..COLUMNS {
                let wanted = slope(&|by| loss(&x, &moved(&gain, at, by), &shift));
                assert!((f64::from(by_gain[at]) - wanted).abs() < 1e-3, "{name} gain {at}");
                let wanted = slope(&|by| loss(&x, &gain, &moved(&shift, at, by)));
                assert!((f64::from(by_shift[at]) - wanted).abs() < 1e-3, "{name} shift {at}");
            }
        }
    }

    #[test]
    fn rows_have_mean_0_and_variance_1_and_all_code_agrees() {
        let x: Vec<f32> = values(5, 4 * 37).iter().map(|value| 3.0 * value + 7.0).collect();
        let norm = Norm { gain: &[1.0; 37], shift: &[0.0; 37] };
        let mut wanted = vec![0.0; x.len()];
        Arithmetic::Scalar.normalise(norm, &x, &mut wanted, &mut [[0.0; 2]; 4]);
        for row in wanted.chunks(37) {
            assert!((row.iter().sum::<f32>() / 37.0).abs() < 1e-5);
            assert!((row.iter().map(|y| y * y).sum::<f32>() / 37.0 - 1.0).abs() < 1e-4);
        }
        for math in all() {
            let mut y = vec![f32::NAN; x.len()];
            math.normalise(norm, &x, &mut y, &mut [[0.0; 2]; 4]);
            assert!(relative_error(&y, &wanted) < 1e-5, "{}", math.name());
        }
    }
}
