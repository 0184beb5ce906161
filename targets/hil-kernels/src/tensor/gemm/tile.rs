//! Tiles of a product: as many rows and vectors of C as registers hold, added up along the depth of a block.
//!
//! Each value of a tile is a chain of fused multiplications and additions in the order of the depth, whatever the tile's
//! size and however A lies in memory.

use pulp::Simd;

use super::Onto;

/// Rows of values, one for each depth, `stride` apart; each has what a tile needs of it.
#[derive(Clone, Copy)]
pub(super) struct Strip<'a> {
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> Strip<'a> {
    fn rows(self) -> impl Iterator<Item = &'a [f32]> {
        self.values.chunks(self.stride.max(1))
    }
}

/// The rows of A that belong to the tiles of one row of blocks.
#[derive(Clone, Copy)]
pub(super) enum Left<'a> {
    /// Row after row, as A lies; `stride` from one row to the next.
    Rows { values: &'a [f32], stride: usize },
    /// For each depth the values of a column, as the transpose of A lies.
    Columns(Strip<'a>),
    /// Panels of columns, `height` rows each.
    Packed { values: &'a [f32], height: usize },
}

/// Where tiles go: rows of C, each `stride` from the one before, `width` columns from `from` on.
pub(super) struct Target<'a> {
    pub(super) rows: &'a mut [f32],
    pub(super) stride: usize,
    pub(super) from: usize,
    pub(super) width: usize,
}

/// All tiles of one panel of B: whole tiles of `MR` rows, and smaller ones for the rows that are left.
#[inline(always)]
pub(super) fn column<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    onto: Onto,
    left: Left<'_>,
    right: Strip<'_>,
    depths: usize,
    target: &mut Target<'_>,
) {
    let rows = target.rows.len() / target.stride;
    let mut row = 0;
    while rows - row >= MR {
        one::<S, MR, NV>(simd, onto, left, right, depths, target, row);
        row += MR;
    }
    if rows - row >= 4 {
        one::<S, 4, NV>(simd, onto, left, right, depths, target, row);
        row += 4;
    }
    if rows - row >= 2 {
        one::<S, 2, NV>(simd, onto, left, right, depths, target, row);
        row += 2;
    }
    if rows > row {
        one::<S, 1, NV>(simd, onto, left, right, depths, target, row);
    }
}

#[inline(always)]
fn one<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    onto: Onto,
    left: Left<'_>,
    right: Strip<'_>,
    depths: usize,
    target: &mut Target<'_>,
    row: usize,
) {
    let tile = match left {
        Left::Rows { values, stride } => {
            let rows = core::array::from_fn(|index| &values[(row + index) * stride..][..depths]);
            along_rows::<S, R, NV>(simd, rows, right, depths)
        }
        Left::Columns(Strip { values, stride }) => {
            along_columns::<S, R, NV>(simd, Strip { values: &values[row..], stride }, right, depths)
        }
        Left::Packed { values, height } => {
            let panel = &values[row / height * height * depths..][row % height..];
            along_columns::<S, R, NV>(simd, Strip { values: panel, stride: height }, right, depths)
        }
    };
    store::<S, R, NV>(simd, onto, &tile, target, row);
}

/// A tile whose rows of A lie in order.
#[inline(always)]
fn along_rows<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    left: [&[f32]; R],
    right: Strip<'_>,
    depths: usize,
) -> [[S::f32s; NV]; R] {
    let mut tile = [[simd.splat_f32s(0.0); NV]; R];
    let left = left.map(|row| &row[..depths]);
    for (depth, b) in right.rows().take(depths).enumerate() {
        let Some(b) = S::as_simd_f32s(b).0.first_chunk::<NV>() else { break };
        for (sums, row) in tile.iter_mut().zip(left) {
            let a = simd.splat_f32s(row[depth]);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = simd.mul_add_e_f32s(a, *b, *sum);
            }
        }
    }
    tile
}

/// A tile whose columns of A lie in order.
#[inline(always)]
fn along_columns<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    left: Strip<'_>,
    right: Strip<'_>,
    depths: usize,
) -> [[S::f32s; NV]; R] {
    let mut tile = [[simd.splat_f32s(0.0); NV]; R];
    for (a, b) in left.rows().zip(right.rows()).take(depths) {
        let (Some(a), Some(b)) = (a.first_chunk::<R>(), S::as_simd_f32s(b).0.first_chunk::<NV>()) else { break };
        for (sums, a) in tile.iter_mut().zip(a) {
            let a = simd.splat_f32s(*a);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = simd.mul_add_e_f32s(a, *b, *sum);
            }
        }
    }
    tile
}

/// Writes a tile, or adds it, to rows of C.
#[inline(always)]
fn store<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    onto: Onto,
    tile: &[[S::f32s; NV]; R],
    target: &mut Target<'_>,
    row: usize,
) {
    let &mut Target { ref mut rows, stride, from, width } = target;
    for (row, sums) in rows[row * stride..].chunks_mut(stride).zip(tile) {
        let (whole, rest) = S::as_mut_simd_f32s(&mut row[from..from + width]);
        let mut sums = sums.iter();
        for (c, sum) in whole.iter_mut().zip(&mut sums) {
            *c = match onto {
                Onto::Zero => *sum,
                Onto::Old => simd.add_f32s(*c, *sum),
            };
        }
        if let (false, Some(sum)) = (rest.is_empty(), sums.next()) {
            let sum = match onto {
                Onto::Zero => *sum,
                Onto::Old => simd.add_f32s(simd.partial_load_f32s(rest), *sum),
            };
            simd.partial_store_f32s(rest, sum);
        }
    }
}
