//! USART and UART in asynchronous mode: a byte takes the time that BRR and the bus clock give it (RM0090 chapter 30).
//!
//! Parity, LIN, smartcard and IrDA are not modelled; bytes come and go without errors on the line.

use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;
use crate::uart::Serial;

const ORE: u32 = 1 << 3;
const IDLE: u32 = 1 << 4;
const RXNE: u32 = 1 << 5;
const TC: u32 = 1 << 6;
const TXE: u32 = 1 << 7;

const RE: u32 = 1 << 2;
const TE: u32 = 1 << 3;
const M: u32 = 1 << 12;
const UE: u32 = 1 << 13;
/// CR3: error interrupt, DMA for the receiver and for the transmitter.
const EIE: u32 = 1;
const DMAR: u32 = 1 << 6;
const DMAT: u32 = 1 << 7;
const OVER8: u32 = 1 << 15;

/// A USART.
#[derive(Debug, Clone, Default)]
pub struct Usart {
    irq: Option<u8>,
    /// The far end of its line.
    pub serial: Serial,
    status: u32,
    /// SR was read since the error flags were set: reading DR clears them.
    status_read: bool,
    received: u32,
    waiting: Option<u8>,
    /// The byte on the wire and when its last bit is sent.
    sending: Option<(u8, Time)>,
    /// The byte on its way here and when its last bit is received.
    receiving: Option<(u8, Time)>,
    /// When the line has been idle for a character after the last byte.
    idle_at: Option<Time>,
    brr: u32,
    control: [u32; 4],
}

impl Usart {
    /// A USART with its interrupt line, before its first reset.
    #[must_use]
    pub fn new(irq: Option<u8>) -> Self {
        Self { irq, status: TXE | TC, ..Self::default() }
    }

    /// Registers as after a reset. What waits on the line stays there.
    pub fn reset(&mut self) {
        let serial = std::mem::take(&mut self.serial);
        *self = Self { serial, ..Self::new(self.irq) };
    }

    fn on(&self, what: u32) -> bool {
        self.control[0] & (UE | what) == UE | what
    }

    /// The time of one character, in picoseconds; `None` while the baud rate is not set.
    fn character(&self, clock_hz: u64) -> Option<u64> {
        let divider = if self.control[0] & OVER8 == 0 { self.brr } else { self.brr >> 4 << 3 | self.brr & 7 };
        let halves = match self.control[1] >> 12 & 3 {
            0 => 2,
            1 => 1,
            2 => 4,
            _ => 3,
        };
        let bits_x2 = 2 * (9 + u128::from(self.control[0] & M != 0)) + halves;
        let time = bits_x2 * u128::from(divider) * 500_000_000_000;
        (divider != 0).then(|| u64::try_from(time.checked_div(u128::from(clock_hz))?).ok()).flatten()
    }

    /// Reads a register; reading DR takes the byte. `clock_hz` is the clock of the bus that the USART is on.
    pub fn read(&mut self, offset: u32, clock_hz: u64, io: &mut Io<'_>) -> Option<u32> {
        let value = match offset {
            0x00 => {
                self.status_read = true;
                self.status
            }
            0x04 => {
                self.status &= !(RXNE | if self.status_read { ORE | IDLE } else { 0 });
                self.status_read = false;
                self.received
            }
            0x08 => self.brr,
            0x0C..=0x18 => self.control[(offset as usize - 0x0C) / 4],
            _ => return None,
        };
        self.work(clock_hz, io);
        Some(value)
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, clock_hz: u64, io: &mut Io<'_>) -> Option<()> {
        match offset {
            // RXNE and TC are cleared by writing 0, the others by reading.
            0x00 => self.status &= !(word.mask & !word.value & (RXNE | TC)),
            0x04 => {
                if self.status_read {
                    self.status &= !TC;
                }
                if self.on(TE) {
                    self.waiting = Some(word.value as u8);
                    self.status &= !TXE;
                }
            }
            0x08 => self.brr = word.within(self.brr, 0xFFFF),
            0x0C => {
                let enabled = word.within(self.control[0], 0xBFFF);
                self.control[0] = enabled;
            }
            0x10..=0x18 => {
                let register = &mut self.control[(offset as usize - 0x0C) / 4];
                *register = word.within(*register, 0xFFFF);
            }
            _ => return None,
        }
        self.work(clock_hz, io);
        Some(())
    }

