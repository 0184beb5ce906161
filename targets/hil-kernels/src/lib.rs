//! The shared kernels: the work that every target is asked to do, one step per file.
//!
//! Keyword spotting: [`mfcc`] turns one second of sound into int8 features, [`keyword`] turns the features into
//! twelve scores, [`pipeline`] is both together. [`known_answer`] holds a clip that the crate makes itself and
//! what must come out, so that a kernel proves itself on any machine before its time counts.
//!
//! The crate guarantees: no allocation, no `std`, no `unsafe`, no clock and no input or output; the same bits on every
//! machine with IEEE 754 arithmetic, because every sum has a fixed order and every function comes from `libm`.
//! It leaves timing, transport and the choice of a kernel by name to the agent that calls it.

#![no_std]
#![forbid(unsafe_code)]

pub mod cfc;
pub mod conv;
pub mod dct;
pub mod dense;
pub mod dot;
pub mod fft;
pub mod keyword;
pub mod known_answer;
pub mod mel;
pub mod mfcc;
pub mod mfcc_params;
pub mod pipeline;
pub mod real;
pub mod weights;
pub mod window;
