//! The shared kernels as a program of their own, without the rest of `hil`: `hil run --image hil-agent-desktop`.

use std::process::ExitCode;

use hil_desktop::heap::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    hil_desktop::agent_main(hil_desktop::kernels::shared_kernels())
}
