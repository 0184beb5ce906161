//! Keyword spotting at the guide's pace, a whole clip at once.

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch, Trouble};
use hil_kernels::agent::front_end_case;
use hil_kernels::guide::clip::GuideKeyword;
use hil_kernels::guide::known_answer::check_clip;
use hil_kernels::guide::weights::embedded;
use hil_kernels::known_answer::CLIP_SAMPLES;
use hil_kernels::mfcc::MfccError;
use hil_kernels::pipeline::{Form, Recognition};
use hil_kernels::weights::WEIGHTS_LEN;

use super::read_pcm;

pub(super) struct GuideKernel {
    keyword: GuideKeyword<'static>,
    clip: Box<[i16; CLIP_SAMPLES]>,
    samples: usize,
    heard: Option<Result<Recognition, MfccError>>,
}

impl GuideKernel {
    pub(super) fn new(form: Form) -> Option<Self> {
        let keyword = GuideKeyword::new(embedded().ok()?, form).ok()?;
        Some(Self { keyword, clip: Box::new([0; CLIP_SAMPLES]), samples: CLIP_SAMPLES, heard: None })
    }
}

impl Kernel for GuideKernel {
    fn name(&self) -> &str {
        match self.keyword.form() {
            Form::Int8 => "lan/guide_i8",
            Form::Float32 => "lan/guide_f32",
        }
    }

    fn about(&self) -> &str {
        match self.keyword.form() {
            Form::Int8 => "keyword spotting at the guide's pace from one second of sound, int8 network",
            Form::Float32 => "keyword spotting at the guide's pace from one second of sound, float network",
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
        check_clip(&mut self.keyword, &mut self.clip).map_err(|wrong| Mismatch::new(format_args!("{wrong}")))
    }

    fn class(&self) -> Option<u32> {
        self.heard.as_ref()?.as_ref().ok().and_then(|heard| u32::try_from(heard.word).ok())
    }

    fn weight_bytes(&self) -> Option<u64> {
        u64::try_from(WEIGHTS_LEN).ok()
    }

    fn status(&self) -> Result<(), Trouble> {
        match &self.heard {
            Some(Err(error)) => Err(Mismatch::new(format_args!("{error}")).into()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        front_end_case(self.keyword.front_end(), table, case)
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, GuideKernel, Kernel};

    #[test]
    fn the_front_end_of_whole_clips_meets_its_table_and_is_as_good_as_before_afterwards() {
        for form in [Form::Int8, Form::Float32] {
            let mut kernel = GuideKernel::new(form).unwrap();
            let cases: Vec<_> = (0..).map_while(|case| kernel.conform("front-end", case)).collect();
            assert_eq!(cases.len(), 9);
            assert!(cases.iter().all(|case| case.broken.is_none()), "{cases:?}");
            assert!(kernel.conform("timestep", 0).is_none());
            assert_eq!(kernel.known_answer(), Ok(()));
        }
    }
}
