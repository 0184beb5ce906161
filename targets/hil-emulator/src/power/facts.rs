//! The facts that the power model starts from: `[supply]` of a board's file and `[power]` of a chip's file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// `[supply]`: how a board feeds its chip.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyFacts {
    /// The voltage of the source, in volts.
    pub volts: f64,
    /// The shunt between source and chip as its maker states it, in ohms.
    pub shunt_ohms: f64,
    /// How far off a shunt may be, as a fraction.
    pub shunt_tolerance: f64,
    /// The amplifier over the shunt.
    pub amplifier: Option<AmplifierFacts>,
    /// The pin of the chip that the amplifier's output is wired to.
    pub sense_pin: Option<String>,
    /// Pins by which firmware marks windows.
    #[serde(default)]
    pub marker: Vec<MarkerFacts>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The amplifier over a shunt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmplifierFacts {
    /// The part whose data sheet the figures are from.
    pub part: String,
    /// In volts per volt.
    pub gain: f64,
    /// How far off the gain may be, as a fraction.
    pub gain_error_max: f64,
    /// How far off the input may be, in volts.
    pub offset_max_volts: f64,
    /// Where the gain has fallen by 3 dB, in hertz.
    pub bandwidth_hz: f64,
    /// The lowest output, in volts.
    pub low_volts: f64,
    /// The highest output, in volts.
    pub high_volts: f64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// A pin by which firmware marks windows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkerFacts {
    /// What its windows are called.
    pub name: String,
    /// The pin, as the chip's documentation calls it.
    pub pin: String,
}

/// `[power]`: what a chip draws.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerFacts {
    /// The conditions under which the figures hold.
    pub conditions: String,
    /// Currents over the core clock.
    #[serde(default)]
    pub curve: Vec<CurveFacts>,
    /// Figures that do not depend on a clock.
    pub figures: Vec<FigureFacts>,
    /// Peripherals whose current grows with the clock of their bus.
    #[serde(default)]
    pub clocked: Vec<ClockedFacts>,
}

/// A current over the core clock.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurveFacts {
    /// What the model calls it.
    pub name: String,
    /// Pairs of megahertz and milliamperes, by growing frequency.
    pub mhz_ma: Spanned<Vec<(f64, f64)>>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// Figures from one place that do not depend on a clock, by the names that the model calls them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureFacts {
    /// Currents, in microamperes.
    #[serde(default)]
    pub microamperes: BTreeMap<String, f64>,
    /// Pure numbers.
    #[serde(default)]
    pub factors: BTreeMap<String, f64>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// Peripherals, from one place, whose current grows with the clock of their bus.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockedFacts {
    /// The name, the bit that switches the clock on as `REGISTER.BIT`, and microamperes per megahertz of the bus.
    pub name_bit_ua_per_mhz: Vec<(String, Spanned<String>, f64)>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}
