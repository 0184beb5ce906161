//! The stages of one hop of keyword spotting, each as a kernel of its own: where the time of a hop goes.
//!
//! They work on frames from the middle of the synthetic clip's tone, and in a state that the network has reached there. Front
//! end and weights are those of the kernel that hears whole hops ([`Pace`]), lent to all of them, because a board has no room
//! for a second front end. What each has to give is a digest that was computed on x86-64; the functions themselves are held
//! against formulas in their own tests.

use core::borrow::BorrowMut;
use core::cell::RefCell;
use core::hint::black_box;
use core::marker::PhantomData;
use core::ops::Deref;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};

use super::pace::{Facts, Pace};
use crate::cfc::step_i8;
use crate::conv::conv_frames_i8;
use crate::known_answer::digest;
use crate::mfcc::MfccError;
use crate::weights::{CHANNELS, CLASSES, HIDDEN, INPUTS, TAPS};

/// Steps that the state has behind it.
const STEPS: usize = 10;

/// The work of a stage, and what it shall give.
pub trait Work {
    /// Whose stage it is.
    type Of: Pace;
    /// What it is called, and its right answer.
    const FACTS: Facts;

    /// The work without its input.
    fn new() -> Self;

    /// Makes the input.
    ///
    /// # Errors
    /// What the front end refuses, which it does not with the parameters of the keywords.
    fn prepare(&mut self, hop: &mut Self::Of) -> Result<(), MfccError>;

    /// The work whose time is taken.
    ///
    /// # Errors
    /// As in [`Self::prepare`].
    fn run(&mut self, hop: &mut Self::Of) -> Result<(), MfccError>;

    /// The digest of the result.
    fn answer(&self) -> u32;
}

/// A stage as a kernel; `hop` leads to the kernel whose tables it borrows, or to a reference to it.
#[derive(Debug)]
pub struct Stage<H, W> {
    hop: H,
    work: W,
    last: Result<(), MfccError>,
}

impl<H, W: Work> Stage<H, W> {
    /// The stage.
    #[must_use]
    pub fn new(hop: H) -> Self {
        Self { hop, work: W::new(), last: Ok(()) }
    }
}

/// A kernel that a stage has for itself, where memory is no matter or where only one kernel is there at a time.
#[derive(Debug)]
pub struct Owned<P>(RefCell<P>);

impl<P> Owned<P> {
    /// For one stage.
    #[must_use]
    pub fn new(hop: P) -> Self {
        Self(RefCell::new(hop))
    }
}

