//! The agent on this machine: a process that measures kernels for the host on its standard input and output.
//!
//! A program becomes an agent with one line, `hil_desktop::agent_main(vec![Box::new(MyKernel::new())])`.
//! [`kernels`] lists what is always there, `platform` reads the machine's counters, `link` keeps the kernel's own
//! printing out of the protocol, [`fault`] makes kernels misbehave on purpose, so that the outcome can be tested.
//!
//! Guarantees, on Linux: what a kernel prints cannot damage the link; the agent ends when the host does.
//! Deadlines and figures are left to the host.
//!
//! # Systems
//!
//! Linux is what is tested. The code is written for macOS and Windows too; nobody has run it there. `unix` and
//! `windows` hold all that differs, and what a system cannot tell is `None`: a metric that cannot be observed.
//!
//! |                                             | Linux      | macOS          | Windows                              |
//! |---------------------------------------------|------------|----------------|--------------------------------------|
//! | clock, one for the whole machine            | 1 ns       | about 42 ns on Apple silicon | performance counter, mostly 100 ns |
//! | cycles                                      | x86-64     | x86-64         | x86-64                               |
//! | processor time                              | yes        | yes            | no                                   |
//! | peak memory                                 | yes        | yes            | no                                   |
//! | kernels that print cannot damage the link   | yes        | yes            | no: printing corrupts the link       |
//! | ends with the host in the middle of a kernel | yes       | no: at the next read of the link | no: at the next read of the link |
//! | arguments of commands                       | any bytes  | any bytes      | Unicode                              |
//! | faults on purpose                           | all        | all            | all but `killed` and `chatty`        |
//!
//! What a command leaves running is ended together with the agent's process group, so not on Windows.

mod agent_main;
pub mod command;
pub mod fault;
pub mod kernels;
mod link;
mod platform;
mod tsc;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(all(test, target_os = "linux"))]
#[path = "windows/clock.rs"]
mod windows_clock;

#[cfg(unix)]
use crate::unix as system;
#[cfg(windows)]
use crate::windows as system;

pub use crate::agent_main::{agent_main, serve};
