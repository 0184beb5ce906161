//! The shared kernels: the work that every target is asked to do, one step per file.
//!
//! Keyword spotting: [`mfcc`] turns one second of sound into int8 features, [`keyword`] turns the features into
//! twelve scores, [`pipeline`] is both together, [`stream`] the same hop by hop; `agent`, behind a feature of that name, is what boards and
//! desktops alike run of it. [`known_answer`] holds a clip that the crate makes itself and what must come out, so that a
//! kernel proves itself on any machine before its time counts.
//!
//! Dense arithmetic, behind the feature `tensor`: plain references, and variants with the vector instructions of desktop
//! processors.
//!
//! The crate guarantees: no allocation, no `std`, no `unsafe`, no clock and no input or output; the same bits on every
//! machine with IEEE 754 arithmetic, because every sum has a fixed order and every function comes from `libm`. The
//! vectorised variants are the exception: the width of the vectors decides the order of their sums, so they are held to
//! a bound instead.
//! It leaves timing, transport and the choice of a kernel by name to the agent that calls it.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "agent")]
pub mod agent;
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
pub mod stream;
#[cfg(feature = "tensor")]
pub mod tensor;
pub mod weights;
pub mod window;
