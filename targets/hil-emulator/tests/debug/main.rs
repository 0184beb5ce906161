//! The debug port, the server in front of it, and the machine behind it on its own thread.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

mod common;
mod emulation;
mod host;
mod port;
mod server;
