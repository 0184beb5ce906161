//! The nRF52840: its peripherals behind one address decoder, and its control access port.
//!
//! A register without a model reads 0 and takes writes, as start-up code that applies errata expects; it is noted once.

mod clock;
mod ctrl_ap;
mod events;
mod ficr;
mod gpio;
mod nvmc;
mod power;
mod uarte;
mod wdt;

use super::bus::{Decoder, Place, Word, lanes};
use super::notes::{Matter, Note, Notes};
use super::{BusFault, Io, Master, ResetCause, Soc, Width};
use crate::board::Misfit;
use crate::board::chip::Chip;
use crate::memory::Memory;
use crate::time::Time;
use crate::uart::Sent;
use events::Events;

const UARTES: [&str; 2] = ["uarte0", "uarte1"];
/// P1's registers lie 0x300 behind P0's, in the same page.
const SECOND_PORT: u32 = 0x300;

/// A peripheral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Ficr,
    ClockPower,
    Uarte(usize),
    Wdt,
    Nvmc,
    Gpio,
}

impl Unit {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ficr" => Self::Ficr,
            "clock-power" => Self::ClockPower,
            "wdt" => Self::Wdt,
            "nvmc" => Self::Nvmc,
            "gpio" => Self::Gpio,
            _ => return UARTES.iter().position(|known| *known == name).map(Self::Uarte),
        })
    }
}

/// The chip.
#[derive(Debug)]
pub struct Nrf52840 {
    decoder: Decoder<Unit>,
    notes: Notes,
    names: Vec<String>,
    ficr: ficr::Ficr,
    /// CLOCK and POWER share their events and their interrupt line.
    events: Events,
    clock_irq: Option<u8>,
    clock: clock::Clock,
    power: power::Power,
    uartes: [uarte::Uarte; 2],
    wdt: wdt::Wdt,
    nvmc: nvmc::Nvmc,
    ports: [gpio::Gpio; 2],
    ctrl_ap: ctrl_ap::CtrlAp,
}

impl Nrf52840 {
    /// The chip by its facts; the part's identity comes from `seed`.
    ///
    /// # Errors
    /// Facts that the models do not know.
    pub fn new(chip: &Chip, seed: u64) -> Result<Self, Misfit> {
        Ok(Self {
            decoder: Decoder::new(chip, Unit::named)?,
            notes: Notes::default(),
            names: UARTES.map(str::to_owned).to_vec(),
            ficr: ficr::Ficr::new(seed),
            events: Events::default(),
            clock_irq: chip.irq("clock-power"),
            clock: clock::Clock::new(chip),
            power: power::Power::default(),
            uartes: UARTES.map(|name| uarte::Uarte::new(chip.irq(name))),
            wdt: wdt::Wdt::new(chip.irq("wdt"), chip.clock("lfrc").0),
            nvmc: nvmc::Nvmc::new(chip.flash.clone()),
            ports: [gpio::Gpio::default(), gpio::Gpio::default()],
            ctrl_ap: ctrl_ap::CtrlAp::default(),
        })
    }

    /// Writes UICR.APPROTECT, so that the part is locked from its first reset on.
    pub fn lock(memory: &mut Memory) {
        if let Some(word) = memory.slice_mut(ctrl_ap::APPROTECT, 4) {
            word.copy_from_slice(&[0, 0xFF, 0xFF, 0xFF]);
        }
    }

    fn port(offset: u32) -> (usize, u32) {
        if offset < 0x500 + SECOND_PORT { (0, offset) } else { (1, offset - SECOND_PORT) }
    }

    fn read_unit(&mut self, unit: Unit, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        match unit {
            Unit::Ficr => Some(self.ficr.read(offset)),
            Unit::ClockPower => {
                self.events.read(offset).or_else(|| self.clock.read(offset)).or_else(|| self.power.read(offset))
            }
            Unit::Uarte(index) => self.uartes[index].read(offset, io),
            Unit::Wdt => self.wdt.read(offset),
            Unit::Nvmc => self.nvmc.read(offset),
            Unit::Gpio => {
                let (port, offset) = Self::port(offset);
                self.ports[port].read(offset)
            }
        }
    }

