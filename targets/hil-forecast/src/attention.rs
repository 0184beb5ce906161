//! Scaled dot-product attention of one head, forward and backward, in two methods that give the same result.
//!
//! `standard` writes the matrix of all weights, tokens by tokens (Vaswani et al., NeurIPS 2017). `tiled` goes through it
//! block by block with an online softmax and never holds more of it than one block (Dao et al., FlashAttention, NeurIPS
//! 2022); its backward pass computes the weights again from one number a row.
//!
//! Queries, keys, values and results are row-major, tokens by width of the head. Queries come already multiplied by
//! 1 / sqrt(width), and the gradient by them is that by the multiplied ones.

mod standard;
mod tiled;

use hil_kernels::tensor::ShapeError;

use crate::error::fits;
use crate::math::{Arithmetic, Workspace};

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many tokens attend to each other.
    pub tokens: usize,
    /// Values of a query, a key and a value.
    pub width: usize,
    /// Whether a token sees only itself and those before it.
    pub causal: bool,
}

/// How it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With the whole matrix of weights.
    Standard,
    /// In square blocks.
    Tiled {
        /// Tokens of a block's side, above 0.
        block: usize,
    },
}

/// Queries, keys and values.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Queries, multiplied by 1 / sqrt(width).
    pub q: &'a [f32],
    /// Keys.
    pub k: &'a [f32],
    /// Values.
    pub v: &'a [f32],
}

/// The gradients by the inputs; overwritten.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// By the multiplied queries.
    pub q: &'a mut [f32],
    /// By the keys.
    pub k: &'a mut [f32],
    /// By the values.
    pub v: &'a mut [f32],
}

/// What the forward pass leaves for the backward pass.
#[derive(Debug, Clone, Copy)]
pub struct Forward<'a> {
    /// The result, tokens by width.
    pub out: &'a [f32],
    /// What the method keeps, as many values as [`Method::kept`] says.
    pub kept: &'a [f32],
}

/// Memory beyond inputs, results and what is kept; grows to what is needed and stays.
#[derive(Debug, Clone, Default)]
pub struct Work {
    workspace: Workspace,
    standard: standard::Memory,
    tiled: tiled::Memory,
}

impl Work {
    /// How many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.workspace.bytes() + self.standard.bytes() + self.tiled.bytes()
    }
}

impl Head {
    fn check(self, slices: &[(&'static str, &[f32])]) -> Result<(), ShapeError> {
        slices.iter().try_for_each(|&(name, slice)| fits(name, self.tokens * self.width, slice.len()))
    }
}

impl Method {
    /// How many values a head keeps between the forward and the backward pass.
    #[must_use]
    pub fn kept(self, head: Head) -> usize {
        match self {
            Self::Standard => head.tokens * head.tokens,
            Self::Tiled { .. } => head.tokens,
        }
    }

    /// Computes `out` and what is `kept`.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `head`, or a block has no side.
    pub fn forward(
        self,
        math: Arithmetic,
        head: Head,
        inputs: Inputs<'_>,
        kept: &mut [f32],
        out: &mut [f32],
        work: &mut Work,
    ) -> Result<(), ShapeError> {
        head.check(&[("q", inputs.q), ("k", inputs.k), ("v", inputs.v), ("out", &*out)])?;
        fits("kept", self.kept(head), kept.len())?;
        let Work { workspace, standard, tiled } = work;
        match self {
            Self::Standard => standard::forward(math, head, inputs, kept, out, workspace, standard),
            Self::Tiled { block } => tiled::forward(math, head, block, inputs, kept, out, workspace, tiled),
        }
    }

    /// Computes the gradients by the inputs from that by the result.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit `head`, or a block has no side.
    #[expect(clippy::too_many_arguments, reason = "they are the tensors of the definition")]
    pub fn backward(
        self,
        math: Arithmetic,
        head: Head,
        inputs: Inputs<'_>,
        forward: Forward<'_>,
        by_out: &[f32],
        gradients: Gradients<'_>,
        work: &mut Work,
    ) -> Result<(), ShapeError> {
        let Gradients { q, k, v } = &gradients;
        let [q, k, v]: [&[f32]; 3] = [q, k, v];
        head.check(&[("q", inputs.q), ("k", inputs.k), ("v", inputs.v), ("out", forward.out), ("by_out", by_out)])?;
        head.check(&[("gradient of q", q), ("gradient of k", k), ("gradient of v", v)])?;
        fits("kept", self.kept(head), forward.kept.len())?;
        let Work { workspace, standard, tiled } = work;
        match self {
            Self::Standard => {
                standard::backward(math, head, inputs, forward.kept, by_out, gradients, workspace, standard)
            }
            Self::Tiled { block } => {
                tiled::backward(math, head, block, inputs, forward, by_out, gradients, workspace, tiled)
            }
        }
    }
}
