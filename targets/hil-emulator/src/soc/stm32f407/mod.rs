//! The STM32F407: its peripherals behind one address decoder.
//!
//! A peripheral whose clock is off reads 0 and loses what is written. What lies in a known range but has no model reads
//! 0 and takes writes; beyond the ranges the bus answers with an error. Either is noted once.

mod dbgmcu;
mod flash;
mod gpio;
mod iwdg;
mod pwr;
mod rcc;
mod signature;
mod syscfg;
mod usart;

use super::bus::{Decoder, Place, Word, lanes};
use super::notes::{Matter, Note, Notes};
use super::{BusFault, Io, ResetCause, Soc, Width};
use crate::board::Misfit;
use crate::board::chip::Chip;
use crate::time::Time;
use crate::uart::Sent;
use rcc::Rcc;

const USARTS: [&str; 6] = ["usart1", "usart2", "usart3", "uart4", "uart5", "usart6"];
const GPIOS: [&str; 9] = ["gpioa", "gpiob", "gpioc", "gpiod", "gpioe", "gpiof", "gpiog", "gpioh", "gpioi"];

/// A peripheral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Rcc,
    Flash,
    Pwr,
    Iwdg,
    Syscfg,
    Signature,
    Options,
    Dbgmcu,
    Usart(usize),
    Gpio(usize),
}

impl Unit {
    fn named(name: &str) -> Option<Self> {
        let index = |names: &[&str]| names.iter().position(|known| *known == name);
        Some(match name {
            "rcc" => Self::Rcc,
            "flash" => Self::Flash,
            "pwr" => Self::Pwr,
            "iwdg" => Self::Iwdg,
            "syscfg" => Self::Syscfg,
            "signature" => Self::Signature,
            "options" => Self::Options,
            "dbgmcu" => Self::Dbgmcu,
            _ => return index(&USARTS).map(Self::Usart).or_else(|| index(&GPIOS).map(Self::Gpio)),
        })
    }
}

/// A peripheral with the register and the bit that switch its clock on.
type Gated = (Unit, u32, u8);

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
}

impl Stm32f407 {
    /// The chip by its facts; the part's identity comes from `seed`.
    ///
    /// # Errors
    /// Facts that the models do not know.
    pub fn new(chip: &Chip, seed: u64) -> Result<Self, Misfit> {
        let flash_kib = chip.flash.sectors.iter().map(|group| group.count * group.size_bytes / 1024).sum();
        Ok(Self {
            decoder: Decoder::new(chip, Unit::named)?,
            gates: gates(chip)?,
            notes: Notes::default(),
            names: USARTS.map(str::to_owned).to_vec(),
            rcc: Rcc::new(chip),
            flash: flash::Flash::new(chip.flash.clone(), chip.irq("flash")),
            pwr: pwr::Pwr::default(),
            iwdg: iwdg::Iwdg::new(chip.clock("lsi").0),
            syscfg: syscfg::Syscfg::default(),
            signature: signature::Signature::new(seed, flash_kib),
            dbgmcu: dbgmcu::Dbgmcu::new(chip.debug.idcode.unwrap_or(0)),
            usarts: USARTS.map(|name| usart::Usart::new(chip.irq(name))),
            gpios: std::array::from_fn(gpio::Gpio::new),
        })
    }

    /// The clock of USART `index`: 1 and 6 are on APB2.
    fn usart_hz(&self, index: usize) -> u64 {
        self.rcc.pclk(matches!(index, 0 | 5))
    }

    fn clocked(&self, unit: Unit) -> bool {
        let gate = self.gates.iter().find(|(gated, _, _)| *gated == unit);
        gate.is_none_or(|(_, register, bit)| self.rcc.enabled(*register, *bit))
    }

