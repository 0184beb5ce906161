//! The channels of a timer: what a match does, the reference signals of the output modes, captures, signals to others.

use super::{MOE, Timer};
use crate::time::Time;

/// CC1E to CC4E of CCER (RM0090 18.4.9).
const CHANNELS_ON: u32 = 0x1111;

/// A signal that a timer sends to other peripherals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// TRGO.
    Trgo,
    /// The reference signal of a channel, from 0.
    Compare(u8),
}

impl Signal {
    /// Its bit in a set of signals.
    #[must_use]
    pub fn bit(self) -> u8 {
        match self {
            Self::Trgo => 1,
            Self::Compare(channel) => 2 << channel,
        }
    }
}

impl Timer {
    /// The byte of CCMR1 and CCMR2 that belongs to `channel`.
    pub(super) fn mode_of(&self, channel: usize) -> u32 {
        self.modes[channel / 2] >> (8 * (channel & 1)) & 0xFF
    }

    /// Whether `channel` is an input.
    pub(super) fn captures(&self, channel: usize) -> bool {
        self.mode_of(channel) & 3 != 0
    }

    /// The counter matches `channel`.
    pub(super) fn matched(&mut self, channel: usize, at: Time) {
        if self.captures(channel) {
            return;
        }
        self.flag(1 << (channel + 1), 1 << (channel + 9));
        if channel == 0 && self.control[1] >> 4 & 7 == 3 {
            self.pulse(Signal::Trgo, at);
        }
        let level = match self.mode_of(channel) >> 4 & 7 {
            1 => true,
            2 => false,
            3 => !self.references[channel],
            _ => return,
        };
        self.set_reference(channel, level, at);
    }

    /// Brings the reference signals up to date that follow from the count: forced levels and PWM (RM0090 18.4.7).
    pub(super) fn refer(&mut self, at: Time) {
        for channel in 0..self.kind.channels {
            if self.captures(channel) {
                continue;
            }
            let compare = self.compare[channel].active;
            let active = if self.down { self.count <= compare } else { self.count < compare };
            let level = match self.mode_of(channel) >> 4 & 7 {
                4 => false,
                5 => true,
                6 => active,
                7 => !active,
                _ => continue,
            };
            self.set_reference(channel, level, at);
        }
    }

    fn set_reference(&mut self, channel: usize, level: bool, at: Time) {
        if std::mem::replace(&mut self.references[channel], level) == level {
            return;
        }
        if self.control[1] >> 4 & 7 == channel as u32 + 4 {
            self.send(Signal::Trgo, level, at);
        }
        self.send(Signal::Compare(channel as u8), level, at);
    }

    fn send(&mut self, signal: Signal, level: bool, at: Time) {
        if self.listened & signal.bit() != 0 {
            self.fired.push((signal, level, at));
        }
    }

    /// A signal that is high for one clock.
    pub(super) fn pulse(&mut self, signal: Signal, at: Time) {
        self.send(signal, true, at);
        self.send(signal, false, at);
    }

    /// Whether any channel is an output that is on; captures, which use the same bits, count as well.
    #[must_use]
    pub fn drives_pins(&self) -> bool {
        self.outputs & CHANNELS_ON != 0
    }

    /// The level of the pin of `channel` (from 0); `None` while the timer does not drive it.
    #[must_use]
    pub fn pin(&self, channel: usize) -> Option<bool> {
        let on = self.outputs >> (4 * channel) & 1 == 1 && (!self.kind.advanced || self.breaks & MOE != 0);
        let inverted = self.outputs >> (4 * channel + 1) & 1 == 1;
        (on && channel < self.kind.channels && !self.captures(channel)).then(|| self.references[channel] != inverted)
    }

    /// The pin of `channel` (from 0) has a new level at `now`: an input channel captures the count at the edges that it
    /// is set for.
    pub fn input(&mut self, channel: usize, level: bool, now: Time) {
        self.catch_up(now);
        for index in 0..self.kind.channels {
            // CCxS 1 takes the channel's own pin, 2 that of its neighbour.
            let source = match self.mode_of(index) & 3 {
                1 => index,
                2 => index ^ 1,
                _ => continue,
            };
            let polarity = self.outputs >> (4 * index);
            let edge = match (polarity >> 1 & 1, polarity >> 3 & 1) {
                (1, 1) => true,
                (1, 0) => !level,
                _ => level,
            };
            if source == channel && polarity & 1 == 1 && edge {
                if self.status >> (index + 1) & 1 == 1 {
                    self.status |= 1 << (index + 9);
                }
                self.compare[index].active = self.count;
                self.flag(1 << (index + 1), 1 << (index + 9));
            }
        }
        self.plan();
    }
}
