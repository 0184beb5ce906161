//! What only Unix systems have: POSIX clocks, resource usage, file descriptors, signals.
//!
//! `windows` has the same modules with the same functions.

pub(crate) mod clock;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod stdio;
