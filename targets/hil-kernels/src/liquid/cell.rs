//! The liquid time-constant cell: `dx/dt = -(1/tau + f(x, I)) x + f(x, I) A`
//! (Hasani, Lechner, Amini, Rus and Grosu, "Liquid time-constant networks", AAAI 2021, equation 1), with
//! `f = g sigmoid(W I + R x + b)` for each unit, as in the paper's algorithm 1: one activation for each unit. By theorem 1
//! of the paper the time constant lies between `tau / (1 + tau g)` and `tau`; by theorem 2 the state lies between 0 and
//! `A`.
//!
//! Parameters are drawn from a fixed seed, within the ranges in which the code beside the paper (`ltc_model.py`) begins to
//! train: synapses of weight `w` in 0.01..1, steepness 3..8 and threshold 0.3..0.8, reversal values of -1 and 1, leak
//! conductance 1 and capacitance 0.5. That code has one sigmoid for each synapse and divides sums of synapses by the
//! capacitance. Here the synapses of a unit share one: `g` is the sum of their weights over the capacitance, an element of
//! `W` or `R` is sign times weight times steepness over the root of the number of synapses, and `b` is minus the mean of
//! steepness times threshold, each synapse counted by its weight. The unit of time is the second, so that `tau` is 0.5 s
//! and a unit at full activation follows within some 35 ms.

use super::{FEATURE_STEPS, Features, Field, INPUTS, State, UNITS};
use crate::cfc::sigmoid;

/// Synapses of a unit.
const SYNAPSES: usize = INPUTS + UNITS;
/// The root of [`SYNAPSES`].
const ROOT: f32 = 6.708_204;
const CAPACITANCE: f32 = 0.5;
const LEAK_CONDUCTANCE: f32 = 1.0;
/// The seed of the parameters.
const SEED: u32 = 2_021;

/// Multiplications with accumulation in one evaluation of the slope.
pub const MACS_PER_SLOPE: usize = UNITS * UNITS;
/// Those that the input takes, once for each hop.
pub const MACS_PER_HOP: usize = UNITS * INPUTS;

/// The parameters of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// `W`, a row for each unit.
    pub of_input: [[f32; INPUTS]; UNITS],
    /// `R`, a row for each unit.
    pub of_state: [State; UNITS],
    /// `b`.
    pub bias: State,
    /// `g`, per second.
    pub gain: State,
    /// `1 / tau`, per second.
    pub leak: f32,
    /// `A`: -1 or 1.
    pub reversal: State,
}

pub(crate) const SEEDED: Cell = Cell::seeded(SEED);

/// The cell that everything here runs.
pub static CELL: Cell = SEEDED;

impl Cell {
    const fn seeded(seed: u32) -> Self {
        let mut draw = Draw(seed);
        let mut cell = Self {
            of_input: [[0.0; INPUTS]; UNITS],
            of_state: [[0.0; UNITS]; UNITS],
            bias: [0.0; UNITS],
            gain: [0.0; UNITS],
            leak: LEAK_CONDUCTANCE / CAPACITANCE,
            reversal: [0.0; UNITS],
        };
        let mut unit = 0;
        while unit < UNITS {
            let mut weights = 0.0;
            let mut thresholds = 0.0;
            let mut synapse = 0;
            while synapse < SYNAPSES {
                let weight = draw.between(0.01, 1.0);
                let steepness = draw.between(3.0, 8.0);
                let threshold = draw.between(0.3, 0.8);
                let element = draw.sign() * weight * steepness / ROOT;
                if synapse < INPUTS {
                    cell.of_input[unit][synapse] = element;
                } else {
                    cell.of_state[unit][synapse - INPUTS] = element;
                }
                weights += weight;
                thresholds += weight * steepness * threshold;
                synapse += 1;
            }
            cell.gain[unit] = weights / CAPACITANCE;
            cell.bias[unit] = -thresholds / weights;
            cell.reversal[unit] = draw.sign();
            unit += 1;
        }
        cell
    }
}

/// Pseudo-random numbers from a 32-bit xorshift register (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8,
/// 2003), here because a constant has to be made of constant functions.
struct Draw(u32);

impl Draw {
    const fn bits(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    const fn between(&mut self, low: f32, high: f32) -> f32 {
        let share = (self.bits() >> 8) as f32 / 16_777_216.0;
        low + (high - low) * share
    }

    const fn sign(&mut self) -> f32 {
        if self.bits() >> 31 == 0 { 1.0 } else { -1.0 }
    }
}

/// A cell whose input is held, so that `W I + b` is computed once for a hop.
#[derive(Clone, Debug)]
pub struct Held<'c> {
    cell: &'c Cell,
    drive: State,
    evaluations: u32,
}

