//! Matrix times matrix: `C = A B`, with A of `m` by `k`, B of `k` by `n`, C of `m` by `n`.
//!
//! The vectorised variant follows Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, ACM TOMS
//! 34(3), 2008): blocks of A and B are packed into panels that stay in cache, and a tile of C stays in registers while
//! it runs along the panels.

use pulp::{Simd, WithSimd};

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

/// Rows of A that are packed together: a multiple of every tile height.
const BLOCK_M: usize = 96;
/// Columns of B that are packed together: a multiple of every tile width.
const BLOCK_N: usize = 480;
/// Depth of a packed block.
const BLOCK_K: usize = 256;
/// The largest tile: 8 rows by 3 vectors of 16 lanes.
const LARGEST_TILE: usize = 8 * 48;

/// How many values the workspace of [`vectorised`] holds.
pub const WORKSPACE: usize = BLOCK_K * (BLOCK_M + BLOCK_N);

impl Shape {
    fn check(self, a: &[f32], b: &[f32], c: &[f32]) -> Result<(), ShapeError> {
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
    shape.check(a, b, c)?;
    c.fill(0.0);
    add_vectorised(vector, shape, a, b, c, workspace)
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
    shape.check(a, b, c)?;
    let found = workspace.len();
    let workspace =
        workspace.get_mut(..WORKSPACE).ok_or(ShapeError { argument: "workspace", wanted: WORKSPACE, found })?;
    vector.run(Gemm { shape, a, b, c, workspace });
    Ok(())
}

struct Gemm<'a> {
    shape: Shape,
    a: &'a [f32],
    b: &'a [f32],
    c: &'a mut [f32],
    workspace: &'a mut [f32],
}

impl WithSimd for Gemm<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // A tile of C fills most of the registers: 24 of 32, or 12 of 16, and the rest hold a row of B and a value of A.
        if S::REGISTER_COUNT >= 32 { self.blocked::<S, 8, 3>(simd) } else { self.blocked::<S, 6, 2>(simd) }
    }
}

impl Gemm<'_> {
    #[inline(always)]
    fn blocked<S: Simd, const MR: usize, const NV: usize>(self, simd: S) {
        let Shape { m, n, k } = self.shape;
        let nr = NV * S::F32_LANES;
        let (packed_a, packed_b) = self.workspace.split_at_mut(BLOCK_M * BLOCK_K);
        for column in (0..n).step_by(BLOCK_N) {
            let columns = BLOCK_N.min(n - column);
            for depth in (0..k).step_by(BLOCK_K) {
                let depths = BLOCK_K.min(k - depth);
                let b = self.b.get(depth * n..(depth + depths) * n).unwrap_or(&[]);
                pack_b(b, n, column, columns, depths, nr, packed_b);
                for row in (0..m).step_by(BLOCK_M) {
                    let rows = BLOCK_M.min(m - row);
                    let a = self.a.get(row * k..(row + rows) * k).unwrap_or(&[]);
                    pack_a::<MR>(a, k, depth, depths, packed_a);
                    let c = self.c.get_mut(row * n..(row + rows) * n).unwrap_or(&mut []);
                    let packed = Packed { a: packed_a, b: packed_b, depths };
                    packed.multiply::<S, MR, NV>(simd, c, n, column, columns);
                }
            }
        }
    }
}

/// Panels of `MR` rows: for each depth the `MR` values of a column, 0 behind the last row.
#[inline(always)]
fn pack_a<const MR: usize>(a: &[f32], k: usize, depth: usize, depths: usize, into: &mut [f32]) {
    for (rows, panel) in a.chunks(MR * k.max(1)).zip(into.chunks_exact_mut(MR * depths)) {
        panel.fill(0.0);
        for (index, row) in rows.chunks_exact(k.max(1)).enumerate() {
            let row = row.get(depth..depth + depths).unwrap_or(&[]);
            for (place, value) in panel.iter_mut().skip(index).step_by(MR).zip(row) {
                *place = *value;
            }
        }
    }
}

/// Panels of `nr` columns: for each depth the `nr` values of a row, 0 behind the last column.
#[inline(always)]
fn pack_b(b: &[f32], n: usize, column: usize, columns: usize, depths: usize, nr: usize, into: &mut [f32]) {
    for (index, panel) in into.chunks_exact_mut(nr * depths).take(columns.div_ceil(nr)).enumerate() {
        let from = column + index * nr;
        let width = nr.min(column + columns - from);
        for (row, place) in b.chunks_exact(n.max(1)).zip(panel.chunks_exact_mut(nr)) {
            let (values, padding) = place.split_at_mut(width);
            values.copy_from_slice(row.get(from..from + width).unwrap_or(&[]));
            padding.fill(0.0);
        }
    }
}

struct Packed<'a> {
    a: &'a [f32],
    b: &'a [f32],
    depths: usize,
}

impl Packed<'_> {
    /// Adds the product of the packed panels to columns `column..column + columns` of the rows in `c`.
    #[inline(always)]
    fn multiply<S: Simd, const MR: usize, const NV: usize>(
        &self,
        simd: S,
        c: &mut [f32],
        n: usize,
        column: usize,
        columns: usize,
    ) {
        let nr = NV * S::F32_LANES;
        let b_panels = self.b.chunks_exact(nr * self.depths).take(columns.div_ceil(nr));
        for (index, b) in b_panels.enumerate() {
            let from = column + index * nr;
            let width = nr.min(column + columns - from);
            for (rows, a) in c.chunks_mut(MR * n).zip(self.a.chunks_exact(MR * self.depths)) {
                let tile = tile::<S, MR, NV>(simd, a, b);
                add::<S, MR, NV>(simd, &tile, rows, n, from, width);
            }
        }
    }
}

/// One tile of the product, in registers.
#[inline(always)]
fn tile<S: Simd, const MR: usize, const NV: usize>(simd: S, a: &[f32], b: &[f32]) -> [[S::f32s; NV]; MR] {
    let mut tile = [[simd.splat_f32s(0.0); NV]; MR];
    let (b, _) = S::as_simd_f32s(b);
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<NV>().0) {
        for (row, a) in tile.iter_mut().zip(a) {
            let a = simd.splat_f32s(*a);
            for (sum, b) in row.iter_mut().zip(b) {
                *sum = simd.mul_add_e_f32s(a, *b, *sum);
            }
        }
    }
    tile
}

/// Adds a tile to rows of C: `width` columns from `from` on.
#[inline(always)]
fn add<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    tile: &[[S::f32s; NV]; MR],
    rows: &mut [f32],
    n: usize,
    from: usize,
    width: usize,
) {
    for (row, sums) in rows.chunks_exact_mut(n).zip(tile) {
        let Some(row) = row.get_mut(from..from + width) else { continue };
        if width == NV * S::F32_LANES {
            for (c, sum) in S::as_mut_simd_f32s(row).0.iter_mut().zip(sums) {
                *c = simd.add_f32s(*c, *sum);
            }
        } else {
            let mut spread = [0.0; LARGEST_TILE];
            for (place, sum) in S::as_mut_simd_f32s(&mut spread).0.iter_mut().zip(sums) {
                *place = *sum;
            }
            for (c, sum) in row.iter_mut().zip(spread) {
                *c += sum;
            }
        }
    }
}
