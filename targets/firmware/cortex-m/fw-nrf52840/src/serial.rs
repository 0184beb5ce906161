//! UARTE0 on P0.06 and P0.08 as the serial port: the virtual port of the kit's debugger. EasyDMA fills the ring and begins
//! again at its start by the shortcut ENDRX_STARTRX; TIMER2 counts the bytes, which come to it through PPI.

use hil_board::port::{Port, RING_BYTES, Ring};
use nrf52840_hal::pac::{P0, PPI, TIMER2, UARTE0};

const TRANSMIT_PIN: usize = 6;
const RECEIVE_PIN: usize = 8;
/// The channel of PPI.
const COUNT: usize = 0;
/// Bytes that are sent in one piece: EasyDMA reads RAM only, so they are copied first.
const PIECE: usize = 64;
/// Cycles of the core, 1 us: a byte is counted when it is in the receiver, and is in RAM a little later (PS, UARTE:
/// RXDRDY; the time is unverified).
const TO_RAM: u32 = 64;

/// The port.
pub struct Serial {
    uarte: UARTE0,
    count: TIMER2,
    ring: Ring,
}

impl Serial {
    /// The port, which receives from now on.
    pub fn new(uarte: UARTE0, count: TIMER2, ppi: &PPI, pins: &P0, ring: Ring) -> Self {
        pins.outset.write(|w| w.pin6().set_bit());
        pins.pin_cnf[TRANSMIT_PIN].write(|w| w.dir().output());
        // Where no host is wired to the line, it must not look like one that speaks.
        pins.pin_cnf[RECEIVE_PIN].write(|w| w.input().connect().pull().pullup());
        // SAFETY: the numbers are those of the pins, with bit 31, CONNECT, clear.
        unsafe {
            uarte.psel.txd.write(|w| w.bits(TRANSMIT_PIN as u32));
            uarte.psel.rxd.write(|w| w.bits(RECEIVE_PIN as u32));
        }
        uarte.baudrate.write(|w| w.baudrate().baud1m());
        uarte.config.reset();
        uarte.shorts.write(|w| w.endrx_startrx().enabled());
        count.mode.write(|w| w.mode().low_power_counter());
        count.bitmode.write(|w| w.bitmode()._32bit());
        // SAFETY: the addresses are those of an event and of a task.
        unsafe {
            ppi.ch[COUNT].eep.write(|w| w.bits(uarte.events_rxdrdy.as_ptr() as u32));
            ppi.ch[COUNT].tep.write(|w| w.bits(count.tasks_count.as_ptr() as u32));
            ppi.chenset.write(|w| w.bits(1 << COUNT));
        }
        let mut port = Self { uarte, count, ring };
        port.resume();
        port
    }
}

impl Port for Serial {
    fn read(&mut self, buffer: &mut [u8]) -> usize {
        self.count.tasks_capture[0].write(|w| w.tasks_capture().set_bit());
        let counted = self.count.cc[0].read().bits() as usize;
        cortex_m::asm::delay(TO_RAM);
        self.ring.take(counted, buffer)
    }

    fn write(&mut self, bytes: &[u8]) {
        for bytes in bytes.chunks(PIECE) {
            let mut piece = [0; PIECE];
            for (place, byte) in piece.iter_mut().zip(bytes) {
                *place = *byte;
            }
            self.uarte.events_endtx.reset();
            // SAFETY: the piece lives until ENDTX, and the length is not beyond it.
            unsafe {
                self.uarte.txd.ptr.write(|w| w.ptr().bits(piece.as_ptr() as u32));
                self.uarte.txd.maxcnt.write(|w| w.maxcnt().bits(bytes.len() as u16));
            }
            cortex_m::asm::dmb();
            self.uarte.tasks_starttx.write(|w| w.tasks_starttx().set_bit());
            while self.uarte.events_endtx.read().bits() == 0 {}
        }
        // A transmitter that is not stopped keeps the high-frequency clock running (PS, UARTE).
        self.uarte.events_txstopped.reset();
        self.uarte.tasks_stoptx.write(|w| w.tasks_stoptx().set_bit());
        while self.uarte.events_txstopped.read().bits() == 0 {}
    }

    fn rest(&mut self) {
        self.uarte.shorts.write(|w| w.endrx_startrx().disabled());
        self.uarte.events_rxto.reset();
        self.uarte.tasks_stoprx.write(|w| w.tasks_stoprx().set_bit());
        while self.uarte.events_rxto.read().bits() == 0 {}
        self.uarte.enable.write(|w| w.enable().disabled());
        self.count.tasks_stop.write(|w| w.tasks_stop().set_bit());
    }

    fn resume(&mut self) {
        self.ring.restart();
        self.count.tasks_clear.write(|w| w.tasks_clear().set_bit());
        self.count.tasks_start.write(|w| w.tasks_start().set_bit());
        self.uarte.enable.write(|w| w.enable().enabled());
        self.uarte.shorts.write(|w| w.endrx_startrx().enabled());
        // SAFETY: the ring lives for ever, and the length is its own.
        unsafe {
            self.uarte.rxd.ptr.write(|w| w.ptr().bits(self.ring.address()));
            self.uarte.rxd.maxcnt.write(|w| w.maxcnt().bits(RING_BYTES as u16));
        }
        self.uarte.tasks_startrx.write(|w| w.tasks_startrx().set_bit());
    }
}
