//! How a timer counts: lazily, from one point of interest to the next, and over whole periods at once.

use super::output::Signal;
use super::{MOE, Timer, UPDATE, UPDATE_REQUEST, cr1};
use crate::time::Time;

/// What the counter comes to next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It wraps around, or turns back, with an update event.
    Update,
    /// It reaches a compare value, or its largest value without an event.
    Match,
}

impl Timer {
    /// The period in ticks between two update events, but for the repetition counter.
    fn period(&self) -> u64 {
        if self.centre() { u64::from(self.reload.active) } else { u64::from(self.reload.active) + 1 }
    }

    fn centre(&self) -> bool {
        self.control[0] >> 5 & 3 != 0
    }

    fn runs(&self) -> bool {
        // A reload value of 0 blocks the counter (RM0090 18.4.12).
        self.on(cr1::CEN) && self.ticks.hz() != 0 && self.reload.active != 0
    }

    /// Ticks until the counter turns.
    fn to_turn(&self) -> (u64, Turn) {
        let (count, reload) = (u64::from(self.count), u64::from(self.reload.active));
        match (self.down, self.centre()) {
            (false, _) if count > reload => (u64::from(self.kind.max) - count + 1, Turn::Match),
            (false, false) => (reload - count + 1, Turn::Update),
            (false, true) => (reload - count, Turn::Update),
            (true, false) => (count + 1, Turn::Update),
            (true, true) => (count, Turn::Update),
        }
    }

    /// Ticks until the counter shows `value`; `None` when it turns before.
    fn to_value(&self, value: u32) -> Option<u64> {
        let ahead = if self.down { self.count.checked_sub(value)? } else { value.checked_sub(self.count)? };
        (ahead != 0).then_some(u64::from(ahead))
    }

    /// Ticks to the next point at which anything happens, and what.
    fn to_point(&self) -> (u64, Turn) {
        let (turn, kind) = self.to_turn();
        let channels = self.compare[..self.kind.channels].iter();
        let nearest = channels.filter_map(|compare| self.to_value(compare.active)).min();
        match nearest.filter(|ticks| *ticks < turn) {
            Some(ticks) => (ticks, Turn::Match),
            None => (turn, kind),
        }
    }

    /// Brings the counter to `now`.
    pub(super) fn catch_up(&mut self, now: Time) {
        let edges = self.ticks.count(now);
        while self.runs() {
            let divider = u64::from(self.prescaler.active) + 1;
            let ticks = edges.saturating_sub(self.done) / divider;
            if ticks == 0 {
                return;
            }
            let whole = self.period() * if self.centre() { 2 } else { 1 } * (u64::from(self.repetition.written) + 1);
            if self.settled() && ticks > 3 * whole && self.count <= self.reload.active {
                // After one period by hand, the next ones bring nothing new.
                self.run_to(self.done + 2 * whole * divider, divider);
                let left = edges.saturating_sub(self.done) / divider;
                self.done += left / whole * whole * divider;
                continue;
            }
            self.run_to(edges, divider);
        }
        // While it stands, time passes it by.
        if !self.on(cr1::CEN) || self.reload.active == 0 {
            self.done = edges;
        }
    }

    /// Whether a period is like the one before: nothing waits in a preload, nothing ends the counting, nobody watches.
    fn settled(&self) -> bool {
        let same = |value: &super::Preloaded| value.written == value.active;
        let compares = self.compare.iter().enumerate().all(|(channel, value)| self.captures(channel) || same(value));
        let toggles = (0..self.kind.channels).any(|channel| self.mode_of(channel) >> 4 & 7 == 3);
        same(&self.prescaler) && same(&self.reload) && compares && !toggles && !self.on(cr1::OPM) && self.listened == 0
    }

