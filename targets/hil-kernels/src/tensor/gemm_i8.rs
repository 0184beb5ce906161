//! Matrix times matrix in int8: `C = A B` with sums in 32 bits, A of `m` by `k`, B of `k` by `n`, C of `m` by `n`.
//!
//! Both sides are widened to 16 bits and packed in pairs of neighbouring depths, so that one instruction multiplies a pair
//! and adds the two products (`VPMADDWD` with AVX2 and AVX-512, `SMULL` and `ADDP` with NEON); blocks are those of
//! [`super::gemm`]. Sums of integers do not depend on their order: the variants give the bits of the reference. Sums that do
//! not fit 32 bits wrap around in both; up to a depth of [`EXACT_DEPTH`] none does.

use pulp::{NullaryFnOnce, Simd};

use super::ShapeError;
use super::gemm::{BLOCK_M, BLOCK_N, Shape};
use super::vector::Vector;

/// The largest depth at which every sum fits 32 bits, whatever the values: 2^17 products of -128 by -128 would be 2^31.
pub const EXACT_DEPTH: usize = (1 << 17) - 1;

/// Pairs of depths of a block.
const BLOCK_PAIRS: usize = 192;

/// How many pairs the workspace of [`vectorised`] holds.
pub const WORKSPACE: usize = BLOCK_PAIRS * (BLOCK_M + BLOCK_N);

/// The reference: for each row of A, adds multiples of the rows of B, so that every access is in order.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`.
pub fn reference(shape: Shape, a: &[i8], b: &[i8], c: &mut [i32]) -> Result<(), ShapeError> {
    shape.check(a, b, c)?;
    c.fill(0);
    for (a, c) in a.chunks_exact(shape.k.max(1)).zip(c.chunks_exact_mut(shape.n.max(1))) {
        for (a, b) in a.iter().zip(b.chunks_exact(shape.n.max(1))) {
            for (c, b) in c.iter_mut().zip(b) {
                *c = c.wrapping_add(i32::from(*a) * i32::from(*b));
            }
        }
    }
    Ok(())
}

/// The vectorised variant, on the calling thread. `workspace` holds at least [`WORKSPACE`] values, whatever they are.
///
/// # Errors
/// [`ShapeError`] when a slice does not fit `shape`, or when the workspace is too small.
pub fn vectorised(
    vector: Vector,
    shape: Shape,
    a: &[i8],
    b: &[i8],
    c: &mut [i32],
    workspace: &mut [i32],
) -> Result<(), ShapeError> {
    shape.check(a, b, c)?;
    let found = workspace.len();
    let workspace =
        workspace.get_mut(..WORKSPACE).ok_or(ShapeError { argument: "workspace", wanted: WORKSPACE, found })?;
    c.fill(0);
    if shape.n == 0 {
        return Ok(());
    }
    let sides = Sides { shape, a, b };
    match vector {
        #[cfg(target_arch = "x86_64")]
        Vector::Avx2(simd) => simd.vectorize(Job::<_, 6, 2> { simd, sides, c, workspace }),
        #[cfg(target_arch = "x86_64")]
        Vector::Avx512(simd) => simd.vectorize(Job::<_, 8, 3> { simd, sides, c, workspace }),
        #[cfg(target_arch = "aarch64")]
        Vector::Neon(simd) => simd.vectorize(Job::<_, 8, 2> { simd, sides, c, workspace }),
    }
    Ok(())
}

/// Vector instructions that multiply pairs of 16-bit values and add the two products.
trait Pairs: Simd {
    /// For each lane, the lower halves' product plus that of the upper halves.
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s;
}

#[cfg(target_arch = "x86_64")]
impl Pairs for pulp::x86::V3 {
    #[inline(always)]
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s {
        pulp::cast(self.avx2._mm256_madd_epi16(pulp::cast(a), pulp::cast(b)))
    }
}

#[cfg(target_arch = "x86_64")]
impl Pairs for pulp::x86::V4 {
    #[inline(always)]
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s {
        pulp::cast(self.avx512bw._mm512_madd_epi16(pulp::cast(a), pulp::cast(b)))
    }
}

#[cfg(target_arch = "aarch64")]
impl Pairs for pulp::aarch64::Neon {
    #[inline(always)]
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s {
        let (a, b) = (pulp::cast(a), pulp::cast(b));
        let lower = self.neon.vmull_s16(self.neon.vget_low_s16(a), self.neon.vget_low_s16(b));
        pulp::cast(self.neon.vpaddq_s32(lower, self.neon.vmull_high_s16(a, b)))
    }
}

#[derive(Clone, Copy)]
struct Sides<'a> {
    shape: Shape,
    a: &'a [i8],
    b: &'a [i8],
}

/// One product with tiles of `MR` rows by `NV` vectors, to be compiled for the instructions of `simd`.
struct Job<'a, S, const MR: usize, const NV: usize> {
    simd: S,
    sides: Sides<'a>,
    c: &'a mut [i32],
    workspace: &'a mut [i32],
}

