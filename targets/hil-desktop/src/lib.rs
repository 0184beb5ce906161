//! The agent on this machine: a process that measures kernels for the host on its standard input and output.
//!
//! A program becomes an agent with one line, `hil_desktop::agent_main(vec![Box::new(MyKernel::new())])`.
//! [`kernels`] lists what is always there, `platform` reads the machine's counters, `link` keeps the kernel's own
//! printing out of the protocol, [`fault`] makes kernels misbehave on purpose, so that the outcome can be tested.
//!
//! Guarantees: what a kernel prints cannot damage the link; the agent ends when the host does.
//! Deadlines and figures are left to the host.

#[cfg(not(unix))]
compile_error!("the agent of this machine needs a Unix system: it reads POSIX clocks and redirects file descriptors");

mod agent_main;
mod clock;
pub mod command;
pub mod fault;
pub mod kernels;
mod link;
mod memory;
mod platform;
mod tsc;

pub use crate::agent_main::{agent_main, serve};
