//! The agent on an nRF52840: 64 MHz from the crystal, instruction cache and DC/DC converter on.
#![no_std]
#![no_main]

mod meter;
mod serial;
mod sleep;

use cortex_m::singleton;
use cortex_m_rt::entry;
use hil_board::app::Parts;
use hil_board::link::Rtt;
use hil_board::platform::Facts;
use hil_board::port::{RING_BYTES, Ring};

use crate::meter::Chip;
use crate::serial::Serial;
use crate::sleep::Sleep;

/// The core clock, which has no other frequency.
const CORE_HZ: u32 = 64_000_000;

#[entry]
fn main() -> ! {
    let chip = nrf52840_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let ring = singleton!(RING: [u8; RING_BYTES] = [0; RING_BYTES]);
    let (Some(chip), Some(core), Some(rtt), Some(ring)) = (chip, core, Rtt::take(), ring) else {
        unreachable!("main runs once")
    };
    chip.NVMC.icachecnf.write(|w| w.cacheen().enabled());
    let meter = Chip::new(chip.SAADC, chip.TEMP, chip.P1, Sleep::new(chip.TIMER0, chip.RTC0, chip.CLOCK, &chip.POWER));
    let serial = Serial::new(chip.UARTE0, chip.TIMER2, &chip.PPI, &chip.P0, Ring::new(ring));
    let (Some(port), Some(meter)) = (singleton!(SERIAL: Serial = serial), singleton!(METER: Chip = meter)) else {
        unreachable!("main runs once")
    };
    hil_board::app::run(
        Facts { agent: "fw-nrf52840", core_hz: CORE_HZ },
        (core.DCB, core.DWT),
        rtt,
        Parts { port, meter },
    )
}
