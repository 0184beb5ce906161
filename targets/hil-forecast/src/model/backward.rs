//! The backward pass of one chunk, from the gradient by its forecasts to that by all parameters, layer by layer from the end.

use hil_kernels::tensor::ShapeError;

use super::Shape;
use super::chunk::{Back, Chunk, Memory, Tape};
use super::dense::Net;
use super::forward::{parts, put, take};
use crate::attention::{Forward, Gradients, Inputs};
use crate::buffer::Buffer;
use crate::error::fits;
use crate::math::product::at_least;
use crate::profile::{Part, enter};

impl Net {
    /// Computes into `gradient` the gradient by all parameters, from `by_forecast`, that by the forecasts which
    /// [`Net::forward`] has just computed from the same `x` and parameters in the same chunk.
    ///
    /// # Errors
    /// [`ShapeError`] when a slice does not fit.
    pub fn backward(
        &self,
        parameters: &Buffer,
        x: &[f32],
        by_forecast: &[f32],
        gradient: &mut [f32],
        chunk: &mut Chunk,
    ) -> Result<(), ShapeError> {
        let windows = chunk.windows_of(self.shape, x)?;
        fits("by_forecast", windows * self.shape.horizon, by_forecast.len())?;
        fits("gradient", self.layout.len, gradient.len())?;
        gradient.fill(0.0);
        let Chunk { tape, back, scratch, .. } = chunk;
        self.dense_by_parameters(self.layout.linear, windows, x, by_forecast, gradient, &mut scratch.layer)?;
        self.feed_backward(parameters, windows, by_forecast, gradient, tape, back, scratch)?;
        self.attend_backward(parameters, windows, gradient, tape, back, scratch)?;
        self.embed_backward(parameters, windows, by_forecast, gradient, tape, back, scratch)?;
        self.block_backward(parameters, windows, x, gradient, tape, scratch)
    }

    /// The mean token's layer and the feed-forward part; leaves the gradient by the tokens behind attention.
    #[expect(clippy::too_many_arguments, reason = "they are the tensors of the layer")]
    fn feed_backward(
        &self,
        parameters: &Buffer,
        windows: usize,
        by_forecast: &[f32],
        gradient: &mut [f32],
        tape: &Tape,
        back: &mut Back,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { width, wide: wide_width, .. } = self.shape;
        let (math, layout, tokens) = (self.math, &self.layout, self.shape.tokens());
        let rows = windows * tokens;
        let (narrow, wide) = (0..rows * width, 0..rows * wide_width);
        let Back { by_tokens, by_narrow, by_wide } = back;
        let Memory { layer, few: [few, more, _], many: [a, b, c, _], .. } = scratch;

        let mean = tape.mean.read(math, 0..windows * width, few);
        self.dense_by_parameters(layout.head, windows, mean, by_forecast, gradient, layer)?;
        let by_mean = at_least(more, windows * width);
        self.dense_by_input(layout.head, parameters, windows, by_forecast, by_mean, layer)?;
        math.scale(by_mean, 1.0 / tokens as f32);
        by_tokens.write(math, narrow.clone(), a, |by_tokens| {
            for (rows, by_mean) in by_tokens.chunks_exact_mut(tokens * width).zip(by_mean.chunks_exact(width)) {
                rows.chunks_exact_mut(width).for_each(|row| row.copy_from_slice(by_mean));
            }
            Ok::<(), ShapeError>(())
        })?;

        let by_out = by_tokens.read(math, narrow.clone(), b);
        self.dense_by_parameters(
            layout.narrow,
            rows,
            tape.active.read(math, wide.clone(), a),
            by_out,
            gradient,
            layer,
        )?;
        by_wide.write(math, wide.clone(), a, |by_wide| {
            self.dense_by_input(layout.narrow, parameters, rows, by_out, by_wide, layer)?;
            let before = tape.wide.read(math, wide.clone(), c);
            let _here = enter(Part::Activations);
            math.gelu_backward(before, by_wide);
            Ok::<(), ShapeError>(())
        })?;

        let by_out = by_wide.read(math, wide, b);
        self.dense_by_parameters(layout.widen, rows, tape.fed.read(math, narrow.clone(), a), by_out, gradient, layer)?;
        by_narrow.write(math, narrow.clone(), a, |by_narrow| {
            self.dense_by_input(layout.widen, parameters, rows, by_out, by_narrow, layer)?;
            let after = tape.after.read(math, narrow.clone(), c);
            self.norm_backward(layout.norm_feed, parameters, after, &tape.of_rows_fed, by_narrow, gradient, layer);
            Ok::<(), ShapeError>(())
        })?;
        by_tokens.add(math, narrow.clone(), by_narrow.read(math, narrow, a), b);
        Ok(())
    }

