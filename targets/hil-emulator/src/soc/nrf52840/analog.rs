//! What the converter sees: voltages on analog pins, the supply, and the noise of its input stage.

use super::facts::SaadcFacts;
use super::noise::Noise;
use super::pins;
use crate::soc::Io;

/// The inputs of the converter.
#[derive(Debug, Clone)]
pub struct Analog {
    /// AIN0 to AIN7: the name of the pin, and its port and number.
    inputs: [(String, Option<(usize, usize)>); 8],
    /// What the outside applies, in volts.
    applied: [Option<f64>; 8],
    /// VDD where the outside applies it, in volts.
    supply: Option<f64>,
    noise_volts: f64,
    noise: Noise,
}

impl Analog {
    /// Inputs to which nothing is applied.
    #[must_use]
    pub fn new(facts: &SaadcFacts, seed: u64) -> Self {
        Self {
            inputs: facts.inputs.each_ref().map(|name| (name.clone(), pins::parse(name))),
            applied: [None; 8],
            supply: None,
            noise_volts: facts.noise_volts,
            noise: Noise::new(seed ^ 0xADC),
        }
    }

    /// Applies a voltage to a pin; false when it is none of the inputs.
    pub fn apply(&mut self, name: &str, volts: f64) -> bool {
        let place = pins::parse(name);
        match self.inputs.iter().position(|(_, known)| place.is_some() && *known == place) {
            Some(index) => {
                self.applied[index] = Some(volts);
                true
            }
            None => false,
        }
    }

    /// Applies a voltage to VDD.
    pub fn apply_supply(&mut self, volts: f64) {
        self.supply = Some(volts);
    }

    /// VDD, in volts: what was applied, else what the board's supply leaves behind its shunt.
    #[must_use]
    pub fn supply(&self, io: &Io<'_>) -> f64 {
        self.supply.unwrap_or_else(|| io.supply.load_volts())
    }

    /// The voltage that PSELP or PSELN selects, in volts (PS, SAADC: CH[n].PSELP). An input to which nothing is applied
    /// or wired is at 0 V. The protection of a pin limits it to 0.3 V beyond the supply.
    #[must_use]
    pub fn volts(&self, select: u32, io: &Io<'_>) -> f64 {
        let supply = self.supply(io);
        match select {
            1..=8 => {
                let index = select as usize - 1;
                let wired = || io.supply.volts_at(&self.inputs[index].0, io.now);
                self.applied[index].or_else(wired).unwrap_or(0.0).clamp(-0.3, supply + 0.3)
            }
            9 => supply,
            // VDDHDIV5: VDDH is tied to VDD in normal-voltage mode.
            13 => supply / 5.0,
            _ => 0.0,
        }
    }

    /// The noise of one conversion behind the gain stage, in volts.
    pub fn noise(&mut self) -> f64 {
        self.noise_volts * self.noise.next()
    }
}
