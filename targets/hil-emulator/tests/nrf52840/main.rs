//! Programs on nrf52840-hal, unmodified, from reset to end: what they report, and the emulated time that they take.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its failure")]

mod board;
mod outside;
mod programs;