    /// The heads and the normalisation in front of them; leaves the gradient by the tokens as embedded.
    fn attend_backward(
        &self,
        parameters: &Buffer,
        windows: usize,
        gradient: &mut [f32],
        tape: &Tape,
        back: &mut Back,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let width = self.shape.width;
        let (math, layout) = (self.math, &self.layout);
        let rows = windows * self.shape.tokens();
        let (narrow, triple) = (0..rows * width, 0..rows * 3 * width);
        {
            let Back { by_tokens, by_narrow, .. } = back;
            let Memory { layer, many: [a, b, ..], .. } = scratch;
            let by_out = by_tokens.read(math, narrow.clone(), b);
            let merged = tape.merged.read(math, narrow.clone(), a);
            self.dense_by_parameters(layout.merge, rows, merged, by_out, gradient, layer)?;
            by_narrow.write(math, narrow.clone(), a, |by_merged| {
                self.dense_by_input(layout.merge, parameters, rows, by_out, by_merged, layer)
            })?;
        }
        self.heads_backward(windows, tape, back, scratch)?;
        let Back { by_tokens, by_narrow, by_wide } = back;
        let Memory { layer, many: [a, b, c, _], .. } = scratch;
        let by_qkv = by_wide.read(math, triple, b);
        self.dense_by_parameters(layout.qkv, rows, tape.normed.read(math, narrow.clone(), a), by_qkv, gradient, layer)?;
        by_narrow.write(math, narrow.clone(), a, |by_narrow| {
            self.dense_by_input(layout.qkv, parameters, rows, by_qkv, by_narrow, layer)?;
            let tokens = tape.tokens.read(math, narrow.clone(), c);
            self.norm_backward(layout.norm_attention, parameters, tokens, &tape.of_rows, by_narrow, gradient, layer);
            Ok::<(), ShapeError>(())
        })?;
        by_tokens.add(math, narrow.clone(), by_narrow.read(math, narrow, a), b);
        Ok(())
    }

    /// From the gradient by the heads' results, in `by_narrow`, to that by queries, keys and values, in `by_wide`.
    fn heads_backward(
        &self,
        windows: usize,
        tape: &Tape,
        back: &mut Back,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { width, heads, .. } = self.shape;
        let (math, head) = (self.math, self.shape.head());
        let rows = windows * head.tokens;
        let Back { by_narrow, by_wide, .. } = back;
        let Memory { work, head: memory, few: [kept_scratch, ..], many: [a, b, c, d], .. } = scratch;
        let qkv = tape.qkv.read(math, 0..rows * 3 * width, b);
        let merged = tape.merged.read(math, 0..rows * width, c);
        let by_merged = by_narrow.read(math, 0..rows * width, d);
        let n = head.tokens * head.width;
        let kept_each = self.attention.kept(head);
        by_wide.write(math, 0..rows * 3 * width, a, |by_qkv| {
            let _here = enter(Part::Attention);
            for window in 0..windows {
                let qkv = self.tokens_of(window, 3 * width, qkv);
                let merged = self.tokens_of(window, width, merged);
                let by_merged = self.tokens_of(window, width, by_merged);
                let by_qkv = self.tokens_of_mut(window, 3 * width, by_qkv);
                for which in 0..heads {
                    let [q, k, v, out, by_out, by_q, by_k, by_v] = parts::<8>(at_least(memory, 8 * n), n);
                    self.take_head(qkv, which, [&mut *q, &mut *k, &mut *v]);
                    take(merged, width, which * head.width, out, head.width, 1.0);
                    take(by_merged, width, which * head.width, by_out, head.width, 1.0);
                    let from = (window * heads + which) * kept_each;
                    let kept = tape.kept.read(math, from..from + kept_each, kept_scratch);
                    let gradients = Gradients { q: &mut *by_q, k: &mut *by_k, v: &mut *by_v };
                    let forward = Forward { out, kept };
                    let inputs = Inputs { q, k, v };
                    self.attention.backward(math, head, inputs, forward, by_out, gradients, work)?;
                    let factors = [self.query_factor(), 1.0, 1.0];
                    for ((by, factor), part) in [&*by_q, &*by_k, &*by_v].into_iter().zip(factors).zip(0..) {
                        put(by, head.width, by_qkv, 3 * width, part * width + which * head.width, factor);
                    }
                }
            }
            Ok(())
        })
    }

