//! Power management: why the chip was reset, two bytes that outlive resets, and settings that are kept but change
//! nothing (PS, POWER). System OFF is not modelled.

use crate::soc::ResetCause;
use crate::soc::bus::Word;

/// POFCON, DCDCEN, DCDCEN0: kept as written.
const STORED: [u32; 3] = [0x510, 0x578, 0x580];
/// RAM[n].POWER of nine blocks, 0x10 apart; POWERSET and POWERCLR behind each.
const RAM_BLOCKS: std::ops::Range<u32> = 0x900..0x990;

/// Power management.
#[derive(Debug, Clone, Default)]
pub struct Power {
    reasons: u32,
    retained: [u32; 2],
    stored: [u32; 3],
    ram: [u32; 9],
}

impl Power {
    /// Registers as after a reset.
    pub fn reset(&mut self, cause: ResetCause) {
        let (reasons, retained) = match cause {
            ResetCause::PowerOn => (0, [0; 2]),
            // The pin clears the retained bytes too (PS, reset behaviour, unverified).
            ResetCause::Pin => (self.reasons | 1, [0; 2]),
            ResetCause::Watchdog => (self.reasons | 1 << 1, self.retained),
            ResetCause::Software => (self.reasons | 1 << 2, self.retained),
            ResetCause::Lockup => (self.reasons | 1 << 3, self.retained),
        };
        *self = Self { reasons, retained, ram: [0xFFFF; 9], ..Self::default() };
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x078 | 0x07C | 0x500 => 0,
            0x400 => self.reasons,
            0x438 => 0,
            0x51C => self.retained[0],
            0x520 => self.retained[1],
            // MAINREGSTATUS: normal voltage mode
            0x640 => 0,
            _ if RAM_BLOCKS.contains(&offset) && offset & 0xF <= 8 => self.ram[(offset as usize - 0x900) / 16],
            _ => self.stored[STORED.iter().position(|at| *at == offset)?],
        })
    }

    /// Writes a register; `None` where there is none or where writing has no effect.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            // CONSTLAT and LOWPWR change latencies that are not modelled.
            0x078 | 0x07C | 0x438 | 0x640 => {}
            0x400 => self.reasons &= !bits,
            0x51C => self.retained[0] = word.within(self.retained[0], 0xFF),
            0x520 => self.retained[1] = word.within(self.retained[1], 0xFF),
            _ if RAM_BLOCKS.contains(&offset) => {
                let block = &mut self.ram[(offset as usize - 0x900) / 16];
                match offset & 0xF {
                    0 => *block = word.onto(*block),
                    4 => *block |= bits,
                    8 => *block &= !bits,
                    _ => return None,
                }
            }
            _ => {
                let index = STORED.iter().position(|at| *at == offset)?;
                self.stored[index] = word.onto(self.stored[index]);
            }
        }
        Some(())
    }
}
