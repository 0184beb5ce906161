//! From an access to a peripheral: which model reads or writes the register, and what else that does.

use super::unit::Unit;
use super::{Stm32f407, crc, pwr_modes, rtc, signature, syscfg};
use crate::soc::bus::Word;
use crate::soc::notes::Matter;
use crate::soc::{BusFault, Io, ResetCause};

/// Whether there is such a register, and what the bus answers.
pub type Written = Option<Result<(), BusFault>>;

impl Stm32f407 {
    pub(super) fn read_unit(&mut self, unit: Unit, offset: u32, io: &mut Io<'_>) -> Option<u32> {
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
            // The input register shows what a timer drives onto a pin as well.
            Unit::Gpio(index) if offset == 0x10 => Some(self.port_levels(index, io.now)),
            Unit::Gpio(index) => self.gpios[index].read(offset),
            Unit::Dma(index) => self.dmas[index].read(offset),
            Unit::Timer(index) => self.timers[index].read(offset, io.now),
            Unit::Adc(index) => self.adcs[index].read(offset),
            Unit::AdcCommon => self.read_adc_common(offset),
            Unit::Rtc => self.rtc.read(offset, io.now),
            Unit::Exti => self.exti.read(offset),
            Unit::Wwdg => self.wwdg.read(offset, io.now),
            Unit::Rng => self.rng.read(offset, io),
            Unit::Crc => self.crc.read(offset, io),
        }
    }

    /// The registers that the converters have in common (RM0090 13.13.15 to 13.13.17).
    fn read_adc_common(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.adcs.iter().rev().fold(0, |status, adc| status << 8 | adc.status())),
            0x04 => Some(self.adc_common),
            0x08 => Some(self.adcs[1].data() << 16 | self.adcs[0].data()),
            _ => None,
        }
    }

    pub(super) fn write_unit(&mut self, unit: Unit, offset: u32, address: u32, word: Word, io: &mut Io<'_>) -> Written {
        let done = |done: Option<()>| done.map(Ok);
        match unit {
            // The backup domain is closed without DBP.
            Unit::Rcc if offset == 0x70 && !self.pwr.opens_backup() => Some(Ok(())),
            Unit::Rcc => {
                let written = self.rcc.write(offset, word, io)?;
                self.reset_units(offset);
                self.clocks_changed(io.now);
                self.watch_inside(io);
                let hz = self.rcc.hclk();
                if written.is_err() || !self.pwr.allows(hz) || !self.flash.readable(hz, io.supply.volts()) {
                    self.notes.note(Matter::ClockLimits, address, io.master);
                }
                Some(Ok(()))
            }
            Unit::Flash => {
                let written = self.flash.write(offset, word, io);
                if !self.flash.readable(self.rcc.hclk(), io.supply.volts()) {
                    self.notes.note(Matter::ClockLimits, address, io.master);
                }
                written
            }
            Unit::Pwr => {
                let pin = self.gpios[0].levels() & 1 == 1;
                let written = self.pwr.write(offset, word, pin);
                self.watch_inside(io);
                done(written)
            }
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
                self.watch_pins(io);
                Some(Ok(()))
            }
            Unit::Signature | Unit::Options => Some(Err(BusFault)),
            Unit::Dbgmcu => done(self.dbgmcu.write(offset, word)),
            Unit::Usart(index) => {
                let hz = self.usart_hz(index);
                done(self.usarts[index].write(offset, word, hz, io))
            }
            Unit::Gpio(index) => {
                let written = self.gpios[index].write(offset, word);
                self.watch_pins(io);
                done(written)
            }
            Unit::Rtc | Unit::Exti | Unit::Wwdg | Unit::Rng | Unit::Crc => {
                self.write_kept_alive(unit, offset, address, word, io)
            }
            Unit::Dma(index) => done(self.write_dma(index, offset, word, io)),
            Unit::Timer(index) => {
                let modelled = self.timers[index].write(offset, word, io.now)?;
                self.note_effect(modelled, address, io)
            }
            Unit::Adc(index) => {
                let hz = self.adc_hz();
                let modelled = self.adcs[index].write(offset, word, hz, io.now)?;
                self.listen(io.now);
                self.note_effect(modelled, address, io)
            }
            Unit::AdcCommon => {
                let stored = if offset == 0x04 { 0x00C3_EF1F } else { 0 };
                self.adc_common = word.within(self.adc_common, stored);
                // Only independent mode is modelled.
                self.note_effect(self.adc_common & 31 == 0, address, io)
            }
        }
    }

    /// A write to the units around the low-power modes, and to those that serve programs in passing.
    fn write_kept_alive(&mut self, unit: Unit, offset: u32, address: u32, word: Word, io: &mut Io<'_>) -> Written {
        match unit {
            Unit::Rtc => {
                let modelled = self.rtc.write(offset, word, self.pwr.opens_backup(), io.now)?;
                self.watch_inside(io);
                self.note_effect(modelled, address, io)
            }
            Unit::Exti => {
                // Lines that nobody watched so far are where their pins are.
                self.sample_pins(0xFFFF, io);
                self.exti.write(offset, word, io).map(Ok)
            }
            Unit::Wwdg => {
                if self.wwdg.write(offset, word, io)? {
                    self.ask_for_reset(ResetCause::Watchdog, pwr_modes::WWDGRSTF | 1 << 26, io);
                }
                Some(Ok(()))
            }
            Unit::Rng => self.rng.write(offset, word, io).map(Ok),
            _ => self.crc.write(offset, word, io).map(Ok),
        }
    }

    fn note_effect(&mut self, modelled: bool, address: u32, io: &Io<'_>) -> Written {
        if !modelled {
            self.notes.note(Matter::NoEffect, address, io.master);
        }
        Some(Ok(()))
    }

    /// Resets the peripherals whose bits are set in the reset register that was just written. A reset register lies
    /// 0x20 below the enable register with the same bits.
    fn reset_units(&mut self, offset: u32) {
        if offset == 0x70 && self.rcc.backup_in_reset() {
            self.rtc = rtc::Rtc::default();
        }
        let Some(bits) = self.rcc.read(offset).filter(|_| matches!(offset, 0x10 | 0x14 | 0x20 | 0x24)) else { return };
        for index in 0..self.gates.len() {
            let (unit, register, bit) = self.gates[index];
            if register == offset + 0x20 && bits >> bit & 1 == 1 {
                match unit {
                    Unit::Usart(index) => self.usarts[index].reset(),
                    Unit::Gpio(index) => self.gpios[index].reset(),
                    Unit::Pwr => self.pwr.reset(false),
                    Unit::Wwdg => self.wwdg.reset(),
                    Unit::Rng => self.rng.reset(),
                    Unit::Crc => self.crc = crc::Crc::default(),
                    Unit::Syscfg => self.syscfg = syscfg::Syscfg::default(),
                    Unit::Dma(index) => self.dmas[index].reset(),
                    Unit::Timer(index) => self.timers[index].reset(index + 1),
                    // One bit resets all three (RM0090 7.3.9).
                    Unit::Adc(_) => self.reset_converters(),
                    Unit::AdcCommon
                    | Unit::Rtc
                    | Unit::Exti
                    | Unit::Rcc
                    | Unit::Flash
                    | Unit::Iwdg
                    | Unit::Signature
                    | Unit::Options
                    | Unit::Dbgmcu => {}
                }
            }
        }
    }
}
