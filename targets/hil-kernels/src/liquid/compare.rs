//! How far a solver is off the reference over a clip: `max|a - b| / max|b|` over all units and all states that the
//! reference is kept for, with `a` the solver's and `b` the reference's.

use super::clips::{Clip, HOPS};
use super::{State, UNITS};

/// A comparison that has come some way.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    clip: Clip,
    off: f64,
    largest: f64,
}

impl Comparison {
    /// Nothing has been compared yet.
    #[must_use]
    pub fn new(clip: Clip) -> Self {
        Self { clip, off: 0.0, largest: 0.0 }
    }

    /// Compares `x` behind `hops` hops, if the reference is kept for that.
    pub fn behind(&mut self, hops: usize, x: &State) {
        let Some(reference) = self.clip.reference(hops) else { return };
        for (&x, reference) in x.iter().zip(reference) {
            let off = (f64::from(x) - reference).abs();
            // Whatever is no number is infinitely far off; `max` alone would pass over it.
            self.off = if off.is_nan() { f64::INFINITY } else { self.off.max(off) };
            self.largest = self.largest.max(reference.abs());
        }
    }

    /// The largest difference as a share of the largest reference; infinity when nothing was compared.
    #[must_use]
    pub fn error(&self) -> f64 {
        if self.largest > 0.0 { self.off / self.largest } else { f64::INFINITY }
    }
}

/// How far a solver is off over a whole clip from rest; `hop` moves the state on by the hop that it is told.
pub fn over(clip: Clip, mut hop: impl FnMut(usize, &mut State)) -> f64 {
    let mut comparison = Comparison::new(clip);
    let mut x = [0.0; UNITS];
    for at in 0..HOPS {
        hop(at, &mut x);
        comparison.behind(at + 1, &x);
    }
    comparison.error()
}

#[cfg(test)]
mod tests {
    use super::{Comparison, over};
    use crate::liquid::UNITS;
    use crate::liquid::clips::Clip;

    #[test]
    fn a_difference_counts_as_a_share_of_the_largest_reference() {
        let reference = Clip::Busy.reference(12).unwrap();
        let largest = reference.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let mut x = reference.map(|value| value as f32);
        let mut exact = Comparison::new(Clip::Busy);
        exact.behind(12, &x);
        assert!(exact.error() < 1e-7, "{}", exact.error());
        x[5] += (0.25 * largest) as f32;
        let mut off = Comparison::new(Clip::Busy);
        off.behind(12, &x);
        assert!((off.error() - 0.25).abs() < 1e-6, "{}", off.error());
    }

    #[test]
    fn what_is_no_number_is_infinitely_far_off_and_stays_so() {
        let mut comparison = Comparison::new(Clip::Busy);
        assert_eq!(comparison.error(), f64::INFINITY, "nothing was compared");
        comparison.behind(11, &[f32::NAN; UNITS]);
        comparison.behind(12, &[f32::NAN; UNITS]);
        comparison.behind(24, &Clip::Busy.reference(24).unwrap().map(|value| value as f32));
        assert_eq!(comparison.error(), f64::INFINITY);
    }

    #[test]
    fn a_solver_that_does_nothing_is_off_by_everything() {
        let mut hops = 0;
        let error = over(Clip::Step, |at, _| {
            assert_eq!(at, hops);
            hops += 1;
        });
        assert_eq!((error, hops), (1.0, 48));
    }
}
