//! The CRC unit: polynomial 0x04C11DB7 over whole words, highest bit first, from all ones (RM0090 chapter 4).

use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const POLYNOMIAL: u32 = 0x04C1_1DB7;
/// Cycles of HCLK for a word (RM0090 4.3).
const CYCLES: u64 = 4;

/// The unit.
#[derive(Debug, Clone)]
pub struct Crc {
    value: u32,
    /// IDR, a byte for whatever a program likes.
    note: u32,
    /// Until when it computes: accesses to DR wait.
    busy_until: Time,
}

impl Default for Crc {
    fn default() -> Self {
        Self { value: u32::MAX, note: 0, busy_until: Time(0) }
    }
}

impl Crc {
    /// Reads a register.
    pub fn read(&mut self, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        match offset {
            0x00 => {
                io.stall_until(self.busy_until);
                Some(self.value)
            }
            0x04 => Some(self.note),
            0x08 => Some(0),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x00 => {
                io.stall_until(self.busy_until);
                self.value ^= word.value;
                for _ in 0..32 {
                    let carry = self.value >> 31 == 1;
                    self.value = self.value << 1 ^ if carry { POLYNOMIAL } else { 0 };
                }
                let picoseconds = CYCLES.saturating_mul(1_000_000_000_000) / io.core_hz.max(1);
                self.busy_until = Time(io.now.max(self.busy_until).0.saturating_add(picoseconds));
            }
            0x04 => self.note = word.within(self.note, 0xFF),
            0x08 => {
                if word.value & word.mask & 1 == 1 {
                    self.value = u32::MAX;
                }
            }
            _ => return None,
        }
        Some(())
    }
}
