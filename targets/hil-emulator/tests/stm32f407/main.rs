//! Programs on stm32f4xx-hal, unmodified: what they find, and the emulated time that it takes.

mod adc_dma;
mod clocks;
mod low_power;
mod mem_dma;
mod timers;
mod uart_dma;

#[path = "../shared/semihosting.rs"]
mod semihosting;

use semihosting::Run;

/// Runs `program` for at most `micros`, in slices of several sizes, which must make no difference. Gives the first run.
/// `noted` is what the chip notes.
fn run_whole(program: &[u8], micros: u64, noted: &[&str]) -> Run {
    let mut whole = Run::new("stm32f4", program);
    whole.until(micros);
    whole.succeeded_with(noted);
    let mut sliced = Run::new("stm32f4", program);
    sliced.slice = 9_973;
    sliced.until(micros);
    assert_eq!(sliced.text, whole.text);
    assert_eq!(sliced.machine.cpu.cycles, whole.machine.cpu.cycles);
    whole
}
