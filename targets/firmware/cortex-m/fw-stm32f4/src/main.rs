//! The agent on an STM32F407: 168 MHz from the 8 MHz crystal of the Discovery board, flash accelerator on.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use hil_agent::kernel::Kernel;
use hil_board::counter::CycleCounter;
use hil_board::kernels::{Faulty, KeywordHop, Watched};
use hil_board::link::Link;
use hil_board::platform::{BoardPlatform, Facts};
use hil_board::serve::serve;
use hil_wire::message::Sample;
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::Config;

/// The longest input: one hop of sound.
const INPUT: usize = 640;
/// Readings that are kept until they are sent.
const SAMPLES: usize = 128;
const NO_SAMPLE: Sample = Sample { ticks: 0, cpu_ns: None, cycles: None };

#[entry]
fn main() -> ! {
    let chip = stm32f4xx_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let (Some(chip), Some(core), Some(link)) = (chip, core, Link::take()) else { unreachable!("main runs once") };
    // The HAL sets the wait states, the prefetch and both caches for this frequency.
    let rcc = chip.RCC.freeze(Config::hse(8.MHz()).sysclk(168.MHz()));
    let facts = Facts { agent: "fw-stm32f4", core_hz: rcc.clocks.hclk().raw() };
    let counter = CycleCounter::start(core.DCB, core.DWT);
    let platform = BoardPlatform::new(facts, link, counter);
    let input = singleton!(INPUT_BUFFER: [u8; INPUT] = [0; INPUT]);
    let samples = singleton!(SAMPLE_BUFFER: [Sample; SAMPLES] = [NO_SAMPLE; SAMPLES]);
    let (Some(keyword), Some(input), Some(samples)) = (keyword(), input, samples) else {
        unreachable!("main runs once, and the weights of the image are whole")
    };
    let (mut panic, mut fault, mut hang) = (Faulty::Panic, Faulty::HardFault, Faulty::Hang);
    let kernels: &mut [&mut dyn Kernel] = &mut [keyword, &mut panic, &mut fault, &mut hang];
    serve(platform, kernels, input, samples)
}

/// The kernel in static memory. A function of its own, so that the stack on which its tables are made is free again when
/// the agent serves.
#[inline(never)]
fn keyword() -> Option<&'static mut Watched<KeywordHop>> {
    KeywordHop::new().and_then(|kernel| singleton!(KEYWORD: Watched<KeywordHop> = Watched(kernel)))
}
