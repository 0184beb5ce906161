//! Criterion suites of Cargo packages: found, built once, started several times, and read.
//!
//! [`package::look`] says what a folder holds; [`job::run_job`] builds the bench targets of a job and starts them as
//! often and in the order that the plan says; [`folders`] finds what criterion has written.
//!
//! Guarantees: each process start has a folder of its own for criterion's files, so no start sees those of another or
//! of the user; every wait has a deadline; what a start has measured is read by the same reader as an import; a bench
//! that crashes or hangs becomes a [`Failure`](hil_model::sample::Failure) of its workload, a suite that does not
//! build or does not measure what was asked for becomes a [`RigFault`](hil_model::run::RigFault), and neither is ever
//! a figure. Only `cargo`, the compiler and the bench itself are started, each in a process group of its own, which
//! is ended with it. What the figures amount to is left to others.

#![forbid(unsafe_code)]

mod compile;
pub mod event;
pub mod folders;
pub mod job;
pub mod package;
mod private;
mod program;
mod start;
