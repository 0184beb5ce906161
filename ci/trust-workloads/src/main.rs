//! The code that `cargo xtask trust` measures: five small workloads whose work can be scaled exactly.
//!
//! Without arguments, or started by `hil`, it is an agent with the workloads as kernels. With arguments it serves the
//! rules that the gate is compared with, and the disturbances:
//!
//! - `times WORKLOAD WARMUP N`: runs `N` iterations in a row and prints the nanoseconds of each;
//! - `serve WORKLOAD`: runs one iteration for each byte on standard input and prints its nanoseconds;
//! - `once WORKLOAD N`: runs `N` iterations and prints nothing, as a whole process;
//! - `amounts`: prints what one iteration of each workload consists of;
//! - `burn`, `write FILE`: keeps a core, or the disk, busy until standard input is closed.

mod amount;
mod disturb;
mod kernel;
mod modes;
mod work;

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match modes::run(&words) {
        None => hil_desktop::agent_main(kernel::all()),
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}
