//! The first layer: a convolution over time, 13 features to 32 channels, 5 taps, stride 2, two zeros at each end,
//! then ReLU. 49 frames become 25.
//!
//! The int8 form sums exactly in `i32` and rounds the result to steps of 1/32, limited to 0..=255 steps; the float
//! form rounds nothing. Weights are stored `[out][in][tap]`, so a frame's inputs are gathered in that order first.

use crate::dot::dot_f32;
use crate::matvec::{Matrix, product};
use crate::weights::{CHANNELS, ConvLayer, INPUTS, TAPS};

/// Frames of features that come in.
pub const FRAMES: usize = 49;
/// Features of a clip: 49 frames of 13.
pub const FEATURES: usize = FRAMES * INPUTS;
/// Frames that go out.
pub const STEPS: usize = (FRAMES + 2 * PAD - TAPS) / STRIDE + 1;

const STRIDE: usize = 2;
const PAD: usize = 2;
const PATCH: usize = INPUTS * TAPS;

/// What features are worth: a feature of 32 is one standard deviation.
pub const FEATURE_STEPS: f32 = 32.0;

/// The int8 form of output frame `step`, in steps of 1/32, 0..=255.
#[must_use]
pub fn conv_i8(layer: &ConvLayer<'_>, features: &[i8; FEATURES], step: usize) -> [i16; CHANNELS] {
    conv_patch_i8(layer, &gather(step, |frame| features[frame * INPUTS..].first_chunk(), i16::from))
}

/// The int8 form of the output frame that five frames in a row make, zeros beyond either end of the clip included.
#[must_use]
pub fn conv_frames_i8(layer: &ConvLayer<'_>, frames: &[[i8; INPUTS]; TAPS]) -> [i16; CHANNELS] {
    // Output frame 1 is the first that has all its taps inside.
    conv_patch_i8(layer, &gather(PAD / STRIDE, |frame| frames.get(frame), i16::from))
}

/// The float form of the output frame that five frames in a row make; features are in standard deviations.
#[must_use]
pub fn conv_frames_f32(layer: &ConvLayer<'_>, frames: &[[f32; INPUTS]; TAPS]) -> [f32; CHANNELS] {
    conv_patch_f32(layer, &gather(PAD / STRIDE, |frame| frames.get(frame), |x| x))
}

fn conv_patch_i8(layer: &ConvLayer<'_>, patch: &[i16; PATCH]) -> [i16; CHANNELS] {
    let mut sums = [0; CHANNELS];
    product(&Matrix::new(layer.weights, PATCH), patch, &mut sums);
    let mut out = [0; CHANNELS];
    for (value, ((sum, &scale), &bias)) in out.iter_mut().zip(sums.into_iter().zip(&layer.scale).zip(&layer.bias)) {
        // Both sides are in steps of 1/32, so the input's step size cancels and the bias is brought to steps.
        let steps = sum as f32 * scale + bias * FEATURE_STEPS;
        *value = libm::rintf(steps).clamp(0.0, 255.0) as i16;
    }
    out
}

/// The float form of output frame `step`; features are in standard deviations.
#[must_use]
pub fn conv_f32(layer: &ConvLayer<'_>, features: &[f32; FEATURES], step: usize) -> [f32; CHANNELS] {
    conv_patch_f32(layer, &gather(step, |frame| features[frame * INPUTS..].first_chunk(), |x| x))
}

fn conv_patch_f32(layer: &ConvLayer<'_>, patch: &[f32; PATCH]) -> [f32; CHANNELS] {
    let mut out = [0.0; CHANNELS];
    for (value, (weights, scale, bias)) in out.iter_mut().zip(layer.rows()) {
        *value = (dot_f32(weights, patch) * scale + bias).max(0.0);
    }
    out
}

/// The inputs of one output frame in the order of the weights, `[in][tap]`; `frame` gives the features of a frame.
fn gather<'f, F: Copy + 'f, X: Copy + Default>(
    step: usize,
    frame: impl Fn(usize) -> Option<&'f [F; INPUTS]>,
    convert: fn(F) -> X,
) -> [X; PATCH] {
    let mut patch = [X::default(); PATCH];
    for tap in 0..TAPS {
        let place = (STRIDE * step + tap).checked_sub(PAD).filter(|&frame| frame < FRAMES);
        let Some(features) = place.and_then(&frame) else { continue };
        for (i, &feature) in features.iter().enumerate() {
            patch[i * TAPS + tap] = convert(feature);
        }
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::{CHANNELS, FEATURES, FRAMES, INPUTS, STEPS, TAPS, conv_f32, conv_i8};
    use crate::known_answer::Noise;
    use crate::weights::KeywordWeights;

    #[test]
    fn forty_nine_frames_become_twenty_five() {
        assert_eq!(STEPS, 25);
    }

    #[test]
    fn both_forms_agree_with_the_direct_sum_including_the_padded_ends() {
        let weights = KeywordWeights::embedded().unwrap();
        let layer = &weights.conv;
        for seed in 1..6 {
            let mut noise = Noise::new(seed);
            let features: [i8; FEATURES] = core::array::from_fn(|_| (noise.sample() / 512) as i8);
            let floats = features.map(|q| f32::from(q) / 32.0);
            for step in 0..STEPS {
                let ints = conv_i8(layer, &features, step);
                let reals = conv_f32(layer, &floats, step);
                for o in 0..CHANNELS {
                    let mut sum = 0.0;
                    for i in 0..INPUTS {
                        for k in 0..TAPS {
                            let frame = (2 * step + k) as i32 - 2;
                            if (0..FRAMES as i32).contains(&frame) {
                                let w = layer.weights[(o * INPUTS + i) * TAPS + k] as i8;
                                sum += f64::from(w) * f64::from(features[frame as usize * INPUTS + i]) / 32.0;
                            }
                        }
                    }
                    let exact = (sum * f64::from(layer.scale[o]) + f64::from(layer.bias[o])).max(0.0);
                    assert!((f64::from(reals[o]) - exact).abs() < 1e-5, "seed {seed} step {step} channel {o}");
                    let steps = (exact * 32.0).min(255.0);
                    assert!((f64::from(ints[o]) - steps).abs() <= 0.5 + 1e-4, "seed {seed} step {step} channel {o}");
                }
            }
        }
    }
}
