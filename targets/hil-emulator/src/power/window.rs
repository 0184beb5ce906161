//! Windows that firmware marks by a pin, with the true charge and energy in them.

use crate::time::Time;

/// Charge and energy since power-on, at one point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// When.
    pub at: Time,
    /// In picoamperes times picoseconds (1e-24 C).
    pub charge: u128,
    /// Behind the shunt, in femtowatts times picoseconds (1e-27 J).
    pub energy: u128,
}

impl Reading {
    /// In coulombs.
    #[must_use]
    pub fn coulombs(&self) -> f64 {
        self.charge as f64 * 1e-24
    }

    /// In joules.
    #[must_use]
    pub fn joules(&self) -> f64 {
        self.energy as f64 * 1e-27
    }

    /// What came on top of `earlier`, as a window called `name`.
    #[must_use]
    pub fn since(&self, earlier: &Self, name: &str) -> Window {
        let charge = self.charge.saturating_sub(earlier.charge);
        let energy = self.energy.saturating_sub(earlier.energy);
        Window { name: name.to_owned(), start: earlier.at, end: self.at, charge, energy }
    }
}

/// A window of time and what the chip drew in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What the board's file calls its pin.
    pub name: String,
    /// When the pin rose.
    pub start: Time,
    /// When the pin fell.
    pub end: Time,
    /// In picoamperes times picoseconds (1e-24 C).
    pub charge: u128,
    /// Behind the shunt, in femtowatts times picoseconds (1e-27 J).
    pub energy: u128,
}

impl Window {
    /// Its length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.end.0.saturating_sub(self.start.0) as f64 * 1e-12
    }

    /// In coulombs.
    #[must_use]
    pub fn coulombs(&self) -> f64 {
        self.charge as f64 * 1e-24
    }

    /// The true energy that the chip took, in joules.
    #[must_use]
    pub fn joules(&self) -> f64 {
        self.energy as f64 * 1e-27
    }

    /// The mean current, in amperes; 0 for a window without length.
    #[must_use]
    pub fn amperes(&self) -> f64 {
        if self.end > self.start { self.coulombs() / self.seconds() } else { 0.0 }
    }

    /// The mean power behind the shunt, in watts; 0 for a window without length.
    #[must_use]
    pub fn watts(&self) -> f64 {
        if self.end > self.start { self.joules() / self.seconds() } else { 0.0 }
    }
}

/// A pin that marks windows: it is high in them.
#[derive(Debug, Clone)]
pub struct Marker {
    name: String,
    pin: String,
    start: Option<Reading>,
}

impl Marker {
    /// The marker called `name` at `pin`.
    #[must_use]
    pub fn new(name: &str, pin: &str) -> Self {
        Self { name: name.to_owned(), pin: pin.to_owned(), start: None }
    }

    /// Its pin.
    #[must_use]
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// Whether the pin is high.
    #[must_use]
    pub fn open(&self) -> bool {
        self.start.is_some()
    }

    /// The pin changed at `reading`. Gives the window that this ends.
    pub fn turn(&mut self, reading: Reading) -> Option<Window> {
        match self.start.take() {
            Some(start) => Some(reading.since(&start, &self.name)),
            None => {
                self.start = Some(reading);
                None
            }
        }
    }
}
