//! Reductions along rows, and the curves whose gradients need an exponential.
//!
//! Every operation stands as plain code and over a vector type; [`super::Arithmetic`] chooses. Slices are whole rows; what
//! is behind the last whole row is left alone.

mod norm;
mod vectors;

use super::Arithmetic;

pub use norm::Norm;

/// sqrt(2/pi) and the cubic coefficient of the GELU's tanh form (Hendrycks and Gimpel, arXiv:1606.08415).
const SQRT_2_OVER_PI: f32 = 0.797_884_6;
const CUBIC: f32 = 0.044_715;

impl Arithmetic {
    /// Raises `largest` of each row to the row's largest value where that is more.
    pub fn largest_of_rows(self, columns: usize, x: &[f32], largest: &mut [f32]) {
        match self {
            Self::Scalar => {
                for (x, largest) in rows(columns, x).zip(largest) {
                    *largest = x.iter().fold(*largest, |most, x| most.max(*x));
                }
            }
            Self::Vectorised(vector) => vector.run(vectors::Largest { columns: columns.max(1), x, largest }),
        }
    }

    /// `x = exp(x - largest)` with the `largest` of each row, and the sum of each row. No value of a row is above its
    /// `largest`.
    pub fn exp_rows(self, columns: usize, x: &mut [f32], largest: &[f32], sums: &mut [f32]) {
        match self {
            Self::Scalar => {
                for ((x, largest), sum) in rows_mut(columns, x).zip(largest).zip(sums) {
                    *sum = 0.0;
                    for x in x {
                        *x = libm::expf(*x - largest);
                        *sum += *x;
                    }
                }
            }
            Self::Vectorised(vector) => vector.run(vectors::Exp { columns: columns.max(1), x, largest, sums }),
        }
    }

    /// The dot product of each row of `a` with that of `b`.
    pub fn dot_rows(self, columns: usize, a: &[f32], b: &[f32], dots: &mut [f32]) {
        match self {
            Self::Scalar => {
                for ((a, b), dot) in rows(columns, a).zip(rows(columns, b)).zip(dots) {
                    *dot = a.iter().zip(b).map(|(a, b)| a * b).sum();
                }
            }
            Self::Vectorised(vector) => vector.run(vectors::Dots { columns: columns.max(1), a, b, dots }),
        }
    }

    /// `gradient = p (gradient - dot)` with the `dot` of each row: the gradient of a softmax with the result `p`, where
    /// `dot` is the dot product of `p` and the gradient by `p`.
    pub fn softmax_backward(self, columns: usize, p: &[f32], dots: &[f32], gradient: &mut [f32]) {
        self.wide(|| {
            for ((p, gradient), dot) in rows(columns, p).zip(rows_mut(columns, gradient)).zip(dots) {
                gradient.iter_mut().zip(p).for_each(|(gradient, p)| *gradient = p * (*gradient - dot));
            }
        });
    }

    /// Multiplies each row of `x` by its factor.
    pub fn scale_rows(self, columns: usize, x: &mut [f32], factors: &[f32]) {
        self.wide(|| {
            for (x, factor) in rows_mut(columns, x).zip(factors) {
                x.iter_mut().for_each(|x| *x *= factor);
            }
        });
    }

    /// Multiplies `gradient` by the slope of the GELU at `x`.
    pub fn gelu_backward(self, x: &[f32], gradient: &mut [f32]) {
        match self {
            Self::Scalar => {
                for (x, gradient) in x.iter().zip(gradient) {
                    *gradient *= gelu_slope(*x);
                }
            }
            Self::Vectorised(vector) => vector.run(vectors::GeluBackward { x, gradient }),
        }
    }
}

fn rows(columns: usize, x: &[f32]) -> std::slice::ChunksExact<'_, f32> {
    x.chunks_exact(columns.max(1))
}

fn rows_mut(columns: usize, x: &mut [f32]) -> std::slice::ChunksExactMut<'_, f32> {
    x.chunks_exact_mut(columns.max(1))
}

