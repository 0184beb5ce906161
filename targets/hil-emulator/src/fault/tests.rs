//! Every defect and every mishap shows, and nothing else changes.

use std::sync::atomic::AtomicBool;

use super::{Defect, Mishap, build};
use crate::board::{self, Options};
use crate::elf::Image;
use crate::host::{Board, Mode};
use crate::machine::Machine;
use crate::soc::{Master, ResetCause, Width};

const SEED: Options = Options { seed: 1, locked: false };
const BOARDS: [&str; 2] = ["stm32f4", "nrf52840"];

fn loaded(mut machine: Machine, program: &[u8]) -> Machine {
    Image::parse(program).unwrap().load(&mut machine).unwrap();
    machine.cpu.reset(ResetCause::PowerOn);
    machine
}

/// What the core clock is after a program has set it up.
fn core_hz(mut machine: Machine) -> u64 {
    machine.run(10_000_000, &AtomicBool::new(false));
    machine.cpu.clock.hz()
}

#[test]
fn a_crystal_that_is_off_moves_the_core_clock_by_as_much() {
    let clocks = include_bytes!("../../../../fixtures/elf/stm32f4-clocks.elf");
    let off = Defect::Crystal { ppm: -10_000 };
    let right = core_hz(loaded(board::build_with("stm32f4", SEED).unwrap(), clocks));
    assert_eq!(core_hz(loaded(build("stm32f4", SEED, off).unwrap(), clocks)), right / 100 * 99);
    assert_eq!(core_hz(build("nrf52840", SEED, off).unwrap()), 63_360_000);
    assert_eq!(core_hz(build("nrf52840", SEED, Defect::Crystal { ppm: 10_000 }).unwrap()), 64_640_000);
}

#[test]
fn a_stuck_counter_stands_still_through_a_reset_and_whatever_enables_it() {
    for board in BOARDS {
        let count = |mut machine: Machine| {
            machine.cpu.reset(ResetCause::PowerOn);
            // DEMCR.TRCENA, DWT_CTRL.CYCCNTENA.
            machine.cpu.bus_write(0xE000_EDFC, Width::Word, 1 << 24).unwrap();
            machine.cpu.bus_write(0xE000_1000, Width::Word, 1).unwrap();
            machine.cpu.cycles += 1000;
            machine.cpu.bus_read(0xE000_1004, Width::Word).unwrap()
        };
        assert_eq!(count(build(board, SEED, Defect::StuckCounter).unwrap()), 0, "{board}");
        assert!(count(board::build_with(board, SEED).unwrap()) >= 1000, "{board}");
    }
}

#[test]
fn a_worn_bit_of_flash_is_not_cleared_and_its_neighbours_are() {
    let address = 0x0800_4000;
    let mut machine = build("stm32f4", SEED, Defect::WornFlash { address, bits: 0x100 }).unwrap();
    // FLASH_KEYR, then FLASH_CR with PG and words (RM0090 3.9).
    for (register, value) in [(0x4002_3C04, 0x4567_0123), (0x4002_3C04, 0xCDEF_89AB), (0x4002_3C10, 0x201)] {
        machine.cpu.bus_write(register, Width::Word, value).unwrap();
    }
    for at in [address, address + 4] {
        machine.cpu.bus_write(at, Width::Word, 0x1234_5678 & !0x100).unwrap();
    }
    let held = [address, address + 4].map(|at| machine.cpu.bus_read(at, Width::Word).unwrap());
    assert_eq!(held, [0x1234_5678 & !0x100 | 0x100, 0x1234_5678 & !0x100]);
}

/// An STM32F407, which a lock-up does not reset, that has run a program for a while before something happens to it; then it
/// goes on for as long.
fn after(mishap: Mishap) -> Board {
    let program = include_bytes!("../../../../fixtures/elf/hello-stm32f407.elf");
    let machine = loaded(board::build_with("stm32f4", SEED).unwrap(), program);
    let board = Board::start(machine, Mode::LockStep { cycles_per_access: 0 }).unwrap();
    board.access(|target| {
        target.suffer(mishap, 1_000_000);
        target.advance(1_000_000);
    });
    board
}

#[test]
fn a_loop_never_ends() {
    after(Mishap::EndlessLoop).access(|target| {
        let before = target.machine.cpu.pc;
        target.advance(1_000_000);
        assert_eq!(target.machine.cpu.pc, before);
    });
}

#[test]
fn an_undefined_instruction_and_an_endless_recursion_end_in_a_fault() {
    const HARD_FAULT: u16 = 3;
    for mishap in [Mishap::UndefinedInstruction, Mishap::EndlessRecursion] {
        after(mishap).access(|target| {
            let cpu = &target.machine.cpu;
            assert!(cpu.ipsr == HARD_FAULT || cpu.system.locked_up(), "{mishap:?}: {cpu:?}");
        });
    }
}

#[test]
fn a_reset_is_seen_by_the_debugger_and_a_chip_without_supply_stands_still() {
    // DHCSR.S_RESET_ST, which the power-on reset set as well and reading clears.
    let reset = |board: &Board| {
        board.access(|target| {
            target.machine.cpu.read_as(Master::Debugger, 0xE000_EDF0, Width::Word).unwrap() >> 25 & 1 == 1
        })
    };
    let board = after(Mishap::EndlessLoop);
    assert!(reset(&board) && !reset(&board));
    board.access(|target| target.suffer(Mishap::Reset, 0));
    assert!(reset(&board));
    board.access(|target| {
        assert!(!target.dark());
        target.suffer(Mishap::BrownOut, 1000);
        assert!(target.dark() && target.halted());
        let before = target.machine.cpu.cycles;
        target.advance(1000);
        assert_eq!(target.machine.cpu.cycles, before, "no time passes for it");
    });
}
