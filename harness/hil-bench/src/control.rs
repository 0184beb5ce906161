//! How the caller keeps control while a job runs: it can stop it, and it owns the time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The time by which deadlines and budgets are kept. It times no kernel: agents do that.
pub trait HostClock {
    /// Time since a fixed moment.
    fn now(&self) -> Duration;
}

/// The clock of this computer.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    zero: Instant,
}

impl SystemClock {
    /// Counts from now.
    #[must_use]
    pub fn start() -> Self {
        Self { zero: Instant::now() }
    }
}

impl HostClock for SystemClock {
    fn now(&self) -> Duration {
        self.zero.elapsed()
    }
}

/// What the caller holds while a job runs.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// Set it, for example on Ctrl-C, and the job stops within a tenth of a second and keeps what it has.
    pub cancel: &'a AtomicBool,
    /// The time.
    pub clock: &'a dyn HostClock,
}

impl Control<'_> {
    /// Whether the caller wants to stop.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
