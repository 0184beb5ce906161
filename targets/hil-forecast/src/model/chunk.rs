//! What one chunk of a batch needs while it is computed: activations that the backward pass reads, gradients on their way
//! back, and scratch memory. It is made once and used for chunk after chunk.

use hil_kernels::tensor::ShapeError;

use super::Shape;
use super::dense::{Net, Scratch};
use crate::attention::{Method, Work};
use crate::buffer::{Buffer, Precision};
use crate::error::fits;

/// The memory of one chunk.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The most windows that it holds.
    windows: usize,
    pub(super) tape: Tape,
    pub(super) back: Back,
    pub(super) scratch: Memory,
    pub(super) forecast: Vec<f32>,
}

/// Activations that the backward pass reads. Rows are windows for the block and tokens for the encoder.
#[derive(Debug, Clone)]
pub(super) struct Tape {
    /// The block's layers behind their rectifiers.
    pub(super) first: Buffer,
    pub(super) second: Buffer,
    /// What the backcast leaves of the windows.
    pub(super) left: Buffer,
    /// Tokens as embedded, normalised, and what they were normalised with.
    pub(super) tokens: Buffer,
    pub(super) normed: Buffer,
    pub(super) of_rows: Vec<[f32; 2]>,
    pub(super) qkv: Buffer,
    /// What attention keeps, head by head.
    pub(super) kept: Buffer,
    /// The heads' results.
    pub(super) merged: Buffer,
    /// Tokens behind attention, normalised, and what they were normalised with.
    pub(super) after: Buffer,
    pub(super) fed: Buffer,
    pub(super) of_rows_fed: Vec<[f32; 2]>,
    /// The feed-forward part before and behind its curve.
    pub(super) wide: Buffer,
    pub(super) active: Buffer,
    /// The mean token.
    pub(super) mean: Buffer,
}

/// Gradients of activations on their way back, each place used for one layer after the other.
#[derive(Debug, Clone)]
pub(super) struct Back {
    pub(super) by_tokens: Buffer,
    pub(super) by_narrow: Buffer,
    pub(super) by_wide: Buffer,
}

/// Memory whose contents mean nothing between two operations.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    pub(super) layer: Scratch,
    pub(super) work: Work,
    /// One head's tensors.
    pub(super) head: Vec<f32>,
    pub(super) patches: Vec<f32>,
    /// Of the rows of windows.
    pub(super) few: [Vec<f32>; 3],
    /// Of the rows of tokens; used only where activations are kept in half precision, and by the last layer.
    pub(super) many: [Vec<f32>; 4],
}

/// Bytes of what a chunk holds, by purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkBytes {
    /// Activations that the backward pass reads.
    pub activations: usize,
    /// Gradients of activations.
    pub gradients: usize,
    /// Scratch memory and forecasts.
    pub scratch: usize,
}

impl Chunk {
    /// Memory for up to `windows` windows of `net`.
    #[must_use]
    pub fn new(net: &Net, windows: usize) -> Self {
        let Shape { look_back, horizon, block, width, heads, wide, .. } = net.shape;
        let rows = windows * net.shape.tokens();
        let buffer = |values| Buffer::new(net.precision, values);
        let kept = windows * heads * net.attention.kept(net.shape.head());
        // Logarithms of sums are exponents of weights: rounding them would change the weights by far more than rounding those.
        let kept_in = if net.attention == Method::Standard { net.precision } else { Precision::Single };
        let tape = Tape {
            first: buffer(windows * block),
            second: buffer(windows * block),
            left: buffer(windows * look_back),
            tokens: buffer(rows * width),
            normed: buffer(rows * width),
            of_rows: vec![[0.0; 2]; rows],
            qkv: buffer(rows * 3 * width),
            kept: Buffer::new(kept_in, kept),
            merged: buffer(rows * width),
            after: buffer(rows * width),
            fed: buffer(rows * width),
            of_rows_fed: vec![[0.0; 2]; rows],
            wide: buffer(rows * wide),
            active: buffer(rows * wide),
            mean: buffer(windows * width),
        };
        let back = Back {
            by_tokens: buffer(rows * width),
            by_narrow: buffer(rows * width),
            by_wide: buffer(rows * wide.max(3 * width)),
        };
        Self { windows, tape, back, scratch: Memory::default(), forecast: vec![0.0; windows * horizon] }
    }

    /// The forecasts of the `windows` windows that were computed last, window by window.
    #[must_use]
    pub fn forecast(&self, windows: usize, horizon: usize) -> &[f32] {
        self.forecast.get(..windows * horizon).unwrap_or(&[])
    }

    /// How many windows `x` holds, if they have a place here.
    pub(super) fn windows_of(&self, shape: Shape, x: &[f32]) -> Result<usize, ShapeError> {
        let windows = x.len() / shape.look_back;
        fits("x", windows.min(self.windows) * shape.look_back, x.len())?;
        Ok(windows)
    }

    /// How many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> ChunkBytes {
        let Tape {
            first,
            second,
            left,
            tokens,
            normed,
            of_rows,
            qkv,
            kept,
            merged,
            after,
            fed,
            of_rows_fed,
            wide,
            active,
            mean,
        } = &self.tape;
        let kept_values =
            [first, second, left, tokens, normed, qkv, kept, merged, after, fed, wide, active, mean].map(Buffer::bytes);
        let of_rows = (of_rows.capacity() + of_rows_fed.capacity()) * size_of::<[f32; 2]>();
        let Back { by_tokens, by_narrow, by_wide } = &self.back;
        let Memory { layer, work, head, patches, few, many } = &self.scratch;
        let loose: usize =
            few.iter().chain(many).chain([head, patches, &self.forecast]).map(|values| values.capacity()).sum();
        ChunkBytes {
            activations: kept_values.iter().sum::<usize>() + of_rows,
            gradients: [by_tokens, by_narrow, by_wide].map(Buffer::bytes).iter().sum(),
            scratch: layer.bytes() + work.bytes() + loose * size_of::<f32>(),
        }
    }
}
