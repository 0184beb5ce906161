//! The peripherals of the chip by their names in its facts, and what all of them have in common.

use super::analog::Analog;
use super::clock::Clock;
use super::clock_power::ClockPower;
use super::egu::Egu;
use super::events::{Events, Peripheral};
use super::facts::Nrf52840Facts;
use super::pins::Pins;
use super::power::Power;
use super::ppi::Ppi;
use super::rng::Rng;
use super::rtc::Rtc;
use super::saadc::Saadc;
use super::temp::Temp;
use super::timer::Timer;
use super::uarte::Uarte;
use super::wdt::Wdt;
use crate::board::chip::Chip;
use crate::soc::ResetCause;

/// The serial ports.
pub const UARTES: [&str; 2] = ["uarte0", "uarte1"];
const TIMERS: [&str; 5] = ["timer0", "timer1", "timer2", "timer3", "timer4"];
const RTCS: [&str; 3] = ["rtc0", "rtc1", "rtc2"];
const EGUS: [&str; 6] = ["egu0", "egu1", "egu2", "egu3", "egu4", "egu5"];

/// A peripheral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Factory information.
    Ficr,
    /// CLOCK and POWER.
    ClockPower,
    /// A serial port.
    Uarte(usize),
    /// Tasks and events of pins.
    Gpiote,
    /// The ports.
    Gpio,
    /// The converter.
    Saadc,
    /// A timer.
    Timer(usize),
    /// A real-time counter.
    Rtc(usize),
    /// The temperature sensor.
    Temp,
    /// The random number generator.
    Rng,
    /// The watchdog.
    Wdt,
    /// An event generator.
    Egu(usize),
    /// The flash controller.
    Nvmc,
    /// The interconnect.
    Ppi,
}

impl Unit {
    /// The peripheral that is called `name` in the chip's facts.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let within = |names: &[&str]| names.iter().position(|known| *known == name);
        Some(match name {
            "ficr" => Self::Ficr,
            "clock-power" => Self::ClockPower,
            "gpiote" => Self::Gpiote,
            "gpio" => Self::Gpio,
            "saadc" => Self::Saadc,
            "temp" => Self::Temp,
            "rng" => Self::Rng,
            "wdt" => Self::Wdt,
            "nvmc" => Self::Nvmc,
            "ppi" => Self::Ppi,
            _ => {
                let uarte = within(&UARTES).map(Self::Uarte);
                let timer = within(&TIMERS).map(Self::Timer);
                let counter = within(&RTCS).map(Self::Rtc);
                return uarte.or(timer).or(counter).or(within(&EGUS).map(Self::Egu));
            }
        })
    }
}

/// Those whose events PPI routes.
#[derive(Debug)]
pub struct Models {
    /// Oscillators and power management.
    pub clock_power: ClockPower,
    /// The serial ports.
    pub uartes: [Uarte; 2],
    /// Ports, and their tasks and events.
    pub pins: Pins,
    /// The converter.
    pub saadc: Saadc,
    pub(super) timers: [Timer; 5],
    pub(super) rtcs: [Rtc; 3],
    pub(super) temp: Temp,
    pub(super) rng: Rng,
    /// The watchdog.
    pub wdt: Wdt,
    egus: [Egu; 6],
    /// The interconnect.
    pub ppi: Ppi,
}

impl Models {
    /// The peripherals before their first reset.
    #[must_use]
    pub fn new(chip: &Chip, facts: &Nrf52840Facts, seed: u64) -> Self {
        let clock = Clock::new(chip, &facts.low_clock);
        Self {
            clock_power: ClockPower { events: Events::default(), clock, power: Power::default() },
            uartes: [Uarte::new(), Uarte::new()],
            pins: Pins::default(),
            saadc: Saadc::new(facts.saadc.clone(), Analog::new(&facts.saadc, seed)),
            timers: [4, 4, 4, 6, 6].map(Timer::new),
            rtcs: [3, 4, 4].map(Rtc::new),
            temp: Temp::new(facts.temp.clone(), seed),
            rng: Rng::new(facts.rng.clone(), seed),
            wdt: Wdt::new(chip.clock("lfrc").0),
            egus: [Egu::default(); 6],
            ppi: Ppi::default(),
        }
    }

    /// The model of `unit`, if its events are routed.
    pub fn get(&mut self, unit: Unit) -> Option<&mut dyn Peripheral> {
        Some(match unit {
            Unit::ClockPower => &mut self.clock_power,
            Unit::Uarte(index) => self.uartes.get_mut(index)?,
            Unit::Gpiote => &mut self.pins,
            Unit::Saadc => &mut self.saadc,
            Unit::Timer(index) => self.timers.get_mut(index)?,
            Unit::Rtc(index) => self.rtcs.get_mut(index)?,
            Unit::Temp => &mut self.temp,
            Unit::Rng => &mut self.rng,
            Unit::Wdt => &mut self.wdt,
            Unit::Egu(index) => self.egus.get_mut(index)?,
            Unit::Ppi => &mut self.ppi,
            Unit::Ficr | Unit::Gpio | Unit::Nvmc => return None,
        })
    }

    /// The counters on the low-frequency clock.
    pub fn rtcs_mut(&mut self) -> &mut [Rtc] {
        &mut self.rtcs
    }

    /// Registers as after a reset; those of the pins and of POWER stay.
    pub fn silence(&mut self, cause: ResetCause) {
        self.clock_power.events = Events::default();
        self.clock_power.clock.reset();
        self.uartes.iter_mut().for_each(Uarte::reset);
        self.saadc.reset();
        self.timers = [4, 4, 4, 6, 6].map(Timer::new);
        self.rtcs = [3, 4, 4].map(Rtc::new);
        self.temp.reset();
        self.rng.reset();
        self.wdt.reset(cause);
        self.egus = [Egu::default(); 6];
        self.ppi = Ppi::default();
    }

    /// Whether something other than the core keeps the high-frequency clock running.
    #[must_use]
    pub fn need_high_clock(&self) -> bool {
        self.clock_power.clock.needs_high()
            || self.timers.iter().any(Timer::needs_clock)
            || self.uartes.iter().any(Uarte::busy)
            || self.saadc.busy()
            || self.temp.busy()
            || self.rng.busy()
    }
}
