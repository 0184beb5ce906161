//! Edges of a clock, counted from an origin: timers and converters count them without an event for each.
//!
//! Edges lie on the grid of [`crate::time::Clock`]: an edge that coincides with a core cycle has the time of that cycle,
//! so that a counter is exact to the cycle for ever.

use crate::time::Time;

const PS_PER_SECOND: u128 = 1_000_000_000_000;

/// A clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticks {
    origin: Time,
    hz: u64,
}

impl Ticks {
    /// A clock of `hz` whose edge 0 is at `origin`; a clock of 0 Hz stands still.
    #[must_use]
    pub fn new(origin: Time, hz: u64) -> Self {
        Self { origin, hz }
    }

    /// Its frequency in hertz.
    #[must_use]
    pub fn hz(&self) -> u64 {
        self.hz
    }

    /// The same clock, `by` picoseconds later.
    #[must_use]
    pub fn postponed(self, by: u64) -> Self {
        Self { origin: Time(self.origin.0.saturating_add(by)), ..self }
    }

    /// How many edges have been up to `now`, the one at the origin aside.
    #[must_use]
    pub fn count(&self, now: Time) -> u64 {
        let since = u128::from(now.0.saturating_sub(self.origin.0)) + 1;
        let edges = (since * u128::from(self.hz)).div_ceil(PS_PER_SECOND).saturating_sub(1);
        u64::try_from(edges).unwrap_or(u64::MAX)
    }

    /// When edge `count` is.
    #[must_use]
    pub fn at(&self, count: u64) -> Time {
        let since = (u128::from(count) * PS_PER_SECOND).checked_div(u128::from(self.hz));
        let since = since.and_then(|since| u64::try_from(since).ok()).unwrap_or(u64::MAX);
        Time(self.origin.0.saturating_add(since))
    }
}

#[cfg(test)]
mod tests {
    use super::Ticks;
    use crate::time::{Clock, Time};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_edge_is_counted_from_its_own_time_on(origin in 0..1u64 << 40, hz in 1..200_000_000u64, n in 0..1u64 << 40) {
            let ticks = Ticks::new(Time(origin), hz);
            let at = ticks.at(n);
            prop_assert_eq!(ticks.count(at), n);
            if n > 0 {
                prop_assert_eq!(ticks.count(Time(at.0 - 1)), n - 1);
            }
        }

        #[test]
        fn every_second_cycle_is_an_edge_of_half_the_clock(start in 0..1u64 << 40, n in 0..1u64 << 40) {
            let core = Clock::new(168_000_000);
            let ticks = Ticks::new(core.time_at(start), 84_000_000);
            prop_assert_eq!(core.cycles_at(ticks.at(n)), start + 2 * n);
            prop_assert_eq!(ticks.count(core.time_at(start + 2 * n)), n);
        }
    }

    #[test]
    fn a_clock_that_stands_still_has_no_edges() {
        let ticks = Ticks::new(Time(5), 0);
        assert_eq!((ticks.count(Time(1 << 60)), ticks.at(1)), (0, Time::NEVER));
    }
}
