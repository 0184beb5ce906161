//! The last layer: twelve scores from the mean and the maximum of the state over time.
//!
//! Sums of the int8 form are exact in `i32`; the mean's and the maximum's step sizes are applied after them.

use crate::cfc::STATE_STEPS;
use crate::conv::STEPS;
use crate::dot::dot_f32;
use crate::matvec::{Matrix, product};
use crate::weights::{CLASSES, HIDDEN, OutLayer, POOLED};

/// Scores of the int8 form: `sum` is the sum of the states over all steps, `max` their maximum, in steps of 1/127.
#[must_use]
pub fn dense_i8(layer: &OutLayer<'_>, sum: &[i16; HIDDEN], max: &[i16; HIDDEN]) -> [f32; CLASSES] {
    dense_steps_i8(layer, sum, max, STEPS)
}

/// As [`dense_i8`], where `sum` is that of `steps` states; up to 16 million steps the division is exact to the last bit.
#[must_use]
#[inline]
pub fn dense_steps_i8(layer: &OutLayer<'_>, sum: &[i16; HIDDEN], max: &[i16; HIDDEN], steps: usize) -> [f32; CLASSES] {
    let weights = Matrix::new(layer.weights, POOLED);
    let (mut of_mean, mut of_max) = ([0; CLASSES], [0; CLASSES]);
    product(&weights.part(0, HIDDEN), sum, &mut of_mean);
    product(&weights.part(HIDDEN, HIDDEN), max, &mut of_max);
    let mut scores = [0.0; CLASSES];
    let rows = of_mean.into_iter().zip(of_max).zip(&layer.scale).zip(&layer.bias);
    for (score, (((mean, max), &scale), &bias)) in scores.iter_mut().zip(rows) {
        let mean = mean as f32 / (steps as i32 * STATE_STEPS) as f32;
        let max = max as f32 / STATE_STEPS as f32;
        *score = (mean + max) * scale + bias;
    }
    scores
}

/// Scores of the float form.
#[must_use]
pub fn dense_f32(layer: &OutLayer<'_>, mean: &[f32; HIDDEN], max: &[f32; HIDDEN]) -> [f32; CLASSES] {
    let mut scores = [0.0; CLASSES];
    for (score, (weights, scale, bias)) in scores.iter_mut().zip(layer.rows()) {
        let (of_mean, of_max) = weights.split_at(HIDDEN);
        *score = (dot_f32(of_mean, mean) + dot_f32(of_max, max)) * scale + bias;
    }
    scores
}

/// The index of the largest score; the first of equal ones.
#[must_use]
pub fn argmax(scores: &[f32; CLASSES]) -> usize {
    let mut best = 0;
    for (i, &score) in scores.iter().enumerate() {
        if score > scores[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::{argmax, dense_f32, dense_i8};
    use crate::known_answer::Noise;
    use crate::weights::{CLASSES, HIDDEN, KeywordWeights, POOLED};

    #[test]
    fn both_forms_agree_with_the_direct_sum() {
        let weights = KeywordWeights::embedded().unwrap();
        let layer = &weights.out;
        for seed in 1..20 {
            let mut noise = Noise::new(seed);
            let sum: [i16; HIDDEN] = core::array::from_fn(|_| noise.sample() / 11);
            let max: [i16; HIDDEN] = core::array::from_fn(|_| noise.sample() / 260);
            let pooled: [f64; POOLED] = core::array::from_fn(|c| {
                if c < HIDDEN { f64::from(sum[c]) / 25.0 / 127.0 } else { f64::from(max[c - HIDDEN]) / 127.0 }
            });
            let ints = dense_i8(layer, &sum, &max);
            let reals = dense_f32(
                layer,
                &core::array::from_fn(|c| pooled[c] as f32),
                &core::array::from_fn(|c| pooled[HIDDEN + c] as f32),
            );
            for class in 0..CLASSES {
                let dot: f64 =
                    (0..POOLED).map(|c| f64::from(layer.weights[class * POOLED + c] as i8) * pooled[c]).sum();
                let expected = dot * f64::from(layer.scale[class]) + f64::from(layer.bias[class]);
                assert!((f64::from(ints[class]) - expected).abs() < 1e-5, "seed {seed} class {class}");
                assert!((f64::from(reals[class]) - expected).abs() < 1e-5, "seed {seed} class {class}");
            }
        }
    }

    #[test]
    fn argmax_takes_the_first_of_equal_scores() {
        let mut scores = [0.0; CLASSES];
        assert_eq!(argmax(&scores), 0);
        scores[5] = 2.0;
        scores[9] = 2.0;
        assert_eq!(argmax(&scores), 5);
    }
}
