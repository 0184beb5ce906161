//! Firmware that measures itself with its own converter, on an ordinary HAL: what it finds is the true power within the
//! uncertainty that it states, whatever the parts of the supply are.

use std::sync::atomic::AtomicBool;

use hil_emulator::board;
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::power::window::Window;
use hil_emulator::soc::{ResetCause, Width};

const STM32F4: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-power-self.elf");
const NRF52840: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-power-self.elf");

/// DHCSR with C_DEBUGEN: breakpoints halt (DDI 0403E, C1.6.2).
const DHCSR: (u32, u32) = (0xE000_EDF0, 0xA05F_0001);
/// A bound on the cycles of one run.
const BOUND: u64 = 100_000_000;

/// What a program reports, and the truth.
#[derive(Debug, PartialEq)]
struct Outcome {
    text: String,
    window: Window,
}

impl Outcome {
    fn value(&self, name: &str) -> f64 {
        let line = self.text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<f64>().unwrap() * 1e-6
    }
}

/// Runs the program in slices of `slice` cycles until its semihosting exit.
fn run(board: &str, elf: &[u8], seed: u64, slice: u64) -> Outcome {
    let mut machine = board::build(board, seed).unwrap();
    Image::parse(elf).unwrap().load(&mut machine).unwrap();
    machine.cpu.reset(ResetCause::PowerOn);
    let debug = |machine: &mut Machine| memory_write(&mut machine.cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    debug(&mut machine);
    let mut text = String::new();
    loop {
        assert!(machine.cpu.cycles < BOUND, "it never ends: {text}");
        if machine.run(slice, &AtomicBool::new(false)) != Stop::Halted {
            continue;
        }
        let (call, argument) = (machine.cpu.reg(0), machine.cpu.reg(1));
        if call == 0x18 {
            assert_eq!(argument, 0x2_0026, "{text}");
            let window = machine.cpu.supply.window("work").unwrap().clone();
            return Outcome { text, window };
        }
        assert_eq!(call, 4);
        let bytes = (argument..).map(|address| machine.cpu.memory.slice(address, 1).unwrap()[0]);
        text.extend(bytes.take_while(|byte| *byte != 0).map(char::from));
        machine.cpu.pc += 2;
        debug(&mut machine);
    }
}

/// Runs with several supplies. Gives the mean power of the last.
fn check(board: &str, elf: &[u8], uncertainty_at_most: f64) -> f64 {
    let mut off = Vec::new();
    let mut last = 0.0;
    for seed in 1..=12 {
        let outcome = run(board, elf, seed, u64::MAX);
        let (found, stated) = (outcome.value("microwatts"), outcome.value("uncertainty_microwatts"));
        let truth = outcome.window.watts();
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
        let whole = run(board, elf, 5, u64::MAX);
        assert_eq!(run(board, elf, 5, u64::MAX), whole, "a second run");
        assert_eq!(run(board, elf, 5, 997), whole, "in slices of 997 cycles");
        assert_ne!(run(board, elf, 6, u64::MAX).text, whole.text, "another seed");
    }
}
