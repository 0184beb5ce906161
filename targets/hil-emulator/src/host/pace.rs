//! Keeps virtual time from running ahead of the host's.

use std::time::{Duration, Instant};

use crate::host::Target;
use crate::time::Time;

/// How fast virtual time may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Never faster than the host's time. Where the host is too slow, virtual time falls behind and does not catch up.
    RealTime,
    /// As fast as the host can.
    Free,
}

/// How much is run before looking at the clock again.
const CHUNK: Duration = Duration::from_millis(1);
/// Falling behind by more than this is not caught up.
const SLACK: Duration = Duration::from_millis(20);
/// What is run in one go without pacing, in cycles. The attention flag ends it earlier.
const FREE_RUN: u64 = 10_000_000;

/// The host's time at some virtual time.
pub(super) struct Pacer {
    pace: Pace,
    host: Instant,
    guest: Option<Time>,
}

impl Pacer {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, host: Instant::now(), guest: None }
    }

    /// How many cycles to run before the next look at the clock.
    pub(super) fn budget(&self, target: &Target) -> u64 {
        match self.pace {
            Pace::Free => FREE_RUN,
            Pace::RealTime => {
                let hz = u128::from(target.machine.cpu.clock.hz());
                u64::try_from(hz * CHUNK.as_micros() / 1_000_000).unwrap_or(FREE_RUN).max(1)
            }
        }
    }

    /// By how much virtual time is ahead; `None` when it is not.
    pub(super) fn ahead(&mut self, target: &Target) -> Option<Duration> {
        if self.pace == Pace::Free {
            return None;
        }
        let cpu = &target.machine.cpu;
        let now = cpu.clock.time_at(cpu.cycles);
        let began = *self.guest.get_or_insert(now);
        let guest = Duration::from_nanos(now.0.saturating_sub(began.0) / 1000);
        let host = self.host.elapsed();
        if host > guest + SLACK {
            (self.host, self.guest) = (Instant::now(), Some(now));
            return None;
        }
        guest.checked_sub(host).filter(|ahead| *ahead >= CHUNK)
    }
}
