//! Unmodified probe-rs drives emulated boards, over TCP through its Black Magic driver and in process.
//!
//! Nothing here depends on how fast the host is: where the core runs by itself, tests poll for what must come, and
//! only probe-rs's own timeouts (100 ms and more) bound them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test's helper is the failure of the test"
)]

mod attach;
mod flash;
mod frames;
mod lock_step;
mod program;
mod rig;
