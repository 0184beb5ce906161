//! Training and inference of a small forecasting model, with four optimisations that can be switched one by one.
//!
//! The task is that of the field's usual comparison on ETTh1 (Zhou et al., Informer, AAAI 2021): from 336 hours of one
//! channel foretell the next 96. [`etth1`] reads the file as it was published, [`windows`] cuts and splits it. The model
//! ([`model`]) is the sum of a linear map, an N-BEATS-style block (Oreshkin et al., ICLR 2020) and a transformer encoder
//! over patches of what that block leaves (Nie et al., PatchTST, ICLR 2023); its gradients are written by hand. [`train`]
//! makes steps of Adam with it; [`parallel`] divides whole trainings among threads.
//!
//! The optimisations ([`train::Options`]): vector instructions ([`math`]), tiled attention with an online softmax
//! ([`attention`]), threads over chunks of a batch, and storage in half precision with master weights in single
//! precision ([`buffer`], [`scaler`]). Whatever is off is done by plain code with ordinary optimisation.
//!
//! Guarantees: the result of a step depends neither on the number of threads nor on their schedule, because chunks are cut
//! and added up in one order. Every buffer's bytes are known ([`memory`]), and in which part of the work a thread is
//! ([`profile`]). Bad input is an error, never a panic.

#![forbid(unsafe_code)]

pub mod adam;
pub mod attention;
pub mod buffer;
pub mod error;
pub mod etth1;
pub mod half;
pub mod math;
pub mod memory;
pub mod model;
pub mod parallel;
pub mod profile;
pub mod scaler;
pub mod seed;
pub mod series;
pub mod train;
pub mod windows;

pub use error::ForecastError;
