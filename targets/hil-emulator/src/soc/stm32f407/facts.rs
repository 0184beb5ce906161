//! Facts about peripherals of the STM32F407 beyond their places: times of the DMA controllers and of the low-power modes,
//! the ADC's errors and pins, the pins of the timers.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The facts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stm32f407Facts {
    /// DMA1 and DMA2.
    pub dma: DmaFacts,
    /// Low-power modes and the supervision of the supply.
    pub pwr: super::pwr_facts::PwrFacts,
    /// ADC1 to ADC3.
    pub adc: AdcFacts,
    /// The timer channels of pins: pin, then alternate function, then `timN.CHANNEL`.
    pub timer_pins: BTreeMap<String, BTreeMap<String, String>>,
}

/// How long the DMA controllers take, in cycles of the AHB.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DmaFacts {
    /// To choose a stream and to compute an address.
    pub arbitration_cycles: u64,
    /// An access to memory or to a peripheral on the AHB.
    pub access_cycles: u64,
    /// A further access of a burst.
    pub burst_beat_cycles: u64,
    /// What an access to an APB takes besides, in cycles of the APB.
    pub apb_cycles: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The converters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdcFacts {
    /// The voltage of VBAT, in volts.
    pub vbat_volts: f64,
    /// The internal reference, in volts: the typical one, and how far single parts are from it at the most.
    pub vrefint_volts: f64,
    /// See `vrefint_volts`.
    pub vrefint_spread_volts: f64,
    /// The temperature sensor at 25 degrees Celsius, in volts, and its slope in volts per kelvin.
    pub sensor_volts: f64,
    /// See `sensor_volts`.
    pub sensor_volts_per_kelvin: f64,
    /// The temperature of the chip, in degrees Celsius.
    pub celsius: f64,
    /// VDDA when the factory wrote the calibration words, in volts.
    pub calibration_volts: f64,
    /// The temperatures of the two calibration words of the sensor, in degrees Celsius.
    pub calibration_celsius: [f64; 2],
    /// Error at zero and at full scale, in LSB of 12 bits.
    pub offset_lsb: f64,
    /// See `offset_lsb`.
    pub gain_lsb: f64,
    /// Standard deviation of the noise of one conversion, in LSB of 12 bits.
    pub noise_lsb: f64,
    /// The pins with a channel of a converter: pin, then the numbers of the converters and the channel.
    pub pins: BTreeMap<String, AnalogPin>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// A pin that converters can be switched to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalogPin {
    /// The converters, from 1.
    pub adcs: Vec<usize>,
    /// Their channel.
    pub channel: u32,
}
