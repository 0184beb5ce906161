//! Keyword spotting at the guide's pace, on boards and desktops: the newest 16 ms of sound in, scores out.
//!
//! What a score per hop means and how a clip is decided is said in [`crate::guide`].

use crate::dense::dense_steps_i8;
use crate::fixed::FixedFrontEnd;
use crate::guide::front_end::FrontEnd;
use crate::guide::known_answer::{EXPECTED, check_stream};
use crate::guide::stream::GuideStream;
use crate::guide::{HOP, HOPS, table, weights};
use crate::keyword::CLASSES;
use crate::known_answer::{SEED, SyntheticClip};
use crate::mfcc::{Mfcc, MfccError};
use crate::pipeline::Recognition;
use crate::weights::{HIDDEN, INPUTS, KeywordWeights, WEIGHTS_LEN};
use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;

use super::pace::{Facts as StageFacts, Pace, Stages};

/// What tells the forms apart for people and for the known answer.
#[derive(Debug)]
struct Facts {
    name: &'static str,
    about: &'static str,
    scores: &'static [f32; CLASSES],
}

static FLOAT: Facts = Facts { name: FloatGuideHop::NAME, about: FloatGuideHop::ABOUT, scores: &EXPECTED.int8 };
static FIXED: Facts = Facts { name: FixedGuideHop::NAME, about: FixedGuideHop::ABOUT, scores: &EXPECTED.fixed_int8 };

/// One iteration hears one hop and says what has been heard of the clip so far.
#[derive(Debug)]
pub struct GuideHop<F> {
    facts: &'static Facts,
    stream: GuideStream<'static, F>,
    hop: [i16; HOP],
    heard: Option<Result<Recognition, MfccError>>,
    /// A piece shorter than a hop came: nothing of this clip can follow.
    ended: bool,
}

/// The kernel over the `f32` front end, `lan/guide_hop_i8`.
pub type FloatGuideHop = GuideHop<Mfcc<f32>>;
/// The kernel over the fixed-point front end, `lan/guide_hop_fixed_i8`.
pub type FixedGuideHop = GuideHop<FixedFrontEnd>;

impl FloatGuideHop {
    /// Its name.
    pub const NAME: &'static str = "lan/guide_hop_i8";
    /// A line about it.
    pub const ABOUT: &'static str =
        "keyword spotting, int8 network at every hop: the newest 16 ms of sound in, scores out";

    /// The kernel with the weights that are part of the program; `None` when they are damaged.
    #[must_use]
    pub fn float() -> Option<Self> {
        Some(Self::new(&FLOAT, GuideStream::float(weights::embedded().ok()?).ok()?))
    }
}

impl FixedGuideHop {
    /// The kernel with the weights that are part of the program; `None` when they are damaged.
    #[must_use]
    pub fn fixed() -> Option<Self> {
        Some(Self::new(&FIXED, GuideStream::fixed(weights::embedded().ok()?)))
    }
}

impl Pace for FixedGuideHop {
    const NAME: &'static str = "lan/guide_hop_fixed_i8";
    const ABOUT: &'static str = "the same with the front end in integers: the newest 16 ms of sound in, scores out";
    const STAGES: Stages = Stages {
        front_end: StageFacts {
            name: "lan/guide-stage-front_end",
            about: "keyword spotting at the guide's pace, one stage: the features of a frame, in integers",
            answer: 0x1f8b_388e,
        },
        conv: StageFacts {
            name: "lan/guide-stage-conv",
            about: "keyword spotting at the guide's pace, one stage: the convolution over the newest frames",
            answer: 0x2f8f_3915,
        },
        cell: StageFacts {
            name: "lan/guide-stage-cell",
            about: "keyword spotting at the guide's pace, one stage: a step of the recurrent cell",
            answer: 0x5033_3db7,
        },
        scores: StageFacts {
            name: "lan/guide-stage-scores",
            about: "keyword spotting at the guide's pace, one stage: the scores of the words",
            answer: 0x815b_7bf2,
        },
    };
    const FIRST: usize = 22;
    // The ring has room for a frame, and a board has none for a second one.
    type Sound = ();
    const SILENCE: () = ();

    fn sound(&mut self, frame: usize) -> Result<(), MfccError> {
        self.stream.restart();
        let mut clip = SyntheticClip::new(SEED);
        for _ in 0..frame {
            clip.fill(&mut self.hop);
        }
        for _ in 0..2 {
            clip.fill(&mut self.hop);
            self.stream.push(&self.hop)?;
        }
        Ok(())
    }

    fn features(&mut self, (): &()) -> Result<[i8; INPUTS], MfccError> {
        self.stream.features()
    }

