//! Everything behind the start of the clocks: counter, buffers, kernels, and the agent that offers them.

use core::cell::RefCell;
use core::sync::atomic::Ordering;

use cortex_m::peripheral::{DCB, DWT};
use cortex_m::singleton;
use hil_agent::kernel::Kernel;
use hil_wire::message::Sample;

use crate::counter::CycleCounter;
use crate::kernels::{Faulty, FixedGuideHop, KeywordHop, LtcSolver, LtcSound, Spotting, Watched};
use crate::link::{Link, Rtt};
use crate::meter::{CODES, Meter};
use crate::platform::{BoardPlatform, Facts};
use crate::port::Port;
use crate::serve::serve;

/// The longest input: one hop of sound.
const INPUT: usize = 640;
/// Readings that are kept until they are sent.
const SAMPLES: usize = 128;
const NO_SAMPLE: Sample = Sample { ticks: 0, cpu_ns: None, cycles: None };

/// What the chip adds.
pub struct Parts {
    /// Its serial port.
    pub port: &'static mut dyn Port,
    /// What measures the power that it takes.
    pub meter: &'static mut dyn Meter,
}

/// Offers the shared kernels for ever. Called once, when the clocks run as `facts` says.
///
/// # Panics
/// When it is called again, or when the weights in the image are damaged: the host reads it as last words.
pub fn run(facts: Facts, core: (DCB, DWT), rtt: Rtt, parts: Parts) -> ! {
    crate::HIL_CORE_HZ.store(facts.core_hz, Ordering::Relaxed);
    defmt::info!("{=str} at {=u32} Hz", facts.agent, facts.core_hz);
    let Some(codes) = singleton!(CODE_BUFFER: [u16; CODES] = [0; CODES]) else { unreachable!("run is called once") };
    let counter = CycleCounter::start(core.0, core.1);
    let platform = BoardPlatform::new(facts, Link::new(rtt, parts.port), counter, parts.meter, codes);
    let input = singleton!(INPUT_BUFFER: [u8; INPUT] = [0; INPUT]);
    let samples = singleton!(SAMPLE_BUFFER: [Sample; SAMPLES] = [NO_SAMPLE; SAMPLES]);
    let (Some(mut spotting), Some(solvers), Some(sounds), Some(input), Some(samples)) =
        (spotting(), solvers(), sounds(), input, samples)
    else {
        unreachable!("run is called once, and the weights of the image are whole")
    };
    let [panic, fault, overflow, hang] = &mut [Faulty::Panic, Faulty::HardFault, Faulty::StackOverflow, Faulty::Hang];
    let [euler, heun, rk4, adaptive_heun, euler_i8] = solvers;
    let [quiet, busy] = sounds;
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = spotting.kernels();
    let kernels: &mut [&mut dyn Kernel] = &mut [
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m,
        n,
        o,
        euler,
        heun,
        rk4,
        adaptive_heun,
        euler_i8,
        quiet,
        busy,
        panic,
        fault,
        overflow,
        hang,
    ];
    serve(platform, kernels, input, samples)
}

/// Keyword spotting at both paces, to be borrowed by others for their calls.
fn spotting() -> Option<Spotting> {
    let keyword = singleton!(HOP: RefCell<&'static mut KeywordHop> = RefCell::new(keyword()?))?;
    let guide = singleton!(GUIDE_HOP: RefCell<&'static mut FixedGuideHop> = RefCell::new(guide()?))?;
    Spotting::new(keyword, guide)
}

/// The kernel in static memory. A function of its own, so that the stack on which its tables are made is free again when
/// the agent serves.
#[inline(never)]
fn keyword() -> Option<&'static mut KeywordHop> {
    KeywordHop::new().and_then(|kernel| singleton!(KEYWORD: KeywordHop = kernel))
}

/// The network at the guide's pace in static memory, over the front end in integers: its tables stay in flash.
#[inline(never)]
fn guide() -> Option<&'static mut FixedGuideHop> {
    FixedGuideHop::fixed().and_then(|kernel| singleton!(GUIDE: FixedGuideHop = kernel))
}

/// The solvers of the liquid cell in static memory.
#[inline(never)]
fn solvers() -> Option<&'static mut [Watched<LtcSolver>; 5]> {
    singleton!(SOLVERS: [Watched<LtcSolver>; 5] = LtcSolver::all().map(Watched))
}

/// The liquid cell that listens, in static memory.
#[inline(never)]
fn sounds() -> Option<&'static mut [Watched<LtcSound>; 2]> {
    singleton!(SOUNDS: [Watched<LtcSound>; 2] = [Watched(LtcSound::quiet()), Watched(LtcSound::busy())])
}
