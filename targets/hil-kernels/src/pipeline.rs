//! Keyword spotting from sound to word: the front end and the network in one kernel.
//!
//! [`Keyword`] takes 16-bit samples at 16 kHz, one second at most, and gives twelve scores. `Keyword<f64>` has features
//! that equal the reference's, `Keyword<f32>` is the form for boards (see [`crate::mfcc`] for how far they differ).
//! It proves nothing about its own correctness: [`crate::known_answer`] does.

use crate::keyword::{CLASSES, FEATURES, KeywordWeights, LABELS, argmax, forward_f32, forward_i8};
use crate::mfcc::{Mfcc, MfccError, MfccParams};
use crate::real::Real;

/// How the network computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// int8 features, weights and activations, exact sums.
    Int8,
    /// Features and activations in `f32`; the weights are the same int8 values times their scales.
    Float32,
}

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recognition {
    /// One score per word, before any softmax.
    pub scores: [f32; CLASSES],
    /// The index of the highest score in [`LABELS`].
    pub word: usize,
}

impl Recognition {
    /// The word of the highest score.
    #[must_use]
    pub fn label(&self) -> &'static str {
        LABELS.get(self.word).copied().unwrap_or_default()
    }
}

/// The keyword-spotting kernel.
#[derive(Clone, Debug)]
pub struct Keyword<'w, T> {
    mfcc: Mfcc<T>,
    weights: KeywordWeights<'w>,
    form: Form,
}

/// The form for hosts: its features equal the reference's.
pub type HostKeyword = Keyword<'static, f64>;
/// The form for boards.
pub type BoardKeyword = Keyword<'static, f32>;

impl<'w, T: Real> Keyword<'w, T> {
    /// A kernel over the given weights; the front end is [`MfccParams::KEYWORDS`], with which they were trained.
    ///
    /// # Errors
    /// None in practice: that front end is valid, and a test says so.
    pub fn new(weights: KeywordWeights<'w>, form: Form) -> Result<Self, MfccError> {
        Ok(Self { mfcc: Mfcc::new(&MfccParams::KEYWORDS)?, weights, form })
    }

    /// Which form this is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The int8 features of a clip.
    ///
    /// # Errors
    /// A clip longer than 16,000 samples.
    pub fn features_i8(&mut self, pcm: &[i16], features: &mut [i8; FEATURES]) -> Result<(), MfccError> {
        self.mfcc.clip_i8(pcm, features)
    }

    /// Recognises one clip of 16 kHz sound; one shorter than a second is centred in zeros.
    ///
    /// # Errors
    /// A clip longer than 16,000 samples.
    pub fn recognise(&mut self, pcm: &[i16]) -> Result<Recognition, MfccError> {
        let scores = match self.form {
            Form::Int8 => {
                let mut features = [0; FEATURES];
                self.mfcc.clip_i8(pcm, &mut features)?;
                forward_i8(&self.weights, &features)
            }
            Form::Float32 => {
                let mut features = [0.0; FEATURES];
                self.mfcc.clip_f32(pcm, &mut features)?;
                forward_f32(&self.weights, &features)
            }
        };
        Ok(Recognition { scores, word: argmax(&scores) })
    }

    /// Recognises from int8 features that were computed before; for the float form they are divided by 32.
    #[must_use]
    pub fn recognise_features(&self, features: &[i8; FEATURES]) -> Recognition {
        let scores = match self.form {
            Form::Int8 => forward_i8(&self.weights, features),
            Form::Float32 => forward_f32(&self.weights, &features.map(|q| f32::from(q) / 32.0)),
        };
        Recognition { scores, word: argmax(&scores) }
    }
}
