//! Damaged inputs for every reader of the workspace, and what a reader must promise about any input.
//!
//! [`target::TARGETS`] lists the readers; `targets` has one file a reader, with the properties that hold for any bytes.
//! [`mutate`] makes input number `n` of a seed from the committed inputs ([`seeds`]); it depends on nothing else, so
//! a finding is replayed by its number or its file. [`worker`] tries inputs in this process, [`soak`] starts workers
//! and outlives them: a stack overflow, a hang and a loss of memory end the worker, and are findings like a panic.
//!
//! Guarantees: the same seed tries the same inputs on any machine; no input is longer than [`mutate::MAX_LEN`]. There is
//! no feedback from the code that runs: what is reached depends on the committed inputs and the words of each target.

#![forbid(unsafe_code)]

pub mod mutate;
pub mod random;
pub mod seeds;
pub mod soak;
pub mod target;
mod targets;
pub mod worker;
