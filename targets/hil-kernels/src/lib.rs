//! The shared kernels: the work that every target is asked to do, one step per file.
//!
//! Keyword spotting: [`mfcc`] turns one second of sound into int8 features, [`keyword`] turns the features into
//! twelve scores, [`pipeline`] is both together, [`stream`] the same hop by hop; [`guide`] is the whole at the pace of the
//! liquid-audio-nets guide, a step of the network every 16 ms, and [`fixed`] its front end in integers. `agent`, behind a
//! feature of that name, is what boards and desktops alike run of it. [`known_answer`] holds a clip that the crate makes
//! itself and what must come out, so that a kernel proves itself on any machine before its time counts.
//!
//! [`liquid`] has cells that are differential equations, their solvers, and steps that follow the sound.
//!
//! Dense arithmetic, behind the feature `tensor`: plain references, and variants with the vector instructions of desktop
//! processors.
//!
//! Int8 weights: [`matvec`] multiplies matrices with vectors by the fastest way of the target, [`sparse`] those with many
//! zeros, and [`huffman`] packs weight files and unpacks them without heap.
//!
//! The crate guarantees: no allocation, no `std`, no clock and no input or output; no `unsafe` but around the assembly of
//! one file, which is there on a Cortex-M with the feature `dsp` alone; the same bits on every
//! machine with IEEE 754 arithmetic, because every sum has a fixed order and every function comes from `libm`. The
//! vectorised variants are the exception: the width of the vectors decides the order of their sums, so they are held to
//! a bound instead.
//! It leaves timing, transport and the choice of a kernel by name to the agent that calls it.

#![no_std]
#![cfg_attr(not(all(target_arch = "arm", feature = "dsp")), forbid(unsafe_code))]
#![cfg_attr(all(target_arch = "arm", feature = "dsp"), deny(unsafe_code))]

#[cfg(feature = "agent")]
pub mod agent;
pub mod cfc;
pub mod conv;
pub mod dct;
pub mod dense;
pub mod dot;
pub mod fft;
pub mod fixed;
pub mod guide;
pub mod huffman;
pub mod keyword;
pub mod known_answer;
pub mod liquid;
pub mod matvec;
pub mod mel;
pub mod mfcc;
pub mod mfcc_params;
pub mod pipeline;
pub mod real;
pub mod sparse;
pub mod stream;
#[cfg(feature = "tensor")]
pub mod tensor;
pub mod weights;
pub mod window;