impl<P> Deref for Owned<P> {
    type Target = RefCell<P>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Somebody else is using the tables; nobody is, because kernels run one at a time.
fn lent() -> Mismatch {
    Mismatch::new(format_args!("the tables are in use by another kernel"))
}

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<W::Of>, W: Work> Kernel for Stage<H, W> {
    fn name(&self) -> &str {
        const { W::FACTS }.name
    }

    fn about(&self) -> &str {
        const { W::FACTS }.about
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    fn run(&mut self) {
        if let Ok(mut hop) = self.hop.try_borrow_mut() {
            self.last = self.work.run(BorrowMut::borrow_mut(&mut *hop));
        }
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let mut hop = self.hop.try_borrow_mut().map_err(|_| lent())?;
        let hop = BorrowMut::borrow_mut(&mut *hop);
        self.last = self.work.prepare(hop).and_then(|()| self.work.run(hop));
        self.last.map_err(refused)?;
        let wanted = const { W::FACTS }.answer;
        match self.work.answer() {
            found if found == wanted => Ok(()),
            found => Err(Mismatch::new(format_args!("digest {found:#010x}, wanted {wanted:#010x}"))),
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last.map_err(|error| refused(error).into())
    }
}

fn refused(error: MfccError) -> Mismatch {
    Mismatch::new(format_args!("{error}"))
}

/// The features of as many frames as the convolution sees.
fn frames<P: Pace>(hop: &mut P) -> Result<[[i8; INPUTS]; TAPS], MfccError> {
    let mut frames = [[0; INPUTS]; TAPS];
    for (number, frame) in frames.iter_mut().enumerate() {
        let sound = hop.sound(P::FIRST + number)?;
        *frame = hop.features(&sound)?;
    }
    Ok(frames)
}

/// A state that the network reaches in [`STEPS`] steps on the same frames, and the output of the convolution in each.
fn state<P: Pace>(hop: &mut P) -> Result<([i16; CHANNELS], [i16; HIDDEN]), MfccError> {
    let frames = frames(hop)?;
    let weights = hop.weights();
    let frame = conv_frames_i8(&weights.conv, &frames);
    let mut state = [0; HIDDEN];
    for _ in 0..STEPS {
        step_i8(&weights.gates, &frame, &mut state);
    }
    Ok((frame, state))
}

/// The digest of 16-bit values.
fn digest_of(values: &[i16]) -> u32 {
    values.iter().fold(0, |sum, value| {
        let [low, high] = value.to_le_bytes();
        digest(&[low as i8, high as i8]) ^ u32::rotate_left(sum, 5)
    })
}

/// The features of one frame: window, spectrum, mel bands, logarithm, cosine transform, quantiser.
#[derive(Clone, Debug)]
pub struct FrontEnd<P: Pace> {
    sound: P::Sound,
    features: [i8; INPUTS],
}

impl<P: Pace> Work for FrontEnd<P> {
    type Of = P;
    const FACTS: Facts = P::STAGES.front_end;

    fn new() -> Self {
        Self { sound: P::SILENCE, features: [0; INPUTS] }
    }

    fn prepare(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.sound = hop.sound(P::FIRST)?;
        Ok(())
    }

    fn run(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.features = hop.features(black_box(&self.sound))?;
        Ok(())
    }

    fn answer(&self) -> u32 {
        digest(&self.features)
    }
}

/// The convolution over five frames: 2,080 multiplications.
#[derive(Clone, Debug)]
pub struct Conv<P> {
    frames: [[i8; INPUTS]; TAPS],
    out: [i16; CHANNELS],
    of: PhantomData<P>,
}

impl<P: Pace> Work for Conv<P> {
    type Of = P;
    const FACTS: Facts = P::STAGES.conv;

    fn new() -> Self {
        Self { frames: [[0; INPUTS]; TAPS], out: [0; CHANNELS], of: PhantomData }
    }

    fn prepare(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.frames = frames(hop)?;
        Ok(())
    }

    fn run(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.out = conv_frames_i8(&hop.weights().conv, black_box(&self.frames));
        Ok(())
    }

    fn answer(&self) -> u32 {
        digest_of(&self.out)
    }
}

/// A step of the recurrent cell: 14,784 multiplications and 168 exponentials.
#[derive(Clone, Debug)]
pub struct Cell<P> {
    frame: [i16; CHANNELS],
    before: [i16; HIDDEN],
    state: [i16; HIDDEN],
    of: PhantomData<P>,
}

impl<P: Pace> Work for Cell<P> {
    type Of = P;
    const FACTS: Facts = P::STAGES.cell;

    fn new() -> Self {
        Self { frame: [0; CHANNELS], before: [0; HIDDEN], state: [0; HIDDEN], of: PhantomData }
    }

    fn prepare(&mut self, hop: &mut P) -> Result<(), MfccError> {
        (self.frame, self.before) = state(hop)?;
        Ok(())
    }

    fn run(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.state = self.before;
        step_i8(&hop.weights().gates, black_box(&self.frame), &mut self.state);
        Ok(())
    }

    fn answer(&self) -> u32 {
        digest_of(&self.state)
    }
}

/// The scores from the pooled state: 1,344 multiplications.
#[derive(Clone, Debug)]
pub struct Scores<P> {
    sum: [i16; HIDDEN],
    max: [i16; HIDDEN],
    scores: [f32; CLASSES],
    of: PhantomData<P>,
}

impl<P: Pace> Work for Scores<P> {
    type Of = P;
    const FACTS: Facts = P::STAGES.scores;

    fn new() -> Self {
        Self { sum: [0; HIDDEN], max: [0; HIDDEN], scores: [0.0; CLASSES], of: PhantomData }
    }

    fn prepare(&mut self, hop: &mut P) -> Result<(), MfccError> {
        (_, self.max) = state(hop)?;
        // As if the state had been there for all the steps.
        self.sum = self.max.map(|h| STEPS as i16 * h);
        Ok(())
    }

    fn run(&mut self, hop: &mut P) -> Result<(), MfccError> {
        self.scores = hop.scores(black_box(&self.sum), &self.max, STEPS);
        Ok(())
    }

    fn answer(&self) -> u32 {
        self.scores
            .iter()
            .fold(0, |sum, score| digest(&score.to_le_bytes().map(|byte| byte as i8)) ^ u32::rotate_left(sum, 5))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::rc::Rc;

    use super::{Cell, Conv, FrontEnd, Kernel, Owned, Pace, RefCell, Scores, Stage, Work};
    use crate::agent::{FixedGuideHop, KeywordHop};

    fn gives<W: Work>(hop: &Rc<RefCell<W::Of>>) {
        let wanted = const { W::FACTS }.answer;
        let mut stage = Stage::<_, W>::new(Rc::clone(hop));
        assert_eq!(stage.known_answer(), Ok(()), "{}", stage.name());
        for _ in 0..3 {
            stage.run();
            assert_eq!((stage.work.answer(), stage.status()), (wanted, Ok(())), "an iteration starts where it did");
        }
        assert_eq!(stage.load(&[]).unwrap_err().why(), "this kernel makes its own input");
    }

    fn all_give<P: Pace>(hop: P) {
        let hop = Rc::new(RefCell::new(hop));
        gives::<FrontEnd<P>>(&hop);
        gives::<Conv<P>>(&hop);
        gives::<Cell<P>>(&hop);
        gives::<Scores<P>>(&hop);
        gives::<FrontEnd<P>>(&hop);
        assert_eq!(hop.borrow_mut().known_answer(), Ok(()), "the kernel that lent its tables is none the worse");
    }

    #[test]
    fn every_stage_gives_its_known_answer_on_shared_tables_again_and_again() {
        all_give(KeywordHop::new().unwrap());
        all_give(FixedGuideHop::fixed().unwrap());
    }

    #[test]
    fn a_stage_with_tables_of_its_own_gives_the_same() {
        let mut stage = Stage::<_, Cell<_>>::new(Owned::new(KeywordHop::new().unwrap()));
        assert_eq!(stage.known_answer(), Ok(()));
    }

    #[test]
    fn tables_that_are_lent_are_said_to_be() {
        let hop = Rc::new(RefCell::new(KeywordHop::new().unwrap()));
        let mut stage = Stage::<_, Conv<KeywordHop>>::new(Rc::clone(&hop));
        let held = hop.borrow();
        assert_eq!(stage.known_answer().unwrap_err().difference(), "the tables are in use by another kernel");
        drop(held);
        assert_eq!(stage.known_answer(), Ok(()));
    }
}
