//! Matrix times vector with int8 weights, `y[r] = sum over c of w[r][c] x[c]`, exact in `i32`: the work of the networks.
//!
//! [`product`] is the fastest way that the target has, and every way gives the same integers: SMLAD on a Cortex-M4
//! (`cortex_m`, feature `dsp`), AVX2, AVX-512 or NEON on desktops (`vector`, feature `tensor`), and otherwise
//! [`scalar`], the reference. Weights are read where they lie, row by row, so that a board leaves them in flash.
//! [`paired`] is another layout of the same weights, which a Cortex-M4 works through faster.

#[cfg(any(test, all(target_arch = "arm", feature = "dsp")))]
mod arranged;
#[cfg(all(target_arch = "arm", feature = "dsp"))]
pub mod cortex_m;
pub mod paired;
#[cfg(all(feature = "tensor", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub mod vector;

use crate::dot::dot_i8;

#[cfg(all(target_arch = "arm", feature = "dsp"))]
use cortex_m::product as fastest;
#[cfg(not(any(
    all(target_arch = "arm", feature = "dsp"),
    all(feature = "tensor", any(target_arch = "x86_64", target_arch = "aarch64"))
)))]
use scalar as fastest;
#[cfg(all(feature = "tensor", any(target_arch = "x86_64", target_arch = "aarch64")))]
use vector::product as fastest;

/// The columns that the forms for boards are fast for; what is behind them is added up by plain code.
pub const MOST_COLUMNS: usize = 128;

/// Neighbouring columns of an int8 matrix that is stored row by row.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    weights: &'a [u8],
    stride: usize,
    first: usize,
    columns: usize,
}

impl<'a> Matrix<'a> {
    /// All columns of two's complement `weights`, `columns` to a row. Bytes behind the last whole row do not count.
    #[must_use]
    pub const fn new(weights: &'a [u8], columns: usize) -> Self {
        Self { weights, stride: if columns == 0 { 1 } else { columns }, first: 0, columns }
    }

    /// Of these columns `count` from the one numbered `first` on, or as many of them as there are.
    #[must_use]
    pub fn part(&self, first: usize, count: usize) -> Self {
        let skipped = first.min(self.columns);
        Self { first: self.first + skipped, columns: count.min(self.columns - skipped), ..*self }
    }

    /// The rows from the one numbered `first` on, none when there are fewer.
    #[must_use]
    pub fn from_row(&self, first: usize) -> Self {
        let skipped = first.saturating_mul(self.stride).min(self.weights.len());
        Self { weights: &self.weights[skipped..], ..*self }
    }

    /// Columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let columns = self.first..self.first + self.columns;
        self.weights.chunks_exact(self.stride).map(move |row| &row[columns.clone()])
    }
}

/// `out = matrix x` by the fastest way of this target. Each of the three lengths that is too long for the others counts
/// as far as they reach; values of `out` beyond the last row stay as they are.
///
/// Exact while no sum leaves `i32`: with 511 columns of any `x`, with 65,000 of magnitudes up to 255.
pub fn product(matrix: &Matrix<'_>, x: &[i16], out: &mut [i32]) {
    fastest(matrix, x, out);
}

/// [`product`] as plain code: the reference that every other way has to agree with.
pub fn scalar(matrix: &Matrix<'_>, x: &[i16], out: &mut [i32]) {
    for (y, row) in out.iter_mut().zip(matrix.rows()) {
        *y = dot_i8(row, x);
    }
}

#[cfg(test)]
mod tests {
    use super::{Matrix, product, scalar};
    use crate::known_answer::Noise;

    const BYTES: usize = 37 * 150;

    fn weights(seed: u32) -> [u8; BYTES] {
        let mut noise = Noise::new(seed);
        core::array::from_fn(|_| noise.sample().to_le_bytes()[1])
    }

    /// The product by its definition, in 64 bits and by index.
    fn defined(weights: &[u8], stride: usize, first: usize, x: &[i16], row: usize) -> i64 {
        let terms = x.iter().enumerate();
        terms.map(|(c, &x)| i64::from(weights[row * stride + first + c] as i8) * i64::from(x)).sum()
    }

    #[test]
    fn every_shape_gives_the_sums_of_the_definition() {
        for (seed, (stride, first, columns)) in (1..).zip([
            (1, 0, 1),
            (7, 0, 7),
            (8, 0, 8),
            (16, 0, 16),
            (65, 0, 65),
            (88, 0, 32),
            (88, 32, 56),
            (88, 0, 88),
            (112, 56, 56),
            (141, 2, 139),
            (150, 0, 150),
        ]) {
            let bytes = weights(seed);
            let mut noise = Noise::new(seed + 100);
            let x: [i16; 150] = core::array::from_fn(|_| noise.sample());
            let matrix = Matrix::new(&bytes, stride).part(first, columns);
            let rows = (BYTES / stride).min(37);
            let (mut plain, mut fast) = ([7; 40], [7; 40]);
            scalar(&matrix, &x[..columns], &mut plain[..rows]);
            product(&matrix, &x[..columns], &mut fast[..rows]);
            assert_eq!(plain, fast, "{stride} {first} {columns}");
            for (row, &sum) in fast[..rows].iter().enumerate() {
                assert_eq!(i64::from(sum), defined(&bytes, stride, first, &x[..columns], row), "row {row}");
            }
            assert_eq!(fast[rows..], [7; 40][rows..], "what is behind the last row stays");
        }
    }

    #[test]
    fn the_largest_magnitudes_of_the_networks_are_exact() {
        let mut out = [0; 4];
        product(&Matrix::new(&[0x80; 4 * 120], 120), &[-255; 120], &mut out);
        assert_eq!(out, [120 * 128 * 255; 4]);
        product(&Matrix::new(&[0x7f; 4 * 511], 511), &[i16::MIN; 511], &mut out);
        assert_eq!(out, [-511 * 127 * 32_768; 4]);
    }

    #[test]
    fn a_part_ends_where_the_matrix_ends() {
        let bytes = [1, 2, 3, 4, 5, 6, 7];
        let matrix = Matrix::new(&bytes, 3);
        let rows = |matrix: &Matrix<'_>| matrix.rows().map(<[u8]>::len).sum::<usize>();
        assert_eq!((rows(&matrix), rows(&matrix.part(1, 9)), rows(&matrix.part(5, 1))), (6, 4, 0));
        assert_eq!(matrix.part(1, 2).part(1, 2).rows().next(), Some(&[3][..]));
        assert_eq!(Matrix::new(&bytes, 0).columns(), 0);
        assert_eq!(matrix.part(1, 2).from_row(1).rows().next(), Some(&[5, 6][..]));
        assert_eq!(matrix.from_row(usize::MAX).rows().len(), 0);
        let mut out = [9; 3];
        product(&matrix, &[1, 1, 1], &mut out);
        assert_eq!(out, [6, 15, 9]);
    }
}