fn gelu_slope(x: f32) -> f32 {
    let t = libm::tanhf(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
    0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * SQRT_2_OVER_PI * (1.0 + 3.0 * CUBIC * x * x)
}

#[cfg(test)]
mod tests {
    use crate::math::{Arithmetic, all};
    use crate::seed::Seed;
    use hil_kernels::tensor::relative_error;

    /// Columns that vectors divide and that they do not.
    const COLUMNS: [usize; 5] = [1, 8, 31, 64, 161];

    fn values(seed: u64, n: usize) -> Vec<f32> {
        let mut seed = Seed::new(seed);
        (0..n).map(|_| 4.0 * seed.value()).collect()
    }

    #[test]
    fn exponentials_and_their_sums_are_those_of_double_precision() {
        for columns in COLUMNS {
            let x = values(1, 3 * columns);
            for math in all() {
                let mut largest = [f32::NEG_INFINITY, f32::NEG_INFINITY, 9.0];
                math.largest_of_rows(columns, &x, &mut largest);
                let of_first = x[..columns].iter().copied().fold(f32::NEG_INFINITY, f32::max);
                assert_eq!((largest[0], largest[2]), (of_first, 9.0), "{}", math.name());
                let (mut y, mut sums) = (x.clone(), [0.0; 3]);
                math.exp_rows(columns, &mut y, &largest, &mut sums);
                let exp = |(at, x): (usize, &f32)| libm::exp(f64::from(*x) - f64::from(largest[at / columns]));
                let wanted: Vec<f64> = x.iter().enumerate().map(exp).collect();
                let wanted_sums: Vec<f32> = wanted.chunks(columns).map(|row| row.iter().sum::<f64>() as f32).collect();
                let wanted: Vec<f32> = wanted.iter().map(|value| *value as f32).collect();
                assert!(relative_error(&y, &wanted) < 2e-6, "{} {columns}", math.name());
                assert!(relative_error(&sums, &wanted_sums) < 2e-6, "{} {columns}", math.name());
            }
        }
    }

    #[test]
    fn masked_values_become_nothing() {
        for math in all() {
            let mut x = vec![f32::NEG_INFINITY; 19];
            x[3] = 1.0;
            let (mut largest, mut sums) = ([f32::NEG_INFINITY], [0.0]);
            math.largest_of_rows(19, &x, &mut largest);
            math.exp_rows(19, &mut x, &largest, &mut sums);
            assert_eq!((largest, sums, x[3], x[18]), ([1.0], [1.0], 1.0, 0.0), "{}", math.name());
        }
    }

    #[test]
    fn dot_products_and_gradients_agree_with_plain_code() {
        for columns in COLUMNS {
            let (a, b) = (values(1, 4 * columns), values(2, 4 * columns));
            let mut wanted = [0.0; 4];
            Arithmetic::Scalar.dot_rows(columns, &a, &b, &mut wanted);
            let by_hand: f64 = (0..columns).map(|at| f64::from(a[at]) * f64::from(b[at])).sum();
            assert!((f64::from(wanted[0]) - by_hand).abs() < 1e-4 * by_hand.abs().max(1.0));
            let mut slopes = vec![1.0; a.len()];
            Arithmetic::Scalar.gelu_backward(&a, &mut slopes);
            for math in all() {
                let mut dots = [f32::NAN; 4];
                math.dot_rows(columns, &a, &b, &mut dots);
                assert!(relative_error(&dots, &wanted) < 1e-5, "{} {columns}", math.name());
                let mut found = vec![1.0; a.len()];
                math.gelu_backward(&a, &mut found);
                assert!(relative_error(&found, &slopes) < 3e-6, "{} {columns}", math.name());
            }
        }
    }

    #[test]
    fn the_slope_of_gelu_is_that_of_the_curve() {
        let curve = |x: f64| {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        };
        for step in -80..=80 {
            let x = f64::from(step) / 10.0;
            let wanted = (curve(x + 1e-5) - curve(x - 1e-5)) / 2e-5;
            let found = f64::from(super::gelu_slope(x as f32));
            assert!((found - wanted).abs() < 1e-6, "{x}: {found} {wanted}");
        }
    }
}
