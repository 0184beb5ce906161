//! Firmware that measures itself with its own converter, on an ordinary HAL: what it finds is the true power within the
//! uncertainty that it states, whatever the parts of the supply are.

use hil_emulator::power::window::Window;

use crate::semihosting::Run;

const STM32F4: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-power-self.elf");
const NRF52840: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-power-self.elf");

/// A bound on the time of one run, in microseconds.
const BOUND: u64 = 2_000_000;

/// Runs the program in slices of `slice` cycles to its end. Gives the run, and the truth.
fn run(board: &str, elf: &[u8], seed: u64, slice: u64) -> (Run, Window) {
    let mut run = Run::of_seed(board, elf, seed).in_slices(slice);
    run.finish(BOUND);
    let window = run.machine.cpu.supply.window("work").unwrap().clone();
    (run, window)
}

/// Runs with several supplies. Gives the mean power of the last.
fn check(board: &str, elf: &[u8], uncertainty_at_most: f64) -> f64 {
    let mut off = Vec::new();
    let mut last = 0.0;
    for seed in 1..=12 {
        let (run, window) = run(board, elf, seed, u64::MAX);
        let [found, stated] = ["microwatts", "uncertainty_microwatts"].map(|name| run.value::<f64>(name) * 1e-6);
        let truth = window.watts();
        assert!((found - truth).abs() <= stated, "seed {seed}: {found} W within {stated} W, truly {truth} W");
        assert!(stated / found < uncertainty_at_most, "{stated} of {found} W");
        off.push(found / truth - 1.0);
        last = truth;
    }
    // Parts differ, and so do the errors.
    assert!(off.iter().any(|error| *error != off[0]), "{off:?}");
    last
}

#[test]
fn the_stm32f407_measures_itself() {
    let watts = check("stm32f4", STM32F4, 0.02);
    assert!((0.13..0.16).contains(&watts), "some 43 mA at 3.3 V: {watts} W");
}

#[test]
fn the_nrf52840_measures_itself() {
    let watts = check("nrf52840", NRF52840, 0.06);
    assert!((0.011..0.014).contains(&watts), "some 4.2 mA at 3 V: {watts} W");
}

#[test]
fn slices_change_nothing_that_firmware_can_see() {
    for (board, elf) in [("stm32f4", STM32F4), ("nrf52840", NRF52840)] {
        let outcome = |seed, slice| {
            let (run, window) = run(board, elf, seed, slice);
            (run.text, window)
        };
        let whole = outcome(5, u64::MAX);
        assert_eq!(outcome(5, u64::MAX), whole, "a second run");
        assert_eq!(outcome(5, 997), whole, "in slices of 997 cycles");
        assert_ne!(outcome(6, u64::MAX).0, whole.0, "another seed");
    }
}
