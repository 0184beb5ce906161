//! The arithmetic of the model: every operation as plain code and with vector instructions.
//!
//! Products, rectifier, GELU, softmax and the loss are those of `hil_kernels::tensor`; [`rows`] holds the reductions along
//! rows that training needs besides. Element-wise loops are written once: the compiler vectorises them, with the
//! instructions that every processor of the kind has for plain code, with all that this one has otherwise.

pub mod product;
pub mod rows;

use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, gelu, mse, relu, softmax};
use pulp::{Simd, WithSimd};

pub use product::Workspace;

/// Which code computes.
#[derive(Debug, Clone, Copy)]
pub enum Arithmetic {
    /// Plain code.
    Scalar,
    /// Vector instructions that this processor has.
    Vectorised(Vector),
}

/// Work that is compiled for some vector instructions and leaves their use to the compiler.
struct Wide<F>(F);

impl<R, F: FnOnce() -> R> WithSimd for Wide<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> R {
        (self.0)()
    }
}

impl Arithmetic {
    /// `scalar`, `avx2`, `avx512` or `neon`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Vectorised(vector) => vector.name(),
        }
    }

    /// Does element-wise work, compiled for these instructions.
    #[inline]
    pub(crate) fn wide<R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            Self::Scalar => work(),
            Self::Vectorised(vector) => vector.run(Wide(work)),
        }
    }

    /// Adds `bias` to each row of `x`.
    pub fn add_to_rows(self, x: &mut [f32], bias: &[f32]) {
        self.wide(|| {
            for row in x.chunks_exact_mut(bias.len().max(1)) {
                row.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
            }
        });
    }

    /// Adds the rows of `x` to `sums`, first row first.
    pub fn add_rows_up(self, x: &[f32], sums: &mut [f32]) {
        self.wide(|| {
            for row in x.chunks_exact(sums.len().max(1)) {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
        });
    }

    /// `a += b`.
    pub fn add(self, a: &mut [f32], b: &[f32]) {
        self.wide(|| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
    }

    /// `a *= factor`.
    pub fn scale(self, a: &mut [f32], factor: f32) {
        self.wide(|| a.iter_mut().for_each(|a| *a *= factor));
    }

    /// The rectifier of `x`.
    ///
    /// # Errors
    /// [`ShapeError`] when the lengths differ.
    pub fn relu(self, x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
        match self {
            Self::Scalar => relu::reference(x, y),
            Self::Vectorised(vector) => relu::vectorised(vector, x, y),
        }
    }

    /// Keeps the gradient where the rectifier gave `y` above 0.
    pub fn relu_backward(self, y: &[f32], gradient: &mut [f32]) {
        self.wide(|| {
            gradient.iter_mut().zip(y).for_each(|(gradient, y)| *gradient = if *y > 0.0 { *gradient } else { 0.0 });
        });
    }

    /// The Gaussian error linear unit of `x`.
    ///
    /// # Errors
    /// [`ShapeError`] when the lengths differ.
    pub fn gelu(self, x: &[f32], y: &mut [f32]) -> Result<(), ShapeError> {
        match self {
            Self::Scalar => gelu::reference(x, y),
            Self::Vectorised(vector) => gelu::vectorised(vector, x, y),
        }
    }

    /// Softmax of each row, in place; `row` is a copy of the row being worked on.
    ///
    /// # Errors
    /// [`ShapeError`] when `x` is no whole number of rows.
    pub fn softmax(self, x: &mut [f32], row: &mut [f32]) -> Result<(), ShapeError> {
        let columns = row.len();
        crate::error::fits("x", x.len() / columns.max(1) * columns, x.len())?;
        for x in x.chunks_exact_mut(columns.max(1)) {
            row.copy_from_slice(x);
            match self {
                Self::Scalar => softmax::reference(columns, row, x)?,
                Self::Vectorised(vector) => softmax::vectorised(vector, columns, row, x)?,
            }
        }
        Ok(())
    }

    /// The mean squared error of `a` against `b`, and `factor` times its gradient by `a`.
    ///
    /// # Errors
    /// [`ShapeError`] when the lengths differ.
    pub fn mse(self, a: &[f32], b: &[f32], factor: f32, gradient: &mut [f32]) -> Result<f32, ShapeError> {
        let loss = match self {
            Self::Scalar => {
                mse::gradient_reference(a, b, gradient)?;
                mse::reference(a, b)?
            }
            Self::Vectorised(vector) => {
                mse::gradient_vectorised(vector, a, b, gradient)?;
                mse::vectorised(vector, a, b)?
            }
        };
        self.scale(gradient, factor);
        Ok(loss)
    }
}

/// Every arithmetic that this processor can do, plain code first.
pub fn all() -> impl Iterator<Item = Arithmetic> {
    std::iter::once(Arithmetic::Scalar).chain(Vector::all().map(Arithmetic::Vectorised))
}
