//! The performance counter, through `std::time::Instant`.
//!
//! It is one for the whole machine and ticks every 100 ns on most machines. An `Instant` does not tell where its zero
//! is, but it cannot be moved to before the earliest moment that it can express. That moment is the same in every
//! process, so agents that count from there can agree on a moment.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Nanoseconds of elapsed time since the earliest moment that the system's clock can express.
#[inline]
pub(crate) fn elapsed_ns() -> u64 {
    static ZERO: OnceLock<Instant> = OnceLock::new();
    let elapsed = Instant::now().duration_since(*ZERO.get_or_init(earliest));
    // Wraps where the zero is further away than 584 years, which is as good a fixed moment as any.
    elapsed.as_secs().wrapping_mul(1_000_000_000).wrapping_add(u64::from(elapsed.subsec_nanos()))
}

/// The earliest moment that an `Instant` can express.
fn earliest() -> Instant {
    let mut moment = Instant::now();
    let mut step = Duration::MAX;
    while !step.is_zero() {
        while let Some(earlier) = moment.checked_sub(step) {
            moment = earlier;
        }
        step /= 2;
    }
    moment
}

/// The standard library does not tell the processor time of this process.
pub(crate) fn process_cpu_ns() -> Option<u64> {
    None
}

/// The standard library does not tell the processor time of children.
pub(crate) fn children_cpu_ns() -> Option<u64> {
    None
}
