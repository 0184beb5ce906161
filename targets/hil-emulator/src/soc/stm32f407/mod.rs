//! The STM32F407: its peripherals behind one address decoder.
//!
//! A peripheral whose clock is off reads 0 and loses what is written. What lies in a known range but has no model reads
//! 0 and takes writes; beyond the ranges the bus answers with an error. Either is noted once.

mod access;
mod adc;
mod crc;
mod dbgmcu;
mod dma;
mod exti;
pub mod facts;
mod flash;
mod gpio;
mod iwdg;
mod pwr;
pub mod pwr_facts;
mod pwr_modes;
mod rcc;
mod registers;
mod rng;
mod rtc;
mod signature;
mod supply;
mod syscfg;
mod tim;
mod unit;
mod usart;
mod wiring;
mod wwdg;

use std::collections::BTreeMap;

use super::bus::Decoder;
use super::notes::{Note, Notes};
use super::{Activity, BusFault, CoreClock, Io, ResetCause, Soc, Width};
use crate::board::Misfit;
use crate::board::chip::Chip;
use crate::power;
use crate::time::Time;
use crate::uart::Sent;
use facts::DmaFacts;
use rcc::Rcc;
use unit::{Gated, USARTS, Unit};

/// The chip.
#[derive(Debug)]
pub struct Stm32f407 {
    decoder: Decoder<Unit>,
    gates: Vec<Gated>,
    notes: Notes,
    names: Vec<String>,
    rcc: Rcc,
    flash: flash::Flash,
    pwr: pwr::Pwr,
    iwdg: iwdg::Iwdg,
    syscfg: syscfg::Syscfg,
    signature: signature::Signature,
    dbgmcu: dbgmcu::Dbgmcu,
    usarts: [usart::Usart; 6],
    gpios: [gpio::Gpio; 9],
    dmas: [dma::Dma; 2],
    dma_facts: DmaFacts,
    timers: [tim::Timer; tim::TIMERS],
    /// The interrupt lines of each timer: update and compare, or one for both.
    timer_irqs: Vec<Vec<u8>>,
    /// Those lines and that of the converters, as bits.
    shared_irqs: u128,
    timer_pins: BTreeMap<String, BTreeMap<String, String>>,
    adcs: [adc::Adc; adc::CONVERTERS],
    /// CCR of the converters.
    adc_common: u32,
    adc_irq: Option<u8>,
    analog: adc::Analog,
    power: power::stm32f4::Model,
    exti: exti::Exti,
    rtc: rtc::Rtc,
    /// The lines of the RTC as they were last passed on.
    rtc_asked: (bool, bool),
    wwdg: wwdg::Wwdg,
    rng: rng::Rng,
    crc: crc::Crc,
    /// The mode in which the clocks are off, if it is in one.
    deep: Option<pwr_modes::Deep>,
    /// A debugger halts the core.
    halted: bool,
}

impl Stm32f407 {
    /// The chip by its facts; the part's identity comes from `seed`.
    ///
    /// # Errors
    /// Facts that the models do not know.
    pub fn new(chip: &Chip, seed: u64) -> Result<Self, Misfit> {
        let Some(facts) = &chip.stm32f407 else {
            return Err(Misfit { at: 0, message: "the table [stm32f407] is missing".to_owned() });
        };
        let analog = adc::Analog::new(facts.adc.clone(), seed);
        let timer_irqs: Vec<Vec<u8>> = (1..=tim::TIMERS).map(|number| chip.irqs(&format!("tim{number}"))).collect();
        let flash_kib = chip.flash.sectors.iter().map(|group| group.count * group.size_bytes / 1024).sum();
        Ok(Self {
            decoder: Decoder::new(chip, Unit::named)?,
            gates: unit::gates(chip)?,
            notes: Notes::default(),
            names: USARTS.map(str::to_owned).to_vec(),
            rcc: Rcc::new(chip),
            flash: flash::Flash::new(chip.flash.clone(), chip.access.wait_states.clone(), chip.irq("flash")),
            pwr: pwr::Pwr::new(facts.pwr.clone()),
            iwdg: iwdg::Iwdg::new(chip.clock("lsi").0),
            syscfg: syscfg::Syscfg::default(),
            signature: signature::Signature::new(seed, flash_kib, analog.calibration()),
            dbgmcu: dbgmcu::Dbgmcu::new(chip.debug.idcode.unwrap_or(0)),
            usarts: USARTS.map(|name| usart::Usart::new(chip.irq(name))),
            gpios: std::array::from_fn(gpio::Gpio::new),
            dmas: [dma_controller(chip, "dma1", &facts.dma)?, dma_controller(chip, "dma2", &facts.dma)?],
            dma_facts: facts.dma.clone(),
            timers: std::array::from_fn(|index| tim::Timer::new(index + 1)),
            shared_irqs: timer_irqs
                .iter()
                .flat_map(|lines| lines.iter().take(2).copied())
                .chain(chip.irq("adc1"))
                .fold(0, |all, line| all | 1 << line),
            timer_irqs,
            timer_pins: facts.timer_pins.clone(),
            adcs: std::array::from_fn(adc::Adc::new),
            adc_common: 0,
            adc_irq: chip.irq("adc1"),
            analog,
            power: power::stm32f4::Model::new(&chip.power)?,
            exti: exti::Exti::new(lines(chip, "exti")?),
            rtc: rtc::Rtc::default(),
            rtc_asked: (false, false),
            wwdg: wwdg::Wwdg::new(chip.irq("wwdg")),
            rng: rng::Rng::new(chip.irq("rng"), seed),
            crc: crc::Crc::default(),
            deep: None,
            halted: false,
        })
    }

