//! What an nRF52840 draws: a pure function of the state of its core, regulator, clocks and peripherals.
//!
//! Asleep, the current is that of System ON idle by retained RAM, plus the low-frequency clock and what runs from it;
//! as soon as a peripheral asks for the high-frequency clock, the regulator and that clock dominate. Running, it is the
//! row for flash or RAM and for the regulator. The rows were measured with HFXO; from HFINT the difference that TIMER's
//! rows show is taken off. What the DC/DC converter saves is known for the core alone; the same ratio is applied to the
//! high-frequency clock and the digital peripherals. What instructions are executed makes no difference, nor does the
//! load at pins.

use super::facts::PowerFacts;
use crate::board::Misfit;

/// RAM altogether, in kibibytes.
const RAM_KIB: f64 = 256.0;

/// What the core does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It executes.
    Run {
        /// From flash.
        flash: bool,
    },
    /// System ON, waiting.
    #[default]
    Idle,
    /// System OFF.
    Off,
}

/// The low-frequency clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Low {
    /// Off.
    #[default]
    Off,
    /// LFRC.
    Rc,
    /// LFXO, or an external clock.
    Crystal,
    /// Synthesised from HFCLK, which it keeps on.
    Synthesised,
}

/// Everything that the current depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What the core does.
    pub mode: Mode,
    /// POWER.DCDCEN: REG1 is a DC/DC converter.
    pub dcdc: bool,
    /// HFXO runs.
    pub hfxo: bool,
    /// Sub power mode Constant latency.
    pub constant_latency: bool,
    /// The low-frequency clock.
    pub low: Low,
    /// Kibibytes of RAM that keep their contents, 0 to 256: powered in System ON, retained in System OFF.
    pub ram_kib: u32,
    /// RTC instances that count.
    pub rtcs: u32,
    /// The watchdog counts.
    pub wdt: bool,
    /// A peripheral needs the 1 MHz clock: a TIMER at 1 MHz or less.
    pub pclk1m: bool,
    /// A peripheral needs the 16 MHz clock: a TIMER above 1 MHz, EasyDMA, serial ports, converter.
    pub pclk16m: bool,
    /// UARTE instances that send or receive.
    pub uartes: u32,
    /// SAADC is started.
    pub saadc: bool,
    /// RNG runs.
    pub rng: bool,
    /// TEMP measures.
    pub temp: bool,
    /// A GPIOTE channel watches a pin in event mode.
    pub gpiote_events: bool,
}

/// The figures, in amperes.
#[derive(Debug, Clone)]
pub struct Model {
    /// From RAM and from flash, by LDO and by DC/DC.
    run: [[f64; 2]; 2],
    /// System ON idle without and with all RAM.
    idle: [f64; 2],
    /// The same with RTC and LFRC.
    idle_rtc: [f64; 2],
    /// System OFF without and with all RAM.
    off: [f64; 2],
    rtc: f64,
    lfxo: f64,
    wdt: f64,
    /// What the high-frequency clock adds in idle: for the 1 MHz clock, more for the 16 MHz clock, more for HFXO.
    high: f64,
    pclk16m: f64,
    hfxo: f64,
    constant_latency: f64,
    /// Current by DC/DC over current by LDO.
    dcdc: f64,
    uarte: f64,
    saadc: f64,
    rng: f64,
    temp: f64,
    gpiote_events: f64,
}

impl Model {
    /// The figures of `facts`. Many are totals in the data sheet, from which the part of one thing is taken out here.
    ///
    /// # Errors
    /// When one is missing.
    pub fn new(facts: &PowerFacts) -> Result<Self, Misfit> {
        let current = |name| facts.current(name);
        let run = [
            [current("run-ram-ldo")?, current("run-ram-dcdc")?],
            [current("run-flash-ldo")?, current("run-flash-dcdc")?],
        ];
        let idle = [current("idle-ram-off")?, current("idle-ram-on")?];
        let idle_rtc = [current("idle-rtc-ram-off")?, current("idle-rtc-ram-on")?];
        let timer = current("timer-1mhz-hfint")?;
        let pclk16m = current("timer-16mhz-hfint")? - timer;
        let hfxo = current("timer-1mhz-hfxo")? - timer;
        let (high, dcdc) = (timer - idle[1], run[1][1] / run[1][0]);
        Ok(Self {
            run,
            idle,
            idle_rtc,
            off: [current("off-ram-off")?, current("off-ram-on")?],
            rtc: current("rtc")?,
            lfxo: current("lfxo")?,
            wdt: current("wdt-lfrc")? - idle_rtc[1] + current("rtc")?,
            high,
            pclk16m,
            hfxo,
            constant_latency: current("constant-latency")? - idle[1],
            dcdc,
            uarte: current("uarte")?,
            saadc: current("saadc-hfxo-dcdc")? - idle[1] - (high + pclk16m + hfxo) * dcdc,
            rng: current("rng-hfint")? - timer,
            temp: current("temp-hfint")? - timer,
            gpiote_events: current("gpiote-event")? - idle[1],
        })
    }

    /// What the chip draws in `state`, in amperes.
    #[must_use]
    pub fn amperes(&self, state: &State) -> f64 {
        let retained = (f64::from(state.ram_kib) / RAM_KIB).min(1.0);
        let by_ram = |[without, with]: [f64; 2]| without + (with - without) * retained;
        if state.mode == Mode::Off {
            return by_ram(self.off);
        }
        let low = match state.low {
            // What is not the RTC's in the row with both.
            Low::Rc => by_ram(self.idle_rtc) - by_ram(self.idle) - self.rtc,
            Low::Crystal => self.lfxo,
            Low::Off | Low::Synthesised => 0.0,
        };
        let slow = low + f64::from(state.rtcs) * self.rtc + if state.wdt { self.wdt } else { 0.0 };
        let ratio = if state.dcdc { self.dcdc } else { 1.0 };
        let core = match state.mode {
            Mode::Run { flash } => {
                let row = self.run[usize::from(flash)][usize::from(state.dcdc)];
                row - if state.hfxo { 0.0 } else { self.hfxo * ratio }
            }
            Mode::Idle | Mode::Off => by_ram(self.idle) + self.high_clock(state) * ratio,
        };
        core + slow + self.peripherals(state, ratio)
    }

    /// The high-frequency clock while the core waits.
    fn high_clock(&self, state: &State) -> f64 {
        let asked = state.pclk1m
            || state.pclk16m
            || state.uartes > 0
            || state.saadc
            || state.rng
            || state.temp
            || state.low == Low::Synthesised;
        let runs = if asked || state.hfxo { self.high + if state.hfxo { self.hfxo } else { 0.0 } } else { 0.0 };
        if state.constant_latency { runs.max(self.constant_latency) } else { runs }
    }

    fn peripherals(&self, state: &State, ratio: f64) -> f64 {
        let when = |on: bool, amperes: f64| if on { amperes } else { 0.0 };
        let fast = state.pclk16m || state.uartes > 0 || state.saadc;
        let digital = when(fast, self.pclk16m)
            + f64::from(state.uartes) * self.uarte
            + when(state.rng, self.rng)
            + when(state.temp, self.temp);
        digital * ratio + when(state.saadc, self.saadc) + when(state.gpiote_events, self.gpiote_events)
    }
}

#[cfg(test)]
#[path = "tests_nrf52840.rs"]
mod tests;
