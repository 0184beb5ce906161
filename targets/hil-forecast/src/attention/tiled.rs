//! Attention in square blocks with an online softmax: what was added up so far is scaled down when a larger score comes.
//!
//! Beyond inputs and results there are one block of scores (two in the backward pass), the keys (and values) a second time
//! in the order that products want, and a few numbers a row.

use hil_kernels::tensor::ShapeError;
use hil_kernels::tensor::gemm::Shape;

use super::{Forward, Gradients, Head, Inputs};
use crate::math::product::{at_least, transpose};
use crate::math::{Arithmetic, Workspace};

/// Memory of the tiled method.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// A block of scores, then of weights.
    tile: Vec<f32>,
    /// A block of gradients; only the backward pass has it.
    by_tile: Vec<f32>,
    /// The keys, block by block transposed.
    keys: Vec<f32>,
    /// The values in the same order; only the backward pass has them.
    values: Vec<f32>,
    /// Numbers of the rows of a block: largest score, the one before, sum, sum of a tile.
    of_rows: Vec<f32>,
    /// The dot product of each row of the result with its gradient; only the backward pass has it.
    dots: Vec<f32>,
}

impl Memory {
    pub(super) fn bytes(&self) -> usize {
        let Self { tile, by_tile, keys, values, of_rows, dots } = self;
        [tile, by_tile, keys, values, of_rows, dots].map(Vec::capacity).iter().sum::<usize>() * size_of::<f32>()
    }
}

/// Where a block begins and how many tokens it has.
#[derive(Clone, Copy)]
struct Block {
    from: usize,
    len: usize,
}

impl Block {
    /// Its rows of a matrix of `width` columns.
    fn rows(self, width: usize) -> std::ops::Range<usize> {
        self.from * width..(self.from + self.len) * width
    }
}

fn blocks(tokens: usize, block: usize) -> impl Iterator<Item = Block> {
    (0..tokens).step_by(block).map(move |from| Block { from, len: block.min(tokens - from) })
}

fn check(block: usize) -> Result<(), ShapeError> {
    if block > 0 { Ok(()) } else { Err(ShapeError { argument: "block", wanted: 1, found: 0 }) }
}

/// Transposes each block of `x` by itself.
fn transpose_blocks(head: Head, block: usize, x: &[f32], to: &mut [f32]) -> Result<(), ShapeError> {
    blocks(head.tokens, block).try_for_each(|rows| {
        let part = rows.rows(head.width);
        transpose(rows.len, head.width, &x[part.clone()], &mut to[part])
    })
}

/// The scores of a block of queries with a block of keys, which are transposed; minus infinity where nothing is seen.
#[expect(clippy::too_many_arguments, reason = "two blocks and the memory for them")]
fn scores(
    math: Arithmetic,
    head: Head,
    rows: Block,
    columns: Block,
    q: &[f32],
    keys: &[f32],
    tile: &mut [f32],
    workspace: &mut Workspace,
) -> Result<(), ShapeError> {
    let shape = Shape { m: rows.len, n: columns.len, k: head.width };
    math.product(shape, &q[rows.rows(head.width)], &keys[columns.rows(head.width)], tile, workspace)?;
    if head.causal && columns.from + columns.len > rows.from + 1 {
        for (row, scores) in tile.chunks_exact_mut(columns.len).enumerate() {
            let seen = (rows.from + row + 1).saturating_sub(columns.from);
            scores.iter_mut().skip(seen).for_each(|score| *score = f32::NEG_INFINITY);
        }
    }
    Ok(())
}

/// Whether a block of queries sees nothing of a block of keys.
fn unseen(head: Head, rows: Block, columns: Block) -> bool {
    head.causal && columns.from >= rows.from + rows.len
}

