//! What the world outside does to the chip: levels on pins, voltages on analog inputs and on the supply.

use super::models::Unit;
use super::reset::reset_pin;
use super::{Nrf52840, pins};
use crate::soc::{Io, ResetCause};

impl Nrf52840 {
    /// Drives a pin, or lets it float. The reset pin resets the chip when it becomes low; its pull-up keeps it high while
    /// nothing drives it.
    pub(super) fn drive(&mut self, name: &str, level: Option<bool>, io: &mut Io<'_>) -> bool {
        let Some((port, pin)) = pins::parse(name) else { return false };
        self.catch_up(io);
        let before = self.models.pins.drive(port, pin, level);
        if level == Some(false) && before != Some(false) && reset_pin(io.memory) == Some((port, pin)) {
            io.requests.reset = Some(ResetCause::Pin);
        }
        self.settle(Unit::Gpiote, io);
        self.plan();
        true
    }

    /// Applies a voltage to an analog input, or to the supply (`VDD`).
    pub(super) fn apply(&mut self, name: &str, volts: f64, io: &mut Io<'_>) -> bool {
        self.catch_up(io);
        if name != "VDD" {
            return self.models.saadc.analog.apply(name, volts);
        }
        self.models.saadc.analog.apply_supply(volts);
        let dark = self.models.clock_power.power.dark;
        // A chip that is reset stays without clocks while the supply is too low: see `restart`.
        if !dark && volts < self.facts.supply.brown_out_volts {
            // Held in reset until the supply is back.
            self.restart(ResetCause::PowerOn, io);
            self.models.clock_power.power.dark = true;
            io.requests.core_off = true;
        } else if dark && volts >= self.facts.supply.power_on_volts {
            io.requests.reset = Some(ResetCause::PowerOn);
        }
        self.settle(Unit::ClockPower, io);
        self.plan();
        true
    }
}
