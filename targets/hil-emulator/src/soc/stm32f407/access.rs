//! From an address to a register: clock gates, what has no model, what is not there, and bit-band.

use super::Stm32f407;
use super::unit::Unit;
use crate::soc::bus::{Place, lanes};
use crate::soc::notes::Matter;
use crate::soc::{BusFault, Io, Width};

impl Stm32f407 {
    pub(super) fn clocked(&self, unit: Unit) -> bool {
        let gate = self.gates.iter().find(|(gated, _, _)| *gated == unit);
        gate.is_none_or(|(_, register, bit)| self.rcc.enabled(*register, *bit))
    }

    /// A read by any master, bit-band aside.
    ///
    /// # Errors
    /// Where nothing answers.
    pub(super) fn read_plain(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        let value = match self.decoder.place(address) {
            Place::Unit { unit, .. } if !self.clocked(unit) => {
                self.notes.note(Matter::ClockOff, address, io.master);
                Some(0)
            }
            Place::Unit { unit, offset } => {
                let value = self.read_unit(unit, offset & !3, io);
                if unit.is_wired() {
                    self.pass_on(io);
                }
                value
            }
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

    /// A write by any master, bit-band aside.
    ///
    /// # Errors
    /// Where nothing answers, and where a model refuses.
    pub(super) fn write_plain(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        io: &mut Io<'_>,
    ) -> Result<(), BusFault> {
        let written = match self.decoder.place(address) {
            Place::Unit { unit, .. } if !self.clocked(unit) => {
                self.notes.note(Matter::ClockOff, address, io.master);
                Some(Ok(()))
            }
            Place::Unit { unit, offset } => {
                let word = self.decoder.word(address, width, value);
                Self::touched(unit, io);
                let written = self.write_unit(unit, offset & !3, address, word, io);
                if unit.is_wired() {
                    self.pass_on(io);
                }
                written
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

    pub(super) fn read_bit(&mut self, (target, bit): (u32, u32), io: &mut Io<'_>) -> Result<u32, BusFault> {
        let byte = match io.memory.slice(target, 1) {
            Some(bytes) => u32::from(bytes[0]),
            None => lanes(self.read_plain(target & !3, Width::Word, io)?, target, Width::Byte),
        };
        Ok(byte >> bit & 1)
    }

    pub(super) fn write_bit(&mut self, (target, bit): (u32, u32), value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        if let Some(bytes) = io.memory.slice_mut(target, 1) {
            bytes[0] = bytes[0] & !(1 << bit) | ((value & 1) << bit) as u8;
            return Ok(());
        }
        let (register, bit) = (target & !3, bit + 8 * (target & 3));
        let old = self.read_plain(register, Width::Word, io)?;
        self.write_plain(register, Width::Word, old & !(1 << bit) | (value & 1) << bit, io)
    }
}
