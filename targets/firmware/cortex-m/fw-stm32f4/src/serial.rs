//! USART2 on PA2 and PA3 as the serial port: the virtual port of the ST-LINK on Nucleo boards, by wire on the Discovery
//! board. DMA1 fills the ring (RM0090 table 42: stream 5, channel 4); sending is done by the core.

use hil_board::port::{BAUD, Port, RING_BYTES, Ring};
use stm32f4xx_hal::gpio::{Pin, Pull};
use stm32f4xx_hal::pac::{DMA1, RCC, USART2};
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::{Enable, Rcc};
use stm32f4xx_hal::serial::config::{Config, DmaConfig};

/// The stream and the channel of DMA1 that serve USART2's receiver.
const STREAM: usize = 5;
const CHANNEL: u8 = 4;

/// The port.
pub struct Serial {
    usart: USART2,
    dma: DMA1,
    ring: Ring,
}

impl Serial {
    /// The port, which receives from now on; `None` when the clocks do not give the baud rate.
    pub fn new(usart: USART2, dma: DMA1, pins: (Pin<'A', 2>, Pin<'A', 3>), rcc: &mut Rcc, ring: Ring) -> Option<Self> {
        // Where no host is wired to the line, it must not look like one that speaks.
        let receive = pins.1.into_alternate::<7>().internal_resistor(Pull::Up);
        let config = Config::default().baudrate(BAUD.bps()).dma(DmaConfig::Rx);
        let serial = usart.serial::<u8>((pins.0, receive), config, rcc).ok()?;
        let (usart, _) = serial.release();
        DMA1::enable(rcc);
        let stream = dma.st(STREAM);
        // SAFETY: the addresses and the length are those of the data register and of the ring, which lives for ever.
        unsafe {
            stream.par().write(|w| w.bits(usart.dr().as_ptr() as u32));
            stream.m0ar().write(|w| w.bits(ring.address()));
            stream.ndtr().write(|w| w.ndt().bits(RING_BYTES as u16));
            stream.cr().write(|w| w.chsel().bits(CHANNEL).minc().set_bit().circ().set_bit());
        }
        stream.cr().modify(|_, w| w.en().set_bit());
        Some(Self { usart, dma, ring })
    }
}

impl Port for Serial {
    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let rest = self.dma.st(STREAM).ndtr().read().ndt().bits();
        self.ring.take(RING_BYTES - usize::from(rest), buffer)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            while self.usart.sr().read().txe().bit_is_clear() {}
            self.usart.dr().write(|w| w.dr().set(u16::from(*byte)));
        }
        while self.usart.sr().read().tc().bit_is_clear() {}
    }

    /// Registers keep their contents without a clock.
    fn rest(&mut self) {
        clock(false);
    }

    fn resume(&mut self) {
        clock(true);
    }
}

/// The clocks of the port and of its DMA controller.
fn clock(on: bool) {
    // SAFETY: nothing else changes these registers while the agent serves, and no interrupt handler does.
    let rcc = unsafe { &*RCC::ptr() };
    rcc.ahb1enr().modify(|_, w| w.dma1en().bit(on));
    rcc.apb1enr().modify(|_, w| w.usart2en().bit(on));
    // A peripheral answers a little after its clock was switched on (ES0182; unverified).
    cortex_m::asm::dsb();
}
