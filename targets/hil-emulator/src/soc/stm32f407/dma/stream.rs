//! A stream of a DMA controller: its registers, its working addresses, its FIFO (RM0090 10.3 and 10.5).

use std::collections::VecDeque;

use crate::soc::Width;
use crate::soc::bus::Word;

/// Bits of SxCR.
pub mod cr {
    pub const EN: u32 = 1;
    pub const PINC: u32 = 1 << 9;
    pub const MINC: u32 = 1 << 10;
    pub const CIRC: u32 = 1 << 8;
    pub const PINCOS: u32 = 1 << 15;
    pub const DBM: u32 = 1 << 18;
    pub const CT: u32 = 1 << 19;
}

/// Flags of a stream as in LISR, and the interrupt enables of SxCR one place lower; FEIE is in SxFCR.
pub mod flag {
    pub const FIFO: u8 = 1;
    pub const TRANSFER_ERROR: u8 = 1 << 3;
    pub const HALF: u8 = 1 << 4;
    pub const COMPLETE: u8 = 1 << 5;
}

const FIFO_BYTES: usize = 16;

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the peripheral port to memory.
    ToMemory,
    /// From memory to the peripheral port.
    ToPeripheral,
    /// From memory at the peripheral port to memory.
    Copy,
}

/// What a stream does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// One access at the peripheral port and, in direct mode, one at the memory port.
    Item {
        /// Without the FIFO.
        direct: bool,
    },
    /// A burst at the memory port, to fill or to empty the FIFO.
    Burst {
        /// Its accesses.
        beats: u32,
    },
}

/// A stream.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    pub(super) control: u32,
    pub(super) fifo_control: u32,
    /// NDTR as it counts down, and what it was programmed with.
    pub(super) left: u32,
    programmed: u32,
    peripheral: u32,
    memory: [u32; 2],
    pub(super) flags: u8,
    at_peripheral: u32,
    at_memory: u32,
    fifo: VecDeque<u8>,
}

impl Stream {
    /// A stream after a reset.
    #[must_use]
    pub fn new() -> Self {
        Self { fifo_control: 0x21, ..Self::default() }
    }

    pub(super) fn enabled(&self) -> bool {
        self.control & cr::EN != 0
    }

    /// Which of the eight channels it listens to.
    pub(super) fn channel(&self) -> u32 {
        self.control >> 25 & 7
    }

    pub(super) fn priority(&self) -> u32 {
        self.control >> 16 & 3
    }

    pub(super) fn direction(&self) -> Direction {
        match self.control >> 6 & 3 {
            0 => Direction::ToMemory,
            1 => Direction::ToPeripheral,
            _ => Direction::Copy,
        }
    }

    /// Without the FIFO; a copy always uses it (RM0090 10.3.12).
    pub(super) fn direct(&self) -> bool {
        self.fifo_control >> 2 & 1 == 0 && self.direction() != Direction::Copy
    }

    /// Starts again by itself.
    pub(super) fn circular(&self) -> bool {
        self.control & (cr::CIRC | cr::DBM) != 0
    }

    /// PSIZE.
    pub(super) fn item(&self) -> Width {
        width(self.control >> 11)
    }

    /// MSIZE; in direct mode that of the peripheral (RM0090 10.3.10).
    pub(super) fn unit(&self) -> Width {
        if self.direct() { self.item() } else { width(self.control >> 13) }
    }

    fn burst_beats(&self) -> u32 {
        if self.direct() { 1 } else { beats(self.control >> 23) }
    }

    /// The level of the FIFO at which it is emptied, in bytes.
    fn threshold(&self) -> usize {
        4 * (1 + (self.fifo_control & 3) as usize)
    }

    /// Reads a register by its offset in the stream's block.
    pub(super) fn read(&self, offset: u32) -> u32 {
        match offset {
            0x00 => self.control,
            0x04 => self.left,
            0x08 => self.peripheral,
            0x0C => self.memory[0],
            0x10 => self.memory[1],
            _ => self.fifo_control & !0x38 | self.fifo_level() << 3,
        }
    }

    /// SxFCR.FS.
    fn fifo_level(&self) -> u32 {
        match self.fifo.len() {
            0 => 4,
            FIFO_BYTES => 5,
            level => level as u32 / 4,
        }
    }

    /// Writes a register. True when the stream was switched on by it.
    pub(super) fn write(&mut self, offset: u32, word: Word) -> bool {
        let running = self.enabled();
        match offset {
            0x00 => {
                // Most bits are fixed while the stream runs (RM0090 10.5.5).
                let writable = if running { 0x1F } else { 0x0FEF_FFFF };
                self.control = word.within(self.control, writable);
                return !running && self.enabled();
            }
            0x04 if !running => {
                self.left = word.within(self.left, 0xFFFF);
                self.programmed = self.left;
            }
            0x08 if !running => self.peripheral = word.onto(self.peripheral),
            0x0C | 0x10 => {
                // In double-buffer mode the buffer that is not in use may be changed.
                let which = (offset as usize - 0x0C) / 4;
                if !running || self.control & cr::DBM != 0 && (self.control & cr::CT != 0) == (which == 0) {
                    self.memory[which] = word.onto(self.memory[which]);
                }
            }
            0x14 => self.fifo_control = word.within(self.fifo_control, if running { 0x80 } else { 0x87 }),
            _ => {}
        }
        false
    }

