//! For tests only: a device in this process, a clock that only moves when somebody moves it, faults of links, and the
//! one redactor of text for snapshots.
//!
//! [`device::TestBench`] runs the real agent on a thread, over a link in memory, against the real host side. There is
//! no real time in it: when the device has nothing more to say, a wait of the host ends at once and the clock moves
//! on by as much as the host would have waited. So a test of a ten-second deadline takes no time and cannot flake.
//!
//! [`hil_bench`] and [`hil_model`] are passed on, so that crates of the device side can drive themselves in tests.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has to fail")]

pub use {hil_bench, hil_model};

pub mod clock;
mod counted;
pub mod device;
pub mod fault;
pub mod jobs;
pub mod kernel;
pub mod listener;
pub mod power;
pub mod redact;
mod wire;
