//! Power control: registers only, with the regulator always ready (RM0090 5.4).

use crate::soc::bus::Word;

/// VOS is 1 after a reset: scale 1.
const CR_RESET: u32 = 1 << 14;
const VOSRDY: u32 = 1 << 14;
const BRR: u32 = 1 << 3;
const BRE: u32 = 1 << 9;

/// Power control.
#[derive(Debug, Clone)]
pub struct Pwr {
    control: u32,
    status: u32,
}

impl Default for Pwr {
    fn default() -> Self {
        Self { control: CR_RESET, status: 0 }
    }
}

impl Pwr {
    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.control),
            0x04 => Some(self.status | VOSRDY | if self.status & BRE != 0 { BRR } else { 0 }),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none. CWUF and CSBF read 0.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        match offset {
            0x00 => self.control = word.within(self.control, 0x43F3),
            0x04 => self.status = word.within(self.status, 0x0300),
            _ => return None,
        }
        Some(())
    }

    /// Whether the regulator's scale allows a core clock of `hz` (DS8626: 144 MHz with VOS clear).
    #[must_use]
    pub fn allows(&self, hz: u64) -> bool {
        self.control & CR_RESET != 0 || hz <= 144_000_000
    }
}
