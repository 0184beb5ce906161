//! Programs on nrf52840-hal, unmodified, from reset to end: what they report, and the emulated time that they take.

mod outside;
mod programs;

#[path = "../shared/semihosting.rs"]
mod semihosting;

use semihosting::Run;

/// The program `elf` on the board, running at most `slice` cycles in one go.
fn run(elf: &[u8], slice: u64) -> Run {
    Run::new("nrf52840", elf).in_slices(slice)
}
