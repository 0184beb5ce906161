//! Heun's method with steps as long as the error allows.
//!
//! The first stage of Heun's method is a step of Euler's, so the difference of the two costs nothing and estimates the error
//! of the latter; the step goes on with the former. The norm of the error, the factor by which the next step is longer or
//! shorter and its limits are the usual ones (Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", 2nd
//! ed., section II.4, equations 4.10 to 4.13).
//!
//! A step is never shorter than 1 ms, the shortest of [`Timestep`], but for the rest of a stretch: such a step is taken
//! whatever its error, and counted as forced. So a stretch takes a bounded number of evaluations, whatever the field is.

use super::timestep::Timestep;
use super::{Field, HOP_MS, State, UNITS};

/// What a step may be off, unit by unit: `absolute + relative |x|`; the root of the mean square over all units counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// As a share of the value.
    pub relative: f32,
    /// In units of the state.
    pub absolute: f32,
}

impl Tolerance {
    /// 1e-3 and 1e-6: the defaults of `scipy.integrate.solve_ivp`, with which most people's first adaptive solver has run,
    /// and which most leave as they are.
    pub const USUAL: Self = Self { relative: 1e-3, absolute: 1e-6 };
}

/// How much of the longest step that the estimate allows is taken, so that few steps are rejected.
const SAFETY: f32 = 0.9;
/// A step is at least this many times as long as the one before it.
const LEAST_FACTOR: f32 = 0.2;
/// A step is at most this many times as long as the one before it.
const MOST_FACTOR: f32 = 10.0;

/// What became of the steps so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Taken, with an error within the tolerance.
    pub accepted: u32,
    /// Not taken: they were tried again with a shorter step.
    pub rejected: u32,
    /// Taken in spite of their error, because they could not be shorter.
    pub forced: u32,
}

/// The solver, which remembers how long its last step was.
#[derive(Clone, Debug)]
pub struct AdaptiveHeun {
    tolerance: Tolerance,
    /// How long the next step may be.
    ms: f32,
    steps: Steps,
}

impl AdaptiveHeun {
    /// A solver that begins with the shortest step: it knows nothing yet.
    #[must_use]
    pub const fn new(tolerance: Tolerance) -> Self {
        let steps = Steps { accepted: 0, rejected: 0, forced: 0 };
        Self { tolerance, ms: Timestep::SHORTEST.ms(), steps }
    }

    /// What became of its steps so far.
    #[must_use]
    pub fn steps(&self) -> Steps {
        self.steps
    }

    /// Moves `x` on by so many hops, in steps of `longest` at most. The stretch is divided evenly first, so that no short
    /// rest is left where steps could be as long as they like.
    pub fn advance(&mut self, field: &mut impl Field, x: &mut State, hops: u8, longest: Timestep) {
        if hops == 0 {
            return;
        }
        let mut left = f32::from(hops) * HOP_MS;
        let longest = left / libm::ceilf(left / longest.ms());
        let shortest = Timestep::SHORTEST.ms().min(longest);
        let mut slope = field.slope(x);
        let mut after_rejection = false;
        while left > 0.0 {
            let wanted = self.ms.clamp(shortest, longest);
            // A rest of a hundredth is taken along.
            let is_last = wanted >= 0.99 * left;
            let ms = if is_last { left } else { wanted };
            let attempt = attempt(field, x, &slope, ms * 1e-3, self.tolerance);
            let factor = factor(attempt.error);
            let is_within = attempt.error <= 1.0;
            if is_within || ms <= shortest {
                if is_within {
                    self.steps.accepted += 1;
                } else {
                    self.steps.forced += 1;
                }
                *x = attempt.end;
                left = if is_last { 0.0 } else { left - ms };
                // A step directly behind a rejection does not grow.
                let next = ms * if after_rejection { factor.min(1.0) } else { factor };
                // That the stretch ended says nothing against a step as long as before.
                self.ms = if ms < wanted { next.max(self.ms) } else { next };
                after_rejection = false;
                if left > 0.0 {
                    slope = field.slope(x);
                }
            } else {
                self.steps.rejected += 1;
                self.ms = ms * factor.min(SAFETY);
                after_rejection = true;
            }
        }
    }
}

/// Where a step ends, and its error as a multiple of the tolerance.
struct Attempt {
    end: State,
    error: f32,
}

fn attempt(field: &mut impl Field, x: &State, first: &State, h: f32, tolerance: Tolerance) -> Attempt {
    let mut euler = *x;
    for (euler, slope) in euler.iter_mut().zip(first) {
        *euler += h * slope;
    }
    let second = field.slope(&euler);
    let mut end = *x;
    let mut squares = 0.0_f32;
    for ((end, first), second) in end.iter_mut().zip(first).zip(second) {
        let begun = end.abs();
        *end += 0.5 * h * (first + second);
        let allowed = tolerance.absolute + tolerance.relative * begun.max(end.abs());
        let share = 0.5 * h * (second - first) / allowed;
        squares += share * share;
    }
    Attempt { end, error: libm::sqrtf(squares / UNITS as f32) }
}

