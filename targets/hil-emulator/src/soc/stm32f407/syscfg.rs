//! System configuration: the ports behind the external interrupt lines; otherwise registers only (RM0090 9.2). MEMRMP is
//! kept, but address 0 keeps showing the main flash.

use crate::soc::bus::Word;

/// CMPCR.READY, which follows CMP_PD.
const READY: u32 = 1 << 8;

/// System configuration.
#[derive(Debug, Clone, Default)]
pub struct Syscfg {
    remap: u32,
    mode: u32,
    lines: [u32; 4],
    compensation: u32,
}

impl Syscfg {
    /// The port, 0 for A, whose pin of the same number is behind external interrupt line `line` (0 to 15; RM0090 9.2.3).
    #[must_use]
    pub fn port(&self, line: u32) -> usize {
        (self.lines[line as usize / 4] >> (4 * (line % 4)) & 15) as usize
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.remap),
            0x04 => Some(self.mode),
            0x08..=0x14 => Some(self.lines[(offset as usize - 8) / 4]),
            0x20 => Some(self.compensation | if self.compensation & 1 == 1 { READY } else { 0 }),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none. Gives false when the setting has no effect in the model.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<bool> {
        match offset {
            0x00 => self.remap = word.within(self.remap, 3),
            0x04 => self.mode = word.within(self.mode, 1 << 23),
            0x08..=0x14 => {
                let register = &mut self.lines[(offset as usize - 8) / 4];
                *register = word.within(*register, 0xFFFF);
            }
            0x20 => self.compensation = word.within(self.compensation, 1),
            _ => return None,
        }
        Some(offset != 0 || self.remap == 0)
    }
}
