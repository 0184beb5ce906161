//! What it takes to follow a clip: evaluations of the slope, and how far off one is then.
//!
//! The loop of [`super::listen`] on one side; on the other Heun's method with a step that is fixed, in every length that lies
//! on the grid of hops: 1, 2 or 3 hops, or a hop divided by 2 to 16. A fixed step longer than a hop covers it with the
//! features of the newest hop, as the loop does. The first 12 hops, in which the cell leaves its rest, do not count: a cell
//! that listens is switched on once.

use super::adaptive_heun::Tolerance;
use super::cell::{CELL, Held};
use super::clips::{Clip, HOPS, HOPS_PER_CHECK};
use super::compare::Comparison;
use super::listen::Listener;
use super::timestep::NotANumber;
use super::{HOP_MS, UNITS, heun};

/// Hops that do not count.
const SETTLING: usize = HOPS_PER_CHECK;
/// Steps of a hop at most, 1 ms each: the shortest that the guide allows.
const MOST_STEPS: u8 = 16;
/// Hops of a step at most, 48 ms: the longest that the guide allows.
const MOST_HOPS: u8 = 3;

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Evaluations of the slope.
    pub evaluations: u32,
    /// How far off: see [`super::compare`].
    pub error: f64,
}

/// The length of a step that is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// So many hops for a step.
    HopsPerStep(u8),
    /// So many steps for a hop.
    StepsPerHop(u8),
}

impl Pace {
    /// All of them, the longest step first.
    pub fn all() -> impl Iterator<Item = Self> {
        let long = (1..=MOST_HOPS).rev().map(Self::HopsPerStep);
        long.chain((2..=MOST_STEPS).map(Self::StepsPerHop))
    }

    /// Its length in milliseconds.
    #[must_use]
    pub fn ms(self) -> f32 {
        match self {
            Self::HopsPerStep(hops) => HOP_MS * f32::from(hops),
            Self::StepsPerHop(steps) => HOP_MS / f32::from(steps),
        }
    }
}

/// The loop with the step that the sound allows.
///
/// # Errors
/// [`NotANumber`] for a clip whose complexity is NaN.
pub fn adaptive(clip: Clip, tolerance: Tolerance) -> Result<Cost, NotANumber> {
    let (mut listener, mut x) = (Listener::new(tolerance), [0.0; UNITS]);
    let mut comparison = Comparison::new(clip);
    let mut settled = 0;
    for hop in 0..HOPS {
        listener.hear(&CELL, &mut x, &clip.features(hop), clip.complexity(hop))?;
        if (hop + 1).is_multiple_of(HOPS_PER_CHECK) {
            // To be compared, the state has to be that behind this hop.
            listener.catch_up(&CELL, &mut x);
        }
        if hop + 1 == SETTLING {
            settled = listener.evaluations();
        } else if hop + 1 > SETTLING {
            comparison.behind(hop + 1, &x);
        }
    }
    Ok(Cost { evaluations: listener.evaluations() - settled, error: comparison.error() })
}

/// Heun's method with a fixed step.
#[must_use]
pub fn fixed(clip: Clip, pace: Pace) -> Cost {
    let mut x = [0.0; UNITS];
    let mut comparison = Comparison::new(clip);
    let mut evaluations = 0;
    let h = pace.ms() * 1e-3;
    for hop in 0..HOPS {
        let mut field = Held::new(&CELL, &clip.features(hop));
        let steps = match pace {
            Pace::HopsPerStep(hops) => u8::from((hop + 1).is_multiple_of(usize::from(hops))),
            Pace::StepsPerHop(steps) => steps,
        };
        for _ in 0..steps {
            heun::step(&mut field, &mut x, h);
        }
        if hop >= SETTLING {
            evaluations += field.evaluations();
            comparison.behind(hop + 1, &x);
        }
    }
    Cost { evaluations, error: comparison.error() }
}

/// The longest fixed step that is at least as exact as `error`; nothing when none is.
#[must_use]
pub fn cheapest_fixed(clip: Clip, error: f64) -> Option<(Pace, Cost)> {
    Pace::all().map(|pace| (pace, fixed(clip, pace))).find(|(_, cost)| cost.error <= error)
}

// A check falls on the end of a step of every length.
const _: () = assert!(HOPS_PER_CHECK.is_multiple_of(2) && HOPS_PER_CHECK.is_multiple_of(3));

#[cfg(test)]
mod tests {
    use super::{Cost, Pace, adaptive, cheapest_fixed, fixed};
    use crate::liquid::adaptive_heun::Tolerance;
    use crate::liquid::clips::Clip;

    #[test]
    fn paces_become_shorter_and_cost_what_they_say() {
        let mut lengths = [0.0; 18];
        for (length, pace) in lengths.iter_mut().zip(Pace::all()) {
            *length = pace.ms();
            // 36 hops count.
            assert_eq!(fixed(Clip::Busy, pace).evaluations as f32, (36.0 * 16.0 / pace.ms()).round() * 2.0, "{pace:?}");
        }
        assert_eq!((lengths[0], lengths[2], lengths[17], Pace::all().count()), (48.0, 16.0, 1.0, 18));
        assert!(lengths.is_sorted_by(|a, b| a > b), "{lengths:?}");
    }

    #[test]
    fn the_cheapest_is_exact_enough_and_the_next_longer_one_is_not() {
        let wanted = fixed(Clip::Busy, Pace::StepsPerHop(5)).error;
        let (pace, cost) = cheapest_fixed(Clip::Busy, wanted).unwrap();
        assert!(cost.error <= wanted && pace.ms() >= 3.2);
        let longer = Pace::all().take_while(|other| *other != pace).last().unwrap();
        assert!(fixed(Clip::Busy, longer).error > wanted, "{longer:?}");
        assert_eq!(cheapest_fixed(Clip::Busy, 0.0), None);
    }

    #[test]
    fn the_loop_spends_less_on_quiet_sound_and_more_for_a_tighter_tolerance() {
        let cost = |clip, relative| adaptive(clip, Tolerance { relative, absolute: 1e-6 }).unwrap();
        let (quiet, busy) = (cost(Clip::Quiet, 1e-3), cost(Clip::Busy, 1e-3));
        assert!(quiet.evaluations < busy.evaluations, "{quiet:?} {busy:?}");
        let Cost { evaluations, error } = cost(Clip::Busy, 1e-4);
        assert!(evaluations > busy.evaluations && error < busy.error, "{busy:?}, {evaluations}, {error:e}");
    }
}
