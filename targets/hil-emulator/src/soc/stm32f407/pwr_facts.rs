//! Facts about the low-power modes and the supervision of the supply.

use serde::Deserialize;

/// Times and thresholds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PwrFacts {
    /// Waking up from stop mode, in microseconds: with the main regulator and the low-power regulator, flash in stop mode.
    pub stop_wake_up_us: [u64; 2],
    /// The same with flash in deep power-down.
    pub stop_wake_up_flash_off_us: [u64; 2],
    /// Waking up from standby mode, in microseconds.
    pub standby_wake_up_us: u64,
    /// The thresholds of PLS 0 to 7, in volts.
    pub pvd_volts: [f64; 8],
    /// How far the supply must rise above a threshold that it fell below, in volts.
    pub pvd_hysteresis_volts: f64,
    /// The falling thresholds of BOR_LEV 0 to 3, in volts; that of 3 is the power-down reset.
    pub reset_volts: [f64; 4],
    /// The same for a rising supply.
    pub release_volts: [f64; 4],
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}
