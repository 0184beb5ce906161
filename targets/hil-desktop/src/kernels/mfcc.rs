//! The front end of keyword spotting alone: spectral features of one second of sound.

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_kernels::keyword::FEATURES;
use hil_kernels::known_answer::{CLIP_SAMPLES, EXPECTED, SEED, SyntheticClip, digest};
use hil_kernels::mfcc::{Mfcc, MfccError, MfccParams};

use super::read_pcm;

pub(super) struct MfccKernel {
    mfcc: Mfcc<f64>,
    clip: Box<[i16; CLIP_SAMPLES]>,
    samples: usize,
    features: Box<[i8; FEATURES]>,
    last: Result<(), MfccError>,
}

impl MfccKernel {
    pub(super) fn new() -> Option<Self> {
        Some(Self {
            mfcc: Mfcc::new(&MfccParams::KEYWORDS).ok()?,
            clip: Box::new([0; CLIP_SAMPLES]),
            samples: CLIP_SAMPLES,
            features: Box::new([0; FEATURES]),
            last: Ok(()),
        })
    }
}

impl Kernel for MfccKernel {
    fn name(&self) -> &str {
        "lan/mfcc"
    }

    fn about(&self) -> &str {
        "spectral features of one second of sound"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.samples = read_pcm(input, &mut self.clip)?;
        Ok(())
    }

    fn run(&mut self) {
        let pcm = self.clip.get(..self.samples).unwrap_or(&[]);
        self.last = self.mfcc.clip_i8(pcm, &mut self.features[..]);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        SyntheticClip::new(SEED).fill(&mut self.clip[..]);
        self.samples = CLIP_SAMPLES;
        self.features.fill(0);
        self.run();
        self.last.map_err(refused)?;
        match digest(&self.features[..]) {
            found if found == EXPECTED.features => Ok(()),
            found => Err(Mismatch::new(format_args!("digest {found:#010x}, wanted {:#010x}", EXPECTED.features))),
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last.map_err(|error| refused(error).into())
    }
}

fn refused(error: MfccError) -> Mismatch {
    Mismatch::new(format_args!("{error}"))
}
