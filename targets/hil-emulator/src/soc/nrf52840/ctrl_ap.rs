//! The control access port: the debugger's way into a locked part (PS, CTRL-AP and access port protection).
//!
//! A part is locked when UICR.APPROTECT is not erased at a reset, as in revisions before the protection needed software
//! to open it. ERASEALL erases flash and UICR and unlocks. RESET resets the chip once, when 1 is written.

use crate::soc::{Io, ResetCause};
use crate::time::Time;

const IDR: u32 = 0x0288_0000;
/// The word of UICR that locks.
pub const APPROTECT: u32 = super::nvmc::UICR + 0x208;

/// The control access port.
#[derive(Debug, Clone, Copy, Default)]
pub struct CtrlAp {
    locked: bool,
    reset: u32,
    erased_at: Option<Time>,
}

/// What a write asks of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Nothing,
    /// Erase everything.
    EraseAll,
}

impl CtrlAp {
    /// Takes up the protection that UICR asks for.
    pub fn reset(&mut self, io: &Io<'_>) {
        let word = io.memory.slice(APPROTECT, 4);
        self.locked = word.is_some_and(|bytes| bytes.first() != Some(&0xFF));
    }

    /// Whether the part is locked.
    #[must_use]
    pub fn locked(&self) -> bool {
        self.locked
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, address: u8) -> u32 {
        match address {
            0x00 => self.reset,
            0x08 => u32::from(self.erased_at.is_some()),
            0x0C => u32::from(!self.locked),
            0xFC => IDR,
            _ => 0,
        }
    }

    /// Writes a register. `erase_us` is how long a complete erase takes.
    pub fn write(&mut self, address: u8, value: u32, erase_us: u64, io: &mut Io<'_>) -> Wish {
        match address {
            0x00 => {
                if value & 1 == 1 && self.reset == 0 {
                    io.requests.reset = Some(ResetCause::Software);
                }
                self.reset = value & 1;
            }
            0x04 if value & 1 == 1 && self.erased_at.is_none() => {
                self.erased_at = Some(io.now.plus_ns(erase_us.saturating_mul(1000)));
                return Wish::EraseAll;
            }
            _ => {}
        }
        Wish::Nothing
    }

    /// When an erase ends.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.erased_at.unwrap_or(Time::NEVER)
    }

    /// Unlocks when an erase has come to its end.
    pub fn advance(&mut self, now: Time) {
        if self.erased_at.is_some_and(|due| due <= now) {
            (self.erased_at, self.locked) = (None, false);
        }
    }
}
