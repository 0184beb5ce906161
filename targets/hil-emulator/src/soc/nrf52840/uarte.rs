//! UARTE with EasyDMA, and the same port as the older UART (PS, UARTE and UART).
//!
//! EasyDMA reaches RAM only. From or to elsewhere a transfer "may result in a HardFault or RAM corruption" (PS, UARTE,
//! EasyDMA): nothing further is promised. Here the transfer fails at that byte: nothing more is sent or stored, the end
//! event never comes, and it is noted. Parity and flow control are not modelled, and PSEL chooses no pins: the line is
//! the port's own.

use super::events::{Events, Peripheral, reachable};
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;
use crate::uart::Serial;
use std::collections::VecDeque;

const RXDRDY: u32 = 0x108;
const ENDRX: u32 = 0x110;
const TXDRDY: u32 = 0x11C;
const ENDTX: u32 = 0x120;
const ERROR: u32 = 0x124;
const RXTO: u32 = 0x144;
const RXSTARTED: u32 = 0x14C;
const TXSTARTED: u32 = 0x150;
const TXSTOPPED: u32 = 0x158;

/// ENABLE of the older UART and of UARTE.
const UART: u32 = 4;
const UARTE: u32 = 8;
/// Bytes that the older UART and EasyDMA hold back (PS: 6, and 5 besides RXD.PTR; unverified).
const FIFO: usize = 6;

/// PSEL, CONFIG: kept as written.
const STORED: [u32; 5] = [0x508, 0x50C, 0x510, 0x514, 0x56C];

/// A buffer of EasyDMA.
#[derive(Debug, Clone, Copy, Default)]
struct Buffer {
    pointer: u32,
    length: u32,
    amount: u32,
    /// The address and the length that were taken over at the start, while the transfer runs.
    running: Option<(u32, u32)>,
    done: u32,
}

/// A UARTE.
#[derive(Debug, Clone, Default)]
pub struct Uarte {
    /// The far end of its line.
    pub serial: Serial,
    events: Events,
    shorts: u32,
    errors: u32,
    enable: u32,
    baud: u32,
    stored: [u32; 5],
    tx: Buffer,
    rx: Buffer,
    /// The older UART: started by STARTTX, and the byte in TXD.
    sends: bool,
    txd: Option<u8>,
    receives: bool,
    held: VecDeque<u8>,
    rxd: u32,
    sending: Option<(u8, Time)>,
    receiving: Option<(u8, Time)>,
    /// Whether DMA went where it cannot go, and where.
    unreachable: Option<u32>,
}

impl Uarte {
    /// A UARTE before its first reset.
    #[must_use]
    pub fn new() -> Self {
        Self { baud: 0x0400_0000, stored: [u32::MAX, u32::MAX, u32::MAX, u32::MAX, 0], ..Self::default() }
    }

    /// Registers as after a reset. What waits on the line stays there.
    pub fn reset(&mut self) {
        let serial = std::mem::take(&mut self.serial);
        *self = Self { serial, ..Self::new() };
    }

