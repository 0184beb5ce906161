//! The supply of a board: what the chip draws, integrated exactly, and the ways to look at it.
//!
//! The chip says what it draws whenever that changes ([`Supply::draw`]). Currents are kept as whole picoamperes, powers
//! as whole femtowatts and times as whole picoseconds, so that charge and energy are sums of integers: how a run is cut
//! into slices cannot change a single bit of them. The same stretches of constant current go to three observers: the
//! amplifier behind the shunt, which the chip's own converter can measure; recorders ([`log`], [`meter`]); and the
//! windows that firmware marks by a pin. What is computed is emulated and never a measurement of hardware; `POWER.md`
//! states sources and uncertainty.

pub mod amplifier;
pub mod curve;
pub mod facts;
pub mod log;
mod lookup;
pub mod meter;
pub mod nrf52840;
pub mod stm32f4;
pub mod window;

use crate::board::Chance;
use crate::time::Time;
use amplifier::Amplifier;
use facts::SupplyFacts;
use window::{Marker, Reading, Window};

/// What was drawn over a stretch of time in which it did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when on.
    pub start: Time,
    /// Until when; later than `start`.
    pub end: Time,
    /// The current, in picoamperes.
    pub picoamperes: u64,
}

/// Is told every stretch of constant current, in order and without gaps, once it is over.
pub trait Recorder: Send + std::fmt::Debug {
    /// This stretch is over. Stretches of the same current may follow each other.
    fn stretch(&mut self, stretch: Stretch);

    /// Nothing follows.
    fn finish(&mut self);
}

/// What flows while the chip's state does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Flow {
    picoamperes: u64,
    femtowatts: u64,
}

/// The supply: a source of constant voltage, a shunt in the line to the chip, and an amplifier over the shunt.
#[derive(Debug, Default)]
pub struct Supply {
    volts: f64,
    /// The shunt as it is, which firmware does not know.
    shunt_ohms: f64,
    amplifier: Option<Amplifier>,
    sense_pin: Option<String>,
    flow: Flow,
    since: Time,
    /// What flowed before `since`, in picoamperes times picoseconds.
    charge: u128,
    /// What the chip took before `since`, in femtowatts times picoseconds.
    energy: u128,
    markers: Vec<Marker>,
    windows: Vec<Window>,
    lost_windows: u64,
    recorders: Vec<Box<dyn Recorder>>,
}

impl Supply {
    /// How many windows are kept; later ones are only counted.
    pub const WINDOWS_KEPT: usize = 1 << 16;