    /// Starts; only sets the FIFO error flag where threshold and burst do not fit (RM0090 table 47).
    pub(super) fn start(&mut self) {
        if self.left == 0 {
            self.left = self.programmed;
        }
        self.fifo.clear();
        let burst = (self.burst_beats() * self.unit().bytes()) as usize;
        if !self.direct() && !self.threshold().is_multiple_of(burst) {
            self.control &= !cr::EN;
            self.flags |= flag::FIFO;
            return;
        }
        self.at_peripheral = self.peripheral;
        self.at_memory = self.memory[usize::from(self.control & cr::CT != 0)];
    }

    /// Bytes in memory that are still to be read.
    fn unread(&self) -> usize {
        (self.left * self.item().bytes()) as usize - self.fifo.len().min((self.left * self.item().bytes()) as usize)
    }

    /// What to do next; `asked` is whether the peripheral asks.
    pub(super) fn work(&self, asked: bool) -> Option<Work> {
        if !self.enabled() {
            return None;
        }
        let (item, unit) = (self.item().bytes() as usize, self.unit().bytes() as usize);
        let asked = asked || self.direction() == Direction::Copy;
        let burst = self.burst_beats() as usize * unit;
        let beats = |bytes: usize| Work::Burst { beats: (bytes / unit).max(1) as u32 };
        if self.direct() {
            return (asked && self.left > 0).then_some(Work::Item { direct: true });
        }
        match self.direction() {
            Direction::ToPeripheral if self.left == 0 => None,
            Direction::ToPeripheral if asked && self.fifo.len() >= item => Some(Work::Item { direct: false }),
            Direction::ToPeripheral => {
                let room = FIFO_BYTES - self.fifo.len();
                (room >= burst && self.unread() > 0).then(|| beats(burst.min(self.unread())))
            }
            Direction::ToMemory | Direction::Copy => {
                let level = self.fifo.len();
                if level >= self.threshold() {
                    Some(beats(burst))
                } else if self.left == 0 {
                    (level > 0).then(|| beats(burst.min(level)))
                } else {
                    (asked && level + item <= FIFO_BYTES).then_some(Work::Item { direct: false })
                }
            }
        }
    }

    /// The address of the next access at the peripheral port.
    pub(super) fn peripheral_address(&self) -> u32 {
        self.at_peripheral & !(self.item().bytes() - 1)
    }

    /// The address of the next access at the memory port.
    pub(super) fn memory_address(&self) -> u32 {
        self.at_memory & !(self.unit().bytes() - 1)
    }

    /// An access at the peripheral port is done: one item less.
    pub(super) fn item_done(&mut self) {
        if self.control & cr::PINC != 0 {
            let step = if self.control & cr::PINCOS != 0 { 4 } else { self.item().bytes() };
            self.at_peripheral = self.at_peripheral.wrapping_add(step);
        }
        self.left -= 1;
        if self.left == self.programmed / 2 {
            self.flags |= flag::HALF;
        }
    }

    /// An access at the memory port is done.
    pub(super) fn unit_done(&mut self) {
        if self.control & cr::MINC != 0 {
            self.at_memory = self.at_memory.wrapping_add(self.unit().bytes());
        }
    }

    /// Puts `value` into the FIFO, or takes one of `width` out; what is not there reads 0.
    pub(super) fn push(&mut self, value: u32, width: Width) {
        self.fifo.extend(value.to_le_bytes().into_iter().take(width.bytes() as usize));
    }

    /// See [`Stream::push`].
    pub(super) fn pop(&mut self, width: Width) -> u32 {
        (0..width.bytes()).fold(0, |value, byte| value | u32::from(self.fifo.pop_front().unwrap_or(0)) << (8 * byte))
    }

    /// Ends the transfer, or starts the next round, when everything has arrived.
    pub(super) fn settle(&mut self) {
        if self.left > 0 || self.direction() != Direction::ToPeripheral && !self.fifo.is_empty() {
            return;
        }
        self.flags |= flag::COMPLETE;
        self.fifo.clear();
        if !self.circular() {
            self.control &= !cr::EN;
            return;
        }
        if self.control & cr::DBM != 0 {
            self.control ^= cr::CT;
        }
        self.left = self.programmed;
        self.at_peripheral = self.peripheral;
        self.at_memory = self.memory[usize::from(self.control & cr::CT != 0)];
    }

    /// An access was answered with an error.
    pub(super) fn fail(&mut self) {
        self.control &= !cr::EN;
        self.flags |= flag::TRANSFER_ERROR;
        self.fifo.clear();
    }

    /// Bytes in the FIFO.
    pub(super) fn held(&self) -> usize {
        self.fifo.len()
    }

    /// Whether the stream asks for its interrupt.
    pub(super) fn asks(&self) -> bool {
        // DMEIE, TEIE, HTIE, TCIE are bits 1 to 4, the flags bits 2 to 5.
        let enabled = (self.control as u8 & 0x1E) << 1 | (self.fifo_control >> 7 & 1) as u8;
        self.flags & enabled != 0
    }
}

fn width(code: u32) -> Width {
    match code & 3 {
        0 => Width::Byte,
        1 => Width::Half,
        _ => Width::Word,
    }
}

fn beats(code: u32) -> u32 {
    match code & 3 {
        0 => 1,
        code => 2 << code,
    }
}
