//! Keyword spotting as sound comes in: 20 ms at a time, in the memory of a microcontroller.
//!
//! A clip is 50 hops of 320 samples. Each hop completes a frame of features (the first one aside), every other frame is a
//! step of the network, and scores are there after every hop. Behind the last hop of a clip they are those of
//! [`crate::keyword::forward_i8`] on the whole clip, bit for bit: the same sums in the same order. Only the last two
//! hops and five frames are kept, so that no second of sound (32,000 bytes) has to fit into RAM.

use crate::cfc::step_i8;
use crate::conv::{STEPS, conv_frames_i8};
use crate::dense::{argmax, dense_i8};
use crate::mfcc::{Mfcc, MfccError, MfccParams};
use crate::pipeline::Recognition;
use crate::real::Real;
use crate::weights::{HIDDEN, INPUTS, KeywordWeights, TAPS};

/// Samples of a hop.
pub const HOP: usize = MfccParams::KEYWORDS.hop_samples;
/// Hops of a clip.
pub const HOPS: usize = MfccParams::KEYWORDS.clip_samples / HOP;

const WINDOW: usize = MfccParams::KEYWORDS.window_samples;
/// A window begins with a hop and ends in the middle of the next one.
const KEPT: usize = 2 * HOP;
const FRAMES: usize = MfccParams::KEYWORDS.frames();

/// A recogniser that listens.
#[derive(Clone, Debug)]
pub struct KeywordStream<'w, T> {
    mfcc: Mfcc<T>,
    weights: KeywordWeights<'w>,
    /// The newest samples, oldest first.
    samples: [i16; KEPT],
    /// The newest frames, oldest first; zero where the clip has none.
    frames: [[i8; INPUTS]; TAPS],
    /// Hops of this clip so far.
    hops: usize,
    state: [i16; HIDDEN],
    sum: [i16; HIDDEN],
    max: [i16; HIDDEN],
}

/// The form for boards.
pub type BoardStream = KeywordStream<'static, f32>;

impl<'w, T: Real> KeywordStream<'w, T> {
    /// A recogniser at the beginning of a clip.
    ///
    /// # Errors
    /// None with [`MfccParams::KEYWORDS`]; [`MfccError`] when they are changed to something impossible.
    pub fn new(weights: KeywordWeights<'w>) -> Result<Self, MfccError> {
        Ok(Self {
            mfcc: Mfcc::new(&MfccParams::KEYWORDS)?,
            weights,
            samples: [0; KEPT],
            frames: [[0; INPUTS]; TAPS],
            hops: 0,
            state: [0; HIDDEN],
            sum: [0; HIDDEN],
            max: [i16::MIN; HIDDEN],
        })
    }

    /// Forgets the clip; the next hop is the first of another one.
    pub fn restart(&mut self) {
        self.samples = [0; KEPT];
        self.frames = [[0; INPUTS]; TAPS];
        self.hops = 0;
        self.state = [0; HIDDEN];
        self.sum = [0; HIDDEN];
        self.max = [i16::MIN; HIDDEN];
    }

    /// Hops of this clip so far, at most [`HOPS`].
    #[must_use]
    pub fn hops(&self) -> usize {
        self.hops
    }

    /// The front end, for measuring the stages of a hop one by one; the clip is not touched.
    pub fn front_end(&mut self) -> &mut Mfcc<T> {
        &mut self.mfcc
    }

