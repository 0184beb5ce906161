//! Seeded noise for the simulations in the tests.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::series::Series;

/// A source of noise that gives the same values for the same seed.
pub struct Noise(Xoshiro256PlusPlus);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A stationary AR(1) process with mean 10 and unit variance.
    pub fn autoregressive(&mut self, phi: f64, n: usize) -> Vec<f64> {
        let mut state = self.normal();
        let innovation = (1.0 - phi * phi).sqrt();
        (0..n)
            .map(|_| {
                state = phi * state + innovation * self.normal();
                10.0 + state
            })
            .collect()
    }
}

pub fn one_start(values: Vec<f64>) -> Vec<Series> {
    vec![Series { start: 0, values }]
}

/// Property tests draw the same cases in every run.
pub fn fixed_cases() -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..proptest::test_runner::Config::default()
    }
}