#[expect(clippy::too_many_arguments, reason = "they are the tensors of the definition")]
pub(super) fn forward(
    math: Arithmetic,
    head: Head,
    block: usize,
    inputs: Inputs<'_>,
    log_sums: &mut [f32],
    out: &mut [f32],
    workspace: &mut Workspace,
    memory: &mut Memory,
) -> Result<(), ShapeError> {
    check(block)?;
    let Head { tokens, width, .. } = head;
    let side = block.min(tokens);
    let keys = at_least(&mut memory.keys, tokens * width);
    transpose_blocks(head, block, inputs.k, keys)?;
    let tile = at_least(&mut memory.tile, side * side);
    let of_rows = at_least(&mut memory.of_rows, 4 * side);
    out.fill(0.0);
    for rows in blocks(tokens, block) {
        let (largest, others) = of_rows.split_at_mut(side);
        let (before, others) = others.split_at_mut(side);
        let (sums, tile_sums) = others.split_at_mut(side);
        let (largest, before) = (&mut largest[..rows.len], &mut before[..rows.len]);
        let (sums, tile_sums) = (&mut sums[..rows.len], &mut tile_sums[..rows.len]);
        largest.fill(f32::NEG_INFINITY);
        sums.fill(0.0);
        let out = &mut out[rows.rows(width)];
        for columns in blocks(tokens, block).take_while(|columns| !unseen(head, rows, *columns)) {
            let tile = &mut tile[..rows.len * columns.len];
            scores(math, head, rows, columns, inputs.q, keys, tile, workspace)?;
            before.copy_from_slice(largest);
            math.largest_of_rows(columns.len, tile, largest);
            math.exp_rows(columns.len, tile, largest, tile_sums);
            for (((before, largest), sum), more) in before.iter_mut().zip(&*largest).zip(&mut *sums).zip(&*tile_sums) {
                *before = libm::expf(*before - largest);
                *sum = *sum * *before + more;
            }
            math.scale_rows(width, out, before);
            let shape = Shape { m: rows.len, n: width, k: columns.len };
            math.add_product(shape, tile, &inputs.v[columns.rows(width)], out, workspace)?;
        }
        for ((log_sum, sum), largest) in log_sums[rows.rows(1)].iter_mut().zip(&mut *sums).zip(&*largest) {
            *log_sum = largest + libm::logf(*sum);
            *sum = 1.0 / *sum;
        }
        math.scale_rows(width, out, sums);
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "they are the tensors of the definition")]
pub(super) fn backward(
    math: Arithmetic,
    head: Head,
    block: usize,
    inputs: Inputs<'_>,
    forward: Forward<'_>,
    by_out: &[f32],
    gradients: Gradients<'_>,
    workspace: &mut Workspace,
    memory: &mut Memory,
) -> Result<(), ShapeError> {
    check(block)?;
    let Head { tokens, width, .. } = head;
    let side = block.min(tokens);
    let keys = at_least(&mut memory.keys, tokens * width);
    transpose_blocks(head, block, inputs.k, keys)?;
    let values = at_least(&mut memory.values, tokens * width);
    transpose_blocks(head, block, inputs.v, values)?;
    let dots = at_least(&mut memory.dots, tokens);
    math.dot_rows(width, by_out, forward.out, dots);
    let tile = at_least(&mut memory.tile, side * side);
    let by_tile = at_least(&mut memory.by_tile, side * side);
    let sums = at_least(&mut memory.of_rows, 4 * side);
    let Gradients { q: by_q, k: by_k, v: by_v } = gradients;
    by_q.fill(0.0);
    by_k.fill(0.0);
    by_v.fill(0.0);
    for columns in blocks(tokens, block) {
        for rows in blocks(tokens, block).filter(|rows| !unseen(head, *rows, columns)) {
            let tile = &mut tile[..rows.len * columns.len];
            scores(math, head, rows, columns, inputs.q, keys, tile, workspace)?;
            math.exp_rows(columns.len, tile, &forward.kept[rows.rows(1)], sums);
            let by_rows = &by_out[rows.rows(width)];
            let across = Shape { m: columns.len, n: width, k: rows.len };
            math.add_transposed_product(across, tile, by_rows, &mut by_v[columns.rows(width)], workspace)?;
            let by_tile = &mut by_tile[..rows.len * columns.len];
            let shape = Shape { m: rows.len, n: columns.len, k: width };
            math.product(shape, by_rows, &values[columns.rows(width)], by_tile, workspace)?;
            math.softmax_backward(columns.len, tile, &dots[rows.rows(1)], by_tile);
            let down = Shape { m: rows.len, n: width, k: columns.len };
            let keys_of_block = &inputs.k[columns.rows(width)];
            math.add_product(down, by_tile, keys_of_block, &mut by_q[rows.rows(width)], workspace)?;
            let q_of_block = &inputs.q[rows.rows(width)];
            math.add_transposed_product(across, by_tile, q_of_block, &mut by_k[columns.rows(width)], workspace)?;
        }
    }
    Ok(())
}
