//! The recurrent cell: closed-form continuous-time (CfC), in the form with two candidates and a time gate
//! (Hasani et al., "Closed-form continuous-time neural networks", Nature Machine Intelligence 4, 2022).
//!
//! `h' = a (1 - t) + b t` with `a = tanh(ff1)`, `b = tanh(ff2)`, `t = sigmoid(gate)`. The step is fixed at 40 ms, so
//! the gate's two maps over time are merged in the weights. In the int8 form a, b and h are whole steps of 1/127, t is
//! of 1/255, and the blend is integer arithmetic; the two input scales are brought together in `f32` after exact sums.

use crate::dot::dot_f32;
use crate::matvec::{Matrix, product};
use crate::weights::{CHANNELS, GATE_INPUTS, GATES, GateLayer, HIDDEN};

/// Steps of the state: 127 is 1.
pub const STATE_STEPS: i32 = 127;
const GATE_STEPS: i32 = 255;
const FRAME_STEPS: f32 = 32.0;

/// One step of the int8 form: `frame` in steps of 1/32, `state` in steps of 1/127.
pub fn step_i8(layer: &GateLayer<'_>, frame: &[i16; CHANNELS], state: &mut [i16; HIDDEN]) {
    let weights = Matrix::new(layer.weights, GATE_INPUTS);
    let (mut of_frame, mut of_state) = ([0; GATES], [0; GATES]);
    product(&weights.part(0, CHANNELS), frame, &mut of_frame);
    product(&weights.part(CHANNELS, HIDDEN), &state[..], &mut of_state);
    let mut sums = [0.0_f32; GATES];
    let rows = of_frame.into_iter().zip(of_state).zip(&layer.scale).zip(&layer.bias);
    for (sum, (((x, h), &scale), &bias)) in sums.iter_mut().zip(rows) {
        let x = x as f32 * (1.0 / FRAME_STEPS);
        let h = h as f32 * (1.0 / STATE_STEPS as f32);
        *sum = (x + h) * scale + bias;
    }
    let (first, rest) = sums.split_at(HIDDEN);
    let (second, gate) = rest.split_at(HIDDEN);
    for (((h, &a), &b), &t) in state.iter_mut().zip(first).zip(second).zip(gate) {
        let a = libm::rintf(tanh(a) * STATE_STEPS as f32) as i32;
        let b = libm::rintf(tanh(b) * STATE_STEPS as f32) as i32;
        let t = libm::rintf(sigmoid(t) * GATE_STEPS as f32) as i32;
        // At most 127 in magnitude. 255 is odd, so a quotient never lies halfway.
        *h = divide_rounded(a * (GATE_STEPS - t) + b * t, GATE_STEPS) as i16;
    }
}

/// One step of the float form.
pub fn step_f32(layer: &GateLayer<'_>, frame: &[f32; CHANNELS], state: &mut [f32; HIDDEN]) {
    let mut sums = [0.0_f32; 3 * HIDDEN];
    for (sum, (weights, scale, bias)) in sums.iter_mut().zip(layer.rows()) {
        let (of_frame, of_state) = weights.split_at(CHANNELS);
        *sum = (dot_f32(of_frame, frame) + dot_f32(of_state, state)) * scale + bias;
    }
    let (first, rest) = sums.split_at(HIDDEN);
    let (second, gate) = rest.split_at(HIDDEN);
    for (((h, &a), &b), &t) in state.iter_mut().zip(first).zip(second).zip(gate) {
        let t = sigmoid(t);
        *h = tanh(a) * (1.0 - t) + tanh(b) * t;
    }
}

/// `1 / (1 + exp(-x))`.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// `2 sigmoid(2 x) - 1`: near 0 this loses relative, not absolute accuracy (error below 2e-7), which is what the cell
/// needs, and it costs a third of the library's `tanh`.
#[must_use]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (libm::expf(2.0 * x) + 1.0)
}

