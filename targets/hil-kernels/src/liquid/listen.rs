//! The loop over cell, solver and sound: every hop, the sound says how long a step may be, and [`AdaptiveHeun`] takes it.
//!
//! Steps lie on the grid of hops. Where the sound allows a step longer than a hop, hops wait and are then covered by one
//! stretch with the features of the newest of them; where a hop comes that does not fit into the same step, those that wait
//! are covered first, with their own features. Where the sound asks for a step shorter than a hop, the hop is divided evenly.

use super::adaptive_heun::{AdaptiveHeun, Steps, Tolerance};
use super::cell::{Cell, Held};
use super::timestep::{NotANumber, Timestep};
use super::{Features, HOP_MS, INPUTS, State};

/// The loop, without the state of the cell.
#[derive(Clone, Debug)]
pub struct Listener {
    solver: AdaptiveHeun,
    /// Hops that wait, and the features of the newest.
    waiting: u8,
    features: Features,
    /// The shortest step of those that the hops that wait allow.
    longest: Timestep,
    evaluations: u32,
}

impl Listener {
    /// A loop to which nothing has been said yet.
    #[must_use]
    pub const fn new(tolerance: Tolerance) -> Self {
        Self {
            solver: AdaptiveHeun::new(tolerance),
            waiting: 0,
            features: [0; INPUTS],
            longest: Timestep::LONGEST,
            evaluations: 0,
        }
    }

    /// Takes a hop with its complexity and moves `x` on, unless the hop can wait.
    ///
    /// # Errors
    /// [`NotANumber`] for a complexity that is NaN; nothing has changed then.
    pub fn hear(&mut self, cell: &Cell, x: &mut State, features: &Features, complexity: f32) -> Result<(), NotANumber> {
        let allowed = Timestep::of_complexity(complexity)?;
        if self.waiting > 0 && !self.one_more_fits(allowed) {
            self.catch_up(cell, x);
        }
        if allowed.ms() < self.longest.ms() || self.waiting == 0 {
            self.longest = allowed;
        }
        self.features = *features;
        self.waiting += 1;
        if !self.one_more_fits(self.longest) {
            self.catch_up(cell, x);
        }
        Ok(())
    }

    /// Covers the hops that wait.
    pub fn catch_up(&mut self, cell: &Cell, x: &mut State) {
        if self.waiting > 0 {
            let mut field = Held::new(cell, &self.features);
            self.solver.advance(&mut field, x, self.waiting, self.longest);
            self.evaluations = self.evaluations.wrapping_add(field.evaluations());
            self.waiting = 0;
        }
    }

    /// Hops that wait: two at most, behind a call of [`hear`](Self::hear).
    #[must_use]
    pub fn waiting(&self) -> u8 {
        self.waiting
    }

    /// How often the slope was evaluated so far.
    #[must_use]
    pub fn evaluations(&self) -> u32 {
        self.evaluations
    }

    /// What became of the steps so far.
    #[must_use]
    pub fn steps(&self) -> Steps {
        self.solver.steps()
    }

    fn one_more_fits(&self, step: Timestep) -> bool {
        f32::from(self.waiting + 1) * HOP_MS <= step.ms()
    }
}

#[cfg(test)]
mod tests {
    use super::Listener;
    use crate::liquid::UNITS;
    use crate::liquid::adaptive_heun::{AdaptiveHeun, Tolerance};
    use crate::liquid::cell::{CELL, Held};
    use crate::liquid::clips::Clip;
    use crate::liquid::timestep::Timestep;

    /// Evaluations of each hop, for sound of these complexities and features that do not change.
    fn evaluations(complexities: &[f32]) -> [u32; 8] {
        let loose = Tolerance { relative: 1e3, absolute: 1e3 };
        let (mut listener, mut x) = (Listener::new(loose), [0.0; UNITS]);
        // So that steps are as long as they may be from the first hop on.
        for complexity in [1.0, 0.05, 0.05] {
            listener.hear(&CELL, &mut x, &Clip::Busy.features(4), complexity).unwrap();
        }
        let mut counts = [0; 8];
        for (count, &complexity) in counts.iter_mut().zip(complexities) {
            let before = listener.evaluations();
            listener.hear(&CELL, &mut x, &Clip::Busy.features(4), complexity).unwrap();
            *count = listener.evaluations() - before;
        }
        counts
    }

    #[test]
    fn hops_of_silence_wait_for_two_more_and_a_busy_one_is_divided() {
        assert_eq!(evaluations(&[0.0; 8]), [0, 0, 2, 0, 0, 2, 0, 0]);
        assert_eq!(evaluations(&[0.05; 8]), [2; 8]);
        assert_eq!(evaluations(&[0.2; 8]), [4; 8]);
        assert_eq!(evaluations(&[0.6; 8]), [4; 8]);
        assert_eq!(evaluations(&[0.9; 8]), [8; 8]);
    }

    #[test]
    fn hops_that_wait_are_covered_before_a_busy_one() {
        // One hop waits, then 16 ms for it and four steps of 4 ms.
        assert_eq!(evaluations(&[0.0, 1.0, 1.0, 0.0, 0.0, 0.05, 0.0, 0.0]), [0, 10, 8, 0, 0, 4, 0, 0]);
    }

    #[test]
    fn a_hop_that_waited_keeps_its_own_features() {
        let tolerance = Tolerance::USUAL;
        let (calm, busy) = (Clip::Step.features(0), Clip::Step.features(9));
        let (mut listener, mut x) = (Listener::new(tolerance), [0.0; UNITS]);
        listener.hear(&CELL, &mut x, &calm, 0.0).unwrap();
        assert_eq!((listener.waiting(), x), (1, [0.0; UNITS]));
        listener.hear(&CELL, &mut x, &busy, 1.0).unwrap();
        let (mut solver, mut expected) = (AdaptiveHeun::new(tolerance), [0.0; UNITS]);
        solver.advance(&mut Held::new(&CELL, &calm), &mut expected, 1, Timestep::LONGEST);
        solver.advance(&mut Held::new(&CELL, &busy), &mut expected, 1, Timestep::of_complexity(1.0).unwrap());
        assert_eq!((listener.waiting(), x), (0, expected));
    }

    #[test]
    fn nan_is_refused_and_changes_nothing() {
        let (mut listener, mut x) = (Listener::new(Tolerance::USUAL), [0.0; UNITS]);
        listener.hear(&CELL, &mut x, &Clip::Busy.features(0), 0.0).unwrap();
        let error = listener.hear(&CELL, &mut x, &Clip::Busy.features(1), f32::NAN).unwrap_err();
        assert_eq!((error.what, listener.waiting(), listener.evaluations()), ("complexity", 1, 0));
    }
}
