//! A kernel that hears whole hops, as the kernels that measure its stages see it: whose front end and weights they borrow.

use core::fmt::Debug;

use hil_agent::kernel::Kernel;

use crate::mfcc::MfccError;
use crate::weights::{CLASSES, HIDDEN, INPUTS, KeywordWeights};

/// What a stage is called, and what it shall give.
#[derive(Debug)]
pub struct Facts {
    /// The name of the kernel.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// The digest of the right result.
    pub answer: u32,
}

/// The stages of a hop.
#[derive(Debug)]
pub struct Stages {
    /// The features of a frame.
    pub front_end: Facts,
    /// The convolution over the newest frames.
    pub conv: Facts,
    /// A step of the recurrent cell.
    pub cell: Facts,
    /// The scores from the pooled state.
    pub scores: Facts,
}

/// A kernel that hears hops at its own pace. Its stages work on the synthetic clip of [`crate::known_answer`].
pub trait Pace: Kernel + Debug {
    /// Its name.
    const NAME: &'static str;
    /// A line about it.
    const ABOUT: &'static str;
    /// Its stages.
    const STAGES: Stages;
    /// The first frame that they work on: one from the middle of the clip's tone.
    const FIRST: usize;

    /// What a stage keeps of the sound of a frame; nothing where the kernel keeps it.
    type Sound: Clone + Debug;
    /// The sound before there is any.
    const SILENCE: Self::Sound;

    /// The sound of that frame of the clip. Whatever the kernel has heard before is lost.
    ///
    /// # Errors
    /// What the front end refuses, which it does not with the parameters of the keywords.
    fn sound(&mut self, frame: usize) -> Result<Self::Sound, MfccError>;

    /// The features of a frame: window, spectrum, mel bands, logarithm, cosine transform, quantiser.
    ///
    /// # Errors
    /// As in [`Self::sound`].
    fn features(&mut self, sound: &Self::Sound) -> Result<[i8; INPUTS], MfccError>;

    /// The network.
    fn weights(&self) -> &KeywordWeights<'static>;

    /// The scores behind `steps` steps with that sum and that maximum of the state.
    fn scores(&self, sum: &[i16; HIDDEN], max: &[i16; HIDDEN], steps: usize) -> [f32; CLASSES];
}