fn divide_rounded(numerator: i32, denominator: i32) -> i32 {
    let half = denominator / 2;
    (numerator + if numerator < 0 { -half } else { half }) / denominator
}

#[cfg(test)]
mod tests {
    use super::{divide_rounded, sigmoid, step_f32, step_i8, tanh};
    use crate::known_answer::Noise;
    use crate::weights::{CHANNELS, GATE_INPUTS, HIDDEN, KeywordWeights};

    #[test]
    fn the_squashing_functions_agree_with_f64_and_saturate() {
        for i in -4000..=4000 {
            let x = i as f32 * 0.005;
            assert!((f64::from(tanh(x)) - f64::from(x).tanh()).abs() < 2e-7, "tanh {x}");
            assert!((f64::from(sigmoid(x)) - 1.0 / (1.0 + (-f64::from(x)).exp())).abs() < 2e-7, "sigmoid {x}");
        }
        assert_eq!((tanh(200.0), tanh(-200.0), sigmoid(200.0), sigmoid(-200.0)), (1.0, -1.0, 1.0, 0.0));
    }

    #[test]
    fn the_integer_blend_rounds_to_the_nearest_step() {
        for n in -127 * 255..=127 * 255 {
            assert_eq!(divide_rounded(n, 255), (f64::from(n) / 255.0).round() as i32, "{n}");
        }
    }

    /// The cell by its formula in `f64`; `round` says whether activations are rounded.
    fn formula(frame: &[f64; CHANNELS], state: &[f64; HIDDEN], round: bool) -> [f64; HIDDEN] {
        let weights = KeywordWeights::embedded().unwrap();
        let layer = &weights.gates;
        let row = |r: usize| {
            let sum: f64 = (0..GATE_INPUTS)
                .map(|c| {
                    let x = if c < CHANNELS { frame[c] } else { state[c - CHANNELS] };
                    f64::from(layer.weights[r * GATE_INPUTS + c] as i8) * x
                })
                .sum();
            sum * f64::from(layer.scale[r]) + f64::from(layer.bias[r])
        };
        let to = |x: f64, steps: f64| if round { (x * steps).round() / steps } else { x };
        core::array::from_fn(|i| {
            let (a, b) = (to(row(i).tanh(), 127.0), to(row(HIDDEN + i).tanh(), 127.0));
            let t = to(1.0 / (1.0 + (-row(2 * HIDDEN + i)).exp()), 255.0);
            to(a * (1.0 - t) + b * t, 127.0)
        })
    }

    #[test]
    fn both_forms_agree_with_the_formula() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut differing = 0;
        for seed in 1..40 {
            let mut noise = Noise::new(seed);
            let frame: [i16; CHANNELS] = core::array::from_fn(|_| noise.sample().unsigned_abs() as i16 & 127);
            let state: [i16; HIDDEN] = core::array::from_fn(|_| noise.sample() / 260);
            let x = frame.map(|v| f64::from(v) / 32.0);
            let h = state.map(|v| f64::from(v) / 127.0);

            let mut ints = state;
            step_i8(&weights.gates, &frame, &mut ints);
            for (got, expected) in ints.iter().zip(formula(&x, &h, true)) {
                let off = (f64::from(*got) - expected * 127.0).abs();
                // A pre-activation on a rounding boundary may fall either way in f32.
                assert!(off < 1.5, "seed {seed}");
                differing += usize::from(off > 0.5);
            }
            let mut reals = state.map(|v| f32::from(v) / 127.0);
            step_f32(&weights.gates, &frame.map(|v| f32::from(v) / 32.0), &mut reals);
            for (got, expected) in reals.iter().zip(formula(&x, &h, false)) {
                assert!((f64::from(*got) - expected).abs() < 2e-5, "seed {seed}");
            }
        }
        assert!(differing <= 2, "{differing} of 2184 states differ by a step");
    }
}
