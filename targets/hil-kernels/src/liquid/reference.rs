//! The solution against which solvers are compared: the classical Runge-Kutta method in `f64` with a step a hundred times
//! finer than that of the solvers with a fixed step.
//!
//! Its own code from the equation to the step, so that a mistake in a solver is none here. At a step of 40 microseconds the
//! method's error is far below what `f32` can tell; a test halves the step to see that.

use super::cell::Cell;
use super::{FEATURE_STEPS, Features, HOP_MS, STEPS_PER_HOP, UNITS};

/// How many times finer the step is.
pub const FINER: u32 = 100;

type State64 = [f64; UNITS];

/// An integration that has come some way.
#[derive(Clone, Debug)]
pub struct Reference<'c> {
    cell: &'c Cell,
    x: State64,
    steps_per_hop: u32,
}

impl<'c> Reference<'c> {
    /// At rest, with the step a hundred times finer.
    #[must_use]
    pub fn new(cell: &'c Cell) -> Self {
        Self::finer(cell, FINER)
    }

    /// At rest, with the step so many times finer; once at least.
    #[must_use]
    pub fn finer(cell: &'c Cell, times: u32) -> Self {
        Self { cell, x: [0.0; UNITS], steps_per_hop: u32::from(STEPS_PER_HOP) * times.max(1) }
    }

    /// Moves on by one hop.
    pub fn hop(&mut self, features: &Features) {
        let mut drive = [0.0; UNITS];
        for ((drive, row), &bias) in drive.iter_mut().zip(&self.cell.of_input).zip(&self.cell.bias) {
            let sum: f64 = row.iter().zip(features).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
            *drive = sum / f64::from(FEATURE_STEPS) + f64::from(bias);
        }
        let h = f64::from(HOP_MS) * 1e-3 / f64::from(self.steps_per_hop);
        for _ in 0..self.steps_per_hop {
            self.step(&drive, h);
        }
    }

    /// The state of every unit.
    #[must_use]
    pub fn state(&self) -> &State64 {
        &self.x
    }

    fn step(&mut self, drive: &State64, h: f64) {
        let k1 = self.slope(drive, &self.x);
        let k2 = self.slope(drive, &self.moved(&k1, h / 2.0));
        let k3 = self.slope(drive, &self.moved(&k2, h / 2.0));
        let k4 = self.slope(drive, &self.moved(&k3, h));
        for (i, x) in self.x.iter_mut().enumerate() {
            *x += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }

    fn moved(&self, slope: &State64, h: f64) -> State64 {
        core::array::from_fn(|i| self.x[i] + h * slope[i])
    }

    fn slope(&self, drive: &State64, x: &State64) -> State64 {
        let cell = self.cell;
        core::array::from_fn(|i| {
            let sum: f64 = cell.of_state[i].iter().zip(x).map(|(&w, &x)| f64::from(w) * x).sum();
            let f = f64::from(cell.gain[i]) / (1.0 + libm::exp(-(drive[i] + sum)));
            -(f64::from(cell.leak) + f) * x[i] + f * f64::from(cell.reversal[i])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;
    use crate::liquid::cell::CELL;
    use crate::liquid::clips::Clip;

    #[test]
    fn half_the_step_changes_nothing_that_f32_could_tell() {
        let (mut coarse, mut fine) = (Reference::new(&CELL), Reference::finer(&CELL, 200));
        for hop in 0..12 {
            coarse.hop(&Clip::Busy.features(hop));
            fine.hop(&Clip::Busy.features(hop));
        }
        let far = coarse.state().iter().zip(fine.state()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(far < 1e-12, "{far:e}");
        assert!(coarse.state().iter().any(|x| x.abs() > 0.1));
    }
}
