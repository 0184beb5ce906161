//! A sound that the crate makes itself, and what the kernels must make of it.
//!
//! The clip is a rising triangle wave with noise, from integer arithmetic alone, so it is the same on every machine.
//! The expected values are those of this crate on x86-64; agreement proves that another machine computes the same
//! bits, not that the words are right: that is what the recordings in `tests/real_recordings.rs` are for.

use crate::keyword::{CLASSES, FEATURES};
use crate::mfcc::MfccError;
use crate::pipeline::{Form, Keyword};
use crate::real::Real;
use core::fmt;

/// Samples of the synthetic clip: one second at 16 kHz.
pub const CLIP_SAMPLES: usize = 16_000;

/// Pseudo-random 16-bit samples from a 32-bit xorshift register (Marsaglia, "Xorshift RNGs", Journal of
/// Statistical Software 8, 2003).
#[derive(Clone, Debug)]
pub struct Noise(u32);

impl Noise {
    /// A generator; seed 0, on which the register would stand still, counts as 1.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self(seed.max(1))
    }

    /// The next sample, anywhere in the 16-bit range.
    pub fn sample(&mut self) -> i16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 16) as u16 as i16
    }
}

/// The synthetic clip for a seed: silence, then a triangle wave that rises from 200 Hz to about 3 kHz, with noise.
#[derive(Clone, Debug)]
pub struct SyntheticClip {
    noise: Noise,
    at: usize,
    phase: u32,
    step: u32,
}

impl SyntheticClip {
    /// The clip from its first sample.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        // A full turn is 2^32: 200 Hz at 16 kHz is a step of 2^32 / 80.
        Self { noise: Noise::new(seed), at: 0, phase: 0, step: 53_687_091 }
    }

    /// The next samples into `out`; a board can fill its buffer piece by piece.
    pub fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            *sample = self.next_sample();
        }
    }

    fn next_sample(&mut self) -> i16 {
        self.at += 1;
        let noise = i32::from(self.noise.sample()) >> 7;
        // A quarter of a second of noise alone at each end, as in a recording with a pause.
        if !(CLIP_SAMPLES / 4..CLIP_SAMPLES * 3 / 4).contains(&self.at) {
            return noise as i16;
        }
        self.phase = self.phase.wrapping_add(self.step);
        self.step += 94_000;
        let ramp = (self.phase >> 16) as i32 - 32_768;
        // |ramp| is a triangle from 0 to 32,768; half of it, centred, leaves room for the noise.
        (ramp.abs() / 2 - 8_192 + noise) as i16
    }
}

/// The seed of the clip that the expected values belong to.
pub const SEED: u32 = 2_026;

/// A digest of int8 features: 32-bit FNV-1a over the bytes.
#[must_use]
pub fn digest(features: &[i8]) -> u32 {
    features.iter().fold(0x811C_9DC5, |hash, &q| (hash ^ u32::from(q as u8)).wrapping_mul(0x0100_0193))
}

/// What the kernels must give for the clip of [`SEED`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// [`digest`] of the int8 features. Both number types give the same for this clip.
    pub features: u32,
    /// Scores of the int8 form, bit by bit.
    pub int8: [f32; CLASSES],
    /// Scores of the float form over the `f64` front end; over the `f32` one they may differ by [`FLOAT_TOLERANCE`].
    pub float32: [f32; CLASSES],
}

/// How far scores of the float form may lie from the expected ones.
pub const FLOAT_TOLERANCE: f32 = 1e-4;

/// The expected values.
pub const EXPECTED: Expected = Expected {
    features: 0x2f2c_8bf2,
    int8: [
        0.494_478_55,
        0.753_220_86,
        -0.194_828_66,
        0.059_567_97,
        -1.855_229_9,
        0.476_188_06,
        0.652_442_7,
        0.425_001_32,
        5.683_174,
        -3.776_935_6,
        -2.271_325_8,
        -2.318_110_7,
    ],
    float32: [
        0.554_050_1,
        0.884_887_34,
        -0.274_748_62,
        -0.005_625_456_6,
        -1.792_276_5,
        0.422_418_62,
        0.679_465_6,
        0.302_276_02,
        5.617_316_2,
        -3.827_888_7,
        -2.208_536_9,
        -2.289_317_4,
    ],
};

