//! Keyword spotting as a board does it: the newest 20 ms of sound in, scores out.

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_kernels::keyword::KeywordWeights;
use hil_kernels::known_answer::{EXPECTED, SEED, SyntheticClip};
use hil_kernels::mfcc::MfccError;
use hil_kernels::pipeline::Recognition;
use hil_kernels::stream::{BoardStream, HOP, HOPS};

/// One iteration hears one hop and says what has been heard of the clip so far.
pub struct KeywordHop {
    stream: BoardStream,
    hop: [i16; HOP],
    heard: Option<Result<Recognition, MfccError>>,
}

impl KeywordHop {
    /// The kernel with the weights that are part of the image; `None` when they are damaged.
    #[must_use]
    pub fn new() -> Option<Self> {
        let stream = BoardStream::new(KeywordWeights::embedded().ok()?).ok()?;
        Some(Self { stream, hop: [0; HOP], heard: None })
    }
}

impl Kernel for KeywordHop {
    fn name(&self) -> &str {
        "lan/keyword_hop_i8"
    }

    fn about(&self) -> &str {
        "keyword spotting, int8 network: the newest 20 ms of sound in, scores out"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        if input.len() != 2 * HOP {
            return Err(LoadError::new(format_args!("{} bytes are no hop of {} bytes", input.len(), 2 * HOP)));
        }
        for (sample, bytes) in self.hop.iter_mut().zip(input.chunks_exact(2)) {
            if let [low, high] = bytes {
                *sample = i16::from_le_bytes([*low, *high]);
            }
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
                let differs =
                    heard.scores.iter().zip(&EXPECTED.int8).position(|(got, wanted)| got.to_bits() != wanted.to_bits());
                differs.map_or(Ok(()), |class| {
                    let (got, wanted) = (heard.scores[class], EXPECTED.int8[class]);
                    Err(Mismatch::new(format_args!("score {class}: got {got}, wanted {wanted}")))
                })
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

    /// Scores are there after every hop of a clip, those to the whole clip behind its last one.
    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        if first {
            self.stream.restart();
        }
        self.load(piece)?;
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
