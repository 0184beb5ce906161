//! Instrumentation trace (DDI 0403E, C1.7) and the registers of the TPIU (C1.10).
//!
//! Stimulus ports are always ready. What is written becomes trace packets in a bounded buffer for whoever drives the
//! board; what does not fit is counted and lost.

use std::collections::VecDeque;

use crate::soc::Width;

/// The largest number of trace bytes that wait to be fetched.
const CAPACITY: usize = 1 << 16;
/// TCR.ITMENA.
const ENABLE: u32 = 1;
/// Opens the other registers for writing.
const UNLOCK: u32 = 0xC5AC_CE55;

/// The ITM.
#[derive(Debug, Clone)]
pub struct Itm {
    /// DEMCR.TRCENA.
    enabled: bool,
    ports: u32,
    privileged: u32,
    control: u32,
    unlocked: bool,
    packets: VecDeque<u8>,
    lost: u64,
}

impl Default for Itm {
    fn default() -> Self {
        Self {
            enabled: false,
            ports: 0,
            privileged: 0,
            control: 0,
            unlocked: false,
            packets: VecDeque::with_capacity(CAPACITY),
            lost: 0,
        }
    }
}

impl Itm {
    /// Follows DEMCR.TRCENA.
    pub fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }

    /// Takes the trace bytes that were written since the last call.
    pub fn take_packets(&mut self) -> Vec<u8> {
        self.packets.drain(..).collect()
    }

    /// Packets that were lost because nobody fetched in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Whether unprivileged code may use the stimulus port at `offset`.
    #[must_use]
    pub fn open_to_unprivileged(&self, offset: u32) -> bool {
        offset < 0x80 && self.privileged >> (offset / 32) & 1 == 0
    }

    /// Reads the register at `offset`.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        match offset {
            // FIFOREADY.
            0x000..=0x07C => 1,
            0xE00 => self.ports,
            0xE40 => self.privileged,
            0xE80 => self.control,
            // A lock is implemented, for accesses of 32 bits.
            0xFB4 => 1 | u32::from(!self.unlocked) << 1,
            _ => 0,
        }
    }

    /// Writes the register at `offset`. A debugger need not unlock.
    pub fn write(&mut self, offset: u32, width: Width, value: u32, by_core: bool) {
        match offset {
            0x000..=0x07F => self.stimulate(offset / 4, width, value),
            0xFB0 => self.unlocked = value == UNLOCK,
            _ if by_core && !self.unlocked => {}
            0xE00 => self.ports = value,
            0xE40 => self.privileged = value & 15,
            0xE80 => self.control = value & 0x007F_0F1F,
            _ => {}
        }
    }

    fn stimulate(&mut self, port: u32, width: Width, value: u32) {
        if !self.enabled || self.control & ENABLE == 0 || self.ports >> port & 1 == 0 {
            return;
        }
        let len = width.bytes() as usize;
        if self.packets.len() + 1 + len > CAPACITY {
            self.lost += 1;
            return;
        }
        // Size code 1, 2, 3 for 1, 2, 4 bytes (DDI 0403E, D4.2.8).
        self.packets.push_back((port << 3) as u8 | (len.ilog2() + 1) as u8);
        self.packets.extend(&value.to_le_bytes()[..len]);
    }
}

/// The TPIU: its registers keep what is written, the trace port itself leads nowhere.
#[derive(Debug, Clone)]
pub struct Tpiu {
    port_size: u32,
    prescaler: u32,
    protocol: u32,
    formatter: u32,
}

impl Default for Tpiu {
    fn default() -> Self {
        Self { port_size: 1, prescaler: 0, protocol: 1, formatter: 0x102 }
    }
}

impl Tpiu {
    /// Reads the register at `offset`.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        match offset {
            // Port sizes of 1, 2 and 4 bits.
            0x000 => 0xB,
            0x004 => self.port_size,
            0x010 => self.prescaler,
            0x0F0 => self.protocol,
            // FFSR: the formatter cannot be stopped.
            0x300 => 8,
            0x304 => self.formatter,
            // DEVID: asynchronous output with both encodings.
            0xFC8 => 0xCA1,
            _ => 0,
        }
    }

    /// Writes the register at `offset`.
    pub fn write(&mut self, offset: u32, value: u32) {
        match offset {
            0x004 => self.port_size = value,
            0x010 => self.prescaler = value & 0x1FFF,
            0x0F0 => self.protocol = value & 3,
            0x304 => self.formatter = value & 0x102 | 0x100,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Itm, UNLOCK};
    use crate::soc::Width;

    fn ready() -> Itm {
        let mut itm = Itm::default();
        itm.set_enabled(true);
        itm.write(0xFB0, Width::Word, UNLOCK, true);
        itm.write(0xE80, Width::Word, 1, true);
        itm.write(0xE00, Width::Word, 0x8000_0001, true);
        itm
    }

    #[test]
    fn a_lock_keeps_the_core_out_but_not_the_debugger() {
        let mut itm = Itm::default();
        itm.write(0xE00, Width::Word, 1, true);
        assert_eq!((itm.read(0xE00), itm.read(0xFB4)), (0, 3));
        itm.write(0xE00, Width::Word, 1, false);
        assert_eq!(itm.read(0xE00), 1);
        assert_eq!(ready().read(0xFB4), 1);
    }

    #[test]
    fn writes_become_packets_of_their_port_and_width() {
        let mut itm = ready();
        itm.write(0, Width::Byte, 0x11, true);
        itm.write(31 * 4, Width::Half, 0x3322, true);
        itm.write(4, Width::Word, 0, true);
        itm.write(0, Width::Word, 0x7766_5544, true);
        assert_eq!(itm.take_packets(), [0x01, 0x11, 0xFA, 0x22, 0x33, 0x03, 0x44, 0x55, 0x66, 0x77]);
        assert!(itm.take_packets().is_empty());
    }

    #[test]
    fn what_nobody_fetches_is_counted() {
        let mut itm = ready();
        for _ in 0..CAPACITY {
            itm.write(0, Width::Byte, 0, true);
        }
        assert_eq!(itm.lost() as usize, CAPACITY / 2);
        assert_eq!(itm.take_packets().len(), CAPACITY);
    }
}
