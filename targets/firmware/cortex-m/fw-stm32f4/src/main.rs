//! The agent on an STM32F407: 168 MHz from the 8 MHz crystal of the Discovery board, flash accelerator on.
#![no_std]
#![no_main]

mod meter;
mod pins;
mod serial;
mod sleep;

use cortex_m::singleton;
use cortex_m_rt::entry;
use hil_board::app::Parts;
use hil_board::link::Rtt;
use hil_board::platform::Facts;
use hil_board::port::{RING_BYTES, Ring};
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::Config;

use crate::meter::Chip;
use crate::serial::Serial;
use crate::sleep::Sleep;

#[entry]
fn main() -> ! {
    let chip = stm32f4xx_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let ring = singleton!(RING: [u8; RING_BYTES] = [0; RING_BYTES]);
    let (Some(chip), Some(core), Some(rtt), Some(ring)) = (chip, core, Rtt::take(), ring) else {
        unreachable!("main runs once")
    };
    // The HAL sets the wait states, the prefetch and both caches for this frequency.
    let mut rcc = chip.RCC.freeze(Config::hse(8.MHz()).sysclk(168.MHz()));
    pins::rest(&chip.GPIOA, &chip.GPIOB, &chip.GPIOC, &chip.GPIOD, &chip.GPIOE, &mut rcc);
    let sleep = Sleep::new(chip.TIM5, chip.RTC, chip.PWR, chip.EXTI, core.SCB, &mut rcc);
    let meter = Chip::new((chip.ADC1, chip.ADC_COMMON), chip.DMA2, chip.TIM2, chip.GPIOE, sleep, &mut rcc);
    let pins = chip.GPIOA.split(&mut rcc);
    let serial = Serial::new(chip.USART2, chip.DMA1, (pins.pa2, pins.pa3), &mut rcc, Ring::new(ring));
    pins::stop_clocks();
    let (Some(port), Some(meter)) =
        (serial.and_then(|serial| singleton!(SERIAL: Serial = serial)), singleton!(METER: Chip = meter))
    else {
        unreachable!("main runs once, and 42 MHz are divided to the baud rate")
    };
    let facts = Facts { agent: "fw-stm32f4", core_hz: rcc.clocks.hclk().raw() };
    hil_board::app::run(facts, (core.DCB, core.DWT), rtt, Parts { port, meter })
}
