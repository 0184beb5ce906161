//! The agent on an STM32F407: 168 MHz from the 8 MHz crystal of the Discovery board, flash accelerator on.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hil_board::link::Link;
use hil_board::platform::Facts;
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::Config;

#[entry]
fn main() -> ! {
    let chip = stm32f4xx_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let (Some(chip), Some(core), Some(link)) = (chip, core, Link::take()) else { unreachable!("main runs once") };
    // The HAL sets the wait states, the prefetch and both caches for this frequency.
    let rcc = chip.RCC.freeze(Config::hse(8.MHz()).sysclk(168.MHz()));
    hil_board::app::run(Facts { agent: "fw-stm32f4", core_hz: rcc.clocks.hclk().raw() }, core, link)
}
