//! Products of matrices with one side transposed, as gradients need them.
//!
//! Matrices are row-major. The products are those of `hil_kernels::tensor::gemm`, whose vectorised form takes either side
//! as it lies; plain code copies a side into the order that it wants.

use hil_kernels::tensor::ShapeError;
use hil_kernels::tensor::gemm::{self, Onto, Product, Shape, Side, WORKSPACE};

use super::Arithmetic;
use crate::error::fits;
use crate::profile::{Part, enter};

/// Side of the squares in which matrices are transposed: both sides of one lie in the first-level cache.
const SQUARE: usize = 16;

/// Memory for the copies that products make; grows to what is needed and is kept.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    packing: Vec<f32>,
    transposed: Vec<f32>,
}

impl Workspace {
    /// How many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        (self.packing.capacity() + self.transposed.capacity()) * size_of::<f32>()
    }
}

/// The first `n` values of `values`, which grows where it is shorter.
pub(crate) fn at_least(values: &mut Vec<f32>, n: usize) -> &mut [f32] {
    if values.len() < n {
        let _here = enter(Part::Allocation);
        values.reserve_exact(n - values.len());
        values.resize(n, 0.0);
    }
    &mut values[..n]
}

impl Arithmetic {
    /// `C = A B`, A of `m` by `k`, B of `k` by `n`.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `shape`.
    pub fn product(
        self,
        shape: Shape,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        workspace: &mut Workspace,
    ) -> Result<(), ShapeError> {
        match self {
            Self::Scalar => gemm::reference(shape, a, b, c),
            Self::Vectorised(vector) => {
                let product = Product { shape, a: Side::plain(a), b: Side::plain(b), onto: Onto::Zero };
                product.vectorised(vector, c, at_least(&mut workspace.packing, WORKSPACE))
            }
        }
    }

    /// `C += A B`, A of `m` by `k`, B of `k` by `n`.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `shape`.
    pub fn add_product(
        self,
        shape: Shape,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        workspace: &mut Workspace,
    ) -> Result<(), ShapeError> {
        match self {
            Self::Scalar => gemm::add_reference(shape, a, b, c),
            Self::Vectorised(vector) => {
                let product = Product { shape, a: Side::plain(a), b: Side::plain(b), onto: Onto::Old };
                product.vectorised(vector, c, at_least(&mut workspace.packing, WORKSPACE))
            }
        }
    }

    /// `C = A B^T`, A of `m` by `k`, B of `n` by `k`.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `shape`.
    pub fn product_by_transposed(
        self,
        shape: Shape,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        workspace: &mut Workspace,
    ) -> Result<(), ShapeError> {
        match self {
            Self::Scalar => {
                let transposed = at_least(&mut workspace.transposed, shape.n * shape.k);
                transpose(shape.n, shape.k, b, transposed)?;
                gemm::reference(shape, a, transposed, c)
            }
            Self::Vectorised(vector) => {
                let product = Product { shape, a: Side::plain(a), b: Side::transposed(b), onto: Onto::Zero };
                product.vectorised(vector, c, at_least(&mut workspace.packing, WORKSPACE))
            }
        }
    }

    /// `C += A^T B`, A of `k` by `m`, B of `k` by `n`.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `shape`.
    pub fn add_transposed_product(
        self,
        shape: Shape,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        workspace: &mut Workspace,
    ) -> Result<(), ShapeError> {
        let Shape { m, n, k } = shape;
        match self {
            Self::Scalar => {
                fits("a", k * m, a.len())?;
                fits("b", k * n, b.len())?;
                fits("c", m * n, c.len())?;
                // Row by row, every access is in order without any copy.
                for (a, b) in a.chunks_exact(m.max(1)).zip(b.chunks_exact(n.max(1))) {
                    for (a, c) in a.iter().zip(c.chunks_exact_mut(n.max(1))) {
                        c.iter_mut().zip(b).for_each(|(c, b)| *c += a * b);
                    }
                }
                Ok(())
            }
            Self::Vectorised(vector) => {
                let product = Product { shape, a: Side::transposed(a), b: Side::plain(b), onto: Onto::Old };
                product.vectorised(vector, c, at_least(&mut workspace.packing, WORKSPACE))
            }
        }
    }
}

