//! Halting debug: halt, step, transfers, vector catch, reset.

use super::{BKPT, BX_LR, Board, MAIN, NOP, STACK, STAY, SVC, UNDEFINED, WFI, handler, load, note};
use crate::machine::Stop;
use crate::soc::{Master, Width};

const DHCSR: u32 = 0xE000_EDF0;
const DEMCR: u32 = 0xE000_EDFC;
const DFSR: u32 = 0xE000_ED30;
const AIRCR: u32 = 0xE000_ED0C;
const RESET_REQUEST: u32 = 0x05FA_0004;

fn status(board: &mut Board) -> u32 {
    board.dhcsr() & 0x000F_0000
}

/// Steps once, with interrupts masked or not; gives the program counter.
fn step(board: &mut Board, mask: bool) -> u32 {
    board.write(DFSR, 0x1F);
    board.write(DHCSR, 0xA05F_0005 | u32::from(mask) << 3);
    assert_eq!(board.run(1000), Stop::Halted);
    assert_eq!(board.read(DFSR) & 1, 1, "DFSR.HALTED");
    board.register(15)
}

#[test]
fn halting_needs_the_key_and_the_debugger() {
    let mut board = Board::new(&[STAY]);
    board.run(100);
    board.write(DHCSR, 3);
    assert_eq!(board.run(100), Stop::Budget);
    board.cpu().write_as(Master::Core { pc: 0 }, DHCSR, Width::Word, 0xA05F_0003).unwrap();
    assert_eq!(board.run(100), Stop::Budget, "the core cannot halt itself");
    board.write(DHCSR, 0xA05F_0002);
    assert_eq!(board.run(100), Stop::Budget, "C_DEBUGEN is clear");
    board.control(3);
    assert_eq!(board.run(100), Stop::Halted);
    assert_eq!(board.dhcsr() & 0x2_0003, 0x2_0003);
    assert_eq!(board.read(DFSR), 1);
    board.control(0);
    assert_eq!(board.run(100), Stop::Budget, "without C_DEBUGEN there is no debug state");
}

#[test]
fn a_breakpoint_instruction_halts_on_itself() {
    let mut board = Board::new(&[NOP, BKPT | 0xAB, NOP, STAY]);
    board.control(1);
    assert_eq!(board.run(1000), Stop::Halted);
    assert_eq!((board.register(15), board.read(DFSR)), (Board::start() + 2, 2));
    board.set_register(15, Board::start() + 4);
    board.control(1);
    assert_eq!(board.run(100), Stop::Budget);
}

#[test]
fn single_steps_go_through_jumps_it_blocks_and_calls() {
    // MOVS R0, #0; ITE EQ; MOVEQ R1, #1; MOVNE R1, #2; B +2; NOP; SVC; NOP.
    let mut board = Board::new(&[0x2000, 0xBF0C, 0x2101, 0x2102, 0xE000, NOP, SVC, NOP, STAY]);
    board.control(3);
    board.set_register(15, Board::start());
    let visited: Vec<u32> = (0..5).map(|_| step(&mut board, true) - Board::start()).collect();
    assert_eq!(visited, [2, 4, 6, 8, 12]);
    assert_eq!(board.register(1), 1);
    assert_eq!(step(&mut board, true), handler(11), "a step into SVC halts at its handler");
    assert_eq!(board.register(16) & 0x1FF, 11);
}

#[test]
fn a_step_enters_a_waiting_interrupt_unless_it_is_masked() {
    let mut board = Board::new(&[NOP, NOP, NOP, STAY]);
    board.enable(0, 1);
    board.control(3);
    board.set_register(15, Board::start());
    board.write(0xE000_E200, 1);
    assert_eq!(step(&mut board, true), Board::start() + 2, "C_MASKINTS");
    assert_eq!(step(&mut board, false), handler(16));
    assert_eq!(board.word(STACK - 8), Board::start() + 2);
    board.control(1);
    assert_eq!(board.run(200), Stop::Budget);
    assert_eq!(board.notes(), [16]);
}

#[test]
fn a_step_of_wfi_and_of_a_fault_ends() {
    let mut board = Board::new(&[WFI, UNDEFINED]);
    board.control(3);
    board.set_register(15, Board::start());
    assert_eq!(step(&mut board, true), Board::start() + 2);
    assert_eq!(step(&mut board, true), handler(3));
}

#[test]
fn every_register_can_be_read_and_written() {
    let mut board = Board::new(&[STAY]);
    board.control(3);
    let all: Vec<u32> = (0..=12).chain([14, 17, 18]).chain(64..96).collect();
    for selector in &all {
        board.set_register(*selector, 0x1000_0000 + 16 * selector);
    }
    for selector in all {
        assert_eq!(board.register(selector), 0x1000_0000 + 16 * selector);
    }
    assert_eq!(board.register(13), 0x1000_0000 + 16 * 17, "MSP is in use");
    board.set_register(20, 0x0201_6301);
    assert_eq!(board.register(20), 0x0201_6001, "CONTROL, FAULTMASK, BASEPRI, PRIMASK");
    assert_eq!(board.register(13), 0x1000_0000 + 16 * 18, "now PSP is");
    board.set_register(20, 0);
    board.set_register(33, u32::MAX);
    assert_eq!(board.register(33), 0xF7C0_009F);
    board.set_register(15, 0x1235);
    assert_eq!(board.register(15), 0x1234);
    board.set_register(16, 0xF90F_0000);
    assert_eq!(board.register(16), 0xF90F_0000);
    board.set_register(16, 0x0600_FC00 | 16);
    let cpu = board.cpu();
    assert_eq!((cpu.it, cpu.ipsr, cpu.thumb), (0xFF, 16, false));
}

