//! The keyword network at the guide's pace: a step for every frame, scores behind every step.
//!
//! Layers and weights are those of [`crate::keyword`]; what differs is that the convolution has stride 1 and looks back
//! only, and that mean and maximum of the state run along. 16,864 multiplications a step and 1,344 for the scores.

use super::{FEATURES, FRAMES};
use crate::cfc::{step_f32, step_i8};
use crate::conv::{conv_frames_f32, conv_frames_i8};
use crate::dense::{dense_f32, dense_steps_i8};
use crate::weights::{CLASSES, HIDDEN, INPUTS, KeywordWeights, TAPS};

/// What the int8 network remembers of a clip.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The newest frames, oldest first; zero where the clip has none.
    frames: [[i8; INPUTS]; TAPS],
    state: [i16; HIDDEN],
    sum: [i16; HIDDEN],
    max: [i16; HIDDEN],
    steps: usize,
}

// The sum of as many states as a clip has steps, 127 at most each, fits 16 bits.
const _: () = assert!(FRAMES * 127 <= i16::MAX as usize);

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// The memory before the first frame.
    #[must_use]
    pub const fn new() -> Self {
        Self { frames: [[0; INPUTS]; TAPS], state: [0; HIDDEN], sum: [0; HIDDEN], max: [i16::MIN; HIDDEN], steps: 0 }
    }

    /// Steps of this clip so far.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Takes the next frame in; a frame behind the last one of a clip begins another clip.
    pub fn step(&mut self, weights: &KeywordWeights<'_>, features: [i8; INPUTS]) {
        if self.steps == FRAMES {
            *self = Self::new();
        }
        self.frames.copy_within(1.., 0);
        self.frames[TAPS - 1] = features;
        let frame = conv_frames_i8(&weights.conv, &self.frames);
        step_i8(&weights.gates, &frame, &mut self.state);
        for ((sum, max), &h) in self.sum.iter_mut().zip(&mut self.max).zip(&self.state) {
            *sum += h;
            *max = h.max(*max);
        }
        self.steps += 1;
    }

    /// The scores of what was heard of this clip; all zero before the first frame.
    #[must_use]
    pub fn scores(&self, weights: &KeywordWeights<'_>) -> [f32; CLASSES] {
        match self.steps {
            0 => [0.0; CLASSES],
            steps => dense_steps_i8(&weights.out, &self.sum, &self.max, steps),
        }
    }
}

/// The scores of a clip in the int8 form; `features` are 61 rows of 13 as the quantiser gives them, 32 to a deviation.
#[must_use]
pub fn forward_i8(weights: &KeywordWeights<'_>, features: &[i8; FEATURES]) -> [f32; CLASSES] {
    let mut memory = Memory::new();
    for &frame in features.as_chunks::<INPUTS>().0 {
        memory.step(weights, frame);
    }
    memory.scores(weights)
}

