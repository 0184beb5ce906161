//! The loop in which the sound chooses the step, as a kernel, on quiet and on busy sound.
//!
//! One iteration is one hop of 16 ms: the complexity says how long a step may be, and the state moves on, or the hop waits.
//! Behind the clip's last hop its first one follows; the state goes on, as that of a cell that always listens does. The
//! front end, which costs the same on both, is no part of it.

use core::hint::black_box;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};

use crate::liquid::adaptive_heun::Tolerance;
use crate::liquid::cell::CELL;
use crate::liquid::clips::{Clip, HOPS};
use crate::liquid::listen::Listener;
use crate::liquid::timestep::NotANumber;
use crate::liquid::{State, UNITS, digest};

/// What must come of a clip, from rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    /// [`digest`] of the state.
    state: u32,
    /// How often the slope was evaluated.
    evaluations: u32,
}

const QUIET: Answer = Answer { state: 0xeddb_765c, evaluations: 321 };
const BUSY: Answer = Answer { state: 0xa424_fda5, evaluations: 384 };

/// A liquid cell that listens to a clip.
#[derive(Debug, Clone)]
pub struct LtcSound {
    name: &'static str,
    about: &'static str,
    clip: Clip,
    wanted: Answer,
    listener: Listener,
    x: State,
    hops: usize,
    last: Result<(), NotANumber>,
}

impl LtcSound {
    /// `lan/ltc-quiet`: the clip of a quiet room.
    #[must_use]
    pub const fn quiet() -> Self {
        let about = "liquid cell that adapts its step to the sound: a hop of a quiet room";
        Self::new("lan/ltc-quiet", about, Clip::Quiet, QUIET)
    }

    /// `lan/ltc-busy`: the clip that is like speech.
    #[must_use]
    pub const fn busy() -> Self {
        let about = "liquid cell that adapts its step to the sound: a hop of something like speech";
        Self::new("lan/ltc-busy", about, Clip::Busy, BUSY)
    }

    const fn new(name: &'static str, about: &'static str, clip: Clip, wanted: Answer) -> Self {
        let listener = Listener::new(Tolerance::USUAL);
        Self { name, about, clip, wanted, listener, x: [0.0; UNITS], hops: 0, last: Ok(()) }
    }
}

impl Kernel for LtcSound {
    fn name(&self) -> &str {
        self.name
    }

    fn about(&self) -> &str {
        self.about
    }

    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel has its own input")))
    }

    fn run(&mut self) {
        let (features, complexity) = black_box((self.clip.features(self.hops), self.clip.complexity(self.hops)));
        self.last = self.listener.hear(&CELL, &mut self.x, &features, complexity);
        self.hops = (self.hops + 1) % HOPS;
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        *self = Self::new(self.name, self.about, self.clip, self.wanted);
        for _ in 0..HOPS {
            self.run();
            if let Err(error) = self.last {
                return Err(Mismatch::new(format_args!("{error}")));
            }
        }
        // Copied: hops that wait shall go on waiting.
        let (mut listener, mut x) = (self.listener.clone(), self.x);
        listener.catch_up(&CELL, &mut x);
        let found = Answer { state: digest(&x), evaluations: listener.evaluations() };
        if found == self.wanted {
            return Ok(());
        }
        let Answer { state, evaluations } = found;
        let (wanted, evaluations_wanted) = (self.wanted.state, self.wanted.evaluations);
        Err(Mismatch::new(format_args!(
            "state {state:#010x} in {evaluations} evaluations, wanted {wanted:#010x} in {evaluations_wanted}"
        )))
    }

    fn status(&self) -> Result<(), Trouble> {
        match self.last {
            Ok(()) => Ok(()),
            Err(error) => Err(Mismatch::new(format_args!("{error}")).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LtcSound;
    use crate::liquid::timestep::NotANumber;
    use hil_agent::kernel::Kernel;

    #[test]
    fn both_give_their_known_answers_and_quiet_takes_less() {
        let (mut quiet, mut busy) = (LtcSound::quiet(), LtcSound::busy());
        assert_eq!([quiet.known_answer(), busy.known_answer()], [Ok(()); 2]);
        for kernel in [&mut quiet, &mut busy] {
            kernel.run();
            assert_eq!((kernel.hops, kernel.status()), (1, Ok(())));
            assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
            assert!(kernel.load(&[]).is_err());
        }
        assert!(quiet.listener.evaluations() < busy.listener.evaluations());
    }

    #[test]
    fn an_error_of_the_loop_is_told() {
        let mut kernel = LtcSound::quiet();
        kernel.last = Err(NotANumber { what: "complexity" });
        assert!(kernel.status().unwrap_err().why().contains("complexity"));
    }
}
