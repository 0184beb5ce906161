//! The real binary, end to end. One test program, because each one would link everything that `hil` links.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic of a test is its failure")]

mod bad_input;
mod common;
#[cfg(unix)]
mod emulate;
mod exchange;
mod firmware;
mod first_run;
#[cfg(unix)]
mod lease_and_interrupt;
mod outcomes;
mod outside;
mod own_suite;
mod repository;
mod suites;
mod terminal;
