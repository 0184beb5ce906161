//! What an STM32F405/407 draws: a pure function of the state of its clocks, regulator and peripherals.
//!
//! Running, the current is a row of the data sheet for the core clock (between rows a straight line), plus what every
//! clocked peripheral adds per megahertz of its bus, plus what the row does not contain: converters, oscillators, flash
//! operations. The rows up to 144 MHz were measured with the regulator at scale 2 and the row for 168 MHz at scale 1;
//! at the other scale all currents of the core are larger or smaller by one factor. What instructions are executed makes
//! no difference, nor does the load at pins.

use super::curve::Curve;
use super::facts::PowerFacts;
use crate::board::Misfit;

/// The clock enable registers, in the order of [`State::enabled`].
pub const ENABLE_REGISTERS: [&str; 5] = ["AHB1ENR", "AHB2ENR", "AHB3ENR", "APB1ENR", "APB2ENR"];
/// Up to here the rows are those of scale 2, in megahertz.
const SCALE_2_MHZ: f64 = 144.0;
/// Above this the rows contain the PLL, in hertz.
const ROWS_WITH_PLL_HZ: u64 = 25_000_000;

/// What the core and the regulator do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The core executes.
    #[default]
    Run,
    /// The core sleeps, clocks run.
    Sleep,
    /// Clocks stand still.
    Stop {
        /// LPDS: the regulator saves, too.
        low_power_regulator: bool,
        /// FPDS: flash is powered down.
        flash_off: bool,
    },
    /// All but the backup domain is off.
    Standby,
}

/// The crystal oscillator or an external clock in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum High {
    /// Off.
    #[default]
    Off,
    /// An external clock: the condition of the rows.
    Bypass,
    /// A crystal.
    Crystal,
}

/// Everything that the current depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What the core and the regulator do.
    pub mode: Mode,
    /// HCLK in hertz.
    pub hclk: u64,
    /// PCLK1 in hertz.
    pub pclk1: u64,
    /// PCLK2 in hertz.
    pub pclk2: u64,
    /// PWR_CR.VOS: the regulator is at scale 1.
    pub scale_1: bool,
    /// The core executes from flash.
    pub from_flash: bool,
    /// FLASH_ACR.ICEN: the instruction cache of the ART accelerator is on.
    pub accelerator: bool,
    /// The clock enable registers in force now ([`ENABLE_REGISTERS`]): asleep, with the bits of their low-power twins.
    pub enabled: [u32; 5],
    /// HSI is on.
    pub hsi: bool,
    /// HSE.
    pub hse: High,
    /// The main PLL is on.
    pub pll: bool,
    /// PLLI2S is on.
    pub plli2s: bool,
    /// LSI is on.
    pub lsi: bool,
    /// LSE is on and clocks the RTC.
    pub rtc: bool,
    /// The backup SRAM is kept in standby.
    pub backup_sram: bool,
    /// How many converters have ADON set.
    pub converters: u32,
    /// Flash is programmed or erased.
    pub flash_busy: bool,
}

/// The figures.
#[derive(Debug, Clone)]
pub struct Model {
    /// From flash with the accelerator, or from RAM: scale 2 and scale 1.
    accelerated: [Curve; 2],
    /// From flash without the accelerator.
    plain: [Curve; 2],
    sleep: [Curve; 2],
    /// How much larger currents are at scale 1 than at scale 2.
    scale: f64,
    /// Main regulator, main with flash off, low-power regulator, low-power with flash off.
    stop: [f64; 4],
    /// Neither, the RTC, the backup SRAM, both.
    standby: [f64; 4],
    hsi: f64,
    hse: f64,
    pll: f64,
    lsi: f64,
    converter: f64,
    flash_busy: f64,
    /// Register, bit, amperes per hertz of its bus.
    clocked: Vec<(usize, u32, f64)>,
}

