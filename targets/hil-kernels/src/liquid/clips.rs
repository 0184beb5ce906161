//! Inputs to run cells on: 48 hops of features, 0.77 s, and what the reference integration makes of them.
//!
//! `quiet` is the noise of a quiet room (37 dB SPL at a microphone of -26 dBFS for 94 dB SPL) in which something small is
//! put down after 0.3 s. `busy` is like speech: syllables of 96 ms, each with a pitch and two formants of its own, a
//! fricative and a short pause. Both are sound, made from a seed and put through the front end of the guide (512 samples,
//! hops of 256, 13 cepstral coefficients) before they became tables; `tests/liquid_clips.rs` makes them again and compares,
//! and states every figure. `step` is no sound: all features are 0, and from the seventh hop on each is 1.5 or -1.5.

use super::clip_table::{BUSY, QUIET};
use super::reference_states::STATES;
use super::{Features, INPUTS, UNITS};

/// Hops of a clip.
pub const HOPS: usize = 48;
/// So many hops lie between two states that the reference is known for.
pub const HOPS_PER_CHECK: usize = 12;
/// States of a clip that the reference is known for.
pub const CHECKS: usize = HOPS / HOPS_PER_CHECK;
/// The reference is kept in whole steps of 1/2^28, a sixteenth of what `f32` can tell at 0.5.
pub const REFERENCE_STEPS: f64 = 268_435_456.0;

/// The first hop of `step` that is not 0.
const STEP_AT: usize = 6;
/// 1.5 in steps of a feature.
const STEP_SIZE: i8 = 48;

/// A row of a table: complexity in hundredths, rounded up, which leaves it between the same two knots of the table of
/// [`super::timestep`], and the features.
pub(super) type Row = [i8; 1 + INPUTS];

/// An input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clip {
    /// A quiet room.
    Quiet,
    /// Something like speech.
    Busy,
    /// A step in all features.
    Step,
}

impl Clip {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::Busy, Self::Step];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Busy => "busy",
            Self::Step => "step",
        }
    }

    /// The features of a hop. Behind its last hop the clip begins again.
    #[must_use]
    pub fn features(self, hop: usize) -> Features {
        let hop = hop % HOPS;
        let table = match self {
            Self::Quiet => &QUIET,
            Self::Busy => &BUSY,
            Self::Step => {
                let size = if hop < STEP_AT { 0 } else { STEP_SIZE };
                return core::array::from_fn(|at| if at.is_multiple_of(2) { size } else { -size });
            }
        };
        let [_, features @ ..] = table[hop];
        features
    }

    /// How busy the sound is at a hop, from 0 to 1. Behind its last hop the clip begins again.
    #[must_use]
    pub fn complexity(self, hop: usize) -> f32 {
        let hop = hop % HOPS;
        let [hundredths, ..] = match self {
            Self::Quiet => QUIET[hop],
            Self::Busy => BUSY[hop],
            Self::Step => return if hop == STEP_AT { 1.0 } else { 0.0 },
        };
        f32::from(hundredths) / 100.0
    }

    /// What the reference is behind `hops` hops of the clip, from rest; nothing where it is not kept.
    #[must_use]
    pub fn reference(self, hops: usize) -> Option<[f64; UNITS]> {
        let states = match self {
            Self::Quiet => &STATES[0],
            Self::Busy => &STATES[1],
            Self::Step => &STATES[2],
        };
        if !hops.is_multiple_of(HOPS_PER_CHECK) {
            return None;
        }
        let check = (hops / HOPS_PER_CHECK).checked_sub(1)?;
        states.get(check).map(|state| state.map(|steps| f64::from(steps) / REFERENCE_STEPS))
    }
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Clip, HOPS};

    #[test]
    fn a_quiet_clip_is_less_complex_than_a_busy_one_and_both_are_shares() {
        let mean = |clip: Clip| {
            let sum: f32 = (0..HOPS).map(|hop| clip.complexity(hop)).sum();
            assert!((0..HOPS).all(|hop| (0.0..=1.0).contains(&clip.complexity(hop))), "{}", clip.name());
            sum / HOPS as f32
        };
        assert!(mean(Clip::Quiet) < 0.5 * mean(Clip::Busy));
    }

    #[test]
    fn a_clip_begins_again_and_the_step_is_where_it_is_said_to_be() {
        for clip in Clip::ALL {
            assert_eq!(clip.features(3), clip.features(HOPS + 3));
            assert_eq!(clip.complexity(3), clip.complexity(HOPS + 3));
        }
        assert_eq!(Clip::Step.features(5), [0; 13]);
        assert_eq!(Clip::Step.features(6), [48, -48, 48, -48, 48, -48, 48, -48, 48, -48, 48, -48, 48]);
    }

    #[test]
    fn the_reference_is_kept_at_every_check_and_nowhere_else() {
        for clip in Clip::ALL {
            let kept: usize = (0..=2 * HOPS).filter(|&hops| clip.reference(hops).is_some()).count();
            assert_eq!(kept, CHECKS);
            assert!(clip.reference(0).is_none() && clip.reference(HOPS).is_some());
        }
    }
}
