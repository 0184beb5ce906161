//! A clock that moves only when it is moved; host and devices of one test share it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hil_bench::control::HostClock;

/// Nanoseconds since the test began.
#[derive(Debug, Clone, Default)]
pub struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Nanoseconds.
    #[must_use]
    pub fn nanos(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl HostClock for VirtualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanos())
    }
}
