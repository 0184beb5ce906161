//! Training and inference of the forecasting model, and attention by itself, each optimisation apart.
//!
//! `ndv/train-step-none` makes one step with all optimisations off, `-simd`, `-tiled`, `-threads`, `-f16` and `-bf16` with one
//! of them, `-all` with all (f16), `-all-but-X` with all but one; each can be asked for a profile of a training run.
//! `ndv/train-step-chunk-N` shares the batch among threads in chunks of N windows.
//! `ndv/train-alone-X` is the same step in a process that computes nothing else, for memory. `ndv/attention-standard` and `ndv/attention-tiled-BLOCK`
//! are one head forward and backward, `-scalar` the same by plain code, `ndv/attention-METHOD-TOKENS` the forward
//! pass alone for memory. `ndv/half-accuracy` trains in both precisions and compares. `ndv/infer-one` foretells one window, `ndv/infer-threads-N` a batch on N threads.
//!
//! Nothing is allocated before a kernel is first used.

mod accuracy;
mod attention;
mod bytes;
mod infer;
mod profile;
mod tables;
mod train;
mod work;

use std::rc::Rc;

use hil_agent::kernel::Kernel;
use hil_kernels::tensor::vector::Vector;

use self::accuracy::HalfAccuracyKernel;
use self::attention::{AttentionAgreement, AttentionKernel};
use self::bytes::TrainingBytesKernel;
use self::infer::InferKernel;
use self::tables::{AttentionBytesKernel, LossScalerKernel};
use self::train::TrainKernel;
use self::work::{ALONE, CHUNKS, Reference, VARIANTS};

/// The kernels of the forecasting model, for a processor whose widest vector instructions are `vector`.
pub(super) fn kernels(vector: Option<Vector>) -> Vec<Box<dyn Kernel>> {
    let mut kernels: Vec<Box<dyn Kernel>> = Vec::new();
    for kernel in AttentionKernel::all(vector) {
        kernels.push(Box::new(kernel));
    }
    kernels.push(Box::new(AttentionAgreement::new()));
    let reference = Rc::new(Reference::default());
    for variant in VARIANTS.into_iter().chain(CHUNKS) {
        kernels.push(Box::new(TrainKernel::new(variant, vector, &reference)));
    }
    for variant in VARIANTS.into_iter().filter(|variant| ALONE.contains(&variant.name)) {
        kernels.push(Box::new(TrainKernel::alone(variant, vector)));
    }
    for kernel in InferKernel::all(vector) {
        kernels.push(Box::new(kernel));
    }
    kernels.push(Box::new(LossScalerKernel));
    kernels.push(Box::new(AttentionBytesKernel));
    kernels.push(Box::new(TrainingBytesKernel::default()));
    kernels.push(Box::new(HalfAccuracyKernel::new(vector)));
    kernels
}
