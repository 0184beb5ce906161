//! Dynamic loss scaling (Micikevicius et al., Mixed Precision Training, ICLR 2018, section 3.2): the loss is multiplied, so
//! that small gradients do not vanish in half precision; when one overflows, the step is skipped and the scale backs off.

use crate::error::ForecastError;

/// How the scale moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// The scale of the first step.
    pub start: f32,
    /// What it is multiplied by after `interval` clean steps in a row.
    pub growth: f32,
    /// What it is multiplied by when a gradient overflows.
    pub backoff: f32,
    /// Clean steps until it grows.
    pub interval: u32,
    /// It never falls below.
    pub least: f32,
    /// It never grows beyond.
    pub most: f32,
}

impl Scaling {
    /// The usual choice: 2^16, doubled after 2000 clean steps, halved on overflow, within 1 and 2^24.
    pub const USUAL: Self =
        Self { start: 65_536.0, growth: 2.0, backoff: 0.5, interval: 2000, least: 1.0, most: 16_777_216.0 };

    /// The scaling, if it is one: a start within its ends, growth above 1, backoff between 0 and 1.
    ///
    /// # Errors
    /// [`ForecastError::Config`] otherwise.
    pub fn checked(self) -> Result<Self, ForecastError> {
        let Self { start, growth, backoff, interval, least, most } = self;
        let in_order = least > 0.0 && least <= start && start <= most && most.is_finite();
        if in_order && growth > 1.0 && growth.is_finite() && backoff > 0.0 && backoff < 1.0 && interval > 0 {
            Ok(self)
        } else {
            Err(ForecastError::Config("a loss scale starts within its ends, grows and backs off"))
        }
    }
}

/// The scale, and what happened to it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler {
    scaling: Scaling,
    scale: f32,
    clean: u32,
    overflows: u64,
    updates: u64,
}

impl Scaler {
    /// Before the first step.
    #[must_use]
    pub fn new(scaling: Scaling) -> Self {
        Self { scaling, scale: scaling.start, clean: 0, overflows: 0, updates: 0 }
    }

    /// What the loss is multiplied by.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// How many steps overflowed.
    #[must_use]
    pub fn overflows(&self) -> u64 {
        self.overflows
    }

    /// How often the scale changed.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Looks at a step's gradients, moves the scale, and says whether the step may be taken.
    #[must_use = "a step that overflowed must not be taken"]
    pub fn allows(&mut self, gradients: &[f32]) -> bool {
        // Without an early end, so that many are looked at at once.
        let clean = gradients.iter().fold(true, |clean, gradient| clean & gradient.is_finite());
        self.note(clean);
        clean
    }

    /// Notes a step without overflow, or one with.
    pub fn note(&mut self, clean: bool) {
        let Scaling { growth, backoff, interval, least, most, .. } = self.scaling;
        let before = self.scale;
        if clean {
            self.clean += 1;
            if self.clean >= interval {
                self.clean = 0;
                self.scale = (self.scale * growth).min(most);
            }
        } else {
            self.overflows += 1;
            self.clean = 0;
            self.scale = (self.scale * backoff).max(least);
        }
        self.updates += u64::from(self.scale != before);
    }
}

#[cfg(test)]
mod tests {
    use super::{Scaler, Scaling};

    #[test]
    fn an_overflow_halves_the_scale_and_forbids_the_step() {
        for bad in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            let mut scaler = Scaler::new(Scaling::USUAL);
            assert!(scaler.allows(&[1.0, -2.0, f32::MAX]));
            assert!(!scaler.allows(&[1.0, bad, 0.0]));
            assert_eq!((scaler.scale(), scaler.overflows(), scaler.updates()), (32_768.0, 1, 1));
        }
    }

    #[test]
    fn clean_steps_in_a_row_double_it_and_an_overflow_starts_the_count_anew() {
        let mut scaler = Scaler::new(Scaling::USUAL);
        (0..1999).for_each(|_| scaler.note(true));
        assert_eq!(scaler.scale(), 65_536.0);
        scaler.note(true);
        assert_eq!((scaler.scale(), scaler.updates()), (131_072.0, 1));
        (0..1999).for_each(|_| scaler.note(true));
        scaler.note(false);
        (0..1999).for_each(|_| scaler.note(true));
        assert_eq!(scaler.scale(), 65_536.0);
        scaler.note(true);
        assert_eq!((scaler.scale(), scaler.overflows(), scaler.updates()), (131_072.0, 1, 3));
    }

    #[test]
    fn the_scale_stays_within_its_ends_and_a_change_that_is_none_is_not_counted() {
        let mut scaler = Scaler::new(Scaling { interval: 1, ..Scaling::USUAL });
        (0..40).for_each(|_| scaler.note(true));
        assert_eq!((scaler.scale(), scaler.updates()), (16_777_216.0, 8));
        (0..40).for_each(|_| scaler.note(false));
        assert_eq!((scaler.scale(), scaler.overflows(), scaler.updates()), (1.0, 40, 8 + 24));
    }

    #[test]
    fn what_is_no_scaling_is_refused() {
        assert!(Scaling::USUAL.checked().is_ok());
        let usual = Scaling::USUAL;
        for bad in [
            Scaling { start: 0.5, ..usual },
            Scaling { start: f32::NAN, ..usual },
            Scaling { growth: 1.0, ..usual },
            Scaling { backoff: 1.0, ..usual },
            Scaling { interval: 0, ..usual },
            Scaling { most: f32::INFINITY, ..usual },
        ] {
            assert!(bad.checked().is_err(), "{bad:?}");
        }
    }
}
