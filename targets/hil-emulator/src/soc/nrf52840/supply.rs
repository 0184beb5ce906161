//! What the chip draws: the state of its clocks, regulator and peripherals for the model in [`crate::power::nrf52840`].
//!
//! While flash is written or erased the core stands still; the chip is taken to draw what it draws while it runs.

use super::models::Models;
use super::timer::Timer;
use crate::power::nrf52840::{Low, Mode, State};

impl Models {
    /// What the supply current depends on while the core sleeps, or has no supply.
    #[must_use]
    pub fn state(&self) -> State {
        let (clock, power) = (&self.clock_power.clock, &self.clock_power.power);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        State {
            mode: if power.off || power.dark { Mode::Off } else { Mode::Idle },
            dcdc: power.dcdc(),
            hfxo: clock.crystal(),
            constant_latency: power.constant_latency,
            low: match clock.low() {
                // The watchdog keeps the RC oscillator running (PS, WDT).
                Low::Off if self.wdt.counts() => Low::Rc,
                low => low,
            },
            ram_kib: power.ram_kib(),
            rtcs: count(self.rtcs.iter().filter(|counter| counter.busy()).count()),
            wdt: self.wdt.counts(),
            pclk1m: self.need_high_clock(),
            pclk16m: self.timers.iter().any(Timer::fast),
            uartes: count(self.uartes.iter().filter(|uarte| uarte.busy()).count()),
            saadc: self.saadc.busy() || self.saadc.started(),
            rng: self.rng.busy(),
            temp: self.temp.busy(),
            gpiote_events: self.pins.watches(),
        }
    }
}