    fn read_unit(&mut self, unit: Unit, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        match unit {
            Unit::Rcc => self.rcc.read(offset),
            Unit::Flash => self.flash.read(offset),
            Unit::Pwr => self.pwr.read(offset),
            Unit::Iwdg => self.iwdg.read(offset),
            Unit::Syscfg => self.syscfg.read(offset),
            Unit::Signature => self.signature.read(offset),
            Unit::Options => Some(signature::option_bytes(self.flash.stored_options(), offset)),
            Unit::Dbgmcu => self.dbgmcu.read(offset),
            Unit::Usart(index) => {
                let hz = self.usart_hz(index);
                self.usarts[index].read(offset, hz, io)
            }
            Unit::Gpio(index) => self.gpios[index].read(offset),
        }
    }

    fn write_unit(&mut self, unit: Unit, offset: u32, address: u32, word: Word, io: &mut Io<'_>) -> Written {
        let done = |done: Option<()>| done.map(Ok);
        match unit {
            Unit::Rcc => {
                let written = self.rcc.write(offset, word, io)?;
                self.reset_units(offset);
                let hz = self.rcc.hclk();
                if written.is_err() || !self.pwr.allows(hz) {
                    self.notes.note(Matter::ClockLimits, address, io.master);
                }
                Some(Ok(()))
            }
            Unit::Flash => self.flash.write(offset, word, io),
            Unit::Pwr => done(self.pwr.write(offset, word)),
            Unit::Iwdg => {
                if self.iwdg.write(offset, word, io)? {
                    self.rcc.keep_lsi_on(io);
                }
                Some(Ok(()))
            }
            Unit::Syscfg => {
                if !self.syscfg.write(offset, word)? {
                    self.notes.note(Matter::NoEffect, address, io.master);
                }
                Some(Ok(()))
            }
            Unit::Signature | Unit::Options => Some(Err(BusFault)),
            Unit::Dbgmcu => done(self.dbgmcu.write(offset, word)),
            Unit::Usart(index) => {
                let hz = self.usart_hz(index);
                done(self.usarts[index].write(offset, word, hz, io))
            }
            Unit::Gpio(index) => done(self.gpios[index].write(offset, word)),
        }
    }

    /// Resets the peripherals whose bits are set in the reset register that was just written. A reset register lies
    /// 0x20 below the enable register with the same bits.
    fn reset_units(&mut self, offset: u32) {
        let Some(bits) = self.rcc.read(offset).filter(|_| matches!(offset, 0x10 | 0x20 | 0x24)) else { return };
        for index in 0..self.gates.len() {
            let (unit, register, bit) = self.gates[index];
            if register == offset + 0x20 && bits >> bit & 1 == 1 {
                match unit {
                    Unit::Usart(index) => self.usarts[index].reset(),
                    Unit::Gpio(index) => self.gpios[index].reset(),
                    Unit::Pwr => self.pwr = pwr::Pwr::default(),
                    Unit::Syscfg => self.syscfg = syscfg::Syscfg::default(),
                    Unit::Rcc | Unit::Flash | Unit::Iwdg | Unit::Signature | Unit::Options | Unit::Dbgmcu => {}
                }
            }
        }
    }

    fn read_bit(&mut self, (target, bit): (u32, u32), io: &mut Io<'_>) -> Result<u32, BusFault> {
        let byte = match io.memory.slice(target, 1) {
            Some(bytes) => u32::from(bytes[0]),
            None => lanes(self.read(target & !3, Width::Word, io)?, target, Width::Byte),
        };
        Ok(byte >> bit & 1)
    }

    fn write_bit(&mut self, (target, bit): (u32, u32), value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        if let Some(bytes) = io.memory.slice_mut(target, 1) {
            bytes[0] = bytes[0] & !(1 << bit) | ((value & 1) << bit) as u8;
            return Ok(());
        }
        let (register, bit) = (target & !3, bit + 8 * (target & 3));
        let old = self.read(register, Width::Word, io)?;
        self.write(register, Width::Word, old & !(1 << bit) | (value & 1) << bit, io)
    }
}

