//! Keyword spotting, from sound to word.

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_kernels::keyword::KeywordWeights;
use hil_kernels::known_answer::{CLIP_SAMPLES, check};
use hil_kernels::mfcc::MfccError;
use hil_kernels::pipeline::{Form, HostKeyword, Recognition};

use super::read_pcm;

pub(super) struct KeywordKernel {
    keyword: HostKeyword,
    clip: Box<[i16; CLIP_SAMPLES]>,
    samples: usize,
    heard: Option<Result<Recognition, MfccError>>,
}

impl KeywordKernel {
    pub(super) fn new(form: Form) -> Option<Self> {
        let keyword = HostKeyword::new(KeywordWeights::embedded().ok()?, form).ok()?;
        Some(Self { keyword, clip: Box::new([0; CLIP_SAMPLES]), samples: CLIP_SAMPLES, heard: None })
    }
}

impl Kernel for KeywordKernel {
    fn name(&self) -> &str {
        match self.keyword.form() {
            Form::Int8 => "lan/keyword_i8",
            Form::Float32 => "lan/keyword_f32",
        }
    }

    fn about(&self) -> &str {
        match self.keyword.form() {
            Form::Int8 => "keyword spotting from one second of sound, int8 network",
            Form::Float32 => "keyword spotting from one second of sound, float network",
        }
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.samples = read_pcm(input, &mut self.clip)?;
        self.heard = None;
        Ok(())
    }

    fn run(&mut self) {
        self.heard = self.clip.get(..self.samples).map(|pcm| self.keyword.recognise(pcm));
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.samples = CLIP_SAMPLES;
        check(&mut self.keyword, &mut self.clip).map_err(|mismatch| Mismatch::new(format_args!("{mismatch}")))
    }

    fn class(&self) -> Option<u32> {
        self.heard.as_ref()?.as_ref().ok().and_then(|heard| u32::try_from(heard.word).ok())
    }

    fn status(&self) -> Result<(), Trouble> {
        match &self.heard {
            Some(Err(error)) => Err(Mismatch::new(format_args!("{error}")).into()),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}
