//! Attention with the whole matrix of weights: scores, softmax of each row, product with the values.

use hil_kernels::tensor::ShapeError;
use hil_kernels::tensor::gemm::Shape;

use super::{Gradients, Head, Inputs};
use crate::math::product::at_least;
use crate::math::{Arithmetic, Workspace};

/// Memory of the standard method.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// One row of scores.
    row: Vec<f32>,
    /// The gradient by the scores, tokens by tokens; only the backward pass has it.
    by_scores: Vec<f32>,
    /// One number a row.
    dots: Vec<f32>,
}

impl Memory {
    pub(super) fn bytes(&self) -> usize {
        (self.row.capacity() + self.by_scores.capacity() + self.dots.capacity()) * size_of::<f32>()
    }
}

pub(super) fn forward(
    math: Arithmetic,
    head: Head,
    inputs: Inputs<'_>,
    weights: &mut [f32],
    out: &mut [f32],
    workspace: &mut Workspace,
    memory: &mut Memory,
) -> Result<(), ShapeError> {
    let Head { tokens, width, causal } = head;
    let Inputs { q, k, v } = inputs;
    math.product_by_transposed(Shape { m: tokens, n: tokens, k: width }, q, k, weights, workspace)?;
    if causal {
        for (row, scores) in weights.chunks_exact_mut(tokens.max(1)).enumerate() {
            scores.iter_mut().skip(row + 1).for_each(|score| *score = f32::NEG_INFINITY);
        }
    }
    math.softmax(weights, at_least(&mut memory.row, tokens))?;
    math.product(Shape { m: tokens, n: width, k: tokens }, weights, v, out, workspace)
}

#[expect(clippy::too_many_arguments, reason = "they are the tensors of the definition")]
pub(super) fn backward(
    math: Arithmetic,
    head: Head,
    inputs: Inputs<'_>,
    weights: &[f32],
    by_out: &[f32],
    gradients: Gradients<'_>,
    workspace: &mut Workspace,
    memory: &mut Memory,
) -> Result<(), ShapeError> {
    let Head { tokens, width, .. } = head;
    let Inputs { q, k, v } = inputs;
    let down = Shape { m: tokens, n: width, k: tokens };
    gradients.v.fill(0.0);
    math.add_transposed_product(down, weights, by_out, gradients.v, workspace)?;
    let by_scores = at_least(&mut memory.by_scores, tokens * tokens);
    math.product_by_transposed(Shape { m: tokens, n: tokens, k: width }, by_out, v, by_scores, workspace)?;
    let dots = at_least(&mut memory.dots, tokens);
    math.dot_rows(tokens, weights, by_scores, dots);
    math.softmax_backward(tokens, weights, dots, by_scores);
    math.product(down, by_scores, k, gradients.q, workspace)?;
    gradients.k.fill(0.0);
    math.add_transposed_product(down, by_scores, q, gradients.k, workspace)
}