impl Model {
    /// The figures of `facts`.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn new(facts: &PowerFacts) -> Result<Self, Misfit> {
        let scale = facts.factor("scale-1")?;
        let curves = |name| -> Result<[Curve; 2], Misfit> {
            let rows = facts.curve(name)?;
            let second = rows.mapped(|mhz, ma| if mhz > SCALE_2_MHZ { ma / scale } else { ma });
            Ok([second, rows.mapped(|mhz, ma| if mhz > SCALE_2_MHZ { ma } else { ma * scale })])
        };
        let current = |name| facts.current(name);
        Ok(Self {
            accelerated: curves("run-accelerated")?,
            plain: curves("run-plain")?,
            sleep: curves("sleep")?,
            scale,
            stop: [
                current("stop-main")?,
                current("stop-main-flash-off")?,
                current("stop-low-power")?,
                current("stop-low-power-flash-off")?,
            ],
            standby: [
                current("standby")?,
                current("standby-rtc")?,
                current("standby-backup-sram")?,
                current("standby-rtc-backup-sram")?,
            ],
            hsi: current("hsi")?,
            hse: current("hse-crystal")?,
            pll: current("pll")?,
            lsi: current("lsi")?,
            converter: current("converter")?,
            flash_busy: current("flash-busy")?,
            clocked: clocked(facts)?,
        })
    }

    /// What the chip draws in `state`, in amperes.
    #[must_use]
    pub fn amperes(&self, state: &State) -> f64 {
        let lsi = if state.lsi { self.lsi } else { 0.0 };
        let [off, rtc, sram, both] = self.standby;
        match state.mode {
            Mode::Standby => {
                let base = match (state.rtc, state.backup_sram) {
                    (false, false) => off,
                    (true, false) => rtc,
                    (false, true) => sram,
                    (true, true) => both,
                };
                base + lsi
            }
            Mode::Stop { low_power_regulator, flash_off } => {
                let base = self.stop[usize::from(low_power_regulator) * 2 + usize::from(flash_off)];
                base + lsi + if state.rtc { rtc - off } else { 0.0 }
            }
            Mode::Run | Mode::Sleep => {
                self.core(state)
                    + self.peripherals(state)
                    + self.oscillators(state)
                    + lsi
                    + f64::from(state.converters) * self.converter
                    + if state.flash_busy { self.flash_busy } else { 0.0 }
            }
        }
    }

    /// The row for the core clock.
    fn core(&self, state: &State) -> f64 {
        let curves = match (state.mode, state.from_flash && !state.accelerator) {
            (Mode::Sleep, _) => &self.sleep,
            (_, true) => &self.plain,
            (_, false) => &self.accelerated,
        };
        curves[usize::from(state.scale_1)].amperes(state.hclk)
    }

    /// What clocked peripherals add. Their figures are those of scale 1.
    fn peripherals(&self, state: &State) -> f64 {
        let buses = [state.hclk, state.hclk, state.hclk, state.pclk1, state.pclk2].map(|hz| hz as f64);
        let on = self.clocked.iter().filter(|(register, bit, _)| state.enabled[*register] >> bit & 1 == 1);
        let sum: f64 = on.map(|(register, _, slope)| slope * buses[*register]).sum();
        if state.scale_1 { sum } else { sum / self.scale }
    }

    /// Oscillators that the row does not contain.
    fn oscillators(&self, state: &State) -> f64 {
        let [off, rtc, ..] = self.standby;
        let plls = u32::from(state.pll && state.hclk <= ROWS_WITH_PLL_HZ) + u32::from(state.plli2s);
        f64::from(plls) * self.pll
            + if state.hsi { self.hsi } else { 0.0 }
            + if state.hse == High::Crystal { self.hse } else { 0.0 }
            + if state.rtc { rtc - off } else { 0.0 }
    }
}

fn clocked(facts: &PowerFacts) -> Result<Vec<(usize, u32, f64)>, Misfit> {
    let rows = facts.clocked.iter().flat_map(|group| &group.name_bit_ua_per_mhz).map(|(_, bit, ua_per_mhz)| {
        let place = bit.as_ref().split_once('.').and_then(|(register, bit)| {
            let register = ENABLE_REGISTERS.iter().position(|known| *known == register)?;
            Some((register, bit.parse().ok().filter(|bit| *bit < 32)?))
        });
        let (register, bit) = place.ok_or_else(|| Misfit {
            at: bit.span().start,
            message: format!("\"{}\" is not a clock enable register and a bit", bit.as_ref()),
        })?;
        Ok((register, bit, ua_per_mhz * 1e-12))
    });
    rows.collect()
}

#[cfg(test)]
#[path = "tests_stm32f4.rs"]
mod tests;
