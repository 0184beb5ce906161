//! The agent on this machine: a process that measures kernels for the host on its standard input and output.
//!
//! A program becomes an agent with one line, `hil_desktop::agent_main(vec![Box::new(MyKernel::new())])`.
//! [`kernels`] lists what is always there, `platform` reads the machine's counters, `link` keeps the kernel's own
//! printing out of the protocol, [`fault`] makes kernels misbehave on purpose, so that the outcome can be tested, and
//! [`counted`] sets iterations apart for whoever counts their instructions, [`heap`] counts the bytes that are alive in them.
//!
//! Guarantees, on Linux: what a kernel prints cannot damage the link; the agent ends when the host does, and with it the
//! commands that it runs. Elsewhere it ends at its next read of the link, when the kernel or the command has returned.
//! Deadlines and figures are left to the host.
//!
//! # Systems
//!
//! Linux is what is tested; macOS and Windows are built only. `unix` and `windows` hold all that differs. What a system
//! does not tell is `None`, so that nobody takes a zero for a figure.
//!
//! |                                           | Linux     | macOS     | Windows                     |
//! |-------------------------------------------|-----------|-----------|-----------------------------|
//! | one clock for the whole machine           | yes       | yes       | yes, of 100 ns mostly       |
//! | cycles                                    | x86-64    | x86-64    | x86-64                      |
//! | processor time                            | yes       | yes       | no                          |
//! | peak memory                               | yes       | yes       | no                          |
//! | kernels that print leave the link whole   | yes       | yes       | no: they corrupt it         |
//! | kernels that hang end with the host       | yes       | no        | no                          |
//! | commands that run end with the host       | yes       | no        | no                          |
//! | what commands leave running is ended      | yes       | yes       | no                          |
//! | arguments of commands                     | any bytes | any bytes | Unicode                     |
//! | instructions are counted by callgrind     | yes       | no        | no                          |
//! | faults on purpose                         | all       | all       | no `killed`, no `chatty`    |
//! | kills from outside are told from exits    | yes       | yes       | no, but for Ctrl-C          |

mod agent_main;
mod around;
mod callgrind;
pub mod command;
pub mod counted;
pub mod fault;
pub mod heap;
pub mod kernels;
mod link;
mod platform;
mod temperature;
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

pub use crate::agent_main::{Manner, Watch, agent_main, serve};