/// How many times as long the next step may be. The error of Euler's step grows with the square of its length.
fn factor(error: f32) -> f32 {
    if error.is_nan() { LEAST_FACTOR } else { (SAFETY / libm::sqrtf(error)).clamp(LEAST_FACTOR, MOST_FACTOR) }
}

#[cfg(test)]
mod tests {
    use super::{AdaptiveHeun, Steps, Tolerance, factor};
    use crate::liquid::linear::Decay;
    use crate::liquid::timestep::Timestep;
    use crate::liquid::{Field, State, UNITS};

    /// What remains of 1 after some hops, the error, and the solver.
    fn decayed(tolerance: Tolerance, hops: u8, longest: Timestep) -> (Decay, f64, AdaptiveHeun) {
        let (mut field, mut x, mut solver) = (Decay::new(), [1.0; UNITS], AdaptiveHeun::new(tolerance));
        solver.advance(&mut field, &mut x, hops, longest);
        let error = field.error(&x, f64::from(hops) * 0.016);
        (field, error, solver)
    }

    #[test]
    fn the_error_follows_the_tolerance() {
        let errors =
            [1e-2, 1e-3, 1e-4].map(|relative| decayed(Tolerance { relative, absolute: 1e-6 }, 15, Timestep::LONGEST).1);
        assert!(errors[0] < 1e-2 && errors[0] > 3.0 * errors[1] && errors[1] > 2.0 * errors[2], "{errors:?}");
    }

    #[test]
    fn steps_are_counted_and_each_costs_what_it_says() {
        let (field, _, solver) = decayed(Tolerance::USUAL, 15, Timestep::LONGEST);
        let Steps { accepted, rejected, forced } = solver.steps();
        assert_eq!(forced, 0);
        assert!(accepted > 5, "{accepted}");
        // Two evaluations for a step, one for another try from the same place.
        assert_eq!(field.evaluations, 2 * accepted + rejected);
    }

    #[test]
    fn where_nothing_moves_steps_become_as_long_as_they_may() {
        let (mut field, mut x) = (Decay { rates: [0.0; UNITS], evaluations: 0 }, [1.0; UNITS]);
        let mut solver = AdaptiveHeun::new(Tolerance::USUAL);
        solver.advance(&mut field, &mut x, 1, Timestep::LONGEST);
        field.evaluations = 0;
        solver.advance(&mut field, &mut x, 3, Timestep::LONGEST);
        assert_eq!((field.evaluations, x), (2, [1.0; UNITS]));
        // 25 ms at most: two steps of 24.
        solver.advance(&mut field, &mut x, 3, Timestep::clamped(25.0).unwrap());
        assert_eq!(field.evaluations, 6);
        solver.advance(&mut field, &mut x, 0, Timestep::LONGEST);
        assert_eq!(field.evaluations, 6);
    }

    #[test]
    fn a_step_that_is_too_long_is_rejected_and_the_next_one_is_shorter() {
        let (mut field, mut x) = (Decay { rates: [0.0; UNITS], evaluations: 0 }, [1.0; UNITS]);
        let mut solver = AdaptiveHeun::new(Tolerance::USUAL);
        solver.advance(&mut field, &mut x, 3, Timestep::LONGEST);
        let before = solver.steps();
        let mut field = Decay::new();
        solver.advance(&mut field, &mut x, 3, Timestep::LONGEST);
        assert!(solver.steps().rejected > before.rejected);
        assert!(field.error(&x, 0.048) < 1e-2);
    }

    /// A field that answers with what no step can be within.
    struct Wild(f32);

    impl Field for Wild {
        fn slope(&mut self, _: &State) -> State {
            self.0 = -self.0;
            [self.0; UNITS]
        }
    }

    #[test]
    fn no_field_keeps_it_from_ending() {
        for slope in [1e6, f32::NAN, f32::INFINITY, f32::MAX] {
            let (mut x, mut solver) = ([0.0; UNITS], AdaptiveHeun::new(Tolerance::USUAL));
            solver.advance(&mut Wild(slope), &mut x, 2, Timestep::LONGEST);
            let Steps { accepted, rejected, forced } = solver.steps();
            assert_eq!((accepted, rejected), (0, 0), "{slope}");
            assert!((32..=33).contains(&forced), "{slope}: {forced}");
        }
    }

    #[test]
    fn the_factor_is_limited_on_both_sides() {
        assert_eq!([0.0, 1e-9, 1e9, f32::INFINITY, f32::NAN].map(factor), [10.0, 10.0, 0.2, 0.2, 0.2]);
        assert_eq!(factor(0.81), 1.0);
    }
}
