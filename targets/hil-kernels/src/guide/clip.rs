//! A whole clip at once, as desktops take it: the same front end and network as hop by hop.

use super::FEATURES;
use super::network::{forward_f32, forward_i8};
use crate::dense::argmax;
use crate::mfcc::{Mfcc, MfccError, MfccParams};
use crate::pipeline::{Form, Recognition};
use crate::weights::KeywordWeights;

/// Keyword spotting of one second of sound; its front end computes in `f32` as on boards, so that int8 scores are theirs.
#[derive(Clone, Debug)]
pub struct GuideKeyword<'w> {
    mfcc: Mfcc<f32>,
    weights: KeywordWeights<'w>,
    form: Form,
}

impl<'w> GuideKeyword<'w> {
    /// A kernel over the given weights.
    ///
    /// # Errors
    /// None in practice: [`MfccParams::GUIDE_KEYWORDS`] is valid, and a test says so.
    pub fn new(weights: KeywordWeights<'w>, form: Form) -> Result<Self, MfccError> {
        Ok(Self { mfcc: Mfcc::new(&MfccParams::GUIDE_KEYWORDS)?, weights, form })
    }

    /// Which form this is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The front end alone, as the table of its numbers checks it.
    pub fn front_end(&mut self) -> &mut Mfcc<f32> {
        &mut self.mfcc
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
}
