//! Readers and writers with files that the real tools wrote, and with everything that can be wrong with such files.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

mod bad;
mod common;
mod good;
mod observed;
mod robust;
mod written;