/// Whether there is such a register, and what the bus answers.
type Written = Option<Result<(), BusFault>>;

/// The clock gates of the chip's peripherals.
fn gates(chip: &Chip) -> Result<Vec<Gated>, Misfit> {
    let mut gates = Vec::new();
    for facts in &chip.peripheral {
        let (Some(text), Some(unit)) = (&facts.clock_enable, Unit::named(facts.name.as_ref())) else { continue };
        let gate = text.as_ref().split_once('.').and_then(|(register, bit)| {
            let bit: u8 = bit.parse().ok().filter(|bit| *bit < 32)?;
            Some((unit, Rcc::enable_register(register)?, bit))
        });
        gates.push(gate.ok_or_else(|| Misfit {
            at: text.span().start,
            message: format!("\"{}\" is not a clock enable register and a bit, such as \"APB1ENR.17\"", text.as_ref()),
        })?);
    }
    Ok(gates)
}

impl Soc for Stm32f407 {
    fn read(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        if let Some(place) = self.decoder.bit(address) {
            return self.read_bit(place, io);
        }
        let value = match self.decoder.place(address) {
            Place::Unit { unit, .. } if !self.clocked(unit) => {
                self.notes.note(Matter::ClockOff, address, io.master);
                Some(0)
            }
            Place::Unit { unit, offset } => self.read_unit(unit, offset & !3, io),
            Place::Unmodelled => None,
            Place::Reserved => {
                self.notes.note(Matter::Reserved, address, io.master);
                return Err(BusFault);
            }
        };
        if value.is_none() {
            self.notes.note(Matter::ReadUnmodelled, address, io.master);
        }
        Ok(lanes(value.unwrap_or(0), address, width))
    }

    fn write(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        if let Some(place) = self.decoder.bit(address) {
            return self.write_bit(place, value, io);
        }
        let written = match self.decoder.place(address) {
            Place::Unit { unit, .. } if !self.clocked(unit) => {
                self.notes.note(Matter::ClockOff, address, io.master);
                Some(Ok(()))
            }
            Place::Unit { unit, offset } => {
                let word = self.decoder.word(address, width, value);
                self.write_unit(unit, offset & !3, address, word, io)
            }
            Place::Unmodelled => None,
            Place::Reserved => {
                self.notes.note(Matter::Reserved, address, io.master);
                return Err(BusFault);
            }
        };
        written.unwrap_or_else(|| {
            self.notes.note(Matter::WriteUnmodelled, address, io.master);
            Ok(())
        })
    }

    fn write_flash(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        self.flash.program(address, width, value, io);
        Ok(())
    }

    fn next_event(&self) -> Time {
        let units = [self.rcc.next_event(), self.flash.next_event(), self.iwdg.next_event()];
        units.into_iter().chain(self.usarts.iter().map(usart::Usart::next_event)).min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        self.rcc.advance(io);
        self.flash.advance(io);
        self.iwdg.advance(io);
        for index in 0..self.usarts.len() {
            let hz = self.usart_hz(index);
            if self.usarts[index].next_event() <= io.now {
                self.usarts[index].advance(hz, io);
            }
        }
    }

    fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        self.flash.reset();
        self.rcc.reset(cause, io);
        self.pwr = pwr::Pwr::default();
        self.iwdg.reset(!self.flash.watchdog_by_software(), io);
        self.syscfg = syscfg::Syscfg::default();
        if cause == ResetCause::PowerOn {
            self.dbgmcu.power_on();
        }
        self.usarts.iter_mut().for_each(usart::Usart::reset);
        self.gpios.iter_mut().for_each(gpio::Gpio::reset);
        for irq in 0..=u8::MAX {
            io.irqs.set(irq, false);
        }
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
        taken
    }

    fn notes(&self) -> &[Note] {
        self.notes.list()
    }
}

#[cfg(test)]
mod tests;
