//! The operations with their shapes: how much they read and write, and how each variant is called.

use hil_kernels::tensor::gemm::{self, WORKSPACE};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, gelu, gemv, mse, relu, softmax};

/// Values of one row of a softmax: a vocabulary of a small model.
pub(super) const SOFTMAX_COLUMNS: usize = 1024;

/// An operation and its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Square matrix times square matrix.
    Gemm { side: usize },
    /// Matrix times vector.
    Gemv { rows: usize, columns: usize },
    /// The rectifier of `n` values.
    Relu { n: usize },
    /// The Gaussian error linear unit of `n` values.
    Gelu { n: usize },
    /// Softmax of rows of [`SOFTMAX_COLUMNS`] values.
    Softmax { rows: usize },
    /// Mean squared error of `n` pairs.
    Mse { n: usize },
    /// Its gradient.
    MseGradient { n: usize },
}

impl Work {
    /// The name as part of a kernel's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gemm { .. } => "gemm",
            Self::Gemv { .. } => "gemv",
            Self::Relu { .. } => "relu",
            Self::Gelu { .. } => "gelu",
            Self::Softmax { .. } => "softmax",
            Self::Mse { .. } => "mse",
            Self::MseGradient { .. } => "mse-gradient",
        }
    }

    /// The shape in words.
    pub(super) fn shape(self) -> String {
        match self {
            Self::Gemm { side } => format!("{side} x {side} times {side} x {side}"),
            Self::Gemv { rows, columns } => format!("{rows} x {columns} times {columns}"),
            Self::Softmax { rows } => format!("{rows} rows of {SOFTMAX_COLUMNS}"),
            Self::Relu { n } | Self::Gelu { n } | Self::Mse { n } | Self::MseGradient { n } => format!("{n} values"),
        }
    }

    /// Values of the first operand and of the second one, which may have none.
    pub(super) fn operands(self) -> (usize, usize) {
        match self {
            Self::Gemm { side } => (side * side, side * side),
            Self::Gemv { rows, columns } => (rows * columns, columns),
            Self::Relu { n } | Self::Gelu { n } => (n, 0),
            Self::Softmax { rows } => (rows * SOFTMAX_COLUMNS, 0),
            Self::Mse { n } | Self::MseGradient { n } => (n, n),
        }
    }

    /// Values of the result.
    pub(super) fn results(self) -> usize {
        match self {
            Self::Gemm { side } => side * side,
            Self::Gemv { rows, .. } => rows,
            Self::Relu { n } | Self::Gelu { n } | Self::MseGradient { n } => n,
            Self::Softmax { rows } => rows * SOFTMAX_COLUMNS,
            Self::Mse { .. } => 1,
        }
    }

    /// Bytes that one pass reads and writes; the packed copies of a matrix product not included.
    pub(super) fn bytes(self) -> usize {
        let (first, second) = self.operands();
        (first + second + self.results()) * size_of::<f32>()
    }

    /// Values of the workspace of the vectorised variant.
    pub(super) fn workspace(self) -> usize {
        if matches!(self, Self::Gemm { .. }) { WORKSPACE } else { 0 }
    }

    /// Computes `result` from the operands by the plain code.
    pub(super) fn reference(self, a: &[f32], b: &[f32], result: &mut [f32]) -> Result<(), ShapeError> {
        match self {
            Self::Gemm { side } => gemm::reference(cube(side), a, b, result),
            Self::Gemv { rows, columns } => gemv::reference(rows, columns, a, b, result),
            Self::Relu { .. } => relu::reference(a, result),
            Self::Gelu { .. } => gelu::reference(a, result),
            Self::Softmax { .. } => softmax::reference(SOFTMAX_COLUMNS, a, result),
            Self::Mse { .. } => mse::reference(a, b).map(|loss| result.fill(loss)),
            Self::MseGradient { .. } => mse::gradient_reference(a, b, result),
        }
    }

    /// Computes `result` from the operands by vector instructions.
    pub(super) fn vectorised(
        self,
        vector: Vector,
        a: &[f32],
        b: &[f32],
        result: &mut [f32],
        workspace: &mut [f32],
    ) -> Result<(), ShapeError> {
        match self {
            Self::Gemm { side } => gemm::vectorised(vector, cube(side), a, b, result, workspace),
            Self::Gemv { rows, columns } => gemv::vectorised(vector, rows, columns, a, b, result),
            Self::Relu { .. } => relu::vectorised(vector, a, result),
            Self::Gelu { .. } => gelu::vectorised(vector, a, result),
            Self::Softmax { .. } => softmax::vectorised(vector, SOFTMAX_COLUMNS, a, result),
            Self::Mse { .. } => mse::vectorised(vector, a, b).map(|loss| result.fill(loss)),
            Self::MseGradient { .. } => mse::gradient_vectorised(vector, a, b, result),
        }
    }
}

fn cube(side: usize) -> gemm::Shape {
    gemm::Shape { m: side, n: side, k: side }
}
