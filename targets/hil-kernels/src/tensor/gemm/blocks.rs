//! The product block by block, after Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, ACM TOMS
//! 34(3), 2008).
//!
//! A panel of B stays in the first-level cache while the tiles of a block of A run along it. Panels are copied where that
//! pays: a side is read where it lies if it is small, or used too seldom for the copy to pay.

use pulp::{Simd, WithSimd};

use super::tile::{Left, Strip, Target, column};
use super::{Onto, Product, Shape};

/// Rows of A that are worked on together: a multiple of every tile height.
pub(in crate::tensor) const BLOCK_M: usize = 96;
/// Columns of B that are worked on together: a multiple of every tile width.
pub(in crate::tensor) const BLOCK_N: usize = 480;
/// Depth of a block. Sums are taken apart here, so it decides the bits of a result and depends on no processor.
pub(super) const BLOCK_K: usize = 192;
/// Values from which on the rows of B lie so far apart that those of a panel meet in a few sets of the first-level cache.
const FAR_B: usize = 256;
/// The same for the rows of A, of which a tile has only a few.
const FAR_A: usize = 1024;
/// How many tiles have to use a value for its copy to pay.
const OFTEN: usize = 4;

pub(super) struct Blocked<'a> {
    pub(super) product: Product<'a>,
    pub(super) c: &'a mut [f32],
    pub(super) workspace: &'a mut [f32],
}

impl WithSimd for Blocked<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // A tile of C fills most of the registers: 24 of 32, or 12 of 16, and the rest hold a row of B and a value of A.
        if S::REGISTER_COUNT >= 32 { self.run::<S, 8, 3>(simd) } else { self.run::<S, 6, 2>(simd) }
    }
}

impl Blocked<'_> {
    #[inline(always)]
    fn run<S: Simd, const MR: usize, const NV: usize>(self, simd: S) {
        let Product { shape: Shape { m, n, k }, a, b, onto } = self.product;
        if m == 0 || n == 0 {
            return;
        }
        if k == 0 {
            if let Onto::Zero = onto {
                self.c.fill(0.0);
            }
            return;
        }
        let (packed_a, packed_b) = self.workspace.split_at_mut(BLOCK_M * BLOCK_K);
        let copies_b = b.transposed || (n >= FAR_B && m > OFTEN * MR);
        let copies_a = n > OFTEN * NV * S::F32_LANES && if a.transposed { m >= FAR_A } else { k >= FAR_A };
        for first in (0..n).step_by(BLOCK_N) {
            let panels = Panels::of(first, BLOCK_N.min(n - first), S::F32_LANES, NV);
            for depth in (0..k).step_by(BLOCK_K) {
                let depths = BLOCK_K.min(k - depth);
                let onto = if depth == 0 { onto } else { Onto::Old };
                let copied = |width: usize| copies_b || !width.is_multiple_of(S::F32_LANES);
                for ((from, width), panel) in panels.each().zip(packed_b.chunks_exact_mut(panels.width * depths)) {
                    if b.transposed {
                        pack_transposed(&b.values[depth..], k, from, width, panels.width, panel);
                    } else if copied(width) {
                        pack(&b.values[depth * n..], n, from, width, panels.width, panel);
                    }
                }
                for row in (0..m).step_by(BLOCK_M) {
                    let rows = BLOCK_M.min(m - row);
                    let left = match (a.transposed, copies_a) {
                        (true, false) => Left::Columns(Strip { values: &a.values[depth * m + row..], stride: m }),
                        (false, false) => Left::Rows { values: &a.values[row * k + depth..], stride: k },
                        (true, true) => {
                            pack_columns::<MR>(&a.values[depth * m..], m, row, rows, depths, packed_a);
                            Left::Packed { values: packed_a, height: MR }
                        }
                        (false, true) => {
                            pack_rows::<MR>(&a.values[row * k..], k, depth, rows, depths, packed_a);
                            Left::Packed { values: packed_a, height: MR }
                        }
                    };
                    let c = &mut self.c[row * n..(row + rows) * n];
                    for ((from, width), panel) in panels.each().zip(packed_b.chunks_exact(panels.width * depths)) {
                        let right = if copied(width) {
                            Strip { values: panel, stride: panels.width }
                        } else {
                            Strip { values: &b.values[depth * n + from..], stride: n }
                        };
                        let mut target = Target { rows: &mut *c, stride: n, from, width };
                        match width.div_ceil(S::F32_LANES) {
                            1 => column::<S, MR, 1>(simd, onto, left, right, depths, &mut target),
                            2 => column::<S, MR, 2>(simd, onto, left, right, depths, &mut target),
                            _ => column::<S, MR, NV>(simd, onto, left, right, depths, &mut target),
                        }
                    }
                }
            }
        }
    }
}