/// The scores of a clip in the float form; `features` are in standard deviations.
#[must_use]
pub fn forward_f32(weights: &KeywordWeights<'_>, features: &[f32; FEATURES]) -> [f32; CLASSES] {
    let mut frames = [[0.0; INPUTS]; TAPS];
    let mut state = [0.0_f32; HIDDEN];
    let mut mean = [0.0_f32; HIDDEN];
    let mut max = [f32::NEG_INFINITY; HIDDEN];
    for &features in features.as_chunks::<INPUTS>().0 {
        frames.copy_within(1.., 0);
        frames[TAPS - 1] = features;
        let frame = conv_frames_f32(&weights.conv, &frames);
        step_f32(&weights.gates, &frame, &mut state);
        for ((sum, max), &h) in mean.iter_mut().zip(&mut max).zip(&state) {
            *sum += h;
            *max = h.max(*max);
        }
    }
    for value in &mut mean {
        *value /= FRAMES as f32;
    }
    dense_f32(&weights.out, &mean, &max)
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, FRAMES, Memory, forward_f32, forward_i8};
    use crate::keyword::{CLASSES, KeywordWeights};
    use crate::known_answer::Noise;
    use crate::weights::{CHANNELS, GATE_INPUTS, HIDDEN, INPUTS, POOLED, TAPS};

    fn features(seed: u32) -> [i8; FEATURES] {
        let mut noise = Noise::new(seed);
        core::array::from_fn(|_| (noise.sample() / 512) as i8)
    }

    /// The network by its formulas in `f64`, nothing rounded.
    fn formula(weights: &KeywordWeights<'_>, features: &[i8; FEATURES]) -> [f64; CLASSES] {
        let x = |frame: usize, i: usize| f64::from(features[frame * INPUTS + i]) / 32.0;
        let w = |bytes: &[u8], at: usize| f64::from(bytes[at] as i8);
        let mut h = [0.0; HIDDEN];
        let (mut mean, mut max) = ([0.0; HIDDEN], [f64::NEG_INFINITY; HIDDEN]);
        for t in 0..FRAMES {
            let conv: [f64; CHANNELS] = core::array::from_fn(|o| {
                let mut sum = 0.0;
                for i in 0..INPUTS {
                    // The newest frame meets the last tap.
                    for k in 0..TAPS {
                        if let Some(frame) = (t + k).checked_sub(TAPS - 1) {
                            sum += w(weights.conv.weights, (o * INPUTS + i) * TAPS + k) * x(frame, i);
                        }
                    }
                }
                (sum * f64::from(weights.conv.scale[o]) + f64::from(weights.conv.bias[o])).max(0.0)
            });
            let row = |r: usize| {
                let input = |c: usize| if c < CHANNELS { conv[c] } else { h[c - CHANNELS] };
                let sum: f64 = (0..GATE_INPUTS).map(|c| w(weights.gates.weights, r * GATE_INPUTS + c) * input(c)).sum();
                sum * f64::from(weights.gates.scale[r]) + f64::from(weights.gates.bias[r])
            };
            let next: [f64; HIDDEN] = core::array::from_fn(|i| {
                let t = 1.0 / (1.0 + (-row(2 * HIDDEN + i)).exp());
                row(i).tanh() * (1.0 - t) + row(HIDDEN + i).tanh() * t
            });
            h = next;
            for i in 0..HIDDEN {
                mean[i] += h[i] / FRAMES as f64;
                max[i] = h[i].max(max[i]);
            }
        }
        core::array::from_fn(|class| {
            let pooled = |c: usize| if c < HIDDEN { mean[c] } else { max[c - HIDDEN] };
            let sum: f64 = (0..POOLED).map(|c| w(weights.out.weights, class * POOLED + c) * pooled(c)).sum();
            sum * f64::from(weights.out.scale[class]) + f64::from(weights.out.bias[class])
        })
    }

    #[test]
    fn the_float_form_agrees_with_the_formulas_and_the_int8_form_roughly() {
        let weights = KeywordWeights::embedded().unwrap();
        for seed in 1..6 {
            let features = features(seed);
            let expected = formula(&weights, &features);
            let float = forward_f32(&weights, &features.map(|q| f32::from(q) / 32.0));
            let ints = forward_i8(&weights, &features);
            for class in 0..CLASSES {
                assert!((f64::from(float[class]) - expected[class]).abs() < 1e-3, "seed {seed} class {class}");
                assert!((f64::from(ints[class]) - expected[class]).abs() < 1.0, "seed {seed} class {class}");
            }
        }
    }

    #[test]
    fn scores_behind_a_step_are_those_of_the_clip_cut_there_and_clips_do_not_mix() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut memory = Memory::new();
        assert_eq!(memory.scores(&weights), [0.0; CLASSES]);
        for seed in 1..4 {
            let features = features(seed);
            for (t, &frame) in features.as_chunks::<INPUTS>().0.iter().enumerate() {
                memory.step(&weights, frame);
                assert_eq!(memory.steps(), t + 1);
                let mut cut = Memory::new();
                for &frame in &features.as_chunks::<INPUTS>().0[..=t] {
                    cut.step(&weights, frame);
                }
                assert_eq!(memory.scores(&weights), cut.scores(&weights), "seed {seed} frame {t}");
            }
            assert_eq!(memory.scores(&weights), forward_i8(&weights, &features));
        }
    }
}