#[test]
fn nothing_is_transferred_while_the_core_runs() {
    let mut board = Board::new(&[STAY]);
    board.control(1);
    board.run(100);
    board.write(0xE000_EDF8, 0x55);
    board.write(0xE000_EDF4, 0);
    assert_eq!(status(&mut board), 0, "S_REGRDY stays clear");
    assert_eq!(board.read(0xE000_EDF8), 0x55);
}

#[test]
fn retirement_and_reset_are_sticky_until_read() {
    let mut board = Board::new(&[STAY]);
    let sticky = |board: &mut Board| board.dhcsr() >> 24;
    assert_eq!(sticky(&mut board), 2, "S_RESET_ST");
    board.run(100);
    assert_eq!(sticky(&mut board), 1, "S_RETIRE_ST");
    assert_eq!(sticky(&mut board), 0);
    board.write(AIRCR, RESET_REQUEST);
    board.run(0);
    assert_eq!(sticky(&mut board) & 2, 2);
    assert_eq!(sticky(&mut board), 0);
}

#[test]
fn a_reset_keeps_the_debugger_and_lets_the_core_go() {
    let mut board = Board::new(&[&note(1)[..], &[STAY]].concat());
    board.run(100);
    board.control(3);
    board.write(DEMCR, 0x0101_0400);
    board.write(0xE000_1000, 1);
    board.write(0xE000_2000, 3);
    board.write(0xE000_ED08, 0x80);
    board.write(0xE000_E100, 1);
    board.write(AIRCR, 0x0000_0004);
    assert_eq!(board.run(0), Stop::Halted, "without key nothing happens");
    let cycles = board.cpu().cycles;
    board.write(AIRCR, RESET_REQUEST);
    board.run(0);
    assert!(board.cpu().cycles >= cycles);
    assert_eq!(board.read(DHCSR) & 0x2_0003, 1, "running, C_DEBUGEN kept");
    assert_eq!(board.read(DEMCR), 0x0100_0400, "MON_EN is gone");
    assert_eq!((board.read(0xE000_2000), board.read(0xE000_1000) & 1), (0x261, 1));
    assert_eq!((board.read(0xE000_ED08), board.read(0xE000_E100)), (0, 0));
    assert_eq!(board.cpu().pc, MAIN);
}

#[test]
fn vector_catch_halts_at_the_first_instruction() {
    let mut board = Board::new(&[STAY]);
    board.control(1);
    board.write(DEMCR, 1);
    board.run(100);
    board.write(AIRCR, RESET_REQUEST);
    assert_eq!(board.run(100), Stop::Halted);
    assert_eq!((board.register(15), board.read(DFSR)), (MAIN, 8));
    assert_eq!(board.register(16) >> 24 & 1, 1, "T");

    let load_nowhere = [&load(0, 0x6000_0000)[..], &[0x6801]].concat();
    let cases: [(u32, Vec<u16>, u16, bool); 9] = [
        (1 << 10, vec![UNDEFINED], 3, true),
        (1 << 7, vec![UNDEFINED], 6, true),
        (1 << 6, vec![UNDEFINED], 6, false),
        (1 << 6, vec![0x2000, 0xFBB0, 0xF0F0], 6, true),
        (1 << 5, vec![0xEE01, 0x0510], 6, true),
        (1 << 8, load_nowhere.clone(), 5, true),
        (1 << 4, load_nowhere, 5, false),
        (1 << 4, [&load(0, 0x4000_0001)[..], &[0x4700]].concat(), 4, true),
        (0, vec![UNDEFINED], 3, false),
    ];
    for (bit, code, exception, caught) in cases {
        let mut board = Board::new(&[&code[..], &[STAY]].concat());
        board.handle(exception, &[STAY]);
        board.write(0xE000_ED14, 0x210);
        board.enable(if exception == 3 { 0 } else { 7 << 16 }, 0);
        board.control(1);
        board.write(DEMCR, bit);
        let stop = board.run(200);
        assert_eq!(stop == Stop::Halted, caught, "DEMCR {bit:#x}");
        assert_eq!((board.cpu().pc, board.cpu().ipsr), (handler(exception), exception));
        assert_eq!(board.read(DFSR), if caught { 8 } else { 0 });
    }
}

#[test]
fn the_monitor_takes_breakpoints_and_steps() {
    let mut board = Board::new(&[BKPT, NOP, NOP, STAY]);
    // The first time it moves on behind the breakpoint, then it lets two instructions be stepped, then it stops.
    board.write(DEMCR, 1 << 16 | 1 << 18);
    board.handle(12, &[&note(12)[..], &[0x9806, 0x4285, 0xBF08, 0x3002, 0x9006, BX_LR]].concat());
    board.cpu().r[5] = Board::start();
    board.cpu().pc = Board::start();
    board.cpu().r[7] = super::NOTES;
    board.run(150);
    assert!(board.notes().len() >= 3 && board.notes().iter().all(|number| *number == 12));
    assert_eq!(board.read(DFSR), 3, "BKPT, then HALTED for the steps");
}

#[test]
fn a_debugger_may_ask_for_a_local_reset() {
    let mut board = Board::new(&[STAY]);
    board.run(100);
    board.write(AIRCR, 0x05FA_0001);
    assert_ne!(board.cpu().pc, MAIN, "only in debug state");
    board.control(3);
    board.write(AIRCR, 0x05FA_0001);
    assert_eq!(board.cpu().pc, MAIN);
}
