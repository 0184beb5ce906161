//! Plan to samples, over any bench.
//!
//! A [`Bench`](bench::Bench) can start an agent; a [`Life`](bench::Life) is one run of it, from boot to end.
//! [`run_job`](job::run_job) walks through the steps of a job over as many lives as it takes and returns what was
//! observed; [`run_pairs`](pairs::run_pairs) does so for two builds in turns. [`process::ProcessBench`] is this computer as a bench; other benches live in their own crates.
//!
//! Guarantees: every wait has a deadline; nothing is timed before the known answer was right, and it is checked again
//! afterwards; code that fails becomes a [`Failure`](hil_model::sample::Failure) of its workload, a rig that fails
//! becomes a [`RigFault`](hil_model::run::RigFault), and neither ever becomes the other; what was measured before
//! a failure, an interruption or the end of the budget is kept. What the figures amount to is left to others.

pub mod about;
pub mod bench;
pub mod callgrind;
pub mod carried;
pub mod control;
mod count;
pub mod crash;
mod duty;
pub mod event;
mod heap;
pub mod inquire;
pub mod job;
mod life;
pub mod pairs;
pub mod phase;
mod pieces;
pub mod process;
mod session;
mod settling;
mod spread;
mod steps;
mod stop;
mod throughput;
