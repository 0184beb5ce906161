//! ADC1 to ADC3 with their common registers (RM0090 chapter 13).
//!
//! A conversion looks at its input at the end of its sampling time and has its result 12 cycles of ADCCLK later (fewer
//! with a lower resolution). Not modelled: the multi modes, discontinuous mode, triggers by EXTI11, external triggers of
//! injected groups, and inaccurate results within the stabilisation time or with a fast ADCCLK.

mod analog;
mod convert;
#[cfg(test)]
mod tests;

use crate::soc::bus::Word;
use crate::time::Time;

pub use analog::Analog;
use convert::Conversion;

/// How many converters there are.
pub const CONVERTERS: usize = 3;

/// Flags of SR.
mod sr {
    pub const AWD: u32 = 1;
    pub const EOC: u32 = 1 << 1;
    pub const JEOC: u32 = 1 << 2;
    pub const JSTRT: u32 = 1 << 3;
    pub const STRT: u32 = 1 << 4;
    pub const OVR: u32 = 1 << 5;
}

/// Bits of CR1.
mod cr1 {
    pub const EOCIE: u32 = 1 << 5;
    pub const AWDIE: u32 = 1 << 6;
    pub const JEOCIE: u32 = 1 << 7;
    pub const SCAN: u32 = 1 << 8;
    pub const AWDSGL: u32 = 1 << 9;
    pub const JAUTO: u32 = 1 << 10;
    pub const OVRIE: u32 = 1 << 26;
    /// DISCEN and JDISCEN.
    pub const DISCONTINUOUS: u32 = 3 << 11;
}

/// Bits of CR2.
mod cr2 {
    pub const ADON: u32 = 1;
    pub const CONT: u32 = 1 << 1;
    pub const DMA: u32 = 1 << 8;
    pub const DDS: u32 = 1 << 9;
    pub const EOCS: u32 = 1 << 10;
    pub const ALIGN: u32 = 1 << 11;
    pub const JSWSTART: u32 = 1 << 22;
    pub const SWSTART: u32 = 1 << 30;
}

/// Signals of timers that start a conversion, by EXTSEL (RM0090 13.13.3): the timer from 0, and its signal as
/// [`super::tim::Signal`]; EXTI11 is 15 and is not here.
const TRIGGERS: [(usize, super::tim::Signal); 15] = {
    use super::tim::Signal::{Compare, Trgo};
    [
        (0, Compare(0)),
        (0, Compare(1)),
        (0, Compare(2)),
        (1, Compare(1)),
        (1, Compare(2)),
        (1, Compare(3)),
        (1, Trgo),
        (2, Compare(0)),
        (2, Trgo),
        (3, Compare(3)),
        (4, Compare(0)),
        (4, Compare(1)),
        (4, Compare(2)),
        (7, Compare(0)),
        (7, Trgo),
    ]
};

/// A converter.
#[derive(Debug, Clone, Default)]
pub struct Adc {
    index: usize,
    status: u32,
    control: [u32; 2],
    sampling: [u32; 2],
    offsets: [u32; 4],
    high: u32,
    low: u32,
    sequence: [u32; 3],
    injected_sequence: u32,
    injected: [u32; 4],
    data: u32,
    /// What is being converted.
    busy: Option<Conversion>,
    /// The place in the regular sequence to go on with behind the injected group.
    interrupted: Option<usize>,
    /// A result waits for the DMA controller.
    request: bool,
    /// The last transfer is done and DDS is clear, or an overrun happened: no further requests.
    refuses: bool,
}

