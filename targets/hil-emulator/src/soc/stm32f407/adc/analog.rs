//! What the converters measure: voltages at pins and inside of the chip, turned into codes with the errors and the noise
//! that the chip's file names.

use crate::board::Chance;
use crate::soc::stm32f407::facts::AdcFacts;

/// The temperature sensor, the internal reference and half of VBAT (RM0090 13.2; ADC1 only).
const SENSOR: u32 = 16;
const REFERENCE: u32 = 17;
const BATTERY: u32 = 18;

/// Channels of a converter.
const CHANNELS: usize = 19;

/// Codes of 12 bits.
const FULL: f64 = 4096.0;

/// The analog side of the chip.
#[derive(Debug, Clone)]
pub struct Analog {
    facts: AdcFacts,
    /// The internal reference of this very part, in volts.
    vrefint: f64,
    /// Volts at the channels of the three converters.
    inputs: [[f64; CHANNELS]; 3],
    /// The pins at these channels.
    names: [[Option<String>; CHANNELS]; 3],
    chance: [Chance; 3],
}

impl Analog {
    /// The part that `seed` stands for.
    #[must_use]
    pub fn new(facts: AdcFacts, seed: u64) -> Self {
        let mut part = Chance::new(seed ^ 0x7A2A);
        let vrefint = facts.vrefint_volts + facts.vrefint_spread_volts * (2.0 * uniform(&mut part) - 1.0);
        let chance = [1, 2, 3].map(|adc| Chance::new(seed ^ 0xADC0 ^ adc));
        let mut names = [const { [const { None }; CHANNELS] }; 3];
        for (name, pin) in &facts.pins {
            for adc in &pin.adcs {
                if let Some(place) = names.get_mut(adc - 1).and_then(|adc| adc.get_mut(pin.channel as usize)) {
                    *place = Some(name.clone());
                }
            }
        }
        Self { facts, vrefint, inputs: [[0.0; CHANNELS]; 3], names, chance }
    }

    /// Applies `volts` to a pin. False where it has no channel.
    pub fn apply(&mut self, pin: &str, volts: f64) -> bool {
        let Some(found) = self.facts.pins.get(pin) else { return false };
        for adc in &found.adcs {
            if let Some(input) = self.inputs.get_mut(adc - 1).and_then(|adc| adc.get_mut(found.channel as usize)) {
                *input = volts;
            }
        }
        true
    }

    /// The pin that is `channel` of converter `adc` (from 0).
    #[must_use]
    pub fn pin(&self, adc: usize, channel: u32) -> Option<&str> {
        self.names[adc].get(channel as usize)?.as_deref()
    }

    /// What converter `adc` (from 0) sees at `channel`, in volts. `common` is CCR, which switches internal channels on.
    #[must_use]
    pub fn volts(&self, adc: usize, channel: u32, common: u32) -> f64 {
        let (reference_on, battery_on) = (common >> 23 & 1 == 1, common >> 22 & 1 == 1);
        match channel {
            SENSOR | REFERENCE if adc != 0 || !reference_on => 0.0,
            SENSOR => self.sensor(self.facts.celsius),
            REFERENCE => self.vrefint,
            BATTERY if adc == 0 && battery_on => self.facts.vbat_volts / 2.0,
            _ => self.inputs[adc].get(channel as usize).copied().unwrap_or(0.0),
        }
    }

    fn sensor(&self, celsius: f64) -> f64 {
        self.facts.sensor_volts + (celsius - 25.0) * self.facts.sensor_volts_per_kelvin
    }

    /// The code of `bits` (6 to 12) bits that converter `adc` gives for `volts`, with its noise. `reference` is VREF+.
    pub fn code(&mut self, adc: usize, volts: f64, reference: f64, bits: u32) -> u32 {
        let ideal = volts / reference * FULL;
        let noise = self.facts.noise_lsb * normal(&mut self.chance[adc]);
        let real = ideal + self.facts.offset_lsb + ideal / FULL * self.facts.gain_lsb + noise;
        // The nearest code; a cast keeps within the range of the type.
        let code = (real + 0.5).floor().clamp(0.0, FULL - 1.0) as u32;
        code >> (12 - bits)
    }

    /// The calibration words of the factory: VREFINT, and the sensor at both temperatures (DS8626, 5.3.21 and 5.3.23).
    #[must_use]
    pub fn calibration(&self) -> [u32; 3] {
        let code = |volts: f64| (volts / self.facts.calibration_volts * FULL + 0.5).floor() as u32;
        let [cold, hot] = self.facts.calibration_celsius;
        [code(self.vrefint), code(self.sensor(cold)), code(self.sensor(hot))]
    }
}

/// From 0 to below 1.
fn uniform(chance: &mut Chance) -> f64 {
    (chance.next() >> 11) as f64 / (1u64 << 53) as f64
}

/// Of mean 0 and variance 1, as the sum of twelve uniform numbers: the same bits on every host, which a logarithm or a
/// cosine of the host's library would not promise.
fn normal(chance: &mut Chance) -> f64 {
    (0..12).map(|_| uniform(chance)).sum::<f64>() - 6.0
}