impl<S: Pairs, const MR: usize, const NV: usize> NullaryFnOnce for Job<'_, S, MR, NV> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Sides { shape: Shape { m, n, k }, a, b } = self.sides;
        let width = NV * S::I32_LANES;
        let (packed_a, packed_b) = self.workspace.split_at_mut(BLOCK_M * BLOCK_PAIRS);
        for first in (0..n).step_by(BLOCK_N) {
            let columns = BLOCK_N.min(n - first);
            for depth in (0..k).step_by(2 * BLOCK_PAIRS) {
                let depths = (2 * BLOCK_PAIRS).min(k - depth);
                let pairs = depths.div_ceil(2);
                let b = &b[depth * n..(depth + depths) * n];
                for (at, panel) in (0..columns).step_by(width).zip(packed_b.chunks_exact_mut(width * pairs)) {
                    pack_b(b, n, first + at, width.min(columns - at), width, panel);
                }
                for row in (0..m).step_by(BLOCK_M) {
                    let rows = BLOCK_M.min(m - row);
                    pack_a::<MR>(&a[row * k..(row + rows) * k], k, depth, depths, packed_a);
                    let c = &mut self.c[row * n..(row + rows) * n];
                    for (at, panel) in (0..columns).step_by(width).zip(packed_b.chunks_exact(width * pairs)) {
                        let columns = first + at..first + at + width.min(columns - at);
                        for (rows, a) in c.chunks_mut(MR * n).zip(packed_a.chunks_exact(MR * pairs)) {
                            let tile = tile::<S, MR, NV>(self.simd, a, panel);
                            add::<S, MR, NV>(self.simd, &tile, rows, n, columns.clone());
                        }
                    }
                }
            }
        }
    }
}

/// Two values of 16 bits in a word.
#[inline(always)]
fn pair(first: i8, second: i8) -> i32 {
    (i32::from(first) & 0xffff) | (i32::from(second) << 16)
}

/// Panels of `MR` rows: for each pair of depths the pairs of a column, 0 behind the last depth. What stands behind the last row
/// is multiplied and never stored.
#[inline(always)]
fn pack_a<const MR: usize>(a: &[i8], k: usize, depth: usize, depths: usize, into: &mut [i32]) {
    let panels = into.chunks_exact_mut(MR * depths.div_ceil(2));
    for (rows, panel) in a.chunks(MR * k).zip(panels) {
        for (index, row) in rows.chunks_exact(k).enumerate() {
            let places = panel.iter_mut().skip(index).step_by(MR);
            for (place, values) in places.zip(row[depth..depth + depths].chunks(2)) {
                *place = pair(values[0], values.get(1).copied().unwrap_or(0));
            }
        }
    }
}

/// A panel of `width` columns, of which `columns` are there: for each pair of depths the pairs of a row, 0 behind the last
/// depth. What stands behind the last column is multiplied and never stored.
#[inline(always)]
fn pack_b(b: &[i8], n: usize, from: usize, columns: usize, width: usize, into: &mut [i32]) {
    for (rows, place) in b.chunks(2 * n).zip(into.chunks_exact_mut(width)) {
        let values = &mut place[..columns];
        let upper = &rows[from..from + columns];
        match rows.get(n + from..n + from + columns) {
            Some(lower) => {
                for ((place, first), second) in values.iter_mut().zip(upper).zip(lower) {
                    *place = pair(*first, *second);
                }
            }
            None => values.iter_mut().zip(upper).for_each(|(place, first)| *place = pair(*first, 0)),
        }
    }
}

/// One tile of the product, in registers.
#[inline(always)]
fn tile<S: Pairs, const MR: usize, const NV: usize>(simd: S, a: &[i32], b: &[i32]) -> [[S::i32s; NV]; MR] {
    let mut tile = [[simd.splat_i32s(0); NV]; MR];
    let (b, _) = S::as_simd_i32s(b);
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<NV>().0) {
        for (sums, a) in tile.iter_mut().zip(a) {
            let a = simd.splat_i32s(*a);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = simd.add_i32s(*sum, simd.multiply_pairs(a, *b));
            }
        }
    }
    tile
}

/// Adds a tile to rows of C.
#[inline(always)]
fn add<S: Pairs, const MR: usize, const NV: usize>(
    simd: S,
    tile: &[[S::i32s; NV]; MR],
    rows: &mut [i32],
    n: usize,
    columns: core::ops::Range<usize>,
) {
    for (row, sums) in rows.chunks_exact_mut(n).zip(tile) {
        let (whole, rest) = S::as_mut_simd_i32s(&mut row[columns.clone()]);
        let mut sums = sums.iter();
        for (c, sum) in whole.iter_mut().zip(&mut sums) {
            *c = simd.add_i32s(*c, *sum);
        }
        if let (false, Some(sum)) = (rest.is_empty(), sums.next()) {
            simd.partial_store_i32s(rest, simd.add_i32s(simd.partial_load_i32s(rest), *sum));
        }
    }
}