impl Adc {
    /// ADC`index + 1`, before its first reset.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self { index, high: 0xFFF, ..Self::default() }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        *self = Self::new(self.index);
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&mut self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.status,
            0x04 | 0x08 => self.control[(offset as usize - 4) / 4],
            0x0C | 0x10 => self.sampling[(offset as usize - 0x0C) / 4],
            0x14..=0x20 => self.offsets[(offset as usize - 0x14) / 4],
            0x24 => self.high,
            0x28 => self.low,
            0x2C..=0x34 => self.sequence[(offset as usize - 0x2C) / 4],
            0x38 => self.injected_sequence,
            0x3C..=0x48 => self.injected[(offset as usize - 0x3C) / 4],
            0x4C => {
                self.status &= !sr::EOC;
                self.request = false;
                self.data
            }
            _ => return None,
        })
    }

    /// What DR holds, for the common data register; nothing is cleared.
    #[must_use]
    pub fn data(&self) -> u32 {
        self.data
    }

    /// The flags, for the common status register.
    #[must_use]
    pub fn status(&self) -> u32 {
        self.status & 0x3F
    }

    /// Writes a register; `None` where there is none. False when the setting has no effect in the model.
    pub fn write(&mut self, offset: u32, word: Word, clock_hz: u64, now: Time) -> Option<bool> {
        let mut modelled = true;
        match offset {
            0x00 => {
                let overrun = self.status & sr::OVR != 0;
                self.status &= word.value | !word.mask;
                if overrun && self.status & sr::OVR == 0 {
                    self.refuses = false;
                }
            }
            0x04 => {
                self.control[0] = word.within(self.control[0], 0x07C0_FFFF);
                modelled = self.control[0] & cr1::DISCONTINUOUS == 0;
            }
            0x08 => modelled = self.write_control(word, clock_hz, now),
            0x0C | 0x10 => {
                let register = &mut self.sampling[(offset as usize - 0x0C) / 4];
                *register = word.within(*register, 0x3FFF_FFFF);
            }
            0x14..=0x20 => {
                let register = &mut self.offsets[(offset as usize - 0x14) / 4];
                *register = word.within(*register, 0xFFF);
            }
            0x24 => self.high = word.within(self.high, 0xFFF),
            0x28 => self.low = word.within(self.low, 0xFFF),
            0x2C..=0x34 => {
                let register = &mut self.sequence[(offset as usize - 0x2C) / 4];
                *register = word.within(*register, 0x3FFF_FFFF);
            }
            0x38 => self.injected_sequence = word.within(self.injected_sequence, 0x3F_FFFF),
            0x3C..=0x4C => {}
            _ => return None,
        }
        Some(modelled)
    }

    fn write_control(&mut self, word: Word, clock_hz: u64, now: Time) -> bool {
        let was = self.control[1];
        // The start bits go out when the conversion starts, which is at once.
        let set = word.onto(was);
        self.control[1] = set & 0x3F3F_0F03;
        if set & cr2::ADON == 0 {
            (self.busy, self.interrupted) = (None, None);
            return true;
        }
        if set & cr2::DMA == 0 || was & cr2::DMA == 0 {
            (self.request, self.refuses) = (false, false);
        }
        if set & cr2::SWSTART != 0 {
            self.start_regular(clock_hz, now);
        }
        if set & cr2::JSWSTART != 0 {
            self.start_injected(clock_hz, now);
        }
        // External triggers of injected groups, and EXTI line 11.
        set >> 20 & 3 == 0 && !(set >> 28 & 3 != 0 && set >> 24 & 15 == 15)
    }

    /// Whether it is switched on.
    #[must_use]
    pub fn on(&self) -> bool {
        self.control[1] & cr2::ADON != 0
    }

    /// The signal of a timer (from 0) that starts regular conversions, while the converter waits for one.
    #[must_use]
    pub fn waits_for(&self) -> Option<(usize, super::tim::Signal)> {
        let (on, edges) = (self.control[1] & cr2::ADON != 0, self.control[1] >> 28 & 3);
        if !on || edges == 0 {
            return None;
        }
        TRIGGERS.get((self.control[1] >> 24 & 15) as usize).copied()
    }

    /// The signal of a timer has gone to `level` at `at`.
    pub fn triggered(&mut self, timer: usize, signal: super::tim::Signal, level: bool, clock_hz: u64, at: Time) {
        let edges = self.control[1] >> 28 & 3;
        let edge = if level { edges & 1 } else { edges & 2 };
        if self.waits_for() == Some((timer, signal)) && edge != 0 {
            self.start_regular(clock_hz, at);
        }
    }

    /// Whether the converter asks the DMA controller to fetch its result.
    #[must_use]
    pub fn requests(&self) -> bool {
        self.request
    }

    /// The DMA controller has fetched the last result of its transfer.
    pub fn last_fetched(&mut self) {
        self.refuses |= self.control[1] & cr2::DDS == 0;
    }

    /// Whether the interrupt is asked for.
    #[must_use]
    pub fn asks(&self) -> bool {
        let pairs = [(sr::EOC, cr1::EOCIE), (sr::AWD, cr1::AWDIE), (sr::JEOC, cr1::JEOCIE), (sr::OVR, cr1::OVRIE)];
        pairs.iter().any(|(flag, enable)| self.status & flag != 0 && self.control[0] & enable != 0)
    }
}
