//! Sound hop by hop: the newest 256 samples in, scores out.

use super::HOPS;
use super::front_end::{FrontEnd, HopRing};
use super::network::Memory;
use crate::dense::argmax;
use crate::fixed::FixedFrontEnd;
use crate::mfcc::{Mfcc, MfccError, MfccParams};
use crate::pipeline::Recognition;
use crate::real::Real;
use crate::weights::{INPUTS, KeywordWeights};

/// A recogniser that listens, over one of the forms of the front end.
#[derive(Clone, Debug)]
pub struct GuideStream<'w, F> {
    front_end: F,
    weights: KeywordWeights<'w>,
    ring: HopRing,
    memory: Memory,
    /// Hops of this clip so far.
    hops: usize,
}

impl<'w, T: Real> GuideStream<'w, Mfcc<T>> {
    /// A recogniser at the beginning of a clip, over the floating-point front end.
    ///
    /// # Errors
    /// None with [`MfccParams::GUIDE_KEYWORDS`]; [`MfccError`] when they are changed to something impossible.
    pub fn float(weights: KeywordWeights<'w>) -> Result<Self, MfccError> {
        Ok(Self::new(Mfcc::new(&MfccParams::GUIDE_KEYWORDS)?, weights))
    }
}

impl<'w> GuideStream<'w, FixedFrontEnd> {
    /// A recogniser at the beginning of a clip, over the fixed-point front end.
    #[must_use]
    pub const fn fixed(weights: KeywordWeights<'w>) -> Self {
        Self::new(FixedFrontEnd::new(), weights)
    }
}

impl<'w, F> GuideStream<'w, F> {
    /// A recogniser at the beginning of a clip.
    #[must_use]
    pub const fn new(front_end: F, weights: KeywordWeights<'w>) -> Self {
        Self { front_end, weights, ring: HopRing::new(), memory: Memory::new(), hops: 0 }
    }

    /// Forgets the clip; the next hop is the first of another one.
    pub fn restart(&mut self) {
        self.ring = HopRing::new();
        self.memory = Memory::new();
        self.hops = 0;
    }

    /// Hops of this clip so far, at most [`HOPS`].
    #[must_use]
    pub fn hops(&self) -> usize {
        self.hops
    }

    /// What makes the features.
    pub fn front_end(&mut self) -> &mut F {
        &mut self.front_end
    }

    /// The network.
    #[must_use]
    pub fn weights(&self) -> &KeywordWeights<'w> {
        &self.weights
    }

    /// Takes a hop into the ring and does nothing else with it, for measuring the stages of a hop one by one.
    ///
    /// # Errors
    /// [`MfccError::Length`] for another number of samples than [`super::HOP`].
    pub fn push(&mut self, hop: &[i16]) -> Result<(), MfccError> {
        self.ring.push(hop)
    }
}

impl<F: FrontEnd> GuideStream<'_, F> {
    /// The features of the frame in the ring.
    ///
    /// # Errors
    /// As [`FrontEnd::features`].
    pub fn features(&mut self) -> Result<[i8; INPUTS], MfccError> {
        let [older, newer] = self.ring.window();
        self.front_end.features(older, newer)
    }

    /// Takes the next hop and gives what has been heard of this clip so far; all scores are zero behind the first hop. A
    /// hop behind the last one begins another clip.
    ///
    /// # Errors
    /// [`MfccError::Length`] for another number of samples than [`super::HOP`]; nothing was heard then.
    pub fn hear(&mut self, hop: &[i16]) -> Result<Recognition, MfccError> {
        let first = self.hops == HOPS || self.hops == 0;
        self.ring.push(hop)?;
        if first {
            self.memory = Memory::new();
            self.hops = 0;
        } else {
            let features = self.features()?;
            self.memory.step(&self.weights, features);
        }
        self.hops += 1;
        let scores = self.memory.scores(&self.weights);
        Ok(Recognition { scores, word: argmax(&scores) })
    }
}

#[cfg(test)]
mod tests {
    use super::GuideStream;
    use crate::guide::clip::GuideKeyword;
    use crate::guide::{HOP, HOPS};
    use crate::keyword::{CLASSES, KeywordWeights};
    use crate::known_answer::{CLIP_SAMPLES, Noise, SyntheticClip};
    use crate::mfcc::{Mfcc, MfccError};
    use crate::pipeline::Form;

    type Stream = GuideStream<'static, Mfcc<f32>>;

    fn clip(seed: u32) -> [i16; CLIP_SAMPLES] {
        let mut clip = [0; CLIP_SAMPLES];
        SyntheticClip::new(seed).fill(&mut clip);
        clip
    }

    #[test]
    fn hop_by_hop_is_the_whole_clip_bit_for_bit() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut whole = GuideKeyword::new(weights.clone(), Form::Int8).unwrap();
        let mut stream = Stream::float(weights).unwrap();
        for seed in 1..8 {
            let clip = clip(seed);
            let mut last = None;
            for hop in clip.chunks_exact(HOP) {
                last = Some(stream.hear(hop).unwrap());
            }
            assert_eq!(stream.hops(), HOPS);
            // The next clip starts by itself.
            assert_eq!(last, Some(whole.recognise(&clip).unwrap()), "seed {seed}");
        }
    }

    #[test]
    fn nothing_of_one_clip_is_left_in_the_next() {
        let weights = KeywordWeights::embedded().unwrap();
        let mut stream = GuideStream::fixed(weights.clone());
        let mut noise = Noise::new(3);
        let loud: [i16; HOP] = core::array::from_fn(|_| noise.sample());
        for _ in 0..17 {
            stream.hear(&loud).unwrap();
        }
        stream.restart();
        let mut fresh = GuideStream::fixed(weights);
        for hop in clip(5).chunks_exact(HOP) {
            assert_eq!(stream.hear(hop).unwrap(), fresh.hear(hop).unwrap());
        }
    }

    #[test]
    fn scores_begin_with_the_second_hop_and_a_hop_has_its_length() {
        let mut stream = Stream::float(KeywordWeights::embedded().unwrap()).unwrap();
        for hops in 1..=3 {
            let heard = stream.hear(&[0; HOP]).unwrap();
            assert_eq!(heard.scores == [0.0; CLASSES], hops < 2, "{hops}");
        }
        let long = stream.hear(&[0; HOP + 1]).unwrap_err();
        assert_eq!(long, MfccError::Length { what: "hop", expected: HOP, found: HOP + 1 });
        assert_eq!(stream.hops(), 3, "a hop that is refused changes nothing");
    }
}
