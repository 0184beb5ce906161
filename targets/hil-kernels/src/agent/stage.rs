//! The stages of one hop of keyword spotting, each as a kernel of its own: where the time of a hop goes.
//!
//! They work on the synthetic clip of [`crate::known_answer`], from its frame 18 on, which is in the middle of its tone, and
//! in a state that the network has reached there. Tables and weights are those of the kernel that hears whole hops, lent to
//! all of them, because a board has no room for a second front end. What each has to give is a digest that was computed on
//! x86-64; the functions themselves are held against formulas in their own tests.

use core::borrow::BorrowMut;
use core::cell::RefCell;
use core::hint::black_box;
use core::ops::Deref;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};

use super::KeywordHop;
use crate::cfc::step_i8;
use crate::conv::conv_frames_i8;
use crate::dense::dense_i8;
use crate::known_answer::{SEED, SyntheticClip, digest};
use crate::mfcc::{Mfcc, MfccError, MfccParams};
use crate::stream::HOP;
use crate::weights::{CHANNELS, CLASSES, HIDDEN, INPUTS, KeywordWeights, TAPS};

const WINDOW: usize = MfccParams::KEYWORDS.window_samples;
/// The first frame that is worked on.
const FIRST: usize = 18;

/// What the stages share.
#[derive(Debug)]
pub struct Tools<'a> {
    /// The front end.
    pub mfcc: &'a mut Mfcc<f32>,
    /// The network.
    pub weights: &'a KeywordWeights<'static>,
}

/// The work of a stage, and what it shall give.
pub trait Work {
    /// The name of the kernel.
    const NAME: &'static str;
    /// One line for people.
    const ABOUT: &'static str;
    /// The digest of the right result.
    const ANSWER: u32;

