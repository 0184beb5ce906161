//! What debugging does to the chip: its identity, and which clocks and timers go on while the core stands still
//! (RM0090 38.16). The settings are kept through resets. DBG_STOP and DBG_STANDBY, and the freezes of the watchdogs and of
//! the RTC, do what they say; those of the timers change nothing.

use crate::soc::bus::Word;

/// The debug unit of the chip.
#[derive(Debug, Clone, Default)]
pub struct Dbgmcu {
    idcode: u32,
    control: u32,
    freeze: [u32; 2],
}

impl Dbgmcu {
    /// With this DBGMCU_IDCODE.
    #[must_use]
    pub fn new(idcode: u32) -> Self {
        Self { idcode, ..Self::default() }
    }

    /// Registers as after power-on.
    pub fn power_on(&mut self) {
        *self = Self::new(self.idcode);
    }

    /// DBG_STOP: the core has its clock in stop mode.
    #[must_use]
    pub fn clocks_stop(&self) -> bool {
        self.control >> 1 & 1 == 1
    }

    /// DBG_STANDBY: the chip keeps its supply in standby mode.
    #[must_use]
    pub fn supplies_standby(&self) -> bool {
        self.control >> 2 & 1 == 1
    }

    /// DBG_RTC_STOP, DBG_WWDG_STOP and DBG_IWDG_STOP: what stands still while the core is halted.
    #[must_use]
    pub fn freezes(&self) -> [bool; 3] {
        [10, 11, 12].map(|bit| self.freeze[0] >> bit & 1 == 1)
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.idcode),
            0x04 => Some(self.control),
            0x08 => Some(self.freeze[0]),
            0x0C => Some(self.freeze[1]),
            _ => None,
        }
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        match offset {
            0x00 => {}
            0x04 => self.control = word.within(self.control, 0xE7),
            0x08 => self.freeze[0] = word.within(self.freeze[0], 0x06E0_1DFF),
            0x0C => self.freeze[1] = word.within(self.freeze[1], 0x0007_0003),
            _ => return None,
        }
        Some(())
    }
}
