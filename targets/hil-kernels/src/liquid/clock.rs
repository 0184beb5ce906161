//! Which clock the sound needs: the rule of the liquid-audio-nets performance guide ("Dynamic Voltage and Frequency
//! Scaling"). Below 0.1 the low-power clock, above 0.8 the fast one, else the balanced one; both ends belong to the
//! balanced one, as the guide's comparisons have it. Where NaN would fall through to the balanced clock there, it is an
//! error here.
//!
//! The rule alone: what a board does to its clocks is the firmware's business.

use super::timestep::NotANumber;

/// The clocks to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// For sound in which next to nothing happens.
    LowPower,
    /// For most sounds.
    Balanced,
    /// For the busiest sounds.
    HighPerformance,
}

impl Clock {
    /// The clock for sound of this complexity.
    ///
    /// # Errors
    /// [`NotANumber`] for NaN.
    pub fn of_complexity(complexity: f32) -> Result<Self, NotANumber> {
        if complexity.is_nan() {
            Err(NotANumber { what: "complexity" })
        } else if complexity < 0.1 {
            Ok(Self::LowPower)
        } else if complexity > 0.8 {
            Ok(Self::HighPerformance)
        } else {
            Ok(Self::Balanced)
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowPower => "low-power",
            Self::Balanced => "balanced",
            Self::HighPerformance => "high-performance",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn the_ends_of_the_middle_belong_to_it() {
        for (complexity, clock) in [
            (f32::NEG_INFINITY, Clock::LowPower),
            (0.0, Clock::LowPower),
            (0.1_f32.next_down(), Clock::LowPower),
            (0.1, Clock::Balanced),
            (0.5, Clock::Balanced),
            (0.8, Clock::Balanced),
            (0.8_f32.next_up(), Clock::HighPerformance),
            (1.0, Clock::HighPerformance),
            (f32::INFINITY, Clock::HighPerformance),
        ] {
            assert_eq!(Clock::of_complexity(complexity), Ok(clock), "{complexity}");
        }
        assert_eq!(Clock::of_complexity(f32::NAN).unwrap_err().what, "complexity");
    }
}
