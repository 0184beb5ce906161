//! How the caller keeps control while a job runs: it can stop it, and it owns the time.

use std::cell::Cell;
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
    /// Set it, for example on Ctrl-C, and the job stops and keeps what it has. Where nothing was measured in the
    /// present life of the agent, that takes a tenth of a second; otherwise the iteration under way ends first, and
    /// the result is compared with the known answer once more.
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

/// The caller's wish to stop as sessions hear it: not at all while the ear is closed, which is when something has to
/// be finished all the same.
///
/// A session looks at its flag and at the time in turns. The flag follows the caller's whenever the time is asked.
pub(crate) struct Ear<'a> {
    caller: Control<'a>,
    heard: AtomicBool,
    closed: Cell<bool>,
}

impl<'a> Ear<'a> {
    pub(crate) fn new(caller: Control<'a>) -> Self {
        Self { caller, heard: AtomicBool::new(false), closed: Cell::new(false) }
    }

    /// What a session is given.
    pub(crate) fn control(&self) -> Control<'_> {
        Control { cancel: &self.heard, clock: self }
    }

    pub(crate) fn close(&self) {
        self.closed.set(true);
        self.heard.store(false, Ordering::Relaxed);
    }

    pub(crate) fn open(&self) {
        self.closed.set(false);
    }
}

impl HostClock for Ear<'_> {
    fn now(&self) -> Duration {
        self.heard.store(!self.closed.get() && self.caller.cancelled(), Ordering::Relaxed);
        self.caller.clock.now()
    }
}