    /// A supply by its facts. Within their tolerances the parts are what `seed` makes them.
    #[must_use]
    pub fn new(facts: &SupplyFacts, seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0x5348_554e_5421);
        let shunt_ohms = facts.shunt_ohms * (1.0 + facts.shunt_tolerance * evenly(&mut chance));
        Self {
            volts: facts.volts,
            shunt_ohms,
            amplifier: facts.amplifier.as_ref().map(|part| Amplifier::new(part, &mut chance)),
            sense_pin: facts.sense_pin.clone(),
            markers: facts.marker.iter().map(|marker| Marker::new(&marker.name, &marker.pin)).collect(),
            ..Self::default()
        }
    }

    /// The chip draws `amperes` from `now` on. What is not a positive number counts as nothing.
    pub fn draw(&mut self, now: Time, amperes: f64) {
        // The conversion saturates, and takes NaN for 0.
        let picoamperes = (amperes * 1e12).round() as u64;
        if picoamperes == self.flow.picoamperes {
            return;
        }
        self.settle(now);
        let amperes = picoamperes as f64 * 1e-12;
        let watts = amperes * (self.volts - amperes * self.shunt_ohms).max(0.0);
        self.flow = Flow { picoamperes, femtowatts: (watts * 1e15).round() as u64 };
    }

    /// Adds what flowed until `now` to the sums.
    fn settle(&mut self, now: Time) {
        let Some(picoseconds) = now.0.checked_sub(self.since.0).filter(|elapsed| *elapsed > 0) else { return };
        let stretch = Stretch { start: self.since, end: now, picoamperes: self.flow.picoamperes };
        let shunt_volts = self.shunt_volts();
        if let Some(amplifier) = &mut self.amplifier {
            amplifier.pass(shunt_volts, picoseconds);
        }
        self.charge += u128::from(self.flow.picoamperes) * u128::from(picoseconds);
        self.energy += u128::from(self.flow.femtowatts) * u128::from(picoseconds);
        self.since = now;
        for recorder in &mut self.recorders {
            recorder.stretch(stretch);
        }
    }

    /// What the chip draws now, in amperes.
    #[must_use]
    pub fn amperes(&self) -> f64 {
        self.flow.picoamperes as f64 * 1e-12
    }

    /// The source gives `volts` from `now` on. What is not a positive number counts as nothing.
    pub fn set_volts(&mut self, now: Time, volts: f64) {
        self.settle(now);
        self.volts = if volts > 0.0 { volts } else { 0.0 };
        let amperes = self.amperes();
        let watts = amperes * (self.volts - amperes * self.shunt_ohms).max(0.0);
        self.flow.femtowatts = (watts * 1e15).round() as u64;
    }

    /// The voltage of the source, before the shunt, in volts.
    #[must_use]
    pub fn volts(&self) -> f64 {
        self.volts
    }

    /// The voltage that the chip gets, behind the shunt, in volts.
    #[must_use]
    pub fn load_volts(&self) -> f64 {
        (self.volts - self.shunt_volts()).max(0.0)
    }

    fn shunt_volts(&self) -> f64 {
        self.amperes() * self.shunt_ohms
    }

    /// Charge and energy since power-on.
    #[must_use]
    pub fn reading(&self, now: Time) -> Reading {
        let picoseconds = u128::from(now.0.saturating_sub(self.since.0));
        Reading {
            at: now,
            charge: self.charge + u128::from(self.flow.picoamperes) * picoseconds,
            energy: self.energy + u128::from(self.flow.femtowatts) * picoseconds,
        }
    }

    /// What the chip has drawn since power-on, in coulombs.
    #[must_use]
    pub fn coulombs(&self, now: Time) -> f64 {
        self.reading(now).coulombs()
    }

    /// What the chip has taken behind the shunt since power-on, in joules.
    #[must_use]
    pub fn joules(&self, now: Time) -> f64 {
        self.reading(now).joules()
    }

    /// The pin of the chip that the amplifier's output is wired to, as the chip's documentation calls it.
    #[must_use]
    pub fn sense_pin(&self) -> Option<&str> {
        self.sense_pin.as_deref()
    }

    /// The output of the amplifier, in volts; 0 where there is none.
    #[must_use]
    pub fn sense_volts(&self, now: Time) -> f64 {
        let picoseconds = now.0.saturating_sub(self.since.0);
        self.amplifier.as_ref().map_or(0.0, |amplifier| amplifier.output(self.shunt_volts(), picoseconds))
    }

    /// The voltage that the supply's amplifier puts on the pin called `pin`; `None` where it is not wired to it.
    #[must_use]
    pub fn volts_at(&self, pin: &str, now: Time) -> Option<f64> {
        (self.sense_pin() == Some(pin)).then(|| self.sense_volts(now))
    }

    /// Looks at the pins that mark windows; `level` tells what the chip drives onto a pin.
    pub fn watch_pins(&mut self, now: Time, level: impl Fn(&str) -> Option<bool>) {
        for index in 0..self.markers.len() {
            let marker = &self.markers[index];
            let high = level(marker.pin()) == Some(true);
            if high == marker.open() {
                continue;
            }
            let reading = self.reading(now);
            let Some(window) = self.markers[index].turn(reading) else { continue };
            if self.windows.len() < Self::WINDOWS_KEPT {
                self.windows.push(window);
            } else {
                self.lost_windows += 1;
            }
        }
    }

    /// The windows that firmware has marked and that are over, in the order of their ends.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The last window called `name` that is over.
    #[must_use]
    pub fn window(&self, name: &str) -> Option<&Window> {
        self.windows.iter().rev().find(|window| window.name == name)
    }

    /// How many windows beyond [`Supply::WINDOWS_KEPT`] were not kept.
    #[must_use]
    pub fn lost_windows(&self) -> u64 {
        self.lost_windows
    }

    /// Tells `recorder` every stretch from `now` on.
    pub fn record(&mut self, now: Time, recorder: Box<dyn Recorder>) {
        self.settle(now);
        self.recorders.push(recorder);
    }

    /// Tells the recorders what flowed until `now`, and takes leave of them.
    pub fn finish(&mut self, now: Time) {
        self.settle(now);
        for mut recorder in self.recorders.drain(..) {
            recorder.finish();
        }
    }
}

/// A number between -1 and 1, every one as likely.
fn evenly(chance: &mut Chance) -> f64 {
    (chance.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

#[cfg(test)]
mod tests;
