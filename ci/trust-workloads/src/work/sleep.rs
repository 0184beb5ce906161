//! Sleep with jitter: the thread asks the system to wake it later, each time a little earlier or later than two
//! milliseconds, from a fixed seed.

use std::thread;
use std::time::{Duration, Instant};

use super::Work;

/// Microseconds asked for on average.
const MICROSECONDS: u64 = 2_000;
/// The jitter is uniform within this share, in thousandths, to both sides.
const JITTER_PERMILLE: u64 = 20;

/// The sleeps.
#[derive(Debug)]
pub struct Sleep {
    state: u64,
}

impl Sleep {
    /// From a fixed seed.
    pub fn new() -> Self {
        Self { state: 11 }
    }

    /// What is asked for next, for that many steps of a microsecond.
    fn next(&mut self, steps: u64) -> Duration {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let permille = 1000 - JITTER_PERMILLE + (self.state >> 33) % (2 * JITTER_PERMILLE + 1);
        Duration::from_nanos(steps * permille)
    }
}

impl Work for Sleep {
    fn name(&self) -> &'static str {
        "sleep"
    }

    fn about(&self) -> &'static str {
        "a sleep of about two milliseconds"
    }

    fn base(&self) -> u64 {
        MICROSECONDS
    }

    fn run(&mut self, steps: u64) {
        let time = self.next(steps);
        thread::sleep(time);
    }

    /// No sleep is shorter than what the jitter allows.
    fn check(&mut self) -> Result<(), String> {
        let (begin, least) = (Instant::now(), Duration::from_nanos(MICROSECONDS * (1000 - JITTER_PERMILLE)));
        self.run(MICROSECONDS);
        let took = begin.elapsed();
        if took >= least { Ok(()) } else { Err(format!("slept {took:?}, at least {least:?} was asked for")) }
    }
}
