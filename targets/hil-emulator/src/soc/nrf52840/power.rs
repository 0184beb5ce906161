//! Power management: why the chip was reset, two bytes that outlive resets, System OFF, the supply's warning and its
//! end, regulators and RAM sections (PS, POWER).
//!
//! In System OFF only a sensed pin or the reset pin wakes up: LPCOMP, NFC and VBUS have no model, and a debugger that
//! halts the core finds it running, as in the chip's emulated System OFF. A RAM section that is switched off in System
//! ON keeps working here. The supply's warning is looked at when a voltage is applied and when CLOCK or POWER change,
//! not at every change of the current. The stage for high voltages (DCDCEN0, UICR.REGOUT0) is kept and changes nothing:
//! VDDH is tied to VDD.

use super::events::Events;
use crate::soc::ResetCause;
use crate::soc::bus::Word;

const POWER_FAILS: u32 = 0x108;
const SLEEP_ENTER: u32 = 0x114;
const SLEEP_EXIT: u32 = 0x118;
/// RAM[n].POWER of nine blocks, 0x10 apart; POWERSET and POWERCLR behind each.
const RAM_BLOCKS: std::ops::Range<u32> = 0x900..0x990;

/// RESETREAS.
const BY_PIN: u32 = 1;
const BY_WATCHDOG: u32 = 1 << 1;
const BY_SOFTWARE: u32 = 1 << 2;
const BY_LOCKUP: u32 = 1 << 3;
const BY_SENSE: u32 = 1 << 16;

/// Power management.
#[derive(Debug, Clone, Default)]
pub struct Power {
    reasons: u32,
    retained: [u32; 2],
    warning: u32,
    regulators: [u32; 2],
    ram: [u32; 9],
    /// CONSTLAT was the last of the two tasks.
    pub constant_latency: bool,
    /// System OFF.
    pub off: bool,
    /// The supply is too low to run.
    pub dark: bool,
    /// The supply was below the warning's threshold when last looked at.
    low: bool,
}

impl Power {
    /// Registers as after a reset.
    pub fn reset(&mut self, cause: ResetCause) {
        let (reasons, retained) = match cause {
            ResetCause::PowerOn => (0, [0; 2]),
            // The pin clears the retained bytes too (PS, reset behaviour, unverified).
            ResetCause::Pin => (self.reasons | BY_PIN, [0; 2]),
            ResetCause::Watchdog => (self.reasons | BY_WATCHDOG, self.retained),
            ResetCause::Software => (self.reasons | BY_SOFTWARE, self.retained),
            ResetCause::Lockup => (self.reasons | BY_LOCKUP, self.retained),
            ResetCause::WakeUp => (self.reasons | BY_SENSE, self.retained),
        };
        *self = Self { reasons, retained, ram: [0xFFFF; 9], ..Self::default() };
    }

    /// Whether DCDCEN is set.
    #[must_use]
    pub fn dcdc(&self) -> bool {
        self.regulators[0] & 1 == 1
    }

    /// The sections of RAM that keep their contents in System OFF, as offset and length in RAM, with whether they do.
    pub fn sections(&self) -> impl Iterator<Item = (usize, usize, bool)> + '_ {
        (0..9).flat_map(move |block| {
            // RAM0 to RAM7 have two sections of 4 KiB, RAM8 six of 32 KiB (PS, Memory).
            let (start, size, count) = if block < 8 { (block * 0x2000, 0x1000, 2) } else { (0x1_0000, 0x8000, 6) };
            let kept = self.ram[block] >> 16;
            (0..count).map(move |section| (start + section * size, size, kept >> section & 1 == 1))
        })
    }

    /// Kibibytes of RAM that keep their contents: those with power, in System OFF those with retention.
    #[must_use]
    pub fn ram_kib(&self) -> u32 {
        let shift = if self.off { 16 } else { 0 };
        let sections = |block: usize| if block < 8 { (0x3, 4) } else { (0x3F, 32) };
        (0..9).map(|block| (self.ram[block] >> shift & sections(block).0).count_ones() * sections(block).1).sum()
    }

    /// The core fell asleep or woke up.
    pub fn slept(&self, asleep: bool, events: &mut Events) {
        events.raise(if asleep { SLEEP_ENTER } else { SLEEP_EXIT });
    }

    /// The threshold of the warning, in volts; `None` while it is switched off.
    fn threshold(&self) -> Option<f64> {
        let steps = self.warning >> 1 & 0xF;
        // 4 is 1.7 V, 15 is 2.8 V; below 4 is reserved (PS, POWER: POFCON).
        (self.warning & 1 == 1).then(|| 1.7 + 0.1 * f64::from(steps.max(4) - 4))
    }

    /// Compares the supply with the warning's threshold.
    pub fn watch(&mut self, volts: f64, events: &mut Events) {
        let low = self.threshold().is_some_and(|threshold| volts < threshold);
        if low && !self.low {
            events.raise(POWER_FAILS);
        }
        self.low = low;
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x400 => self.reasons,
            // USBREGSTATUS: no VBUS. MAINREGSTATUS: normal voltage mode.
            0x078 | 0x07C | 0x438 | 0x500 | 0x640 => 0,
            // RAMSTATUS: all blocks on
            0x428 => 0xF,
            0x510 => self.warning,
            0x51C => self.retained[0],
            0x520 => self.retained[1],
            0x578 => self.regulators[0],
            0x580 => self.regulators[1],
            _ if RAM_BLOCKS.contains(&offset) && offset & 0xF <= 8 => self.ram[(offset as usize - 0x900) / 16],
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            0x078 | 0x07C => {
                if bits & 1 == 1 {
                    self.constant_latency = offset == 0x078;
                }
            }
            0x428 | 0x438 | 0x640 => {}
            0x400 => self.reasons &= !bits,
            0x500 => self.off |= bits & 1 == 1,
            0x510 => self.warning = word.within(self.warning, 0xF1F),
            0x51C => self.retained[0] = word.within(self.retained[0], 0xFF),
            0x520 => self.retained[1] = word.within(self.retained[1], 0xFF),
            0x578 => self.regulators[0] = word.within(self.regulators[0], 1),
            0x580 => self.regulators[1] = word.within(self.regulators[1], 1),
            _ if RAM_BLOCKS.contains(&offset) => {
                let block = &mut self.ram[(offset as usize - 0x900) / 16];
                match offset & 0xF {
                    0 => *block = word.onto(*block),
                    4 => *block |= bits,
                    8 => *block &= !bits,
                    _ => return None,
                }
            }
            _ => return None,
        }
        Some(())
    }
}
