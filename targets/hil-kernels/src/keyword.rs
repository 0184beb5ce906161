//! The keyword network: convolution, recurrent cell, pooling over time, twelve scores: 422,944
//! multiplications per clip.
//!
//! Two forms of the same weights: [`forward_i8`] with int8 activations (W8A8) and exact integer sums, [`forward_f32`]
//! with activations that are not rounded. Features come from [`crate::mfcc`]; time and state are on the stack
//! (about 3 KiB).

use crate::cfc::{step_f32, step_i8};
pub use crate::conv::FEATURES;
use crate::conv::{STEPS, conv_f32, conv_i8};
pub use crate::dense::argmax;
use crate::dense::{dense_f32, dense_i8};
use crate::weights::HIDDEN;
pub use crate::weights::{CLASSES, KEYWORD_WEIGHTS, KeywordWeights, WeightsError};

/// The words, in the order of the scores. The labels are English; the training speakers say them in Arabic.
pub const LABELS: [&str; CLASSES] =
    ["yes", "no", "up", "down", "left", "right", "start", "stop", "open", "close", "enable", "disable"];

/// The scores of a clip in the int8 form; `features` are rows of 13 as the quantiser gives them, 32 to a deviation.
#[must_use]
pub fn forward_i8(weights: &KeywordWeights<'_>, features: &[i8; FEATURES]) -> [f32; CLASSES] {
    let mut state = [0_i16; HIDDEN];
    // 25 states of 127 at most fit 16 bits.
    let mut sum = [0_i16; HIDDEN];
    let mut max = [i16::MIN; HIDDEN];
    for step in 0..STEPS {
        let frame = conv_i8(&weights.conv, features, step);
        step_i8(&weights.gates, &frame, &mut state);
        for ((sum, max), &h) in sum.iter_mut().zip(&mut max).zip(&state) {
            *sum += h;
            *max = h.max(*max);
        }
    }
    dense_i8(&weights.out, &sum, &max)
}

/// The scores of a clip in the float form; `features` are in standard deviations.
#[must_use]
pub fn forward_f32(weights: &KeywordWeights<'_>, features: &[f32; FEATURES]) -> [f32; CLASSES] {
    let mut state = [0.0_f32; HIDDEN];
    let mut mean = [0.0_f32; HIDDEN];
    let mut max = [f32::NEG_INFINITY; HIDDEN];
    for step in 0..STEPS {
        let frame = conv_f32(&weights.conv, features, step);
        step_f32(&weights.gates, &frame, &mut state);
        for ((sum, max), &h) in mean.iter_mut().zip(&mut max).zip(&state) {
            *sum += h;
            *max = h.max(*max);
        }
    }
    for value in &mut mean {
        *value /= STEPS as f32;
    }
    dense_f32(&weights.out, &mean, &max)
}
