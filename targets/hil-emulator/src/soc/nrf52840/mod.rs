//! The nRF52840: its peripherals behind one address decoder, and its control access port.
//!
//! A register without a model reads 0 and takes writes, as start-up code that applies errata expects; it is noted once.

mod analog;
mod channel;
mod clock;
mod clock_power;
mod ctrl_ap;
mod egu;
mod events;
mod fabric;
pub mod facts;
mod ficr;
mod gpio;
mod models;
mod noise;
mod nvmc;
mod outside;
mod pins;
mod power;
mod ppi;
mod reset;
mod rng;
mod rtc;
mod saadc;
mod supply;
mod temp;
mod timer;
mod uarte;
mod wdt;

use std::collections::VecDeque;

use super::bus::{Decoder, Place, Word, lanes};
use super::notes::{Matter, Note, Notes};
use super::{Activity, BusFault, CoreClock, Io, ResetCause, Soc, Width};
use crate::board::chip::Chip;
use crate::board::{Chance, Misfit};
use crate::memory::Memory;
use crate::power::nrf52840::{Mode, Model, State};
use crate::time::Time;
use crate::uart::Sent;
use fabric::Seat;
use facts::Nrf52840Facts;
use models::{Models, UARTES, Unit};

/// The chip.
#[derive(Debug)]
pub struct Nrf52840 {
    decoder: Decoder<Unit>,
    seats: Vec<Seat>,
    facts: Nrf52840Facts,
    notes: Notes,
    names: Vec<String>,
    models: Models,
    ficr: ficr::Ficr,
    nvmc: nvmc::Nvmc,
    ctrl_ap: ctrl_ap::CtrlAp,
    /// What RAM without supply turns into.
    chance: Chance,
    /// Tasks on their way through PPI, in order of their times.
    pending: VecDeque<(Time, u32)>,
    /// When something is due next.
    next: Time,
    /// What the supply current depends on, as it was last told.
    state: State,
    current: Model,
    asleep: bool,
}

impl Nrf52840 {
    /// The chip by its facts; the part's identity comes from `seed`.
    ///
    /// # Errors
    /// Facts that the models do not know, or lack.
    pub fn new(chip: &Chip, seed: u64) -> Result<Self, Misfit> {
        let facts = chip.nrf52840.clone();
        let facts = facts.ok_or_else(|| Misfit { at: 0, message: "the table [nrf52840] is missing".to_owned() })?;
        let seat = |known: &crate::board::chip::PeripheralFacts| {
            Unit::named(known.name.as_ref()).map(|unit| Seat { unit, base: known.base, irq: known.irq })
        };
        Ok(Self {
            decoder: Decoder::new(chip, Unit::named)?,
            seats: chip.peripheral.iter().filter_map(seat).collect(),
            notes: Notes::default(),
            names: UARTES.map(str::to_owned).to_vec(),
            models: Models::new(chip, &facts, seed),
            facts,
            ficr: ficr::Ficr::new(seed),
            nvmc: nvmc::Nvmc::new(chip.flash.clone()),
            ctrl_ap: ctrl_ap::CtrlAp::default(),
            chance: Chance::new(seed ^ 0x0FF),
            pending: VecDeque::new(),
            next: Time::NEVER,
            state: State::default(),
            current: Model::new(&chip.power)?,
            asleep: false,
        })
    }

    /// Writes UICR.APPROTECT, so that the part is locked from its first reset on.
    pub fn lock(memory: &mut Memory) {
        if let Some(word) = memory.slice_mut(ctrl_ap::APPROTECT, 4) {
            word.copy_from_slice(&[0, 0xFF, 0xFF, 0xFF]);
        }
    }

    fn read_unit(&mut self, unit: Unit, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        let value = match unit {
            Unit::Ficr => Some(self.ficr.read(offset)),
            Unit::Nvmc => self.nvmc.read(offset, io),
            Unit::Gpio => self.models.pins.read_port(offset),
            _ => self.models.get(unit).and_then(|model| model.read(offset, io)),
        };
        if matches!(unit, Unit::Uarte(_)) {
            // Reading RXD brings the next byte.
            self.settle(unit, io);
            self.plan();
        }
        value
    }

