//! Keyword spotting as boards do it: the newest 20 ms of sound in, scores out, in the same arithmetic (`f32`).

use crate::dense::dense_i8;
use crate::keyword::KeywordWeights;
use crate::known_answer::{EXPECTED, SEED, SyntheticClip};
use crate::mfcc::{MfccError, MfccParams};
use crate::pipeline::Recognition;
use crate::stream::{BoardStream, HOP, HOPS};
use crate::weights::{CLASSES, HIDDEN, INPUTS, WEIGHTS_LEN};
use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};

use super::pace::{Facts, Pace, Stages};

/// One iteration hears one hop and says what has been heard of the clip so far.
#[derive(Debug)]
pub struct KeywordHop {
    stream: BoardStream,
    hop: [i16; HOP],
    heard: Option<Result<Recognition, MfccError>>,
}

impl KeywordHop {
    /// The kernel with the weights that are part of the program; `None` when they are damaged.
    #[must_use]
    pub fn new() -> Option<Self> {
        let stream = BoardStream::new(KeywordWeights::embedded().ok()?).ok()?;
        Some(Self { stream, hop: [0; HOP], heard: None })
    }
}

/// Samples of a frame.
const WINDOW: usize = MfccParams::KEYWORDS.window_samples;

impl Pace for KeywordHop {
    const NAME: &'static str = "lan/keyword_hop_i8";
    const ABOUT: &'static str = "keyword spotting, int8 network: the newest 20 ms of sound in, scores out";
    const STAGES: Stages = Stages {
        front_end: Facts {
            name: "lan/stage-front_end",
            about: "keyword spotting, one stage of a hop: the features of a frame of sound",
            answer: 0x087c_6d64,
        },
        conv: Facts {
            name: "lan/stage-conv",
            about: "keyword spotting, one stage of a hop: the convolution over the newest frames",
            answer: 0x81f6_5952,
        },
        cell: Facts {
            name: "lan/stage-cell",
            about: "keyword spotting, one stage of a hop: a step of the recurrent cell",
            answer: 0x1eb8_2ee5,
        },
        scores: Facts {
            name: "lan/stage-scores",
            about: "keyword spotting, one stage of a hop: the scores of the words",
            answer: 0x587e_3dd1,
        },
    };
    const FIRST: usize = 18;
    type Sound = [i16; WINDOW];
    const SILENCE: [i16; WINDOW] = [0; WINDOW];

    fn sound(&mut self, frame: usize) -> Result<[i16; WINDOW], MfccError> {
        let mut clip = SyntheticClip::new(SEED);
        for _ in 0..frame {
            clip.fill(&mut [0; HOP]);
        }
        let mut sound = [0; WINDOW];
        clip.fill(&mut sound);
        Ok(sound)
    }

    fn features(&mut self, sound: &[i16; WINDOW]) -> Result<[i8; INPUTS], MfccError> {
        let mut features = [0; INPUTS];
        self.stream.front_end().frame_i8(sound, &mut features)?;
        Ok(features)
    }

    fn weights(&self) -> &KeywordWeights<'static> {
        self.stream.weights()
    }

    fn scores(&self, sum: &[i16; HIDDEN], max: &[i16; HIDDEN], _steps: usize) -> [f32; CLASSES] {
        dense_i8(&self.stream.weights().out, sum, max)
    }
}

impl Kernel for KeywordHop {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn about(&self) -> &str {
        Self::ABOUT
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        let (samples, odd) = input.as_chunks::<2>();
        if samples.len() != HOP || !odd.is_empty() {
            return Err(LoadError::new(format_args!("{} bytes are no hop of {} bytes", input.len(), 2 * HOP)));
        }
        for (sample, bytes) in self.hop.iter_mut().zip(samples) {
            *sample = i16::from_le_bytes(*bytes);
        }
        self.heard = None;
        Ok(())
    }

    fn run(&mut self) {
        self.heard = Some(self.stream.hear(&self.hop));
    }

    /// The synthetic clip, hop by hop: the scores behind its last hop must be those of every other machine.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let mut clip = SyntheticClip::new(SEED);
        self.stream.restart();
        for _ in 0..HOPS {
            clip.fill(&mut self.hop);
            self.run();
        }
        match &self.heard {
            Some(Ok(heard)) => {
                let scores = heard.scores.iter().zip(&EXPECTED.int8).enumerate();
                match scores.into_iter().find(|(_, (got, wanted))| got.to_bits() != wanted.to_bits()) {
                    None => Ok(()),
                    Some((class, (got, wanted))) => {
                        Err(Mismatch::new(format_args!("score {class}: got {got}, wanted {wanted}")))
                    }
                }
            }
            Some(Err(error)) => Err(Mismatch::new(format_args!("{error}"))),
            None => Err(Mismatch::new(format_args!("nothing was heard"))),
        }
    }

    fn class(&self) -> Option<u32> {
        self.heard.as_ref()?.as_ref().ok().and_then(|heard| u32::try_from(heard.word).ok())
    }

    fn piece(&self) -> Option<usize> {
        Some(2 * HOP)
    }

    fn weight_bytes(&self) -> Option<u64> {
        u64::try_from(WEIGHTS_LEN).ok()
    }

    /// Scores are there after every hop of a clip, those to the whole clip behind its last one.
    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        self.load(piece)?;
        if first {
            self.stream.restart();
        }
        self.run();
        Ok(self.class())
    }

    fn status(&self) -> Result<(), Trouble> {
        match &self.heard {
            Some(Err(error)) => Err(Mismatch::new(format_args!("{error}")).into()),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::KeywordHop;
    use crate::stream::{HOP, HOPS};
    use hil_agent::kernel::Kernel;

    #[test]
    fn a_clip_is_fifty_pieces_and_its_first_one_forgets_the_clip_before() {
        let mut kernel = KeywordHop::new().unwrap();
        assert_eq!((kernel.piece(), kernel.class()), (Some(640), None));
        let noise = |hop: usize| -> Vec<u8> { (0..2 * HOP).map(|at| (at * at * (hop + 3) % 251) as u8).collect() };
        let clip: Vec<Vec<u8>> = (0..HOPS).map(noise).collect();
        let hear = |kernel: &mut KeywordHop, hops: &[Vec<u8>]| -> Vec<u32> {
            let heard = hops.iter().enumerate().map(|(at, hop)| kernel.hear(at == 0, hop).unwrap().unwrap());
            heard.collect()
        };
        let whole = hear(&mut kernel, &clip);
        hear(&mut kernel, &clip[7..30]);
        let scores = |kernel: &KeywordHop| kernel.heard.unwrap().unwrap().scores.map(f32::to_bits);
        let again = hear(&mut kernel, &clip);
        let second = scores(&kernel);
        let mut fresh = KeywordHop::new().unwrap();
        assert_eq!((hear(&mut fresh, &clip), again), (whole.clone(), whole));
        assert_eq!(scores(&fresh), second);
    }

    #[test]
    fn a_piece_has_its_length_and_one_that_is_refused_changes_nothing() {
        let mut kernel = KeywordHop::new().unwrap();
        let clip = [vec![1; 2 * HOP], vec![2; 2 * HOP]];
        for hop in &clip {
            kernel.hear(hop == &clip[0], hop).unwrap();
        }
        let why = kernel.hear(true, &[0; 2 * HOP + 1]).unwrap_err();
        assert_eq!(why.why(), "641 bytes are no hop of 640 bytes");
        assert_eq!((kernel.stream.hops(), kernel.status()), (2, Ok(())));
    }
}