    /// Counts to edge `end` of the clock, or until the prescaler changes or the counting ends.
    fn run_to(&mut self, end: u64, divider: u64) {
        while self.runs() && u64::from(self.prescaler.active) + 1 == divider {
            let left = end.saturating_sub(self.done) / divider;
            let (ticks, turn) = self.to_point();
            if left < ticks {
                self.step(left);
                self.done += left * divider;
                return;
            }
            self.done += ticks * divider;
            let at = self.ticks.at(self.done);
            self.step(ticks);
            if turn == Turn::Update {
                self.turn(at);
            } else if self.count > self.kind.max {
                self.count = 0;
            }
            for channel in 0..self.kind.channels {
                let compare = self.compare[channel].active;
                // A value beyond the period matches when the counter overflows (RM0090 18.4.5).
                let beyond = turn == Turn::Update && !self.down && compare > self.reload.active;
                if (compare == self.count && self.flags_here()) || beyond {
                    self.matched(channel, at);
                }
            }
            self.refer(at);
        }
    }

    /// Whether a match counts in this direction: the centre-aligned modes 1 and 2 take one only (RM0090 18.4.1).
    fn flags_here(&self) -> bool {
        match self.control[0] >> 5 & 3 {
            1 => self.down,
            2 => !self.down,
            _ => true,
        }
    }

    /// Moves the counter within its direction.
    fn step(&mut self, ticks: u64) {
        // Never more than to the next turn, which is at most one beyond either end of 32 bits.
        let ticks = ticks as u32;
        self.count = if self.down { self.count.wrapping_sub(ticks) } else { self.count.wrapping_add(ticks) };
    }

    /// The counter has passed its end at `at`.
    fn turn(&mut self, at: Time) {
        if self.centre() {
            self.down = !self.down;
        } else if !self.down {
            self.count = 0;
        }
        let due = self.repetition.active == 0;
        if due {
            self.repetition.active = self.repetition.written;
        } else {
            self.repetition.active -= 1;
        }
        if due && !self.on(cr1::UDIS) {
            self.load();
            self.flag(UPDATE, UPDATE_REQUEST);
            if self.control[1] >> 4 & 7 == 2 {
                self.pulse(Signal::Trgo, at);
            }
            if self.on(cr1::OPM) {
                self.control[0] &= !cr1::CEN;
            }
        }
        if !self.centre() && self.down {
            self.count = self.reload.active;
        }
    }

    /// What waits in preloads becomes active.
    pub(super) fn load(&mut self) {
        self.prescaler.active = self.prescaler.written;
        self.reload.active = self.reload.written;
        for channel in 0..self.kind.channels {
            if !self.captures(channel) {
                self.compare[channel].active = self.compare[channel].written;
            }
        }
    }

    /// Whether somebody waits for the match of `channel`.
    fn watched(&self, channel: usize) -> bool {
        let bit = 1u32 << (channel + 1);
        let mode = self.control[1] >> 4 & 7;
        let sends = mode == 3 && channel == 0 || mode == channel as u32 + 4;
        let pin = self.outputs >> (4 * channel) & 1 == 1 && (!self.kind.advanced || self.breaks & MOE != 0);
        self.enabled & (bit | bit << 8) != 0
            || sends && self.listened & Signal::Trgo.bit() != 0
            || self.listened & Signal::Compare(channel as u8).bit() != 0
            || pin && !self.captures(channel)
    }

    /// Works out when the next thing happens that others depend on.
    pub(super) fn plan(&mut self) {
        self.due = Time::NEVER;
        if !self.runs() {
            return;
        }
        let sends = self.control[1] >> 4 & 7 == 2 && self.listened & Signal::Trgo.bit() != 0;
        let watched = (0..self.kind.channels).filter(|channel| self.watched(*channel));
        let (turn, _) = self.to_turn();
        let mut ticks = None;
        if self.enabled & (UPDATE | UPDATE_REQUEST) != 0 || sends {
            ticks = Some(turn);
        }
        for channel in watched {
            // At the turn at the latest: a level may change there, and the match may lie behind it.
            let to = self.to_value(self.compare[channel].active).map_or(turn, |to| to.min(turn));
            ticks = Some(ticks.map_or(to, |ticks: u64| ticks.min(to)));
        }
        if let Some(ticks) = ticks {
            let divider = u64::from(self.prescaler.active) + 1;
            self.due = self.ticks.at(self.done + ticks.max(1) * divider);
        }
    }
}
