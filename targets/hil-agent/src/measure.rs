//! The only code that stands between the readings of the counters.
//!
//! Order of the readings: processor time outermost (a system call on most machines), cycles next, the clock that
//! verdicts are about innermost, so that it covers as little as possible besides the kernel.

use core::hint::black_box;

use hil_wire::message::Sample;

use crate::kernel::{Kernel, LoadError, Mismatch, RunsIn};
use crate::platform::Platform;

/// Reads of the clock after which it counts as dead. At one nanosecond a read, two milliseconds: longer than a tick
/// of any clock that could time a kernel.
const READS_UNTIL_DEAD: u32 = 2_000_000;

/// Runs one iteration between readings of all counters. Returns them, and the last reading of the clock.
///
/// Never inlined and called through `dyn`, so that the empty kernel of [`least_cost`] goes exactly the same way.
#[inline(never)]
pub fn time_one<P: Platform>(platform: &mut P, kernel: &mut dyn Kernel, whose: RunsIn) -> (Sample, u64) {
    let cpu_before = platform.cpu_ns(whose);
    let cycles_before = platform.cycles();
    let clock_before = platform.clock();
    black_box(&mut *kernel).run();
    let clock_after = platform.clock();
    let cycles_after = platform.cycles();
    let cpu_after = platform.cpu_ns(whose);
    let sample = Sample {
        // A counter that goes backwards gives zero, which the host takes for a dead counter if it stays so.
        ticks: clock_after.saturating_sub(clock_before),
        cpu_ns: difference(cpu_before, cpu_after),
        cycles: difference(cycles_before, cycles_after),
    };
    (sample, clock_after)
}

fn difference(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    Some(after?.saturating_sub(before?))
}

/// What an iteration of a kernel that does nothing costs on each counter: the least of `rounds` readings.
///
/// The least, because this cost is subtracted from every reading. Disturbances only ever add, so the least reading is
/// the best estimate of the undisturbed cost, and subtracting it can leave a latency too long but never make it too
/// short: an error on the safe side of every limit.
pub fn least_cost<P: Platform>(platform: &mut P, whose: RunsIn, rounds: u32) -> Sample {
    let mut empty = Empty;
    let kernel: &mut dyn Kernel = black_box(&mut empty);
    let (mut least, _) = time_one(platform, kernel, whose);
    for _ in 1..rounds {
        let (sample, _) = time_one(platform, kernel, whose);
        least.ticks = least.ticks.min(sample.ticks);
        least.cpu_ns = least.cpu_ns.min(sample.cpu_ns);
        least.cycles = least.cycles.min(sample.cycles);
    }
    least
}

/// Whether the clock moves at all.
pub fn clock_moves<P: Platform>(platform: &mut P) -> bool {
    let first = platform.clock();
    (0..READS_UNTIL_DEAD).any(|_| platform.clock() > first)
}

/// Does nothing.
struct Empty;

impl Kernel for Empty {
    fn name(&self) -> &str {
        "empty"
    }
    fn about(&self) -> &str {
        "does nothing"
    }
    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }
    fn run(&mut self) {}
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
}