    fn write_unit(&mut self, unit: Unit, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match unit {
            Unit::Ficr => None,
            Unit::ClockPower => {
                let written = self
                    .events
                    .write(offset, word)
                    .or_else(|| self.clock.write(offset, word, io))
                    .or_else(|| self.power.write(offset, word));
                self.events.drive(self.clock_irq, io);
                written
            }
            Unit::Uarte(index) => {
                let written = self.uartes[index].write(offset, word, io);
                self.note_dma(index);
                written
            }
            Unit::Wdt => self.wdt.write(offset, word, io),
            Unit::Nvmc => self.nvmc.write(offset, word, io),
            Unit::Gpio => {
                let (port, offset) = Self::port(offset);
                self.ports[port].write(offset, word)
            }
        }
    }

    fn note_dma(&mut self, index: usize) {
        if let Some(address) = self.uartes[index].unreachable.take() {
            self.notes.note(Matter::DmaUnreachable, address, Master::Debugger);
        }
    }
}

impl Soc for Nrf52840 {
    fn read(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        let value = match self.decoder.place(address) {
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
        let written = match self.decoder.place(address) {
            Place::Unit { unit, offset } => {
                let word = self.decoder.word(address, width, value);
                self.write_unit(unit, offset & !3, word, io)
            }
            Place::Unmodelled => None,
            Place::Reserved => {
                self.notes.note(Matter::Reserved, address, io.master);
                return Err(BusFault);
            }
        };
        if written.is_none() {
            self.notes.note(Matter::WriteUnmodelled, address, io.master);
        }
        Ok(())
    }

    fn write_flash(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        self.nvmc.program(address, width, value, io)
    }

    fn next_event(&self) -> Time {
        let units = [self.clock.next_event(), self.wdt.next_event(), self.nvmc.next_event(), self.ctrl_ap.next_event()];
        units.into_iter().chain(self.uartes.iter().map(uarte::Uarte::next_event)).min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        self.clock.advance(&mut self.events, io.now);
        self.events.drive(self.clock_irq, io);
        self.wdt.advance(io);
        self.nvmc.advance(io);
        self.ctrl_ap.advance(io.now);
        for index in 0..self.uartes.len() {
            if self.uartes[index].next_event() <= io.now {
                self.uartes[index].advance(io);
                self.note_dma(index);
            }
        }
    }

    fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        self.events = Events::default();
        self.clock.reset();
        self.power.reset(cause);
        self.uartes.iter_mut().for_each(uarte::Uarte::reset);
        self.wdt.reset();
        self.nvmc.reset();
        self.ports = [gpio::Gpio::default(), gpio::Gpio::default()];
        self.ctrl_ap.reset(io);
        for irq in 0..=u8::MAX {
            io.irqs.set(irq, false);
        }
    }

    fn access_port_read(&mut self, ap: u8, address: u8, _: &mut Io<'_>) -> Option<u32> {
        (ap == 1).then(|| self.ctrl_ap.read(address))
    }

    fn access_port_write(&mut self, ap: u8, address: u8, value: u32, io: &mut Io<'_>) -> Option<()> {
        if ap != 1 {
            return None;
        }
        match self.ctrl_ap.write(address, value, self.nvmc.erase_all_us(), io) {
            ctrl_ap::Wish::EraseAll => self.nvmc.clear_everything(io),
            ctrl_ap::Wish::Nothing => {}
        }
        Some(())
    }

    fn debug_allowed(&self) -> bool {
        !self.ctrl_ap.locked()
    }

    fn serial_ports(&self) -> &[String] {
        &self.names
    }

    fn take_serial(&mut self, port: usize) -> Vec<Sent> {
        self.uartes.get_mut(port).map(|uarte| uarte.serial.take()).unwrap_or_default()
    }

    fn feed_serial(&mut self, port: usize, bytes: &[u8], io: &mut Io<'_>) -> usize {
        let Some(uarte) = self.uartes.get_mut(port) else { return 0 };
        let taken = uarte.serial.feed(bytes);
        uarte.fed(io);
        taken
    }

    fn notes(&self) -> &[Note] {
        self.notes.list()
    }
}

#[cfg(test)]
mod tests;