/// Writes the transpose of `from`, which has `rows` by `columns` values.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit.
pub fn transpose(rows: usize, columns: usize, from: &[f32], to: &mut [f32]) -> Result<(), ShapeError> {
    fits("from", rows * columns, from.len())?;
    fits("to", rows * columns, to.len())?;
    for top in (0..rows).step_by(SQUARE) {
        for left in (0..columns).step_by(SQUARE) {
            for row in top..rows.min(top + SQUARE) {
                for column in left..columns.min(left + SQUARE) {
                    to[column * rows + row] = from[row * columns + column];
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Shape, Workspace, transpose};
    use crate::math::{Arithmetic, all};
    use crate::seed::Seed;
    use hil_kernels::tensor::relative_error;

    fn values(seed: u64, n: usize) -> Vec<f32> {
        let mut seed = Seed::new(seed);
        (0..n).map(|_| seed.value()).collect()
    }

    /// The products from their definition in double precision: plain, by a transposed B, of a transposed A.
    fn defined(Shape { m, n, k }: Shape, a: impl Fn(usize, usize) -> f32, b: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let one = |row, column| (0..k).map(|at| f64::from(a(row, at)) * f64::from(b(at, column))).sum::<f64>() as f32;
        (0..m * n).map(|place| one(place / n, place % n)).collect()
    }

    #[test]
    fn products_are_what_their_definition_says() {
        for shape in [Shape { m: 1, n: 1, k: 1 }, Shape { m: 7, n: 19, k: 300 }, Shape { m: 33, n: 5, k: 17 }] {
            let Shape { m, n, k } = shape;
            let (a, b) = (values(1, m * k), values(2, k * n));
            for math in all() {
                let mut workspace = Workspace::default();
                let mut c = vec![f32::NAN; m * n];
                math.product(shape, &a, &b, &mut c, &mut workspace).unwrap();
                let wanted = defined(shape, |i, j| a[i * k + j], |i, j| b[i * n + j]);
                assert!(relative_error(&c, &wanted) < 1e-6, "{shape:?} {}", math.name());
                c.fill(f32::NAN);
                math.product_by_transposed(shape, &a, &b, &mut c, &mut workspace).unwrap();
                let wanted = defined(shape, |i, j| a[i * k + j], |i, j| b[j * k + i]);
                assert!(relative_error(&c, &wanted) < 1e-6, "{shape:?} {}", math.name());
                c.fill(1.0);
                math.add_transposed_product(shape, &a, &b, &mut c, &mut workspace).unwrap();
                let wanted: Vec<f32> = defined(shape, |i, j| a[j * m + i], |i, j| b[i * n + j]);
                let wanted: Vec<f32> = wanted.iter().map(|value| value + 1.0).collect();
                assert!(relative_error(&c, &wanted) < 1e-6, "{shape:?} {}", math.name());
            }
        }
    }

    #[test]
    fn slices_that_do_not_fit_are_errors() {
        let shape = Shape { m: 2, n: 2, k: 2 };
        let mut workspace = Workspace::default();
        let mut c = [0.0; 4];
        for math in all() {
            assert!(math.product(shape, &[0.0; 3], &[0.0; 4], &mut c, &mut workspace).is_err());
            assert!(math.product_by_transposed(shape, &[0.0; 4], &[0.0; 5], &mut c, &mut workspace).is_err());
            assert!(math.add_transposed_product(shape, &[0.0; 4], &[0.0; 3], &mut c, &mut workspace).is_err());
        }
        assert!(transpose(2, 3, &[0.0; 6], &mut [0.0; 5]).is_err());
        assert_eq!(Arithmetic::Scalar.name(), "scalar");
    }
}
