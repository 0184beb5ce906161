//! Virtual time: picoseconds since power-on, and how cycles of a core whose clock may change map to them.

/// A point in virtual time, in picoseconds since power-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Time(pub u64);

impl Time {
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// This time and `ns` nanoseconds.
    #[must_use]
    pub fn plus_ns(self, ns: u64) -> Self {
        Self(self.0.saturating_add(ns.saturating_mul(1000)))
    }
}

/// The core clock: maps cycles to virtual time and back.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    hz: u64,
    anchor_cycles: u64,
    anchor: Time,
}

const PS_PER_SECOND: u128 = 1_000_000_000_000;

impl Clock {
    /// A clock of `hz` (at least 1) that starts with cycle 0 at time 0.
    #[must_use]
    pub fn new(hz: u64) -> Self {
        Self { hz: hz.max(1), anchor_cycles: 0, anchor: Time(0) }
    }

    /// The frequency in hertz.
    #[must_use]
    pub fn hz(&self) -> u64 {
        self.hz
    }

    /// The frequency from `cycles` on.
    pub fn set_hz(&mut self, hz: u64, cycles: u64) {
        *self = Self { anchor: self.time_at(cycles), anchor_cycles: cycles, hz: hz.max(1) };
    }

    /// The time at which `cycles` have passed.
    #[must_use]
    pub fn time_at(&self, cycles: u64) -> Time {
        let since = u128::from(cycles.saturating_sub(self.anchor_cycles)) * PS_PER_SECOND / u128::from(self.hz);
        Time(self.anchor.0.saturating_add(u64::try_from(since).unwrap_or(u64::MAX)))
    }

    /// The first cycle that is not before `time`; `u64::MAX` for [`Time::NEVER`].
    #[must_use]
    pub fn cycles_at(&self, time: Time) -> u64 {
        if time == Time::NEVER {
            return u64::MAX;
        }
        let since = (u128::from(time.0.saturating_sub(self.anchor.0)) * u128::from(self.hz)).div_ceil(PS_PER_SECOND);
        self.anchor_cycles.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Time};

    #[test]
    fn cycles_and_time_agree_across_a_change_of_frequency() {
        let mut clock = Clock::new(16_000_000);
        assert_eq!(clock.time_at(16), Time(1_000_000));
        clock.set_hz(168_000_000, 16);
        assert_eq!(clock.time_at(16 + 168), Time(2_000_000));
        for cycles in 16..2000 {
            assert_eq!(clock.cycles_at(clock.time_at(cycles)), cycles, "the first cycle not before its own time");
        }
        assert_eq!(clock.cycles_at(Time::NEVER), u64::MAX);
    }
}
