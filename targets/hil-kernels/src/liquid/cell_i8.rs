//! The same cell with 8-bit weights and activations.
//!
//! A row of `W` and `R` is whole steps of its own scale, the row's largest element being 127. Features are 8-bit as they
//! come; of the state, a copy is rounded to whole steps of 1/127 for the product, and sums are exact in `i32`. The
//! activation and the state itself stay `f32`: in whole steps of 1/127 a state could not follow a slope that moves it by
//! less than half of one in a time step, and at 4 ms most slopes do.

use super::cell::{Cell, SEEDED};
use super::{FEATURE_STEPS, Features, Field, INPUTS, State, UNITS};
use crate::cfc::sigmoid;
use crate::dot::dot_i8;
use crate::real::Real;

const STEPS: f32 = 127.0;

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct CellI8 {
    /// `W` in two's complement, a row for each unit.
    of_input: [[u8; INPUTS]; UNITS],
    /// `R` in two's complement, a row for each unit.
    of_state: [[u8; UNITS]; UNITS],
    /// What a weight of 1 stands for, for each row.
    scale: State,
    bias: State,
    gain: State,
    leak: f32,
    reversal: State,
}

/// [`super::cell::CELL`] with 8-bit weights.
pub static CELL_I8: CellI8 = CellI8::of(&SEEDED);

impl CellI8 {
    const fn of(cell: &Cell) -> Self {
        let mut made = Self {
            of_input: [[0; INPUTS]; UNITS],
            of_state: [[0; UNITS]; UNITS],
            scale: [0.0; UNITS],
            bias: cell.bias,
            gain: cell.gain,
            leak: cell.leak,
            reversal: cell.reversal,
        };
        let mut unit = 0;
        while unit < UNITS {
            let mut largest = 0.0;
            let mut at = 0;
            while at < INPUTS + UNITS {
                let element = element(cell, unit, at).abs();
                if element > largest {
                    largest = element;
                }
                at += 1;
            }
            let scale = largest / STEPS;
            made.scale[unit] = scale;
            at = 0;
            while at < INPUTS + UNITS {
                let steps = rounded(element(cell, unit, at) / scale) as u8;
                if at < INPUTS {
                    made.of_input[unit][at] = steps;
                } else {
                    made.of_state[unit][at - INPUTS] = steps;
                }
                at += 1;
            }
            unit += 1;
        }
        made
    }
}

const fn element(cell: &Cell, unit: usize, at: usize) -> f32 {
    if at < INPUTS { cell.of_input[unit][at] } else { cell.of_state[unit][at - INPUTS] }
}

/// The nearest whole number, halves away from 0. A conversion cuts towards 0 and keeps within 8 bits.
const fn rounded(steps: f32) -> i8 {
    if steps < 0.0 { (steps - 0.5) as i8 } else { (steps + 0.5) as i8 }
}

/// The cell whose input is held.
#[derive(Clone, Debug)]
pub struct HeldI8<'c> {
    cell: &'c CellI8,
    drive: State,
}

impl<'c> HeldI8<'c> {
    /// The cell with these features.
    #[must_use]
    pub fn new(cell: &'c CellI8, features: &Features) -> Self {
        let features = features.map(i16::from);
        let mut drive = cell.bias;
        for ((drive, row), scale) in drive.iter_mut().zip(&cell.of_input).zip(cell.scale) {
            *drive += dot_i8(row, &features) as f32 * (scale * (1.0 / FEATURE_STEPS));
        }
        Self { cell, drive }
    }
}

impl Field for HeldI8<'_> {
    fn slope(&mut self, x: &State) -> State {
        let cell = self.cell;
        // At most 127 in magnitude.
        let steps = x.map(|x| Real::round_clamp(x * STEPS, 127) as i16);
        let mut slope = [0.0; UNITS];
        for (i, slope) in slope.iter_mut().enumerate() {
            let sum = dot_i8(&cell.of_state[i], &steps) as f32 * (cell.scale[i] * (1.0 / STEPS));
            let f = cell.gain[i] * sigmoid(self.drive[i] + sum);
            *slope = f * cell.reversal[i] - (cell.leak + f) * x[i];
        }
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::{CELL_I8, HeldI8, element, rounded};
    use crate::known_answer::Noise;
    use crate::liquid::cell::{CELL, Held};
    use crate::liquid::{Features, Field, INPUTS, State, UNITS};

    #[test]
    fn weights_are_rounded_to_the_nearest_step_and_each_row_uses_all_of_them() {
        for unit in 0..UNITS {
            let mut largest = 0;
            for at in 0..INPUTS + UNITS {
                let steps = if at < INPUTS {
                    CELL_I8.of_input[unit][at] as i8
                } else {
                    CELL_I8.of_state[unit][at - INPUTS] as i8
                };
                let off = f32::from(steps) * CELL_I8.scale[unit] - element(&CELL, unit, at);
                assert!(off.abs() <= CELL_I8.scale[unit] * 0.5001, "unit {unit}, {at}");
                largest = largest.max(i32::from(steps).abs());
            }
            assert_eq!(largest, 127, "unit {unit}");
        }
        assert_eq!([-2.5, -0.4, 0.4, 2.5, 127.0, -127.0].map(rounded), [-3, 0, 0, 3, 127, -127]);
    }

    #[test]
    fn the_slope_is_close_to_that_of_the_float_cell() {
        let mut furthest = 0.0_f32;
        for seed in 1..50 {
            let mut noise = Noise::new(seed);
            let input: Features = core::array::from_fn(|_| (noise.sample() >> 9) as i8);
            let x: State = core::array::from_fn(|_| f32::from(noise.sample()) / 32768.0);
            let (exact, found) = (Held::new(&CELL, &input).slope(&x), HeldI8::new(&CELL_I8, &input).slope(&x));
            for (a, b) in exact.iter().zip(found) {
                furthest = furthest.max((a - b).abs());
            }
        }
        // Slopes reach 70 per second; the sum that is rounded is some hundredths off.
        assert!(furthest > 0.0 && furthest < 2.0, "{furthest}");
    }
}
