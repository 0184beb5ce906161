//! Unmodified probe-rs drives emulated boards, over TCP through its Black Magic driver and in process.
//!
//! Nothing here depends on how fast the host is: where the core runs by itself, tests poll for what must come, and
//! only probe-rs's own timeouts (100 ms and more) bound them.

mod attach;
mod flash;
mod frames;
mod lock_step;
mod program;
mod rig;
mod speed;