    /// The clock of USART `index`: 1 and 6 are on APB2.
    fn usart_hz(&self, index: usize) -> u64 {
        self.rcc.pclk(matches!(index, 0 | 5))
    }
}

/// The interrupt lines that the chip's file states for a peripheral of `N` lines.
fn lines<const N: usize>(chip: &Chip, name: &str) -> Result<[u8; N], Misfit> {
    let at = chip.peripheral(name).map_or(0, |facts| facts.name.span().start);
    let irqs = <[u8; N]>::try_from(chip.irqs(name));
    irqs.map_err(|_| Misfit { at, message: format!("{name} needs {N} interrupt lines") })
}

/// A DMA controller with the interrupt lines of its streams.
fn dma_controller(chip: &Chip, name: &str, facts: &DmaFacts) -> Result<dma::Dma, Misfit> {
    Ok(dma::Dma::new(facts, lines(chip, name)?))
}

impl Soc for Stm32f407 {
    fn read(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        match self.decoder.bit(address) {
            Some(place) => self.read_bit(place, io),
            None => self.read_plain(address, width, io),
        }
    }

    fn write(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        match self.decoder.bit(address) {
            Some(place) => self.write_bit(place, value, io),
            None => self.write_plain(address, width, value, io),
        }
    }

    fn write_flash(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        self.flash.program(address, width, value, io);
        io.requests.supply_changed = true;
        Ok(())
    }

    fn next_event(&self) -> Time {
        let kept = self.rcc.next_event().min(self.iwdg.next_event()).min(self.rtc.next_event());
        if self.frozen() {
            return kept;
        }
        let units = [kept, self.flash.next_event(), self.wwdg.next_event(), self.rng.next_event(), self.next_shared()];
        units.into_iter().chain(self.usarts.iter().map(usart::Usart::next_event)).min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        io.requests.supply_changed |= self.rcc.next_event().min(self.flash.next_event()) <= io.now;
        if self.rcc.next_event() <= io.now {
            self.rcc.advance(io);
            self.clocks_changed(io.now);
        }
        self.iwdg.advance(io);
        self.rtc.advance(io.now);
        self.watch_inside(io);
        if self.frozen() {
            return;
        }
        self.flash.advance(io);
        self.rng.advance(io);
        if self.wwdg.advance(io) {
            self.ask_for_reset(ResetCause::Watchdog, pwr_modes::WWDGRSTF | 1 << 26, io);
        }
        for index in 0..self.usarts.len() {
            if self.usarts[index].next_event() <= io.now {
                let hz = self.usart_hz(index);
                self.usarts[index].advance(hz, io);
            }
        }
        self.pass_on(io);
        self.advance_shared(io);
        if io.requests.pins_changed {
            self.watch_pins(io);
        }
    }

    fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        (io.requests.supply_changed, io.requests.pins_changed) = (true, true);
        self.flash.reset(io);
        // A brown-out is no power-on for what a battery supplies.
        let browned_out = self.deep_reset(cause, io);
        self.rcc.reset(cause, io);
        self.pwr.reset(cause == ResetCause::PowerOn);
        self.pwr.supplied(io.supply.volts());
        // `deep` is what a reset does not end: a supply that is too low.
        self.iwdg.reset(!self.flash.watchdog_by_software() && self.deep.is_none(), io);
        if self.iwdg.started() {
            self.rcc.keep_lsi_on(io);
        }
        self.wwdg.reset();
        self.rng.reset();
        self.exti.reset();
        self.crc = crc::Crc::default();
        self.rtc.reset(io.now);
        if cause == ResetCause::PowerOn && !browned_out {
            self.rtc = rtc::Rtc::default();
        }
        self.halted = false;
        self.syscfg = syscfg::Syscfg::default();
        if cause == ResetCause::PowerOn {
            self.dbgmcu.power_on();
        }
        self.usarts.iter_mut().for_each(usart::Usart::reset);
        self.gpios.iter_mut().for_each(gpio::Gpio::reset);
        self.dmas.iter_mut().for_each(dma::Dma::reset);
        self.timers.iter_mut().enumerate().for_each(|(index, timer)| timer.reset(index + 1));
        self.reset_converters();
        self.clocks_changed(io.now);
        for irq in 0..=u8::MAX {
            io.irqs.set(irq, false);
        }
    }

    fn core_changed(&mut self, activity: Activity, io: &mut Io<'_>) {
        self.activity_changed(activity, io);
    }

    fn core_halted(&mut self, halted: bool, io: &mut Io<'_>) {
        self.halt_changed(halted, io);
    }

    fn core_clock(&self) -> CoreClock {
        self.clock_asleep()
    }

    fn amperes(&self, activity: Activity) -> f64 {
        self.power.amperes(&self.supply_state(activity))
    }

    fn access_port_read(&mut self, _: u8, _: u8, _: &mut Io<'_>) -> Option<u32> {
        None
    }

    fn access_port_write(&mut self, _: u8, _: u8, _: u32, _: &mut Io<'_>) -> Option<()> {
        None
    }

    fn serial_ports(&self) -> &[String] {
        &self.names
    }

    fn take_serial(&mut self, port: usize) -> Vec<Sent> {
        self.usarts.get_mut(port).map(|usart| usart.serial.take()).unwrap_or_default()
    }

    fn feed_serial(&mut self, port: usize, bytes: &[u8], io: &mut Io<'_>) -> usize {
        let Some(usart) = self.usarts.get_mut(port) else { return 0 };
        let taken = usart.serial.feed(bytes);
        let hz = self.usart_hz(port);
        self.usarts[port].fed(hz, io);
        self.pass_on(io);
        taken
    }

    fn drive_pin(&mut self, name: &str, level: Option<bool>, io: &mut Io<'_>) -> bool {
        let Some((port, pin)) = gpio::parse(name) else { return false };
        let before = self.gpios[port].levels() >> pin & 1;
        self.gpios[port].drive(pin, level);
        let after = self.gpios[port].levels() >> pin & 1;
        if (port, pin) == (0, 0) {
            self.wake_up_pin_driven(before == 1, after == 1, io);
        }
        self.watch_pins(io);
        let function = self.gpios[port].function(pin).filter(|_| before != after);
        if let Some((timer, channel)) = function.and_then(|function| self.timer_of(name, function)) {
            self.timers[timer].input(channel, after == 1, io.now);
            self.pass_on(io);
        }
        true
    }

    fn pin_level(&self, name: &str) -> Option<bool> {
        let (port, pin) = gpio::parse(name)?;
        match self.gpios[port].function(pin) {
            Some(function) => {
                let (timer, channel) = self.timer_of(name, function)?;
                self.timers[timer].pin(channel)
            }
            None => self.gpios[port].driven(pin),
        }
    }

    fn apply_volts(&mut self, name: &str, volts: f64, io: &mut Io<'_>) -> bool {
        if name == "VDD" {
            self.supplied(volts, io);
            return true;
        }
        // What was sampled before now saw the old voltage.
        self.advance_shared(io);
        self.analog.apply(name, volts)
    }

    fn notes(&self) -> &[Note] {
        self.notes.list()
    }
}

#[cfg(test)]
mod tests;