    /// Bytes for the receiver have come to the far end of the line.
    pub fn fed(&mut self, clock_hz: u64, io: &mut Io<'_>) {
        self.work(clock_hz, io);
    }

    /// Puts the next bytes on the wire, and drives the interrupt line.
    fn work(&mut self, clock_hz: u64, io: &mut Io<'_>) {
        if let Some(character) = self.character(clock_hz) {
            let end = Time(io.now.0.saturating_add(character));
            if self.sending.is_none()
                && self.on(TE)
                && let Some(byte) = self.waiting.take()
            {
                self.sending = Some((byte, end));
                self.status = self.status & !TC | TXE;
            }
            if self.receiving.is_none() && self.on(RE) {
                self.receiving = self.serial.next_in().map(|byte| (byte, end));
                self.idle_at = self.idle_at.filter(|_| self.receiving.is_none());
            }
        }
        self.drive(io);
    }

    /// Whether the DMA controller is asked to fetch a received byte.
    #[must_use]
    pub fn asks_to_receive(&self) -> bool {
        self.control[2] & DMAR != 0 && self.status & RXNE != 0
    }

    /// Whether the DMA controller is asked to write the next byte.
    #[must_use]
    pub fn asks_to_transmit(&self) -> bool {
        self.control[2] & DMAT != 0 && self.on(TE) && self.status & TXE != 0
    }

    fn drive(&self, io: &mut Io<'_>) {
        // TXEIE, TCIE, RXNEIE and IDLEIE stand at the places of their flags; RXNEIE also asks for overruns.
        let asked = self.status & self.control[0] & (TXE | TC | RXNE | IDLE) != 0;
        let with_dma = self.control[2] & (EIE | DMAR) == EIE | DMAR;
        let overrun = self.status & ORE != 0 && (self.control[0] & RXNE != 0 || with_dma);
        if let Some(irq) = self.irq {
            io.irqs.set(irq, asked || overrun);
        }
    }

    /// The line stood still for `by` picoseconds.
    pub fn postpone(&mut self, by: u64) {
        let later = |at: Time| Time(at.0.saturating_add(by));
        self.sending = self.sending.map(|(byte, at)| (byte, later(at)));
        self.receiving = self.receiving.map(|(byte, at)| (byte, later(at)));
        self.idle_at = self.idle_at.map(later);
    }

    /// When the next character ends.
    #[must_use]
    pub fn next_event(&self) -> Time {
        let ends = [self.sending.map(|(_, at)| at), self.receiving.map(|(_, at)| at), self.idle_at];
        ends.into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    /// Does what is due.
    pub fn advance(&mut self, clock_hz: u64, io: &mut Io<'_>) {
        let now = io.now;
        if let Some((byte, at)) = self.sending.filter(|(_, at)| *at <= now) {
            self.sending = None;
            self.serial.sent(at, byte);
            if self.waiting.is_none() {
                self.status |= TC;
            }
        }
        if let Some((byte, at)) = self.receiving.filter(|(_, at)| *at <= now) {
            self.receiving = None;
            if self.status & RXNE != 0 {
                // The byte in DR stays, the new one is lost.
                self.status |= ORE;
            } else {
                self.received = u32::from(byte);
                self.status |= RXNE;
            }
            self.status_read = false;
            self.idle_at = self.character(clock_hz).map(|character| Time(at.0.saturating_add(character)));
        }
        if self.idle_at.is_some_and(|at| at <= now) {
            self.idle_at = None;
            if self.receiving.is_none() && !self.serial.waiting() {
                self.status |= IDLE;
                self.status_read = false;
            }
        }
        self.work(clock_hz, io);
    }
}
