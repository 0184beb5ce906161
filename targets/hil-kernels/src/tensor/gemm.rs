//! Matrix times matrix: `C = A B`, with A of `m` by `k`, B of `k` by `n`, C of `m` by `n`.
//!
//! The vectorised variant works block by block and takes either side as it lies, plain or transposed ([`Product`]). A tile
//! of C stays in registers: 8 rows of 48 columns with AVX-512, 6 of 16 with AVX2, 8 of 12 with NEON. Each value of C is one
//! chain of fused multiplications and additions for each block of depths, the same for any set of vector instructions and
//! however the sides lie: nothing but the shape and the values decides the bits.

mod blocks;
mod tile;

use blocks::{BLOCK_K, Blocked};
pub(super) use blocks::{BLOCK_M, BLOCK_N};

use super::vector::Vector;
use super::{ShapeError, fits};

/// The shape of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows of A and C.
    pub m: usize,
    /// Columns of B and C.
    pub n: usize,
    /// Columns of A, rows of B.
    pub k: usize,
}

/// How many values the workspace of [`vectorised`] holds.
pub const WORKSPACE: usize = BLOCK_K * (BLOCK_M + BLOCK_N);

impl Shape {
    /// Whether the values of all three matrices are as many as they have to be.
    pub(super) fn check<S, T>(self, a: &[S], b: &[S], c: &[T]) -> Result<(), ShapeError> {
        fits("a", self.m.saturating_mul(self.k), a.len())?;
        fits("b", self.k.saturating_mul(self.n), b.len())?;
        fits("c", self.m.saturating_mul(self.n), c.len())
    }
}

/// The reference: for each row of A, adds multiples of the rows of B, so that every access is in order.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`.
pub fn reference(shape: Shape, a: &[f32], b: &[f32], c: &mut [f32]) -> Result<(), ShapeError> {
    shape.check(a, b, c)?;
    c.fill(0.0);
    add_reference(shape, a, b, c)
}

/// The reference of `C += A B`.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`.
pub fn add_reference(shape: Shape, a: &[f32], b: &[f32], c: &mut [f32]) -> Result<(), ShapeError> {
    shape.check(a, b, c)?;
    for (a, c) in a.chunks_exact(shape.k.max(1)).zip(c.chunks_exact_mut(shape.n.max(1))) {
        for (a, b) in a.iter().zip(b.chunks_exact(shape.n.max(1))) {
            for (c, b) in c.iter_mut().zip(b) {
                *c += a * b;
            }
        }
    }
    Ok(())
}

/// The vectorised variant, on one thread. `workspace` holds at least [`WORKSPACE`] values, whatever they are.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`, or when the workspace is too small.
pub fn vectorised(
    vector: Vector,
    shape: Shape,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    workspace: &mut [f32],
) -> Result<(), ShapeError> {
    Product { shape, a: Side::plain(a), b: Side::plain(b), onto: Onto::Zero }.vectorised(vector, c, workspace)
}

/// The vectorised variant of `C += A B`, with a workspace as [`vectorised`] has it.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`, or when the workspace is too small.
pub fn add_vectorised(
    vector: Vector,
    shape: Shape,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    workspace: &mut [f32],
) -> Result<(), ShapeError> {
    Product { shape, a: Side::plain(a), b: Side::plain(b), onto: Onto::Old }.vectorised(vector, c, workspace)
}

/// A side of a product as it lies in memory.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    values: &'a [f32],
    transposed: bool,
}

impl<'a> Side<'a> {
    /// Row after row.
    #[must_use]
    pub fn plain(values: &'a [f32]) -> Self {
        Self { values, transposed: false }
    }

    /// Column after column: `values` is the transpose, row after row.
    #[must_use]
    pub fn transposed(values: &'a [f32]) -> Self {
        Self { values, transposed: true }
    }
}

/// What a product is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto {
    /// Nothing: `C = A B`, whatever stood in C.
    Zero,
    /// What stands there: `C += A B`.
    Old,
}

/// A product with either side as it lies in memory.
#[derive(Debug, Clone, Copy)]
pub struct Product<'a> {
    /// The sizes of the sides as they are multiplied.
    pub shape: Shape,
    /// The left side, `m` by `k`.
    pub a: Side<'a>,
    /// The right side, `k` by `n`.
    pub b: Side<'a>,
    /// What it is added to.
    pub onto: Onto,
}

impl Product<'_> {
    /// The vectorised variant, on the calling thread. `workspace` holds at least [`WORKSPACE`] values, whatever they are.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit the shape, or when the workspace is too small.
    pub fn vectorised(self, vector: Vector, c: &mut [f32], workspace: &mut [f32]) -> Result<(), ShapeError> {
        self.shape.check(self.a.values, self.b.values, c)?;
        let found = workspace.len();
        let workspace =
            workspace.get_mut(..WORKSPACE).ok_or(ShapeError { argument: "workspace", wanted: WORKSPACE, found })?;
        vector.run(Blocked { product: self, c, workspace });
        Ok(())
    }
}
