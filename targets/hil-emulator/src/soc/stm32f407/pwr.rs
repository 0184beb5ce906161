//! Power control: the registers, the wake-up flags and the voltage detector (RM0090 5.4). What the low-power modes do to
//! the chip is in `pwr_modes`. The regulator is always ready.

use super::pwr_facts::PwrFacts;
use crate::soc::bus::Word;

const LPDS: u32 = 1;
const PDDS: u32 = 1 << 1;
const CWUF: u32 = 1 << 2;
const CSBF: u32 = 1 << 3;
const PVDE: u32 = 1 << 4;
const DBP: u32 = 1 << 8;
const FPDS: u32 = 1 << 9;
const VOS: u32 = 1 << 14;
/// VOS is 1 after a reset: scale 1.
const CR_RESET: u32 = VOS;
/// LPDS, PDDS, PVDE, PLS, DBP, FPDS, VOS.
const CR_WRITABLE: u32 = 0x43F3;

const WUF: u32 = 1;
const SBF: u32 = 1 << 1;
const PVDO: u32 = 1 << 2;
const BRR: u32 = 1 << 3;
const EWUP: u32 = 1 << 8;
const BRE: u32 = 1 << 9;
const VOSRDY: u32 = 1 << 14;

/// Power control.
#[derive(Debug, Clone)]
pub struct Pwr {
    facts: PwrFacts,
    control: u32,
    /// EWUP and BRE.
    status: u32,
    /// WUF and SBF.
    flags: u32,
    /// The supply is below the threshold of the voltage detector.
    low: bool,
    volts: f64,
}

impl Pwr {
    /// Power control after power-on, with a supply that nothing is wrong with.
    #[must_use]
    pub fn new(facts: PwrFacts) -> Self {
        Self { facts, control: CR_RESET, status: 0, flags: 0, low: false, volts: f64::INFINITY }
    }

    /// Registers as after a reset; a system reset leaves the flags and the backup regulator alone.
    pub fn reset(&mut self, power_on: bool) {
        self.control = CR_RESET;
        self.status &= if power_on { 0 } else { BRE };
        self.flags &= if power_on { 0 } else { !0 };
        self.low = false;
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &PwrFacts {
        &self.facts
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        let ready = if self.status & BRE != 0 { BRR } else { 0 };
        match offset {
            0x00 => Some(self.control),
            0x04 => Some(self.flags | self.status | VOSRDY | ready | if self.low { PVDO } else { 0 }),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none. CWUF and CSBF read 0. `pin` is the level of the wake-up pin.
    pub fn write(&mut self, offset: u32, word: Word, pin: bool) -> Option<()> {
        match offset {
            0x00 => {
                let set = word.value & word.mask;
                self.flags &= !(if set & CWUF != 0 { WUF } else { 0 } | if set & CSBF != 0 { SBF } else { 0 });
                self.control = word.within(self.control, CR_WRITABLE);
                self.detect();
            }
            0x04 => {
                let enabled = self.wake_up_pin();
                self.status = word.within(self.status, EWUP | BRE);
                // A high level counts as an edge when the pin is enabled (RM0090 5.4.2).
                if !enabled && self.wake_up_pin() && pin {
                    self.woken();
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// The supply has `volts` from now on.
    pub fn supplied(&mut self, volts: f64) {
        self.volts = volts;
        self.detect();
    }

    /// Compares the supply with the threshold of PLS (RM0090 5.2.3).
    fn detect(&mut self) {
        let threshold = self.facts.pvd_volts[(self.control >> 5 & 7) as usize];
        let threshold = threshold + if self.low { self.facts.pvd_hysteresis_volts } else { 0.0 };
        self.low = self.control & PVDE != 0 && self.volts < threshold;
    }

    /// PVDO.
    #[must_use]
    pub fn low(&self) -> bool {
        self.low
    }

    /// DBP: the backup domain can be written.
    #[must_use]
    pub fn opens_backup(&self) -> bool {
        self.control & DBP != 0
    }

    /// PDDS: deep sleep is standby.
    #[must_use]
    pub fn standby(&self) -> bool {
        self.control & PDDS != 0
    }

    /// EWUP.
    #[must_use]
    pub fn wake_up_pin(&self) -> bool {
        self.status & EWUP != 0
    }

    /// A wake-up event was received.
    pub fn woken(&mut self) {
        self.flags |= WUF;
    }

    /// WUF.
    #[must_use]
    pub fn was_woken(&self) -> bool {
        self.flags & WUF != 0
    }

    /// The chip goes to standby.
    pub fn stands_by(&mut self) {
        self.flags |= SBF;
    }

    /// How long the chip takes to wake up from stop mode, in microseconds.
    #[must_use]
    pub fn stop_wake_up_us(&self) -> u64 {
        let times = match self.control & FPDS {
            0 => self.facts.stop_wake_up_us,
            _ => self.facts.stop_wake_up_flash_off_us,
        };
        times[usize::from(self.control & LPDS != 0)]
    }

    /// Whether the regulator's scale allows a core clock of `hz` (DS8626: 144 MHz with VOS clear).
    #[must_use]
    pub fn allows(&self, hz: u64) -> bool {
        self.control & VOS != 0 || hz <= 144_000_000
    }
}