impl<'c> Held<'c> {
    /// The cell with these features.
    #[must_use]
    pub fn new(cell: &'c Cell, features: &Features) -> Self {
        let mut drive = cell.bias;
        for (drive, row) in drive.iter_mut().zip(&cell.of_input) {
            let sum = row.iter().zip(features).fold(0.0, |sum, (&w, &x)| sum + w * f32::from(x));
            *drive += sum * (1.0 / FEATURE_STEPS);
        }
        Self { cell, drive, evaluations: 0 }
    }

    /// How often the slope was evaluated.
    #[must_use]
    pub fn evaluations(&self) -> u32 {
        self.evaluations
    }
}

impl Field for Held<'_> {
    fn slope(&mut self, x: &State) -> State {
        self.evaluations += 1;
        let cell = self.cell;
        let mut slope = [0.0; UNITS];
        for (i, slope) in slope.iter_mut().enumerate() {
            let f = cell.gain[i] * sigmoid(self.drive[i] + dot(&cell.of_state[i], x));
            *slope = f * cell.reversal[i] - (cell.leak + f) * x[i];
        }
        slope
    }
}

/// In four interleaved partial sums, an order that every machine can follow.
fn dot(weights: &State, x: &State) -> f32 {
    let mut lanes = [0.0_f32; 4];
    for (w, x) in weights.as_chunks::<4>().0.iter().zip(x.as_chunks::<4>().0) {
        for lane in 0..4 {
            lanes[lane] += w[lane] * x[lane];
        }
    }
    let [a, b, c, d] = lanes;
    (a + b) + (c + d)
}

const _: () = assert!(UNITS.is_multiple_of(4));

#[cfg(test)]
mod tests {
    use super::{CELL, Held, ROOT, SYNAPSES};
    use crate::known_answer::Noise;
    use crate::liquid::{Features, Field, STEP, STEPS_PER_HOP, State, UNITS, euler};

    fn features(noise: &mut Noise) -> Features {
        core::array::from_fn(|_| (noise.sample() >> 8) as i8)
    }

    #[test]
    fn the_parameters_lie_in_the_ranges_that_are_stated() {
        assert!((f64::from(ROOT) - (SYNAPSES as f64).sqrt()).abs() < 1e-6);
        assert_eq!(CELL.leak, 2.0);
        let elements = || CELL.of_input.iter().flatten().chain(CELL.of_state.iter().flatten());
        assert!(elements().all(|w| (0.03 / ROOT..=8.0 / ROOT).contains(&w.abs())));
        // Signs are drawn: neither kind is rare among 1440.
        let positive = elements().filter(|w| **w > 0.0).count();
        assert!((620..820).contains(&positive), "{positive}");
        assert!(CELL.reversal.iter().all(|a| a.abs() == 1.0));
        assert!(CELL.bias.iter().all(|b| (-6.4..=-0.9).contains(b)));
        let most = SYNAPSES as f32 / 0.5;
        assert!(CELL.gain.iter().all(|g| (0.01 * most..=most).contains(g)));
    }

    #[test]
    fn the_slope_is_that_of_the_formula() {
        for seed in 1..50 {
            let mut noise = Noise::new(seed);
            let input = features(&mut noise);
            let x: State = core::array::from_fn(|_| f32::from(noise.sample()) / 32768.0);
            let mut field = Held::new(&CELL, &input);
            let slope = field.slope(&x);
            assert_eq!(field.evaluations(), 1);
            for i in 0..UNITS {
                let of_input: f64 =
                    CELL.of_input[i].iter().zip(input).map(|(&w, v)| f64::from(w) * f64::from(v) / 32.0).sum();
                let of_state: f64 = CELL.of_state[i].iter().zip(x).map(|(&w, x)| f64::from(w) * f64::from(x)).sum();
                let z = of_input + of_state + f64::from(CELL.bias[i]);
                let f = f64::from(CELL.gain[i]) / (1.0 + (-z).exp());
                let exact = -(2.0 + f) * f64::from(x[i]) + f * f64::from(CELL.reversal[i]);
                assert!((f64::from(slope[i]) - exact).abs() < 3e-4, "seed {seed}, unit {i}: {} {exact}", slope[i]);
            }
        }
    }

    #[test]
    fn a_unit_stays_between_rest_and_its_reversal_value() {
        let mut noise = Noise::new(7);
        let mut x = [0.0; UNITS];
        let mut largest = 0.0_f32;
        for _ in 0..500 {
            let mut field = Held::new(&CELL, &features(&mut noise));
            for _ in 0..STEPS_PER_HOP {
                euler::step(&mut field, &mut x, STEP);
            }
            for (x, a) in x.iter().zip(CELL.reversal) {
                assert!((0.0..=1.0).contains(&(x * a)), "{x} towards {a}");
                largest = largest.max(x.abs());
            }
        }
        assert!(largest > 0.5, "the input moves the state: {largest}");
    }
}
