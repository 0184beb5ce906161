//! Breakpoints, remapping and watchpoints while programs run.

use super::{Board, NOP, RAM, STAY, load, note, store};
use crate::machine::Stop;

const DEMCR: u32 = 0xE000_EDFC;
const DFSR: u32 = 0xE000_ED30;
const FP_CTRL: u32 = 0xE000_2000;
const COMP0: u32 = 0xE000_1020;

fn halted_at(board: &mut Board) -> (u32, u32) {
    assert_eq!(board.run(1000), Stop::Halted);
    (board.register(15), board.read(DFSR))
}

#[test]
fn a_comparator_halts_before_its_instruction_and_lets_go_when_off() {
    let mut board = Board::new(&[&[NOP, NOP, NOP][..], &note(2), &[STAY]].concat());
    board.control(1);
    board.write(FP_CTRL, 3);
    board.write(FP_CTRL + 8, 0x8000_0001 | Board::start());
    let place = Board::start() + 2;
    assert_eq!(halted_at(&mut board), (place, 2));
    board.write(DFSR, 0x1F);
    board.control(1);
    assert_eq!(halted_at(&mut board), (place, 2), "it is still there");
    board.write(FP_CTRL + 8, 0);
    board.control(1);
    assert_eq!(board.run(100), Stop::Budget);
    assert_eq!(board.notes(), [2]);
}

#[test]
fn a_comparator_set_while_running_is_seen() {
    let mut board = Board::new(&[0x3301, 0xE7FD]);
    board.control(1);
    board.run(100);
    board.write(FP_CTRL, 3);
    board.write(FP_CTRL + 12, 0x4000_0001 | Board::start());
    assert_eq!(halted_at(&mut board), (Board::start(), 2));
}

#[test]
fn an_instruction_and_a_literal_are_replaced() {
    // LDR R0, [PC, #0] loads the word four bytes on.
    let mut board = Board::new(&[0x4800, STAY, 0x1111, 0x2222]);
    board.write(FP_CTRL, 3);
    board.write(FP_CTRL + 4, RAM + 0x1000);
    board.write(FP_CTRL + 8 + 4 * 6, 1 | (Board::start() + 4));
    board.put_word(RAM + 0x1000 + 24, 0x1234_5678);
    board.run(100);
    assert_eq!(board.cpu().r[0], 0x1234_5678);
    let mut board = Board::new(&[NOP, NOP, STAY]);
    board.write(FP_CTRL, 3);
    board.write(FP_CTRL + 4, RAM + 0x1000);
    board.write(FP_CTRL + 8, 1 | Board::start());
    board.put_word(RAM + 0x1000, 0x2007_2105);
    board.run(100);
    assert_eq!(board.cpu().r[..2], [7, 5]);
}

/// A program that stores, then loads the word at `RAM + 0x100`.
fn watched(function: u32, debugger: bool) -> Board {
    let code = [&load(0, RAM + 0x100)[..], &[0x2105, 0x6001, NOP, 0x6802, NOP], &note(2), &[STAY]].concat();
    let mut board = Board::new(&code);
    board.control(u32::from(debugger));
    board.write(DEMCR, 1 << 24 | u32::from(!debugger) << 16);
    board.write(COMP0 + 32, RAM + 0x100);
    board.write(COMP0 + 40, function);
    board
}

#[test]
fn a_watchpoint_halts_behind_the_access() {
    for (function, offset) in [(6, 12), (5, 16), (7, 12)] {
        let mut board = watched(function, true);
        assert_eq!(halted_at(&mut board), (Board::start() + offset, 4), "DFSR.DWTTRAP");
        assert_eq!(board.read(COMP0 + 40) >> 24, 1, "MATCHED");
        assert_eq!(board.word(RAM + 0x100), 5, "the access is done");
    }
}

#[test]
fn without_debugger_the_monitor_is_told() {
    let mut board = watched(6, false);
    board.run(500);
    assert_eq!((board.notes(), board.read(DFSR)), (vec![12, 2], 4));
}

#[test]
fn a_value_watchpoint_waits_for_its_value() {
    let code = [&load(0, RAM + 0x100)[..], &[0x2105, 0x6001, 0x2106, 0x6001, NOP, STAY]].concat();
    let mut board = Board::new(&code);
    board.control(1);
    board.write(DEMCR, 1 << 24);
    board.write(COMP0 + 16, 6);
    board.write(COMP0 + 24, 1 << 16 | 1 << 12 | 2 << 10 | 1 << 8 | 6);
    assert_eq!(halted_at(&mut board), (Board::start() + 16, 4));
}

#[test]
fn a_program_counter_watchpoint_halts_behind_the_instruction() {
    let mut board = Board::new(&[NOP, NOP, 0xE000, NOP, NOP, STAY]);
    board.control(1);
    board.write(DEMCR, 1 << 24);
    board.write(COMP0 + 32, Board::start() + 4);
    board.write(COMP0 + 40, 4);
    assert_eq!(halted_at(&mut board), (Board::start() + 8, 4), "the branch was made");
}

#[test]
fn a_cycle_watchpoint_halts_at_its_count() {
    let mut board = Board::new(&[STAY]);
    board.control(1);
    board.write(DEMCR, 1 << 24);
    board.write(0xE000_1000, 1);
    board.write(COMP0, 500);
    board.write(COMP0 + 8, 0x84);
    assert_eq!(board.run(1000), Stop::Halted);
    assert!((500..505).contains(&board.read(0xE000_1004)));
    assert_eq!(board.read(DFSR), 4);
}

#[test]
fn the_program_counter_can_be_sampled() {
    let mut board = Board::new(&[STAY]);
    board.run(100);
    assert_eq!(board.read(0xE000_101C), Board::start());
    board.control(3);
    assert_eq!(board.read(0xE000_101C), u32::MAX);
    let mut board = Board::new(&[&load(0, 0xE000_101C)[..], &[0x6801, STAY]].concat());
    board.run(100);
    assert_eq!(board.cpu().r[1], Board::start() + 8, "the core samples itself");
}

#[test]
fn stimulus_ports_give_trace_bytes() {
    let code = [
        store(0xE000_0FB0, 0xC5AC_CE55),
        store(0xE000_0E80, 1),
        store(0xE000_0E00, 2),
        store(0xE000_0004, 0x4433_2211),
        store(0xE000_0000, 0),
        vec![STAY],
    ]
    .concat();
    let mut board = Board::new(&code);
    board.write(DEMCR, 1 << 24);
    board.run(500);
    assert_eq!(board.cpu().system.itm.take_packets(), [0x0B, 0x11, 0x22, 0x33, 0x44]);
}
