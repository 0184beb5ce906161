//! Noise that is the same on every host.

use crate::board::Chance;

/// Numbers that are close to normally distributed, with mean 0 and standard deviation 1.
#[derive(Debug, Clone)]
pub struct Noise(Chance);

impl Noise {
    /// The noise that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// The next number: the sum of twelve uniform numbers, less 6, between -6 and 6. Only additions of integers and one
    /// exact conversion: no host rounds it differently.
    pub fn next(&mut self) -> f64 {
        let sum: u64 = (0..12).map(|_| self.0.next() >> 24).sum();
        sum as f64 / (1u64 << 40) as f64 - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::Noise;

    #[test]
    fn the_noise_has_mean_0_and_deviation_1() {
        let mut noise = Noise::new(7);
        let values: Vec<f64> = (0..40_000).map(|_| noise.next()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