/// The panels into which a block of columns is cut: as few as there can be, of equal width but for the last one.
#[derive(Clone, Copy)]
struct Panels {
    first: usize,
    columns: usize,
    width: usize,
}

impl Panels {
    /// Of `columns` columns from `first` on, each of at most `vectors` vectors.
    #[inline(always)]
    fn of(first: usize, columns: usize, lanes: usize, vectors: usize) -> Self {
        let all = columns.div_ceil(lanes);
        let width = all.div_ceil(all.div_ceil(vectors)) * lanes;
        Self { first, columns, width }
    }

    /// Where each begins and how many columns it has.
    #[inline(always)]
    fn each(self) -> impl Iterator<Item = (usize, usize)> {
        let Self { first, columns, width } = self;
        (0..columns).step_by(width).map(move |at| (first + at, width.min(columns - at)))
    }
}

/// Panels of `MR` rows: for each depth the `MR` values of a column.
#[inline(always)]
fn pack_rows<const MR: usize>(a: &[f32], k: usize, depth: usize, rows: usize, depths: usize, into: &mut [f32]) {
    for (index, panel) in into.chunks_exact_mut(MR * depths).take(rows.div_ceil(MR)).enumerate() {
        let height = MR.min(rows - index * MR);
        let rows: [&[f32]; MR] = core::array::from_fn(|row| {
            let row = index * MR + row.min(height - 1);
            &a[row * k + depth..][..depths]
        });
        for (depth, place) in panel.as_chunks_mut::<MR>().0.iter_mut().enumerate() {
            for (place, row) in place.iter_mut().zip(rows) {
                *place = row[depth];
            }
        }
    }
}

/// The same of a transposed A.
#[inline(always)]
fn pack_columns<const MR: usize>(a: &[f32], m: usize, row: usize, rows: usize, depths: usize, into: &mut [f32]) {
    for (index, panel) in into.chunks_exact_mut(MR * depths).take(rows.div_ceil(MR)).enumerate() {
        let height = MR.min(rows - index * MR);
        for (place, column) in panel.as_chunks_mut::<MR>().0.iter_mut().zip(a.chunks(m)) {
            place[..height].copy_from_slice(&column[row + index * MR..][..height]);
        }
    }
}

/// A panel of `nr` columns: for each depth the values of a row. Behind the last column stands 0, which is multiplied and never
/// stored: numbers that happen to lie there could be of a kind that processors multiply slowly.
#[inline(always)]
fn pack(b: &[f32], n: usize, from: usize, width: usize, nr: usize, into: &mut [f32]) {
    for (row, place) in b.chunks(n).zip(into.chunks_exact_mut(nr)) {
        let (values, padding) = place.split_at_mut(width);
        values.copy_from_slice(&row[from..from + width]);
        padding.fill(0.0);
    }
}

/// The same of a transposed B.
#[inline(always)]
fn pack_transposed(b: &[f32], k: usize, from: usize, width: usize, nr: usize, into: &mut [f32]) {
    for column in 0..nr {
        let places = into.iter_mut().skip(column).step_by(nr);
        if column < width {
            places.zip(&b[(from + column) * k..]).for_each(|(place, value)| *place = *value);
        } else {
            places.for_each(|place| *place = 0.0);
        }
    }
}
