//! Facts that only the nRF52840 has: the table `[nrf52840]` of `targets/boards/chips/nrf52840.toml`.

use serde::Deserialize;

/// Everything that the models of this chip need beyond what every chip's file says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nrf52840Facts {
    /// The interconnect of events and tasks.
    pub ppi: PpiFacts,
    /// Sleep and waking up.
    pub sleep: SleepFacts,
    /// The low-frequency clock.
    pub low_clock: LowClockFacts,
    /// The supply as the chip sees it.
    pub supply: SupplyFacts,
    /// The converter.
    pub saadc: SaadcFacts,
    /// The random number generator.
    pub rng: RngFacts,
    /// The temperature sensor.
    pub temp: TempFacts,
}

/// The interconnect of events and tasks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpiFacts {
    /// From an event to the task that it triggers, in picoseconds.
    pub latency_ps: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// Sleep and waking up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SleepFacts {
    /// From an interrupt to the first instruction when the high-frequency clock stood still, in nanoseconds.
    pub wake_ns: u64,
    /// The same when that clock ran, or in constant-latency mode, in nanoseconds.
    pub wake_clock_on_ns: u64,
    /// From the wake-up from System OFF to the first instruction, in nanoseconds.
    pub wake_off_ns: u64,
    /// Whether the cycle counter and SysTick count while the core sleeps.
    pub counters_run: bool,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The low-frequency clock.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowClockFacts {
    /// Start of the synthesised clock, beyond the start of the crystal that it needs, in microseconds.
    pub synth_us: u64,
    /// A calibration of the RC oscillator, in microseconds.
    pub calibration_us: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The supply as the chip sees it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyFacts {
    /// VDD below which the chip is held in reset, in volts.
    pub brown_out_volts: f64,
    /// VDD from which it starts again, in volts.
    pub power_on_volts: f64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The converter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaadcFacts {
    /// The pins AIN0 to AIN7.
    pub inputs: [String; 8],
    /// The internal reference, in volts.
    pub reference_volts: f64,
    /// A conversion behind its acquisition, in nanoseconds.
    pub conversion_ns: u64,
    /// A calibration of the offset, in nanoseconds.
    pub calibration_ns: u64,
    /// Noise behind the gain stage, root mean square in volts.
    pub noise_volts: f64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The random number generator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RngFacts {
    /// From START to the first byte's generation, in microseconds.
    pub start_us: u64,
    /// A byte without bias correction, in microseconds.
    pub byte_us: u64,
    /// A byte with bias correction, in microseconds.
    pub corrected_byte_us: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The temperature sensor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempFacts {
    /// A measurement, in microseconds.
    pub conversion_us: u64,
    /// What the die has, in degrees Celsius.
    pub celsius: f64,
    /// The sensor's noise, root mean square in degrees Celsius.
    pub noise_celsius: f64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}
