//! The agent on an nRF52840: 64 MHz from the crystal, instruction cache on.
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
use nrf52840_hal::clocks::Clocks;

/// The longest input: one hop of sound.
const INPUT: usize = 640;
/// Readings that are kept until they are sent.
const SAMPLES: usize = 128;
const NO_SAMPLE: Sample = Sample { ticks: 0, cpu_ns: None, cycles: None };
/// The core clock, which has no other frequency.
const CORE_HZ: u32 = 64_000_000;

#[entry]
fn main() -> ! {
    let chip = nrf52840_hal::pac::Peripherals::take();
    let core = cortex_m::Peripherals::take();
    let (Some(chip), Some(core), Some(link)) = (chip, core, Link::take()) else { unreachable!("main runs once") };
    let _clocks = Clocks::new(chip.CLOCK).enable_ext_hfosc();
    chip.NVMC.icachecnf.write(|w| w.cacheen().enabled());
    let facts = Facts { agent: "fw-nrf52840", core_hz: CORE_HZ };
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
