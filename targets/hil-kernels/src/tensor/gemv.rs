//! Matrix times vector: `y = A x`, with A of `m` rows and `n` columns.

use pulp::{Simd, WithSimd};

use super::vector::Vector;
use super::{ShapeError, fits};

/// The reference.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `m` and `n`.
pub fn reference(m: usize, n: usize, a: &[f32], x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    check(m, n, a, x, y)?;
    for (y, row) in y.iter_mut().zip(a.chunks_exact(n.max(1))) {
        *y = row.iter().zip(x).map(|(a, x)| a * x).sum();
    }
    Ok(())
}

/// The vectorised variant.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `m` and `n`.
pub fn vectorised(vector: Vector, m: usize, n: usize, a: &[f32], x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    check(m, n, a, x, y)?;
    vector.run(Gemv { n, a, x, y });
    Ok(())
}

fn check(m: usize, n: usize, a: &[f32], x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
    fits("a", m.saturating_mul(n), a.len())?;
    fits("x", n, x.len())?;
    fits("y", m, y.len())?;
    if n == 0 {
        y.fill(0.0);
    }
    Ok(())
}

/// Rows that are worked on together, so that each value of x is loaded once for all of them.
const ROWS: usize = 4;

struct Gemv<'a> {
    n: usize,
    a: &'a [f32],
    x: &'a [f32],
    y: &'a mut [f32],
}

impl WithSimd for Gemv<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.n.max(1);
        let (y, y_rest) = self.y.as_chunks_mut::<ROWS>();
        let mut groups = self.a.chunks_exact(n * ROWS);
        for (y, rows) in y.iter_mut().zip(groups.by_ref()) {
            let (first, rest) = rows.split_at(n);
            let (second, rest) = rest.split_at(n);
            let (third, fourth) = rest.split_at(n);
            *y = dots(simd, [first, second, third, fourth], self.x);
        }
        for (y, row) in y_rest.iter_mut().zip(groups.remainder().chunks_exact(n)) {
            [*y] = dots(simd, [row], self.x);
        }
    }
}

/// The dot products of some rows with `x`, two sums a row, because one alone would wait for each addition.
#[inline(always)]
fn dots<S: Simd, const R: usize>(simd: S, rows: [&[f32]; R], x: &[f32]) -> [f32; R] {
    let (x, x_rest) = S::as_simd_f32s(x);
    let (x_pairs, x_last) = x.as_chunks::<2>();
    let rows = rows.map(|row| S::as_simd_f32s(row));
    let mut sums = [[simd.splat_f32s(0.0); 2]; R];
    for (pair, [x0, x1]) in x_pairs.iter().enumerate() {
        for (sum, (row, _)) in sums.iter_mut().zip(&rows) {
            if let Some([a0, a1]) = row.get(2 * pair..).and_then(|rest| rest.first_chunk()) {
                sum[0] = simd.mul_add_e_f32s(*a0, *x0, sum[0]);
                sum[1] = simd.mul_add_e_f32s(*a1, *x1, sum[1]);
            }
        }
    }
    let mut results = [0.0; R];
    for ((result, sum), (row, row_rest)) in results.iter_mut().zip(sums).zip(&rows) {
        let mut sum = simd.add_f32s(sum[0], sum[1]);
        for (a, x) in row.iter().skip(2 * x_pairs.len()).zip(x_last) {
            sum = simd.mul_add_e_f32s(*a, *x, sum);
        }
        let rest: f32 = row_rest.iter().zip(x_rest).map(|(a, x)| a * x).sum();
        *result = simd.reduce_sum_f32s(sum) + rest;
    }
    results
}
