//! The forward pass of one chunk.

use hil_kernels::tensor::ShapeError;

use super::Shape;
use super::chunk::{Chunk, Memory, Tape};
use super::dense::Net;
use crate::attention::Inputs;
use crate::buffer::Buffer;
use crate::math::product::at_least;
use crate::profile::{Part, enter};

impl Net {
    /// Computes the forecasts of the windows in `x`, which have their mean taken off, window by window; they are at
    /// [`Chunk::forecast`] then.
    ///
    /// # Errors
    /// [`ShapeError`] when `x` is no whole number of windows or more than `chunk` holds.
    pub fn forward(&self, parameters: &Buffer, x: &[f32], chunk: &mut Chunk) -> Result<(), ShapeError> {
        let windows = chunk.windows_of(self.shape, x)?;
        let Chunk { tape, scratch, forecast, .. } = chunk;
        let forecast = &mut forecast[..windows * self.shape.horizon];
        self.dense(self.layout.linear, parameters, windows, x, forecast, &mut scratch.layer)?;
        self.block(parameters, windows, x, forecast, tape, scratch)?;
        self.embed(parameters, windows, tape, scratch)?;
        self.attend(parameters, windows, tape, scratch)?;
        self.feed(parameters, windows, forecast, tape, scratch)
    }

    /// The N-BEATS-style block: adds its forecast, and leaves what its backcast does not explain.
    fn block(
        &self,
        parameters: &Buffer,
        windows: usize,
        x: &[f32],
        forecast: &mut [f32],
        tape: &mut Tape,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { look_back, horizon, block, .. } = self.shape;
        let (math, all) = (self.math, 0..windows * block);
        let Tape { first, second, left, .. } = tape;
        let Memory { layer, few: [a, b, c], .. } = scratch;
        first.write(math, all.clone(), a, |first| {
            let before = at_least(b, first.len());
            self.dense(self.layout.first, parameters, windows, x, before, layer)?;
            let _here = enter(Part::Activations);
            math.relu(before, first)
        })?;
        second.write(math, all.clone(), a, |second| {
            let before = at_least(b, second.len());
            let first = first.read(math, all.clone(), c);
            self.dense(self.layout.second, parameters, windows, first, before, layer)?;
            let _here = enter(Part::Activations);
            math.relu(before, second)
        })?;
        let theta = at_least(b, windows * (look_back + horizon));
        self.dense(self.layout.theta, parameters, windows, second.read(math, all, c), theta, layer)?;
        let theta = &*theta;
        for (forecast, theta) in forecast.chunks_exact_mut(horizon).zip(theta.chunks_exact(look_back + horizon)) {
            math.add(forecast, &theta[look_back..]);
        }
        left.write(math, 0..windows * look_back, a, |left| {
            let rows = left.chunks_exact_mut(look_back).zip(x.chunks_exact(look_back));
            for ((left, x), theta) in rows.zip(theta.chunks_exact(look_back + horizon)) {
                for ((left, x), backcast) in left.iter_mut().zip(x).zip(theta) {
                    *left = x - backcast;
                }
            }
            Ok(())
        })
    }

    /// Cuts what is left of the windows into patches and makes tokens of them.
    fn embed(
        &self,
        parameters: &Buffer,
        windows: usize,
        tape: &mut Tape,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { look_back, patch, width, .. } = self.shape;
        let (math, rows) = (self.math, windows * self.shape.tokens());
        let Memory { layer, patches, few: [a, b, _], many: [wide, ..], .. } = scratch;
        let patches = at_least(patches, rows * patch);
        self.cut(tape.left.read(math, 0..windows * look_back, a), patches);
        tape.tokens.write(math, 0..rows * width, wide, |tokens| {
            self.dense(self.layout.embed, parameters, rows, patches, tokens, layer)?;
            let places = parameters.read(math, self.layout.places.range(), b);
            tokens.chunks_exact_mut(places.len()).for_each(|tokens| math.add(tokens, places));
            Ok(())
        })
    }

    /// Writes the patches of each window of `left`.
    pub(super) fn cut(&self, left: &[f32], patches: &mut [f32]) {
        let Shape { look_back, patch, stride, .. } = self.shape;
        let of_windows = patches.chunks_exact_mut(self.shape.tokens() * patch);
        for (window, patches) in left.chunks_exact(look_back).zip(of_windows) {
            for (from, to) in window.windows(patch).step_by(stride).zip(patches.chunks_exact_mut(patch)) {
                to.copy_from_slice(from);
            }
        }
    }