    /// Whether it sends, or is ready to receive.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.sending.is_some() || self.tx.running.is_some() || self.receives
    }

    /// The time of one character, in picoseconds: BAUDRATE is a fraction of 16 MHz in units of 2^-32.
    fn character(&self) -> Option<u64> {
        let bits = 10 + u128::from(self.stored[4] >> 4 & 1);
        let rate = u128::from(self.baud) * 16_000_000;
        u64::try_from(((bits * 1_000_000_000_000) << 32).checked_div(rate)?).ok()
    }

    fn task(&mut self, offset: u32, io: &mut Io<'_>) {
        match (offset, self.enable) {
            (0x000, UARTE) => self.start_rx(io),
            (0x000, UART) => self.receives = true,
            (0x004, UARTE) if self.receives => {
                self.receives = false;
                self.end_rx();
                self.events.raise(RXTO);
            }
            (0x004, UART) if self.receives => {
                self.receives = false;
                self.events.raise(RXTO);
            }
            (0x008, UARTE) => {
                self.tx.running = Some((self.tx.pointer, self.tx.length));
                self.tx.done = 0;
                self.events.raise(TXSTARTED);
                self.end_tx_when_done();
            }
            (0x008, UART) => self.sends = true,
            (0x00C, UARTE) => {
                if self.tx.running.take().is_some() {
                    self.tx.amount = self.tx.done;
                    self.events.raise(ENDTX);
                }
                self.events.raise(TXSTOPPED);
            }
            (0x00C, UART) => self.sends = false,
            // SUSPEND of the older UART
            (0x01C, UART) => (self.sends, self.receives) = (false, false),
            (0x02C, UARTE) => {
                // FLUSHRX: what is held goes to the buffer.
                self.rx.running = Some((self.rx.pointer, self.rx.length));
                self.rx.done = 0;
                self.store_held(io);
                self.end_rx();
            }
            _ => {}
        }
    }

    fn start_rx(&mut self, io: &mut Io<'_>) {
        self.receives = true;
        self.rx.running = Some((self.rx.pointer, self.rx.length));
        self.rx.done = 0;
        self.events.raise(RXSTARTED);
        if self.rx.length == 0 {
            self.end_rx();
        }
        self.store_held(io);
    }

    /// What is held goes into the buffer, as far as there is room.
    fn store_held(&mut self, io: &mut Io<'_>) {
        while self.rx.running.is_some()
            && let Some(byte) = self.held.pop_front()
        {
            self.store(byte, io);
        }
    }

    /// One received byte into the buffer; the last one ends it.
    fn store(&mut self, byte: u8, io: &mut Io<'_>) {
        let Some((pointer, length)) = self.rx.running else { return };
        let address = pointer.wrapping_add(self.rx.done);
        if !reachable(address, 1, io) {
            (self.unreachable, self.rx.running) = (Some(address), None);
            return;
        }
        io.dma_access(address);
        if let Some(place) = io.memory.slice_mut(address, 1) {
            place[0] = byte;
        }
        self.rx.done += 1;
        if self.rx.done >= length {
            self.end_rx();
            if self.shorts & 1 << 5 != 0 {
                self.start_rx(io);
            }
            if self.shorts & 1 << 6 != 0 {
                self.receives = false;
                self.events.raise(RXTO);
            }
        }
    }

    fn end_rx(&mut self) {
        if self.rx.running.take().is_some() {
            self.rx.amount = self.rx.done;
            self.events.raise(ENDRX);
        }
    }

    fn end_tx_when_done(&mut self) {
        if self.tx.running.is_some_and(|(_, length)| self.tx.done >= length) {
            self.tx.running = None;
            self.tx.amount = self.tx.done;
            self.events.raise(ENDTX);
        }
    }

    /// The byte that is to be sent next.
    fn next_out(&mut self, io: &mut Io<'_>) -> Option<u8> {
        match self.enable {
            UART => self.txd.take(),
            UARTE => {
                let (pointer, _) = self.tx.running?;
                let address = pointer.wrapping_add(self.tx.done);
                if !reachable(address, 1, io) {
                    (self.unreachable, self.tx.running) = (Some(address), None);
                    return None;
                }
                io.dma_access(address);
                io.memory.slice(address, 1).and_then(|bytes| bytes.first().copied())
            }
            _ => None,
        }
    }

    /// Bytes for the receiver have come to the far end of the line.
    pub fn fed(&mut self, io: &mut Io<'_>) {
        self.work(io);
    }

    /// Puts the next bytes on the wire.
    fn work(&mut self, io: &mut Io<'_>) {
        if let Some(character) = self.character() {
            let end = Time(io.now.0.saturating_add(character));
            if self.sending.is_none() {
                self.sending = self.next_out(io).map(|byte| (byte, end));
            }
            if self.receiving.is_none() && self.receives && matches!(self.enable, UART | UARTE) {
                self.receiving = self.serial.next_in().map(|byte| (byte, end));
            }
        }
    }

    fn received(&mut self, byte: u8, io: &mut Io<'_>) {
        if self.enable == UARTE && self.rx.running.is_some() {
            self.events.raise(RXDRDY);
            self.store(byte, io);
        } else if self.enable == UART && self.held.is_empty() && self.events.read(RXDRDY) == Some(0) {
            self.rxd = u32::from(byte);
            self.events.raise(RXDRDY);
        } else if self.held.len() < FIFO {
            self.held.push_back(byte);
        } else {
            // OVERRUN
            self.errors |= 1;
            self.events.raise(ERROR);
        }
    }
}

impl Peripheral for Uarte {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        let value = match offset {
            0x000..=0x02C => 0,
            0x200 => self.shorts,
            0x480 => self.errors,
            0x500 => self.enable,
            0x518 => {
                let value = self.rxd;
                if let Some(byte) = self.held.pop_front() {
                    self.rxd = u32::from(byte);
                    self.events.raise(RXDRDY);
                }
                value
            }
            0x524 => self.baud,
            0x534 => self.rx.pointer,
            0x538 => self.rx.length,
            0x53C => self.rx.amount,
            0x544 => self.tx.pointer,
            0x548 => self.tx.length,
            0x54C => self.tx.amount,
            _ => match STORED.iter().position(|at| *at == offset) {
                Some(index) => self.stored[index],
                None => self.events.read(offset)?,
            },
        };
        self.work(io);
        Some(value)
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x000..=0x02C => {
                if word.value & word.mask & 1 == 1 {
                    self.task(offset, io);
                }
            }
            0x200 => self.shorts = word.within(self.shorts, 0x78),
            0x480 => self.errors &= !(word.value & word.mask),
            0x500 => self.enable = word.within(self.enable, 0xF),
            0x518 => {}
            0x51C => {
                if self.enable == UART && self.sends {
                    self.txd = Some(word.value as u8);
                }
            }
            0x524 => self.baud = word.onto(self.baud),
            0x534 => self.rx.pointer = word.onto(self.rx.pointer),
            0x538 => self.rx.length = word.within(self.rx.length, 0xFFFF),
            0x544 => self.tx.pointer = word.onto(self.tx.pointer),
            0x548 => self.tx.length = word.within(self.tx.length, 0xFFFF),
            0x53C | 0x54C => {}
            _ => match STORED.iter().position(|at| *at == offset) {
                Some(index) => self.stored[index] = word.onto(self.stored[index]),
                None => self.events.write(offset, word)?,
            },
        }
        self.work(io);
        Some(())
    }

    fn next_event(&self) -> Time {
        let ends = [self.sending.map(|(_, at)| at), self.receiving.map(|(_, at)| at)];
        ends.into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        let now = io.now;
        if let Some((byte, at)) = self.sending.filter(|(_, at)| *at <= now) {
            self.sending = None;
            self.serial.sent(at, byte);
            self.events.raise(TXDRDY);
            if self.enable == UARTE && self.tx.running.is_some() {
                self.tx.done += 1;
                self.end_tx_when_done();
            }
        }
        if let Some((byte, _)) = self.receiving.filter(|(_, at)| *at <= now) {
            self.receiving = None;
            self.received(byte, io);
        }
        self.work(io);
    }

    fn take_unreachable(&mut self) -> Option<u32> {
        self.unreachable.take()
    }
}