    /// Makes the input.
    ///
    /// # Errors
    /// What the front end refuses, which it does not with the parameters of the keywords.
    fn prepare(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError>;

    /// The work whose time is taken.
    ///
    /// # Errors
    /// As in [`Self::prepare`].
    fn run(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError>;

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

impl<H, W: Work + Default> Stage<H, W> {
    /// The stage.
    #[must_use]
    pub fn new(hop: H) -> Self {
        Self { hop, work: W::default(), last: Ok(()) }
    }
}

/// Tables that a stage has for itself, where memory is no matter or where only one kernel is there at a time.
#[derive(Debug)]
pub struct Owned(RefCell<KeywordHop>);

impl Owned {
    /// The tables; nothing when the weights that are part of the program are damaged.
    #[must_use]
    pub fn new() -> Option<Self> {
        KeywordHop::new().map(|hop| Self(RefCell::new(hop)))
    }
}

impl Deref for Owned {
    type Target = RefCell<KeywordHop>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Somebody else is using the tables; nobody is, because kernels run one at a time.
fn lent() -> Mismatch {
    Mismatch::new(format_args!("the tables are in use by another kernel"))
}

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<KeywordHop>, W: Work> Kernel for Stage<H, W> {
    fn name(&self) -> &str {
        W::NAME
    }

    fn about(&self) -> &str {
        W::ABOUT
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    fn run(&mut self) {
        if let Ok(mut hop) = self.hop.try_borrow_mut() {
            self.last = self.work.run(&mut BorrowMut::borrow_mut(&mut *hop).tools());
        }
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let mut hop = self.hop.try_borrow_mut().map_err(|_| lent())?;
        let mut tools = BorrowMut::borrow_mut(&mut *hop).tools();
        self.last = self.work.prepare(&mut tools).and_then(|()| self.work.run(&mut tools));
        self.last.map_err(refused)?;
        match self.work.answer() {
            found if found == W::ANSWER => Ok(()),
            found => Err(Mismatch::new(format_args!("digest {found:#010x}, wanted {:#010x}", W::ANSWER))),
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last.map_err(|error| refused(error).into())
    }
}

fn refused(error: MfccError) -> Mismatch {
    Mismatch::new(format_args!("{error}"))
}

/// The samples of the windows of the frames from [`FIRST`] on, as many as `each` is asked for.
fn windows(frames: usize, mut each: impl FnMut(usize, &[i16]) -> Result<(), MfccError>) -> Result<(), MfccError> {
    let mut clip = SyntheticClip::new(SEED);
    let mut samples = [0; 2 * HOP];
    clip.fill(&mut samples[HOP..]);
    for hop in 0..FIRST + frames {
        samples.copy_within(HOP.., 0);
        clip.fill(&mut samples[HOP..]);
        if let Some(frame) = hop.checked_sub(FIRST) {
            each(frame, &samples[..WINDOW])?;
        }
    }
    Ok(())
}

/// The features of five frames.
fn frames(tools: &mut Tools<'_>) -> Result<[[i8; INPUTS]; TAPS], MfccError> {
    let mut frames = [[0; INPUTS]; TAPS];
    windows(TAPS, |frame, samples| tools.mfcc.frame_i8(samples, &mut frames[frame]))?;
    Ok(frames)
}

/// A state that the network reaches in ten steps on the same five frames, and the frame of each step.
fn state(tools: &mut Tools<'_>) -> Result<([i16; CHANNELS], [i16; HIDDEN]), MfccError> {
    let frame = conv_frames_i8(&tools.weights.conv, &frames(tools)?);
    let mut state = [0; HIDDEN];
    for _ in 0..10 {
        step_i8(&tools.weights.gates, &frame, &mut state);
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
pub struct FrontEnd {
    samples: [i16; WINDOW],
    features: [i8; INPUTS],
}

impl Default for FrontEnd {
    fn default() -> Self {
        Self { samples: [0; WINDOW], features: [0; INPUTS] }
    }
}

impl Work for FrontEnd {
    const NAME: &'static str = "lan/stage-front_end";
    const ABOUT: &'static str = "keyword spotting, one stage of a hop: the features of a frame of sound";
    const ANSWER: u32 = 0x087c_6d64;

    fn prepare(&mut self, _tools: &mut Tools<'_>) -> Result<(), MfccError> {
        windows(1, |_, samples| {
            self.samples.copy_from_slice(samples);
            Ok(())
        })
    }

    fn run(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        tools.mfcc.frame_i8(black_box(&self.samples), &mut self.features)
    }

    fn answer(&self) -> u32 {
        digest(&self.features)
    }
}

/// The convolution over five frames: 2,080 multiplications.
#[derive(Clone, Debug, Default)]
pub struct Conv {
    frames: [[i8; INPUTS]; TAPS],
    out: [i16; CHANNELS],
}

impl Work for Conv {
    const NAME: &'static str = "lan/stage-conv";
    const ABOUT: &'static str = "keyword spotting, one stage of a hop: the convolution over the newest frames";
    const ANSWER: u32 = 0x81f6_5952;

    fn prepare(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        self.frames = frames(tools)?;
        Ok(())
    }

    fn run(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        self.out = conv_frames_i8(&tools.weights.conv, black_box(&self.frames));
        Ok(())
    }

    fn answer(&self) -> u32 {
        digest_of(&self.out)
    }
}

/// A step of the recurrent cell: 14,784 multiplications and 168 exponentials.
#[derive(Clone, Debug)]
pub struct Cell {
    frame: [i16; CHANNELS],
    before: [i16; HIDDEN],
    state: [i16; HIDDEN],
}

impl Default for Cell {
    fn default() -> Self {
        Self { frame: [0; CHANNELS], before: [0; HIDDEN], state: [0; HIDDEN] }
    }
}

impl Work for Cell {
    const NAME: &'static str = "lan/stage-cell";
    const ABOUT: &'static str = "keyword spotting, one stage of a hop: a step of the recurrent cell";
    const ANSWER: u32 = 0x1eb8_2ee5;

    fn prepare(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        (self.frame, self.before) = state(tools)?;
        Ok(())
    }

    fn run(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        self.state = self.before;
        step_i8(&tools.weights.gates, black_box(&self.frame), &mut self.state);
        Ok(())
    }

    fn answer(&self) -> u32 {
        digest_of(&self.state)
    }
}

/// The scores from the pooled state: 1,344 multiplications.
#[derive(Clone, Debug)]
pub struct Scores {
    sum: [i16; HIDDEN],
    max: [i16; HIDDEN],
    scores: [f32; CLASSES],
}

impl Default for Scores {
    fn default() -> Self {
        Self { sum: [0; HIDDEN], max: [0; HIDDEN], scores: [0.0; CLASSES] }
    }
}

impl Work for Scores {
    const NAME: &'static str = "lan/stage-scores";
    const ABOUT: &'static str = "keyword spotting, one stage of a hop: the scores of the words";
    const ANSWER: u32 = 0x587e_3dd1;

    fn prepare(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        (_, self.max) = state(tools)?;
        // As if the state had been there for ten steps.
        self.sum = self.max.map(|h| 10 * h);
        Ok(())
    }

    fn run(&mut self, tools: &mut Tools<'_>) -> Result<(), MfccError> {
        self.scores = dense_i8(&tools.weights.out, black_box(&self.sum), &self.max);
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

    use super::{Cell, Conv, FrontEnd, Kernel, KeywordHop, Owned, RefCell, Scores, Stage, Work};

    fn gives<W: Work + Default>(hop: &Rc<RefCell<KeywordHop>>) {
        let mut stage = Stage::<_, W>::new(Rc::clone(hop));
        assert_eq!(stage.known_answer(), Ok(()), "{}", stage.name());
        for _ in 0..3 {
            stage.run();
            assert_eq!((stage.work.answer(), stage.status()), (W::ANSWER, Ok(())), "an iteration starts where it did");
        }
        assert_eq!(stage.load(&[]).unwrap_err().why(), "this kernel makes its own input");
    }

    #[test]
    fn every_stage_gives_its_known_answer_on_shared_tables_again_and_again() {
        let hop = Rc::new(RefCell::new(KeywordHop::new().unwrap()));
        gives::<FrontEnd>(&hop);
        gives::<Conv>(&hop);
        gives::<Cell>(&hop);
        gives::<Scores>(&hop);
        gives::<FrontEnd>(&hop);
    }

    #[test]
    fn a_stage_with_tables_of_its_own_gives_the_same() {
        let mut stage = Stage::<_, Cell>::new(Owned::new().unwrap());
        assert_eq!(stage.known_answer(), Ok(()));
    }

    #[test]
    fn tables_that_are_lent_are_said_to_be() {
        let hop = Rc::new(RefCell::new(KeywordHop::new().unwrap()));
        let mut stage = Stage::<_, Conv>::new(Rc::clone(&hop));
        let held = hop.borrow();
        assert_eq!(stage.known_answer().unwrap_err().difference(), "the tables are in use by another kernel");
        drop(held);
        assert_eq!(stage.known_answer(), Ok(()));
    }
}
