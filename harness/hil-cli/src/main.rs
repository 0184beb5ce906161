//! The binary `hil`: everything is in the library, so that tests can reach it.

use std::process::ExitCode;

use hil_desktop::heap::CountingAllocator;

/// Hands everything on to the system's and counts in agents that are asked for their heap.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    hil_cli::main()
}