    /// Normalisation, attention of all heads, and what goes past them.
    fn attend(
        &self,
        parameters: &Buffer,
        windows: usize,
        tape: &mut Tape,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { width, heads, .. } = self.shape;
        let (math, head) = (self.math, self.shape.head());
        let rows = windows * head.tokens;
        let Tape { tokens, normed, of_rows, qkv, kept, merged, after, .. } = tape;
        let Memory { layer, work, head: memory, many: [a, b, c, _], .. } = scratch;
        normed.write(math, 0..rows * width, a, |normed| {
            let tokens = tokens.read(math, 0..rows * width, b);
            self.norm(self.layout.norm_attention, parameters, tokens, normed, of_rows, layer);
            Ok::<(), ShapeError>(())
        })?;
        qkv.write(math, 0..rows * 3 * width, a, |qkv| {
            let normed = normed.read(math, 0..rows * width, b);
            self.dense(self.layout.qkv, parameters, rows, normed, qkv, layer)
        })?;
        let qkv = qkv.read(math, 0..rows * 3 * width, a);
        let n = head.tokens * head.width;
        let kept_each = self.attention.kept(head);
        merged.write(math, 0..rows * width, b, |merged| {
            let _here = enter(Part::Attention);
            for window in 0..windows {
                let (qkv, merged) = (self.tokens_of(window, 3 * width, qkv), self.tokens_of_mut(window, width, merged));
                for which in 0..heads {
                    let [q, k, v, out] = parts::<4>(at_least(memory, 4 * n), n);
                    self.take_head(qkv, which, [&mut *q, &mut *k, &mut *v]);
                    let from = (window * heads + which) * kept_each;
                    kept.write(math, from..from + kept_each, c, |kept| {
                        self.attention.forward(math, head, Inputs { q, k, v }, kept, out, work)
                    })?;
                    put(out, head.width, merged, width, which * head.width, 1.0);
                }
            }
            Ok::<(), ShapeError>(())
        })?;
        after.write(math, 0..rows * width, a, |after| {
            let merged = merged.read(math, 0..rows * width, b);
            self.dense(self.layout.merge, parameters, rows, merged, after, layer)?;
            math.add(after, tokens.read(math, 0..rows * width, b));
            Ok(())
        })
    }

    /// The feed-forward part, the mean token, and what it adds to the forecast.
    fn feed(
        &self,
        parameters: &Buffer,
        windows: usize,
        forecast: &mut [f32],
        tape: &mut Tape,
        scratch: &mut Memory,
    ) -> Result<(), ShapeError> {
        let Shape { width, wide: wide_width, .. } = self.shape;
        let (math, tokens) = (self.math, self.shape.tokens());
        let rows = windows * tokens;
        let (narrow_part, wide_part) = (0..rows * width, 0..rows * wide_width);
        let Tape { after, fed, of_rows_fed, wide, active, mean, .. } = tape;
        let Memory { layer, few: [few, more, _], many: [a, b, _, last], .. } = scratch;
        fed.write(math, narrow_part.clone(), a, |fed| {
            let after = after.read(math, narrow_part.clone(), b);
            self.norm(self.layout.norm_feed, parameters, after, fed, of_rows_fed, layer);
            Ok::<(), ShapeError>(())
        })?;
        wide.write(math, wide_part.clone(), a, |wide| {
            let fed = fed.read(math, narrow_part.clone(), b);
            self.dense(self.layout.widen, parameters, rows, fed, wide, layer)
        })?;
        active.write(math, wide_part.clone(), a, |active| {
            let wide = wide.read(math, wide_part.clone(), b);
            let _here = enter(Part::Activations);
            math.gelu(wide, active)
        })?;
        let last = at_least(last, rows * width);
        self.dense(self.layout.narrow, parameters, rows, active.read(math, wide_part, a), last, layer)?;
        math.add(last, after.read(math, narrow_part, b));
        mean.write(math, 0..windows * width, few, |mean| {
            mean.fill(0.0);
            for (last, mean) in last.chunks_exact(tokens * width).zip(mean.chunks_exact_mut(width)) {
                math.add_rows_up(last, mean);
            }
            math.scale(mean, 1.0 / tokens as f32);
            Ok::<(), ShapeError>(())
        })?;
        let missed = at_least(more, forecast.len());
        let mean = mean.read(math, 0..windows * width, few);
        self.dense(self.layout.head, parameters, windows, mean, missed, layer)?;
        math.add(forecast, missed);
        Ok(())
    }

    /// The rows of one window in a matrix of tokens.
    pub(super) fn tokens_of<'a>(&self, window: usize, columns: usize, x: &'a [f32]) -> &'a [f32] {
        let n = self.shape.tokens() * columns;
        &x[window * n..(window + 1) * n]
    }

    /// The same to write to.
    pub(super) fn tokens_of_mut<'a>(&self, window: usize, columns: usize, x: &'a mut [f32]) -> &'a mut [f32] {
        let n = self.shape.tokens() * columns;
        &mut x[window * n..(window + 1) * n]
    }

    /// Copies queries (multiplied), keys and values of one head out of a window's rows.
    pub(super) fn take_head(&self, qkv: &[f32], which: usize, to: [&mut [f32]; 3]) {
        let (width, head) = (self.shape.width, self.shape.head());
        let factors = [self.query_factor(), 1.0, 1.0];
        for ((to, factor), part) in to.into_iter().zip(factors).zip(0..) {
            take(qkv, 3 * width, part * width + which * head.width, to, head.width, factor);
        }
    }

    /// What queries are multiplied by.
    pub(super) fn query_factor(&self) -> f32 {
        1.0 / libm::sqrtf(self.shape.head().width as f32)
    }
}

/// `N` slices of `n` values each.
pub(super) fn parts<const N: usize>(values: &mut [f32], n: usize) -> [&mut [f32]; N] {
    let mut rest = values;
    [(); N].map(|()| {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(n);
        rest = behind;
        part
    })
}

/// Copies `width` columns from column `at` of a matrix of `columns` columns, times `factor`.
pub(super) fn take(from: &[f32], columns: usize, at: usize, to: &mut [f32], width: usize, factor: f32) {
    for (from, to) in from.chunks_exact(columns).zip(to.chunks_exact_mut(width)) {
        to.iter_mut().zip(&from[at..at + width]).for_each(|(to, from)| *to = from * factor);
    }
}

/// Copies a matrix of `width` columns, times `factor`, to column `at` of a matrix of `columns` columns.
pub(super) fn put(from: &[f32], width: usize, to: &mut [f32], columns: usize, at: usize, factor: f32) {
    for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(columns)) {
        to[at..at + width].iter_mut().zip(from).for_each(|(to, from)| *to = from * factor);
    }
}