    /// The embedding, and the gradient by backcast and forecast of the block, which it leaves in the third of `few`.
    #[expect(clippy::too_many_arguments, reason = "they are the tensors of the layer")]
    fn embed_backward(
        &self,
        parameters: &Buffer,
        windows: usize,
        by_forecast: &[f32],
        gradient: &mut [f32],
        tape: &Tape,
        back: &Back,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { look_back, horizon, patch, stride, width, .. } = self.shape;
        let (math, layout, tokens) = (self.math, &self.layout, self.shape.tokens());
        let rows = windows * tokens;
        let Memory { layer, patches, few: [few, _, by_theta], many: [a, b, ..], .. } = scratch;
        let by_tokens = back.by_tokens.read(math, 0..rows * width, a);
        let by_places = &mut gradient[layout.places.range()];
        by_tokens.chunks_exact(tokens * width).for_each(|by_window| math.add(by_places, by_window));
        let patches = at_least(patches, rows * patch);
        self.cut(tape.left.read(math, 0..windows * look_back, few), patches);
        self.dense_by_parameters(layout.embed, rows, patches, by_tokens, gradient, layer)?;
        let by_patches = at_least(b, rows * patch);
        self.dense_by_input(layout.embed, parameters, rows, by_tokens, by_patches, layer)?;

        let by_theta = at_least(by_theta, windows * (look_back + horizon));
        let of_windows = by_patches.chunks_exact(tokens * patch).zip(by_forecast.chunks_exact(horizon));
        for (by_theta, (by_patches, by_forecast)) in by_theta.chunks_exact_mut(look_back + horizon).zip(of_windows) {
            let (by_backcast, by_own_forecast) = by_theta.split_at_mut(look_back);
            by_own_forecast.copy_from_slice(by_forecast);
            by_backcast.fill(0.0);
            for (token, by_patch) in by_patches.chunks_exact(patch).enumerate() {
                // The backcast is taken off the window, so its gradient is the window's, turned round.
                let hours = by_backcast.iter_mut().skip(token * stride);
                hours.zip(by_patch).for_each(|(by_hour, by_patch)| *by_hour -= by_patch);
            }
        }
        Ok(())
    }

    /// The N-BEATS-style block.
    fn block_backward(
        &self,
        parameters: &Buffer,
        windows: usize,
        x: &[f32],
        gradient: &mut [f32],
        tape: &Tape,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { look_back, horizon, block, .. } = self.shape;
        let (math, layout, all) = (self.math, &self.layout, 0..windows * block);
        let Memory { layer, few: [few, by_second, by_theta], many: [a, ..], .. } = scratch;
        let by_theta = at_least(by_theta, windows * (look_back + horizon));

        let second = tape.second.read(math, all.clone(), few);
        self.dense_by_parameters(layout.theta, windows, second, by_theta, gradient, layer)?;
        let by_second = at_least(by_second, all.len());
        self.dense_by_input(layout.theta, parameters, windows, by_theta, by_second, layer)?;
        {
            let _here = enter(Part::Activations);
            math.relu_backward(second, by_second);
        }

        let first = tape.first.read(math, all.clone(), few);
        self.dense_by_parameters(layout.second, windows, first, by_second, gradient, layer)?;
        let by_first = at_least(a, all.len());
        self.dense_by_input(layout.second, parameters, windows, by_second, by_first, layer)?;
        {
            let _here = enter(Part::Activations);
            math.relu_backward(first, by_first);
        }
        self.dense_by_parameters(layout.first, windows, x, by_first, gradient, layer)
    }
}
