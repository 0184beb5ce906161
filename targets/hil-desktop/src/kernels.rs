//! The kernels that every desktop agent offers: the shared ones, each in a few lines over its plain functions.
//!
//! They are the first users of the interface that everybody's own kernels use. Those of keyword spotting take 16-bit
//! little-endian PCM at 16 kHz, one second at most; their front end computes in `f64`, the form whose features equal the
//! reference's. The one that takes its sound hop by hop is that of boards, whose front end computes in `f32`. Those of dense
//! arithmetic make their own inputs.

mod guide;
mod keyword;
mod mfcc;
mod ndv;
mod stages;

use hil_agent::kernel::{Kernel, LoadError};
use hil_kernels::agent::{FixedGuideHop, FloatGuideHop, KeywordHop, LtcSolver, LtcSound};
use hil_kernels::known_answer::CLIP_SAMPLES;
use hil_kernels::pipeline::Form;
use hil_kernels::tensor::vector::Vector;

/// The shared kernels, ready to be registered.
///
/// One whose tables cannot be built is left out; that the list is complete is tested.
#[must_use]
pub fn shared_kernels() -> Vec<Box<dyn Kernel>> {
    let mut kernels: Vec<Box<dyn Kernel>> = Vec::new();
    for form in [Form::Int8, Form::Float32] {
        if let Some(kernel) = keyword::KeywordKernel::new(form) {
            kernels.push(Box::new(kernel));
        }
    }
    if let Some(kernel) = mfcc::MfccKernel::new() {
        kernels.push(Box::new(kernel));
    }
    if let Some(kernel) = KeywordHop::new() {
        kernels.push(Box::new(kernel));
    }
    for solver in LtcSolver::all() {
        kernels.push(Box::new(solver));
    }
    kernels.push(Box::new(LtcSound::quiet()));
    kernels.push(Box::new(LtcSound::busy()));
    for form in [Form::Int8, Form::Float32] {
        if let Some(kernel) = guide::GuideKernel::new(form) {
            kernels.push(Box::new(kernel));
        }
    }
    if let Some(kernel) = FloatGuideHop::float() {
        kernels.push(Box::new(kernel));
    }
    if let Some(kernel) = FixedGuideHop::fixed() {
        kernels.push(Box::new(kernel));
    }
    kernels.extend(stages::kernels());
    kernels.extend(ndv::kernels(Vector::widest()));
    kernels
}

/// Reads samples into the start of `clip` and returns how many there are.
fn read_pcm(input: &[u8], clip: &mut [i16; CLIP_SAMPLES]) -> Result<usize, LoadError> {
    let (samples, odd) = input.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(LoadError::new(format_args!("{} bytes are no whole number of 16-bit samples", input.len())));
    }
    if samples.len() > clip.len() {
        return Err(LoadError::new(format_args!("{} samples, {CLIP_SAMPLES} are the most", samples.len())));
    }
    for (place, bytes) in clip.iter_mut().zip(samples) {
        *place = i16::from_le_bytes(*bytes);
    }
    Ok(samples.len())
}

#[cfg(test)]
mod tests {
    use super::{CLIP_SAMPLES, shared_kernels};
    use hil_agent::kernel::Kernel;
    use hil_kernels::keyword::CLASSES;

    fn keyword_spotting() -> Vec<Box<dyn Kernel>> {
        let mut kernels = shared_kernels();
        kernels.retain(|kernel| {
            let name = kernel.name();
            let others = ["lan/ltc-", "lan/stage-", "lan/guide-stage-", "lan/matvec-"];
            name.starts_with("lan/") && !others.iter().any(|other| name.starts_with(other)) && kernel.piece().is_none()
        });
        kernels
    }

    #[test]
    fn every_shared_kernel_is_listed_and_gives_its_known_answer() {
        let mut kernels = shared_kernels();
        let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name()).collect();
        assert_eq!(names[..4], ["lan/keyword_i8", "lan/keyword_f32", "lan/mfcc", "lan/keyword_hop_i8"]);
        let liquid = ["euler", "heun", "rk4", "adaptive_heun", "euler_i8", "quiet", "busy"];
        assert_eq!(names[4..11], liquid.map(|name| format!("lan/ltc-{name}")));
        assert_eq!(names[11..15], ["lan/guide_i8", "lan/guide_f32", "lan/guide_hop_i8", "lan/guide_hop_fixed_i8"]);
        // Seven operations at three sizes in two variants, and their agreement in two measures; attention by four methods in
        // two variants, at five lengths by two, and its agreement; fifteen steps of training, four alone, six of inference, three
        // tables, and one accuracy.
        let of = |begin: &str| names[15..28].iter().filter(|name| name.starts_with(begin)).count();
        assert_eq!((of("lan/stage-"), of("lan/guide-stage-"), of("lan/matvec-")), (5, 4, 4));
        assert_eq!(names[28..].len(), (7 * 3 * 2 + 2) + (4 * 2 + 5 * 2 + 1) + 15 + 4 + 6 + 3 + 1);
        assert!(names[28..].iter().all(|name| name.starts_with("ndv/")), "{names:?}");
        // Those that fill memory have a test in a process of their own.
        for kernel in kernels.iter_mut().filter(|kernel| !kernel.name().contains("memory")) {
            assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
            kernel.run();
            assert_eq!(kernel.status(), Ok(()), "{}", kernel.name());
        }
    }

    #[test]
    fn keyword_kernels_classify_and_others_do_not() {
        for kernel in &mut keyword_spotting() {
            assert_eq!(kernel.class(), None, "nothing ran yet");
            kernel.load(&[0; 2 * CLIP_SAMPLES]).unwrap();
            kernel.run();
            let class = kernel.class().map(|class| (class as usize) < CLASSES);
            let classifies = ["lan/keyword", "lan/guide"].iter().any(|words| kernel.name().starts_with(words));
            assert_eq!(class, classifies.then_some(true), "{}", kernel.name());
        }
    }

    #[test]
    fn inputs_that_are_no_second_of_sound_are_refused() {
        for kernel in &mut keyword_spotting() {
            assert_eq!(kernel.load(&[0; 3]).unwrap_err().why(), "3 bytes are no whole number of 16-bit samples");
            let why = kernel.load(&[0; 2 * CLIP_SAMPLES + 2]).unwrap_err();
            assert_eq!(why.why(), "16001 samples, 16000 are the most");
            assert!(kernel.load(&[0; 100]).is_ok());
        }
    }
}
