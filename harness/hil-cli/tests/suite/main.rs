//! The real binary, end to end. One test program, because each one would link everything that `hil` links.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic of a test is its failure")]

mod bad_input;
#[cfg(unix)]
mod board_faults;
mod common;
mod counting;
#[cfg(unix)]
mod emulate;
mod exchange;
mod firmware;
mod first_run;
#[cfg(unix)]
mod gate;
mod history;
mod lab;
#[cfg(unix)]
mod lease_and_interrupt;
#[cfg(target_os = "linux")]
mod operating;
mod outcomes;
mod outside;
mod own_suite;
mod repository;
mod streaming;
mod suites;
mod terminal;
