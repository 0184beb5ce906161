//! What the kernels of the guide's network must make of the synthetic clip.
//!
//! The expected values are those of this crate on x86-64, as in [`crate::known_answer`]: agreement proves that another
//! machine computes the same bits, not that the words are right; that is what the recordings in `tests/guide.rs` are for.

use super::clip::GuideKeyword;
use super::front_end::FrontEnd;
use super::stream::GuideStream;
use super::{FEATURES, HOP, HOPS};
use crate::keyword::CLASSES;
use crate::known_answer::{CLIP_SAMPLES, SEED, SyntheticClip, digest};
use crate::mfcc::MfccError;
use crate::pipeline::Form;
use core::fmt;

/// Scores for the clip of [`SEED`], bit by bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Of the int8 network over the `f32` front end.
    pub int8: [f32; CLASSES],
    /// Of the int8 network over the fixed-point front end.
    pub fixed_int8: [f32; CLASSES],
    /// Of the float network over the `f32` front end.
    pub float32: [f32; CLASSES],
    /// [`digest`] of the int8 features of the `f32` front end.
    pub features: u32,
}

/// The expected values.
pub const EXPECTED: Expected = Expected {
    int8: [
        0.230_175_35,
        3.574_044_7,
        0.854_346_04,
        -1.033_867_4,
        -1.816_621_2,
        1.218_868,
        0.452_700_1,
        0.222_543_48,
        1.777_944,
        -2.073_739_3,
        -1.550_857_3,
        -1.777_719_4,
    ],
    fixed_int8: [
        0.230_175_35,
        3.574_044_7,
        0.854_346_04,
        -1.033_867_4,
        -1.816_621_2,
        1.218_868,
        0.452_700_1,
        0.222_543_48,
        1.777_944,
        -2.073_739_3,
        -1.550_857_3,
        -1.777_719_4,
    ],
    float32: [
        0.175_545_54,
        3.607_691_3,
        0.883_132_8,
        -1.082_074_9,
        -1.772_872_2,
        1.242_217_2,
        0.504_339_64,
        0.223_487_3,
        1.704_746_1,
        -2.013_433_7,
        -1.543_182_1,
        -1.846_365_7,
    ],
    features: 0x0b6b8df4,
};

/// Why an answer is wrong.
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

/// Streams the clip through `stream`, whose scores behind the last hop must be `expected` bit by bit.
///
/// # Errors
/// The first thing that differs.
pub fn check_stream<F: FrontEnd>(stream: &mut GuideStream<'_, F>, expected: &[f32; CLASSES]) -> Result<(), Mismatch> {
    let mut clip = SyntheticClip::new(SEED);
    let mut hop = [0; HOP];
    let mut scores = [0.0; CLASSES];
    stream.restart();
    for _ in 0..HOPS {
        clip.fill(&mut hop);
        scores = stream.hear(&hop).map_err(Mismatch::Refused)?.scores;
    }
    compare(&scores, expected)
}

/// Runs the clip, which is written into `clip`, through `kernel`.
///
/// # Errors
/// The first thing that differs.
pub fn check_clip(kernel: &mut GuideKeyword<'_>, clip: &mut [i16; CLIP_SAMPLES]) -> Result<(), Mismatch> {
    SyntheticClip::new(SEED).fill(clip);
    let mut features = [0; FEATURES];
    kernel.features_i8(clip, &mut features).map_err(Mismatch::Refused)?;
    let found = digest(&features);
    if found != EXPECTED.features {
        return Err(Mismatch::Features { found });
    }
    let scores = kernel.recognise(clip).map_err(Mismatch::Refused)?.scores;
    compare(
        &scores,
        match kernel.form() {
            Form::Int8 => &EXPECTED.int8,
            Form::Float32 => &EXPECTED.float32,
        },
    )
}

fn compare(scores: &[f32; CLASSES], expected: &[f32; CLASSES]) -> Result<(), Mismatch> {
    let pairs = scores.iter().zip(expected).enumerate();
    match pairs.into_iter().find(|(_, (found, expected))| found.to_bits() != expected.to_bits()) {
        None => Ok(()),
        Some((class, (&found, &expected))) => Err(Mismatch::Score { class, found, expected }),
    }
}

#[cfg(test)]
mod tests {
    use super::{EXPECTED, Expected, Mismatch, check_clip, check_stream};
    use crate::guide::clip::GuideKeyword;
    use crate::guide::stream::GuideStream;
    use crate::guide::weights::{GUIDE_WEIGHTS, embedded};
    use crate::guide::{FEATURES, HOP};
    use crate::keyword::KeywordWeights;
    use crate::known_answer::{CLIP_SAMPLES, SEED, SyntheticClip, digest};
    use crate::mfcc::Mfcc;
    use crate::pipeline::Form;

    #[test]
    fn this_machine_computes_the_expected_values() {
        let mut clip = [0; CLIP_SAMPLES];
        SyntheticClip::new(SEED).fill(&mut clip);
        let whole = |form| {
            let mut kernel = GuideKeyword::new(embedded().unwrap(), form).unwrap();
            kernel.recognise(&clip).unwrap().scores
        };
        let mut features = [0; FEATURES];
        GuideKeyword::new(embedded().unwrap(), Form::Int8).unwrap().features_i8(&clip, &mut features).unwrap();
        let mut stream = GuideStream::fixed(embedded().unwrap());
        let mut fixed_int8 = EXPECTED.fixed_int8;
        for hop in clip.chunks_exact(HOP) {
            fixed_int8 = stream.hear(hop).unwrap().scores;
        }
        let found = Expected {
            int8: whole(Form::Int8),
            fixed_int8,
            float32: whole(Form::Float32),
            features: digest(&features),
        };
        assert_eq!(found, EXPECTED, "after a change of the weights: the left side is what to write");
    }

    #[test]
    fn every_kernel_gives_the_known_answer_and_one_changed_weight_is_found() {
        let mut clip = [0; CLIP_SAMPLES];
        for form in [Form::Int8, Form::Float32] {
            assert_eq!(check_clip(&mut GuideKeyword::new(embedded().unwrap(), form).unwrap(), &mut clip), Ok(()));
        }
        let mut float = GuideStream::<Mfcc<f32>>::float(embedded().unwrap()).unwrap();
        assert_eq!(check_stream(&mut float, &EXPECTED.int8), Ok(()));
        assert_eq!(check_stream(&mut GuideStream::fixed(embedded().unwrap()), &EXPECTED.fixed_int8), Ok(()));

        let mut bytes = *GUIDE_WEIGHTS;
        bytes[5000] ^= 0x10;
        let weights = KeywordWeights::from_bytes(&bytes).unwrap();
        let mut kernel = GuideKeyword::new(weights, Form::Int8).unwrap();
        assert!(matches!(check_clip(&mut kernel, &mut clip), Err(Mismatch::Score { .. })));
    }
}
