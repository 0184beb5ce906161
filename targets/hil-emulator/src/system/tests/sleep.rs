//! WFI, WFE, SEVONPEND, sleep on exit.

use super::{BX_LR, Board, CPSID_I, NOP, SEV, STAY, WFE, WFI, note};
use crate::machine::Stop;

const SCR: u32 = 0xE000_ED10;

#[test]
fn wfi_sleeps_until_an_interrupt() {
    let mut board = Board::new(&[&note(1)[..], &[WFI], &note(2), &[STAY]].concat());
    board.enable(0, 1);
    assert_eq!(board.run(500), Stop::Asleep);
    assert_eq!(board.notes(), [1]);
    assert_eq!(board.dhcsr() >> 18 & 1, 1, "S_SLEEP");
    board.cpu().irqs.pulse(1);
    assert_eq!(board.run(100), Stop::Asleep, "interrupt 1 is not enabled");
    board.cpu().irqs.pulse(0);
    board.run(100);
    assert_eq!(board.notes(), [1, 16, 2]);
}

#[test]
fn wfi_wakes_up_for_what_primask_holds_back() {
    let mut board = Board::new(&[&[CPSID_I, WFI][..], &note(2), &[STAY]].concat());
    board.enable(0, 1);
    board.run(100);
    board.cpu().irqs.pulse(0);
    board.run(100);
    assert_eq!(board.notes(), [2]);
}

#[test]
fn wfe_waits_for_an_event_of_whatever_source() {
    let code = [&[SEV, WFE][..], &note(1), &[WFE], &note(2), &[STAY]].concat();
    let mut board = Board::new(&code);
    board.run(200);
    assert_eq!(board.notes(), [1], "SEV sets the event register, WFE clears it");
    board.cpu().requests.event = true;
    board.run(100);
    assert_eq!(board.notes(), [1, 2]);
    assert!(!board.cpu().event);
}

#[test]
fn a_pending_interrupt_is_an_event_when_sevonpend_says_so() {
    for (scr, expect) in [(0u32, vec![]), (0x10, vec![2])] {
        let mut board = Board::new(&[&[WFE][..], &note(2), &[STAY]].concat());
        board.write(SCR, scr);
        board.run(100);
        board.cpu().irqs.pulse(3);
        board.run(100);
        assert_eq!(board.notes(), expect, "the interrupt is not enabled");
    }
}

#[test]
fn entering_a_handler_sets_the_event_register() {
    let mut board = Board::new(&[&[NOP, NOP][..], &[WFE], &note(2), &[STAY]].concat());
    board.enable(0, 1);
    board.run(2);
    board.cpu().irqs.pulse(0);
    board.run(200);
    assert_eq!(board.notes(), [16, 2]);
}

#[test]
fn sleep_on_exit_never_comes_back_to_the_thread() {
    let mut board = Board::new(&[&[WFI][..], &note(2), &[STAY]].concat());
    board.enable(0, 1);
    board.write(SCR, 2);
    board.run(100);
    for expect in [vec![16], vec![16, 16]] {
        board.cpu().irqs.pulse(0);
        assert_eq!(board.run(100), Stop::Asleep);
        assert_eq!(board.notes(), expect);
    }
    // A handler that clears the bit lets the thread go on.
    board.handle(16, &[&super::store(SCR, 0)[..], &[BX_LR]].concat());
    board.cpu().memory.code_changed = true;
    board.cpu().irqs.pulse(0);
    board.run(100);
    assert_eq!(board.notes(), [16, 16, 2]);
}
