//! The supply of a board: the current that the chip draws, integrated exactly over every stretch in which it is
//! constant.

use crate::time::Time;

/// The supply. The chip says what it draws whenever that changes.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// What the chip draws now, in amperes.
    amperes: f64,
    /// Since when.
    since: Time,
    /// What it drew before, in coulombs.
    coulombs: f64,
}

impl Supply {
    /// The chip draws `amperes` from `now` on.
    pub fn draw(&mut self, now: Time, amperes: f64) {
        self.coulombs = self.coulombs(now);
        (self.amperes, self.since) = (amperes, now);
    }

    /// What the chip draws now, in amperes.
    #[must_use]
    pub fn amperes(&self) -> f64 {
        self.amperes
    }

    /// What the chip has drawn since power-on, in coulombs.
    #[must_use]
    pub fn coulombs(&self, now: Time) -> f64 {
        self.coulombs + self.amperes * now.0.saturating_sub(self.since.0) as f64 * 1e-12
    }
}
