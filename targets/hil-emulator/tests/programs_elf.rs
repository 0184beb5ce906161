//! Compiled programs from reset to end: short runs give the results that QEMU gives, at a cost that never varies.
//!
//! The checksums are those that `qemu-system-arm` 7.2 (machine netduinoplus2) writes for the same files with
//! `ITERATIONS` changed in the same way.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::memory::{Alias, Kind, Memory, Region};
use hil_emulator::soc::{Bare, ResetCause, Width};
use hil_emulator::system::System;

const FLASH: u32 = 0x0800_0000;
const RAM: u32 = 0x2000_0000;
/// Debug Halting Control and Status Register, and what turns halting debug on (DDI 0403E, C1.6.2).
const DHCSR: (u32, u32) = (0xe000_edf0, 0xa05f_0001);
/// A bound on the cycles of one run.
const BOUND: u64 = 50_000_000;

const FIR: &[u8] = include_bytes!("../../../fixtures/elf/bench-fir.elf");
const HASH: &[u8] = include_bytes!("../../../fixtures/elf/bench-hash.elf");
const STATE: &[u8] = include_bytes!("../../../fixtures/elf/bench-state.elf");
const MEMCPY: &[u8] = include_bytes!("../../../fixtures/elf/bench-memcpy.elf");

/// What a run left.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    checksum: u32,
    /// Core cycles of the work, by the program's own measurement.
    measured: u32,
    /// Core cycles from reset to end, by the machine.
    cycles: u64,
    retired: u64,
}

/// A machine with the memories of an STM32F407 and the program in its flash, `ITERATIONS` changed, just reset.
fn machine(program: &Image<'_>, iterations: u32) -> Machine {
    let regions = vec![
        Region::new("flash", Kind::Flash, FLASH, 1 << 20, true, 0xff),
        Region::new("sram", Kind::Ram, RAM, 0x2_0000, true, 0),
    ];
    let memory = Memory::new(regions, vec![Alias { from: 0, to: FLASH, len: 1 << 20 }]);
    let cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 168_000_000);
    let mut machine = Machine::new(cpu, Model::default());
    program.load(&mut machine).unwrap();
    let place = machine.cpu.memory.slice_mut(program.symbol("ITERATIONS").unwrap(), 4).unwrap();
    place.copy_from_slice(&iterations.to_le_bytes());
    machine.cpu.reset(ResetCause::PowerOn);
    machine
}

fn word(machine: &Machine, address: u32) -> u32 {
    let bytes = machine.cpu.memory.slice(address, 4).unwrap();
    u32::from_le_bytes(*bytes.first_chunk().unwrap())
}

fn outcome(program: &Image<'_>, machine: &Machine) -> Outcome {
    let value = |name| word(machine, program.symbol(name).unwrap());
    assert_eq!(value("STATE"), 2, "the work is done");
    Outcome {
        checksum: value("CHECKSUM"),
        measured: value("CYCLES"),
        cycles: machine.cpu.cycles,
        retired: machine.retired(),
    }
}

/// Runs until the breakpoint of the first semihosting call behind the work, `slice` cycles at a time.
fn run(file: &[u8], iterations: u32, slice: u64) -> Outcome {
    let program = Image::parse(file).unwrap();
    let mut machine = machine(&program, iterations);
    memory_write(&mut machine.cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    let mut stop = Stop::Budget;
    while stop == Stop::Budget && machine.cpu.cycles < BOUND {
        stop = machine.run(slice, &AtomicBool::new(false));
    }
    assert_eq!(stop, Stop::Halted, "stopped at {:#010x}", machine.cpu.pc);
    // SYS_WRITE0 with the address of the text.
    assert_eq!(machine.cpu.reg(0), 4);
    let outcome = outcome(&program, &machine);
    let text = machine.cpu.memory.slice(machine.cpu.reg(1), 19).unwrap();
    assert_eq!(text, format!("checksum {:08x}\n\0", outcome.checksum).as_bytes());
    outcome
}

/// Runs with several slices, which must make no difference, and compares with QEMU's checksum.
fn check(file: &[u8], iterations: u32, checksum: u32) -> Outcome {
    let whole = run(file, iterations, BOUND);
    assert_eq!(whole.checksum, checksum, "QEMU's is {checksum:#010x}");
    assert_eq!(run(file, iterations, BOUND), whole, "a second run");
    assert_eq!(run(file, iterations, 997), whole, "in slices of 997 cycles");
    assert!(whole.cycles > u64::from(whole.measured) && whole.measured > 0, "{whole:?}");
    assert!(whole.cycles >= whole.retired, "one instruction a cycle at the most: {whole:?}");
    whole
}

#[test]
fn signal_processing_in_single_precision() {
    check(FIR, 50, 0x16f7_1f3e);
}

#[test]
fn integer_hash() {
    check(HASH, 500, 0xc2ed_81cc);
}

#[test]
fn branchy_state_machine() {
    check(STATE, 100, 0x176b_361b);
}

#[test]
fn copies_of_every_alignment() {
    check(MEMCPY, 1_000, 0x2e2f_33ec);
}

#[test]
fn other_work_gives_another_checksum_and_other_costs() {
    let (one, two) = (run(HASH, 499, BOUND), run(HASH, 500, BOUND));
    assert_ne!(one.checksum, two.checksum);
    assert!(one.retired < two.retired && one.cycles < two.cycles);
}

#[test]
fn without_a_debugger_the_program_sleeps_behind_its_work() {
    let program = Image::parse(HASH).unwrap();
    let mut machine = machine(&program, 500);
    assert_eq!(machine.run(BOUND, &AtomicBool::new(false)), Stop::Asleep);
    assert_eq!(outcome(&program, &machine).checksum, 0xc2ed_81cc);
}
