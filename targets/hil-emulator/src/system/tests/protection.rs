//! The MPU seen by programs.

use super::{BX_LR, Board, NOP, RAM, STACK, STAY, SVC, load, note, store};

const CFSR: u32 = 0xE000_ED28;

/// Region `number` of 2 to the power of `log2` bytes.
fn region(board: &mut Board, number: u32, base: u32, log2: u32, access: u32, never_execute: bool) {
    board.write(0xE000_ED9C, base | 0x10 | number);
    board.write(0xE000_EDA0, u32::from(never_execute) << 28 | access << 24 | (log2 - 1) << 1 | 1);
}

/// Flash for all, RAM for all, the kilobyte at `RAM + 0x400` for nobody unprivileged; RAM is not executable.
fn protected(code: &[u16]) -> Board {
    let mut board = Board::new(&[code, &note(2), &[STAY]].concat());
    board.handle(4, &[&note(4)[..], &[STAY]].concat());
    region(&mut board, 0, 0, 16, 6, false);
    region(&mut board, 1, RAM, 13, 3, true);
    region(&mut board, 2, RAM + 0x400, 10, 1, true);
    board.write(0xE000_ED94, 5);
    board.enable(7 << 16, 0);
    board
}

fn unprivileged() -> Vec<u16> {
    [&load(0, 1)[..], &[0xF380, 0x8814]].concat()
}

#[test]
fn data_violations_name_the_address() {
    let touch = [&load(0, RAM + 0x404)[..], &[0x6001]].concat();
    let mut board = protected(&touch);
    board.run(200);
    assert_eq!(board.notes(), [2], "privileged");
    let mut board = protected(&[unprivileged(), touch].concat());
    board.run(200);
    assert_eq!(board.notes(), [4]);
    assert_eq!((board.read(CFSR), board.read(0xE000_ED34)), (0x82, RAM + 0x404));
    let mut board = protected(&[unprivileged(), [&load(0, 0x100)[..], &[0x6001]].concat()].concat());
    board.run(200);
    assert_eq!((board.notes(), board.read(0xE000_ED34)), (vec![4], 0x100), "flash is read only");
}

#[test]
fn code_is_not_executed_where_the_mpu_forbids_it() {
    let mut board = protected(&[&load(0, RAM + 0x101)[..], &[0x4700]].concat());
    board.code(RAM + 0x100, &[STAY]);
    board.run(200);
    assert_eq!((board.notes(), board.read(CFSR)), (vec![4], 1), "IACCVIOL");
    assert_eq!(board.word(STACK - 8), RAM + 0x100);
}

#[test]
fn code_that_was_decoded_while_privileged_is_checked_again() {
    // Both run the code at the end of the flash; only privileged code may.
    let place = 0x7001;
    let call = [&load(3, place)[..], &[0x4798]].concat();
    let mut board = protected(&[&call[..], &unprivileged(), &call].concat());
    board.code(0x7000, &[&note(7)[..], &[BX_LR]].concat());
    region(&mut board, 3, 0x7000, 8, 5, false);
    board.run(300);
    assert_eq!((board.notes(), board.read(CFSR)), (vec![7, 4], 1));
}

#[test]
fn code_that_was_decoded_in_a_handler_is_checked_again() {
    let call = [&load(3, 0x7001)[..], &[0x4798]].concat();
    let mut board = protected(&[&unprivileged()[..], &[SVC], &call].concat());
    board.handle(11, &[&[0xB500][..], &call, &[0xBD00]].concat());
    board.code(0x7000, &[&note(7)[..], &[BX_LR]].concat());
    region(&mut board, 3, 0x7000, 8, 5, false);
    board.run(300);
    assert_eq!((board.notes(), board.read(CFSR)), (vec![7, 4], 1));
}

#[test]
fn a_handler_has_rights_that_its_thread_has_not() {
    let mut board = protected(&[&unprivileged()[..], &[SVC]].concat());
    board.handle(11, &[&note(11)[..], &store(RAM + 0x400, 9), &[BX_LR]].concat());
    board.run(300);
    assert_eq!(board.notes(), [11, 2]);
    assert_eq!(board.word(RAM + 0x400), 9);
}

#[test]
fn stacking_and_unstacking_are_checked() {
    let mut board = protected(&[&unprivileged()[..], &[SVC, NOP]].concat());
    board.cpu().r[13] = RAM + 0x800;
    board.run(100);
    assert_eq!(board.read(CFSR), 1 << 4, "MSTKERR");
    assert_eq!(board.notes(), [4], "of equal priority, so the lower number goes first");
    assert_eq!(board.read(0xE000_ED24) >> 15 & 1, 1, "SVCall waits");

    let mut board = protected(&[&unprivileged()[..], &[SVC, NOP]].concat());
    board.handle(11, &[&load(0, RAM + 0x600)[..], &[0x4685, BX_LR]].concat());
    board.run(200);
    assert_eq!((board.notes(), board.read(CFSR)), (vec![4], 1 << 3), "MUNSTKERR");
}

#[test]
fn saving_the_fpu_late_is_checked() {
    let set = [0xEE00, 0x2A10];
    let mut board = protected(&[&unprivileged()[..], &set, &[SVC]].concat());
    board.handle(11, &[&note(11)[..], &set, &[STAY]].concat());
    board.write(0xE000_ED88, 0xF << 20);
    board.write(0xE000_ED1C, 0x8000_0000);
    // The basic frame lies in open memory, the FPU's part above it does not.
    board.cpu().r[13] = RAM + 0x400 + 0x48;
    region(&mut board, 3, RAM + 0x400, 5, 3, true);
    board.cpu().r[13] = RAM + 0x400 + 0x48;
    board.run(200);
    assert_eq!((board.notes(), board.read(CFSR)), (vec![11, 4], 1 << 5), "MLSPERR");

    // MemManage was urgent enough for the thread (FPCCR.MMRDY) and is not for the handler: it waits, unescalated.
    let mut board = protected(&[&unprivileged()[..], &set, &[SVC]].concat());
    board.handle(11, &[&set[..], &note(11)[..], &[BX_LR]].concat());
    board.write(0xE000_ED88, 0xF << 20);
    board.write(0xE000_ED18, 0x80);
    region(&mut board, 3, RAM + 0x400, 5, 3, true);
    board.cpu().r[13] = RAM + 0x400 + 0x48;
    board.run(200);
    assert_eq!((board.notes(), board.read(CFSR), board.read(0xE000_ED2C)), (vec![11, 4], 1 << 5, 0));
}
