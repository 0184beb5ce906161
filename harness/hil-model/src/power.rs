//! Power as it was observed, raw: the converter's codes with the chain that they came through, so that every figure can be
//! computed again.
//!
//! The chain is a shunt in the supply line, an amplifier over it, and a converter at the amplifier's output. Nominal
//! values and makers' limits of the first two are facts about the bench ([`Meter`]); what the converter is, the agent
//! says ([`Converter`]). Limits are largest errors, as data sheets state them.

use crate::scenario::Battery;

/// What a bench measures its power with.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// What stands between the current and the converter.
    pub shunt: Shunt,
    /// What data sheets say is drawn in sleep modes in which nothing can be measured.
    pub stated: Vec<StatedCurrent>,
}

/// A shunt in the supply line and the amplifier over it. The shunt stands before the chip, so the chip takes its power at the
/// voltage behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shunt {
    /// Nominal resistance, in ohms.
    pub ohms: f64,
    /// Largest relative error of the resistance.
    pub tolerance: f64,
    /// The amplifier's part.
    pub amplifier: String,
    /// Nominal gain, in volts per volt.
    pub gain: f64,
    /// Largest relative error of the gain.
    pub gain_error_max: f64,
    /// Largest offset at the amplifier's input, in volts.
    pub offset_max_volts: f64,
    /// Where the gain has fallen by 3 dB, in hertz.
    pub bandwidth_hz: f64,
    /// Highest output, in volts: a larger current looks like the one that gives this.
    pub high_volts: f64,
    /// Where the figures come from.
    pub source: String,
    /// What of them has not been checked in their source.
    pub unverified: Option<String>,
}

/// A typical current from a data sheet: stated, never measured.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedCurrent {
    /// The agent's name of the sleep mode.
    pub sleep: String,
    /// In amperes.
    pub amperes: f64,
    /// Where it is stated.
    pub source: String,
}

/// The converter at the amplifier's output, as the agent described it in one start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converter {
    /// Which life of the agent.
    pub start: u32,
    /// Such as `adc1`.
    pub name: String,
    /// Of a code; the input of full scale gives `1 << bits`.
    pub bits: u8,
    /// The input of full scale, in microvolts.
    pub full_scale_uv: u32,
    /// Largest relative error of `full_scale_uv`, in millionths.
    pub full_scale_ppm: u32,
    /// Largest error that is the same for every code, in microvolts at the converter's input.
    pub offset_uv: u32,
    /// Voltage of the supply behind the shunt, in microvolts.
    pub supply_uv: u32,
    /// Largest relative error of `supply_uv`, in millionths.
    pub supply_ppm: u32,
    /// Ticks of the clock from one code to the next.
    pub sample_ticks: u32,
    /// The sleep modes that the machine knows, joined by blanks.
    pub sleeps: String,
}

/// One period of a duty cycle: awake for one iteration, asleep for the rest. Moments are readings of the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Which life of the agent.
    pub start: u32,
    /// Position among all periods of this workload in this start.
    pub index: u32,
    /// The agent's name of the sleep mode.
    pub sleep: String,
    /// Raw, in the order in which they were taken.
    pub codes: Vec<u16>,
    /// When the machine was awake and the iteration began.
    pub began: u64,
    /// When its first code was taken.
    pub first_code: u64,
    /// When it went to sleep.
    pub slept: u64,
    /// When it was ready for the next iteration.
    pub ended: u64,
    /// How many of the codes were taken before it went to sleep; the others were taken in its sleep.
    pub awake_codes: u32,
    /// Whether the converter went on in its sleep.
    pub sleep_seen: bool,
    /// Codes that were lost because nobody took them away in time.
    pub lost: u32,
    /// What the clocks took to come up again at the end of its sleep, where they were stopped and the machine can tell.
    pub came_up: Option<CameUp>,
}

/// How long the clocks of a machine took to come up again, by an oscillator that runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameUp {
    /// Until the crystal ran, in nanoseconds.
    pub crystal_ns: u32,
    /// From then until the PLL was locked, in nanoseconds.
    pub pll_ns: u32,
}

/// The power of one workload, as it was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Metering {
    /// What stands between the current and the converter.
    pub shunt: Shunt,
    /// The converter, one entry a start.
    pub converters: Vec<Converter>,
    /// The sleep mode that the question is about.
    pub sleep: String,
    /// The period that the question is about, in ticks of the clock; 0 for one that asks for no pause.
    pub period_ticks: u64,
    /// What is stated about the sleep mode.
    pub stated: Option<StatedCurrent>,
    /// The battery that battery life is stated for.
    pub battery: Option<Battery>,
    /// In the order in which they ran; those of a lighter sleep mode bound what nobody saw in a deeper one.
    pub periods: Vec<Period>,
}

/// The sleep mode in which a machine only waits: its clocks run, and so do converters and whatever captures signals. No
/// other mode draws more.
pub const LIGHT_SLEEP: &str = "sleep";

impl Converter {
    /// Whether the machine knows the sleep mode of that name.
    #[must_use]
    pub fn knows(&self, sleep: &str) -> bool {
        self.sleeps.split_whitespace().any(|known| known == sleep)
    }
}

impl Metering {
    /// The converter of a start.
    #[must_use]
    pub fn converter(&self, start: u32) -> Option<&Converter> {
        self.converters.iter().find(|converter| converter.start == start)
    }
}
