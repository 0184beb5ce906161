//! The agent on an nRF52840: 64 MHz from the crystal, instruction cache on.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hil_board::link::Link;
use hil_board::platform::Facts;
use nrf52840_hal::clocks::Clocks;

/// The core clock, which has no other frequency.
const CORE_HZ: u32 = 64_000_000;

#[entry]
fn main() -> ! {
    let chip = nrf52840_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let (Some(chip), Some(core), Some(link)) = (chip, core, Link::take()) else { unreachable!("main runs once") };
    let _clocks = Clocks::new(chip.CLOCK).enable_ext_hfosc();
    chip.NVMC.icachecnf.write(|w| w.cacheen().enabled());
    hil_board::app::run(Facts { agent: "fw-nrf52840", core_hz: CORE_HZ }, core, link)
}