    fn write_unit(&mut self, unit: Unit, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let written = match unit {
            Unit::Ficr => None,
            Unit::Nvmc => self.nvmc.write(offset, word, io),
            Unit::Gpio => self.models.pins.write_port(offset, word),
            _ => self.models.get(unit).and_then(|model| model.write(offset, word, io)),
        };
        self.settle(unit, io);
        written
    }
}

impl Soc for Nrf52840 {
    fn read(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        self.catch_up(io);
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
        self.catch_up(io);
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
        self.plan();
        if written.is_none() {
            self.notes.note(Matter::WriteUnmodelled, address, io.master);
        }
        Ok(())
    }

    fn write_flash(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        self.catch_up(io);
        let written = self.nvmc.program(address, width, value, io);
        self.plan();
        written
    }

    fn next_event(&self) -> Time {
        self.next
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        self.catch_up(io);
    }

    fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        self.restart(cause, io);
    }

    fn core_changed(&mut self, activity: Activity, io: &mut Io<'_>) {
        self.catch_up(io);
        let asleep = !matches!(activity, Activity::Running { .. });
        if asleep != std::mem::replace(&mut self.asleep, asleep) {
            self.sleeps(asleep, io);
        }
        self.plan();
    }

    fn core_halted(&mut self, halted: bool, io: &mut Io<'_>) {
        self.catch_up(io);
        self.models.wdt.set_halted(halted, io.now);
        let power = &mut self.models.clock_power.power;
        // As in the chip's emulated System OFF, a debugger finds the core running. Without supply it does not go on.
        power.off &= !halted;
        io.requests.core_off |= power.dark && !halted;
        self.settle(Unit::ClockPower, io);
        self.plan();
    }

    fn core_clock(&self) -> CoreClock {
        let power = &self.models.clock_power.power;
        match (power.off || power.dark, self.facts.sleep.counters_run) {
            (true, _) => CoreClock::Off,
            (false, true) => CoreClock::On,
            (false, false) => CoreClock::Stopped,
        }
    }

    fn amperes(&self, activity: Activity) -> f64 {
        let mode = match (self.state.mode, activity) {
            (Mode::Off, _) => Mode::Off,
            (_, Activity::Running { flash }) => Mode::Run { flash },
            (_, Activity::Sleeping | Activity::SleepingDeep) => Mode::Idle,
        };
        self.current.amperes(&State { mode, ..self.state.clone() })
    }

    fn drive_pin(&mut self, name: &str, level: Option<bool>, io: &mut Io<'_>) -> bool {
        self.drive(name, level, io)
    }

    fn pin_level(&self, name: &str) -> Option<bool> {
        let (port, pin) = pins::parse(name)?;
        self.models.pins.driven(port, pin)
    }

    fn apply_volts(&mut self, name: &str, volts: f64, io: &mut Io<'_>) -> bool {
        self.apply(name, volts, io)
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
        self.plan();
        Some(())
    }

    fn debug_allowed(&self) -> bool {
        !self.ctrl_ap.locked()
    }

    fn serial_ports(&self) -> &[String] {
        &self.names
    }

    fn take_serial(&mut self, port: usize) -> Vec<Sent> {
        self.models.uartes.get_mut(port).map(|uarte| uarte.serial.take()).unwrap_or_default()
    }

    fn feed_serial(&mut self, port: usize, bytes: &[u8], io: &mut Io<'_>) -> usize {
        self.catch_up(io);
        let Some(uarte) = self.models.uartes.get_mut(port) else { return 0 };
        let taken = uarte.serial.feed(bytes);
        uarte.fed(io);
        self.settle(Unit::Uarte(port), io);
        self.plan();
        taken
    }

    fn notes(&self) -> &[Note] {
        self.notes.list()
    }
}

#[cfg(test)]
mod tests;