    /// The network.
    #[must_use]
    pub fn weights(&self) -> &KeywordWeights<'w> {
        &self.weights
    }

    /// Takes the next hop and gives what has been heard of this clip so far. A hop behind the last one begins another
    /// clip.
    ///
    /// # Errors
    /// [`MfccError::Length`] for another number of samples than [`HOP`].
    pub fn hear(&mut self, hop: &[i16]) -> Result<Recognition, MfccError> {
        if hop.len() != HOP {
            return Err(MfccError::Length { what: "hop", expected: HOP, found: hop.len() });
        }
        if self.hops == HOPS {
            self.restart();
        }
        self.samples.copy_within(HOP.., 0);
        self.samples[KEPT - HOP..].copy_from_slice(hop);
        self.hops += 1;
        // A window is one and a half hops long, so the first frame is there with the second hop.
        if let Some(frame) = self.hops.checked_sub(2) {
            let mut features = [0; INPUTS];
            self.mfcc.frame_i8(&self.samples[..WINDOW], &mut features)?;
            self.follow(features);
            // An output frame needs two frames behind its own: frame 2 completes the first one.
            if frame >= 2 && frame.is_multiple_of(2) {
                self.step();
            }
            if frame + 1 == FRAMES {
                // The last output frame has zeros behind the end of the clip.
                self.follow([0; INPUTS]);
                self.follow([0; INPUTS]);
                self.step();
            }
        }
        let scores = match self.hops {
            // Nothing was heard: no score is larger than another.
            0..4 => [0.0; crate::weights::CLASSES],
            _ => dense_i8(&self.weights.out, &self.sum, &self.max),
        };
        Ok(Recognition { scores, word: argmax(&scores) })
    }

    fn follow(&mut self, features: [i8; INPUTS]) {
        self.frames.copy_within(1.., 0);
        self.frames[TAPS - 1] = features;
    }

    fn step(&mut self) {
        let frame = conv_frames_i8(&self.weights.conv, &self.frames);
        step_i8(&self.weights.gates, &frame, &mut self.state);
        for ((sum, max), &h) in self.sum.iter_mut().zip(&mut self.max).zip(&self.state) {
            *sum += h;
            *max = h.max(*max);
        }
    }
}

// The last frame is odd or even by the parameters; the two steps at the end above are right for an odd number of frames.
const _: () =
    assert!(FRAMES % 2 == 1 && STEPS == FRAMES / 2 + 1 && HOPS == FRAMES + 1 && WINDOW <= KEPT && WINDOW > HOP);

#[cfg(test)]
mod tests {
    use super::{HOP, HOPS, KeywordStream};
    use crate::keyword::{CLASSES, KeywordWeights};
    use crate::known_answer::{CLIP_SAMPLES, Noise, SyntheticClip};
    use crate::mfcc::MfccError;
    use crate::pipeline::{Form, Keyword};

    fn clip(seed: u32) -> [i16; CLIP_SAMPLES] {
        let mut clip = [0; CLIP_SAMPLES];
        SyntheticClip::new(seed).fill(&mut clip);
        clip
    }

    #[test]
    fn hop_by_hop_is_the_whole_clip_bit_for_bit() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut whole = Keyword::<f32>::new(weights.clone(), Form::Int8).unwrap();
        let mut stream = KeywordStream::<f32>::new(weights).unwrap();
        for seed in 1..12 {
            let clip = clip(seed);
            let expected = whole.recognise(&clip).unwrap();
            let mut last = None;
            for hop in clip.chunks_exact(HOP) {
                last = Some(stream.hear(hop).unwrap());
            }
            assert_eq!(stream.hops(), HOPS);
            // The next clip starts by itself.
            assert_eq!(last, Some(expected), "seed {seed}");
        }
    }

    #[test]
    fn nothing_of_one_clip_is_left_in_the_next() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut stream = KeywordStream::<f32>::new(weights.clone()).unwrap();
        let mut noise = Noise::new(3);
        let loud: [i16; HOP] = core::array::from_fn(|_| noise.sample());
        for _ in 0..17 {
            stream.hear(&loud).unwrap();
        }
        stream.restart();
        let mut fresh = KeywordStream::<f32>::new(weights).unwrap();
        for hop in clip(5).chunks_exact(HOP) {
            assert_eq!(stream.hear(hop).unwrap(), fresh.hear(hop).unwrap());
        }
    }

    #[test]
    fn scores_begin_with_the_first_step_and_a_hop_has_its_length() {
        let mut stream = KeywordStream::<f32>::new(KeywordWeights::embedded().unwrap()).unwrap();
        for hops in 1..=4 {
            let heard = stream.hear(&[0; HOP]).unwrap();
            assert_eq!(heard.scores == [0.0; CLASSES], hops < 4, "{hops}");
        }
        let short = stream.hear(&[0; HOP - 1]).unwrap_err();
        assert_eq!(short, MfccError::Length { what: "hop", expected: HOP, found: HOP - 1 });
        assert_eq!(stream.hops(), 4, "a hop that is refused changes nothing");
    }
}