    fn weights(&self) -> &KeywordWeights<'static> {
        self.stream.weights()
    }

    fn scores(&self, sum: &[i16; HIDDEN], max: &[i16; HIDDEN], steps: usize) -> [f32; CLASSES] {
        dense_steps_i8(&self.stream.weights().out, sum, max, steps)
    }
}

impl<F> GuideHop<F> {
    fn new(facts: &'static Facts, stream: GuideStream<'static, F>) -> Self {
        Self { facts, stream, hop: [0; HOP], heard: None, ended: false }
    }
}

impl<F: FrontEnd> Kernel for GuideHop<F> {
    fn name(&self) -> &str {
        self.facts.name
    }

    fn about(&self) -> &str {
        self.facts.about
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

    /// The synthetic clip, hop by hop: the scores behind its last hop must be those of every other machine. A hop from its
    /// middle stays loaded.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let mut clip = SyntheticClip::new(SEED);
        for _ in 0..HOPS / 2 {
            clip.fill(&mut self.hop);
        }
        (self.heard, self.ended) = (None, false);
        check_stream(&mut self.stream, self.facts.scores).map_err(|wrong| Mismatch::new(format_args!("{wrong}")))
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

    /// Scores are there after every hop of a clip, those to the whole clip behind its last one. A clip of a second ends
    /// with half a hop; it completes no frame, so the answer stays.
    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        if !first && self.ended {
            return Err(LoadError::new(format_args!("{} bytes behind the end of the clip", piece.len())));
        }
        if !first && piece.len() < 2 * HOP && piece.len().is_multiple_of(2) {
            self.ended = true;
            return Ok(self.class());
        }
        self.load(piece)?;
        if first {
            self.stream.restart();
            self.ended = false;
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

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        front_end_case(self.stream.front_end(), table, case)
    }
}

/// A case of the table of the guide's front end, as kernels tell it; nothing for other tables and behind the last case.
pub fn front_end_case<F: FrontEnd>(front_end: &mut F, table: &str, case: u32) -> Option<Case> {
    if table != table::NAME {
        return None;
    }
    let (name, outcome) = table::check(front_end, case)?;
    let broken = outcome.err().map(|wrong| Mismatch::new(format_args!("{wrong}")));
    Some(Case { name: Text::new(format_args!("{name}")), broken })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::{FixedGuideHop, FloatGuideHop};
    use crate::guide::{HOP, HOPS};
    use hil_agent::kernel::Kernel;

    fn clip() -> Vec<Vec<u8>> {
        (0..HOPS).map(|hop| (0..2 * HOP).map(|at| (at * at * (hop + 3) % 251) as u8).collect()).collect()
    }

    fn hear(kernel: &mut dyn Kernel, hops: &[Vec<u8>]) -> Vec<u32> {
        hops.iter().enumerate().map(|(at, hop)| kernel.hear(at == 0, hop).unwrap().unwrap()).collect()
    }

    #[test]
    fn a_clip_is_62_pieces_and_a_half_and_its_first_one_forgets_the_clip_before() {
        for kernel in [&mut FloatGuideHop::float().unwrap() as &mut dyn Kernel, &mut FixedGuideHop::fixed().unwrap()] {
            assert_eq!((kernel.piece(), kernel.class()), (Some(512), None));
            assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
            let whole = hear(kernel, &clip());
            assert_eq!(kernel.hear(false, &[7; HOP]).unwrap(), whole.last().copied(), "half a hop changes nothing");
            let behind = kernel.hear(false, &[7; 2 * HOP]).unwrap_err();
            assert_eq!(behind.why(), "512 bytes behind the end of the clip");
            hear(kernel, &clip()[7..30]);
            assert_eq!(hear(kernel, &clip()), whole);
        }
    }

    #[test]
    fn a_piece_has_its_length_and_one_that_is_refused_changes_nothing() {
        let mut kernel = FloatGuideHop::float().unwrap();
        hear(&mut kernel, &[vec![1; 2 * HOP], vec![2; 2 * HOP]]);
        let why = kernel.hear(false, &[0; 2 * HOP + 1]).unwrap_err();
        assert_eq!(why.why(), "513 bytes are no hop of 512 bytes");
        assert_eq!(kernel.hear(true, &[0; HOP]).unwrap_err().why(), "256 bytes are no hop of 512 bytes");
        assert_eq!(kernel.status(), Ok(()));
    }

    #[test]
    fn the_table_has_nine_cases_and_all_hold() {
        let mut kernel = FixedGuideHop::fixed().unwrap();
        let cases: Vec<_> = (0..).map_while(|case| kernel.conform("front-end", case)).collect();
        assert_eq!(cases.len(), 9);
        assert!(cases.iter().all(|case| case.broken.is_none()), "{cases:?}");
        assert!(kernel.conform("else", 0).is_none());
    }
}
