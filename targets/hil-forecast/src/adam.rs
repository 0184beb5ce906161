//! Adam (Kingma and Ba, ICLR 2015, algorithm 1) over all parameters at once.

use crate::math::Arithmetic;
use crate::profile::{Part, enter};

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// The moments of the gradients so far.
#[derive(Debug, Clone)]
pub struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    /// The powers of the betas, from which the bias at the start is known.
    powers: [f64; 2],
}

impl Adam {
    /// For `n` parameters, before the first step.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let _here = enter(Part::Allocation);
        Self { first: vec![0.0; n], second: vec![0.0; n], powers: [1.0; 2] }
    }

    /// Forgets all steps.
    pub fn reset(&mut self) {
        self.first.fill(0.0);
        self.second.fill(0.0);
        self.powers = [1.0; 2];
    }

    /// How many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        (self.first.capacity() + self.second.capacity()) * size_of::<f32>()
    }

    /// One step of `rate`, along `gradient` times `factor`.
    pub fn step(&mut self, math: Arithmetic, rate: f32, gradient: &[f32], factor: f32, parameters: &mut [f32]) {
        self.powers[0] *= f64::from(BETA1);
        self.powers[1] *= f64::from(BETA2);
        // The factors that undo the bias, once for all parameters.
        let rate = (f64::from(rate) / (1.0 - self.powers[0])) as f32;
        let unbias = (1.0 / (1.0 - self.powers[1])) as f32;
        let Self { first, second, .. } = self;
        math.wide(|| {
            let moments = first.iter_mut().zip(second);
            for ((parameter, gradient), (first, second)) in parameters.iter_mut().zip(gradient).zip(moments) {
                let gradient = gradient * factor;
                *first = BETA1 * *first + (1.0 - BETA1) * gradient;
                *second = BETA2 * *second + (1.0 - BETA2) * gradient * gradient;
                *parameter -= rate * *first / ((*second * unbias).sqrt() + EPSILON);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Adam;
    use crate::math::all;

    #[test]
    fn the_first_step_is_the_rate_whatever_the_gradient_and_later_ones_follow_the_algorithm() {
        for math in all() {
            let mut adam = Adam::new(3);
            let mut parameters = [1.0, 1.0, 1.0];
            adam.step(math, 0.1, &[4.0, -0.02, 0.0], 0.5, &mut parameters);
            let near = |found: f32, wanted: f64| assert!((f64::from(found) - wanted).abs() < 1e-5, "{found} {wanted}");
            near(parameters[0], 0.9);
            near(parameters[1], 1.1);
            near(parameters[2], 1.0);
            adam.step(math, 0.1, &[2.0, 0.0, 0.0], 0.5, &mut parameters);
            // Moments 0.9 * 0.2 + 0.1 * 1 = 0.28 and 0.999 * 0.004 + 0.001 = 0.004996, without bias 0.28 / 0.19 and
            // 0.004996 / 0.001999.
            near(parameters[0], 0.9 - 0.1 * (0.28 / 0.19) / (0.004_996f64 / 0.001_999).sqrt());
            adam.reset();
            let mut again = [1.0, 1.0, 1.0];
            adam.step(math, 0.1, &[4.0, -0.02, 0.0], 0.5, &mut again);
            near(again[0], 0.9);
        }
    }
}
