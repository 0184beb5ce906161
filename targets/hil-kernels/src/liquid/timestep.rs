//! How long a step the sound allows: the table of the liquid-audio-nets performance guide ("Timestep Optimization"), with
//! its limits of 1 and 50 ms ("Adaptive Timestep Configuration").
//!
//! | complexity | 0.0 | 0.1 | 0.3 | 0.6 | 1.0 |
//! |---|---|---|---|---|---|
//! | step, ms | 50 | 25 | 15 | 8 | 5 |
//!
//! Between two of them the next larger complexity counts, which is the shorter step: the guide looks its value up by a
//! binary search and takes the place where it would be inserted. Below 0 the first one counts, above 1 the last one.
//! Where the guide's code panics, on a value that is no number, there is an error here.

use core::fmt;

/// Complexity, and the longest step in milliseconds up to it.
const TABLE: [(f32, f32); 5] = [(0.0, 50.0), (0.1, 25.0), (0.3, 15.0), (0.6, 8.0), (1.0, 5.0)];

/// The length of a step, from 1 to 50 ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timestep(f32);

impl Timestep {
    /// The shortest.
    pub const SHORTEST: Self = Self(1.0);
    /// The longest.
    pub const LONGEST: Self = Self(50.0);

    /// The step that sound of this complexity allows.
    ///
    /// # Errors
    /// [`NotANumber`] for NaN.
    pub fn of_complexity(complexity: f32) -> Result<Self, NotANumber> {
        if complexity.is_nan() {
            return Err(NotANumber { what: "complexity" });
        }
        let [.., (_, busiest)] = TABLE;
        Self::clamped(TABLE.iter().find(|(knot, _)| complexity <= *knot).map_or(busiest, |&(_, ms)| ms))
    }

    /// This many milliseconds, or the nearest that is allowed.
    ///
    /// # Errors
    /// [`NotANumber`] for NaN.
    pub fn clamped(ms: f32) -> Result<Self, NotANumber> {
        if ms.is_nan() {
            return Err(NotANumber { what: "length of a step" });
        }
        Ok(Self(ms.clamp(Self::SHORTEST.0, Self::LONGEST.0)))
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn ms(self) -> f32 {
        self.0
    }
}

/// A value that is no number, where one is needed to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber {
    /// Which value.
    pub what: &'static str,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} is not a number (NaN); compute it from finite values", self.what)
    }
}

impl core::error::Error for NotANumber {}

#[cfg(test)]
mod tests {
    use super::{NotANumber, Timestep};

    fn ms(complexity: f32) -> f32 {
        Timestep::of_complexity(complexity).unwrap().ms()
    }

    #[test]
    fn knots_have_their_own_step_and_what_lies_between_has_that_of_the_next() {
        for (complexity, step) in [
            (-1.0, 50.0),
            (0.0, 50.0),
            (f32::MIN_POSITIVE, 25.0),
            (0.05, 25.0),
            (0.1, 25.0),
            (0.1_f32.next_up(), 15.0),
            (0.2, 15.0),
            (0.3, 15.0),
            (0.45, 8.0),
            (0.6, 8.0),
            (0.8, 5.0),
            (1.0, 5.0),
            (2.0, 5.0),
            (f32::INFINITY, 5.0),
        ] {
            assert_eq!(ms(complexity), step, "{complexity}");
        }
    }

    #[test]
    fn a_busier_sound_never_has_a_longer_step() {
        let steps = (-20..=120).map(|hundredth| ms(hundredth as f32 / 100.0));
        assert!(steps.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn steps_are_kept_within_1_and_50_ms() {
        for (asked, step) in
            [(0.2, 1.0), (-3.0, 1.0), (1.0, 1.0), (7.5, 7.5), (50.0, 50.0), (51.0, 50.0), (f32::INFINITY, 50.0)]
        {
            assert_eq!(Timestep::clamped(asked).unwrap().ms(), step, "{asked}");
        }
    }

    #[test]
    fn nan_is_an_error_that_says_which_value_it_was() {
        assert_eq!(Timestep::of_complexity(f32::NAN), Err(NotANumber { what: "complexity" }));
        assert_eq!(Timestep::clamped(f32::NAN), Err(NotANumber { what: "length of a step" }));
    }
}