/// Why a kernel's answer is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mismatch {
    /// The clip could not be processed at all.
    Refused(MfccError),
    /// The features are not the expected ones.
    Features {
        /// Their digest.
        found: u32,
    },
    /// A score is not the expected one.
    Score {
        /// The index of the word.
        class: usize,
        /// The score.
        found: f32,
        /// What it should be.
        expected: f32,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "known answer: {error}"),
            Self::Features { found } => {
                write!(f, "known answer: features have digest {found:#010x}, expected {:#010x}", EXPECTED.features)
            }
            Self::Score { class, found, expected } => {
                write!(f, "known answer: score {class} is {found}, expected {expected}")
            }
        }
    }
}

impl core::error::Error for Mismatch {}

/// Runs the kernel on the synthetic clip, which is written into `clip`, and compares everything with [`EXPECTED`].
///
/// # Errors
/// The first thing that differs.
pub fn check<T: Real>(kernel: &mut Keyword<'_, T>, clip: &mut [i16; CLIP_SAMPLES]) -> Result<(), Mismatch> {
    SyntheticClip::new(SEED).fill(clip);
    let mut features = [0; FEATURES];
    kernel.features_i8(clip, &mut features).map_err(Mismatch::Refused)?;
    let found = digest(&features);
    if found != EXPECTED.features {
        return Err(Mismatch::Features { found });
    }
    let scores = kernel.recognise(clip).map_err(Mismatch::Refused)?.scores;
    let (expected, tolerance) = match kernel.form() {
        Form::Int8 => (EXPECTED.int8, 0.0),
        Form::Float32 => (EXPECTED.float32, FLOAT_TOLERANCE),
    };
    for (class, (found, expected)) in scores.into_iter().zip(expected).enumerate() {
        // A NaN is not within any tolerance.
        let within = (found - expected).abs() <= tolerance;
        if !within {
            return Err(Mismatch::Score { class, found, expected });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CLIP_SAMPLES, Mismatch, Noise, SEED, SyntheticClip, check, digest};
    use crate::keyword::{KEYWORD_WEIGHTS, KeywordWeights};
    use crate::pipeline::{Form, Keyword};
    use crate::real::Real;

    fn holds<T: Real>(form: Form) {
        let mut kernel = Keyword::<T>::new(KeywordWeights::embedded().unwrap(), form).unwrap();
        assert_eq!(check(&mut kernel, &mut [0; CLIP_SAMPLES]), Ok(()), "{} {form:?}", T::NAME);
    }

    #[test]
    fn every_form_gives_the_known_answer() {
        holds::<f64>(Form::Int8);
        holds::<f64>(Form::Float32);
        holds::<f32>(Form::Int8);
        holds::<f32>(Form::Float32);
    }

    #[test]
    fn one_changed_weight_is_found() {
        let mut bytes = *KEYWORD_WEIGHTS;
        bytes[5000] ^= 0x10;
        let weights = KeywordWeights::from_bytes(&bytes).unwrap();
        let mut kernel = Keyword::<f64>::new(weights, Form::Int8).unwrap();
        assert!(matches!(check(&mut kernel, &mut [0; CLIP_SAMPLES]), Err(Mismatch::Score { .. })));
    }

    #[test]
    fn the_clip_is_the_same_in_pieces_and_uses_the_range() {
        let mut whole = [0; CLIP_SAMPLES];
        SyntheticClip::new(SEED).fill(&mut whole);
        let mut pieces = [0; CLIP_SAMPLES];
        let mut clip = SyntheticClip::new(SEED);
        for piece in pieces.chunks_mut(37) {
            clip.fill(piece);
        }
        assert_eq!(whole, pieces);
        assert!(whole.iter().any(|&s| s > 8_000) && whole.iter().any(|&s| s < -8_000));
    }

    #[test]
    fn the_digest_is_fnv_1a_and_noise_never_stops() {
        assert_eq!(digest(&[]), 0x811C_9DC5);
        assert_eq!(digest(&[0x61]), 0xE40C_292C);
        assert_ne!(Noise::new(0).sample(), 0);
    }
}
