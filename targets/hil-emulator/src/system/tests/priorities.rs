//! Priorities, preemption, masks and tail-chaining.

use super::{BX_LR, Board, CPSID_F, CPSID_I, CPSIE_I, NOP, STAY, WFI, load, note, store};

const ICSR: u32 = 0xE000_ED04;
const STIR: u32 = 0xE000_EF00;
const PEND_SV: u32 = 1 << 28;

fn priority(board: &mut Board, irq: u32, value: u32) {
    let address = 0xE000_E400 + (irq & !3);
    let shift = 8 * (irq & 3);
    let kept = board.read(address) & !(0xFF << shift);
    board.write(address, kept | value << shift);
}

/// Main notes 1, pends interrupt 0, notes 2. Handler 0 notes 16, pends interrupt 1, notes 17.
fn nested(first: u32, second: u32, grouping: u32) -> Vec<u8> {
    let mut board = Board::new(&[&note(1)[..], &store(STIR, 0), &[NOP], &note(2), &[WFI]].concat());
    board.handle(16, &[&note(16)[..], &store(STIR, 1), &[NOP], &note(99), &[BX_LR]].concat());
    priority(&mut board, 0, first);
    priority(&mut board, 1, second);
    board.write(0xE000_ED0C, 0x05FA_0000 | grouping << 8);
    board.enable(0, 3);
    board.run(1000);
    board.notes()
}

#[test]
fn only_a_more_urgent_interrupt_preempts() {
    assert_eq!(nested(0x80, 0x40, 0), [1, 16, 17, 99, 2]);
    assert_eq!(nested(0x80, 0x80, 0), [1, 16, 99, 17, 2]);
    assert_eq!(nested(0x40, 0x80, 0), [1, 16, 99, 17, 2]);
}

#[test]
fn subpriorities_do_not_preempt() {
    // With PRIGROUP 6 only bit 7 is the group.
    assert_eq!(nested(0x80, 0xC0, 6), [1, 16, 99, 17, 2]);
    assert_eq!(nested(0xC0, 0x80, 6), [1, 16, 99, 17, 2]);
    assert_eq!(nested(0xC0, 0x40, 6), [1, 16, 17, 99, 2]);
    assert_eq!(nested(0xC0, 0x00, 7), [1, 16, 99, 17, 2], "PRIGROUP 7 has no groups");
}

#[test]
fn a_chip_keeps_only_its_bits_of_a_priority() {
    let mut board = Board::new(&[WFI]);
    board.write(0xE000_E400, 0xFFFF_FFFF);
    assert_eq!(board.read(0xE000_E400), 0xF0F0_F0F0);
    board.write(0xE000_ED20, 0xFFFF_FFFF);
    assert_eq!(board.read(0xE000_ED20), 0xF0F0_00F0, "SysTick, PendSV, DebugMonitor");
    board.write(0xE000_E100 + 8, 0xFFFF_FFFF);
    assert_eq!(board.read(0xE000_E108), 0x0003_FFFF, "82 lines");
    assert_eq!(board.read(0xE000_E004), 2);
}

#[test]
fn the_more_urgent_of_two_goes_first_and_the_next_is_chained() {
    let mut board = Board::new(&[&note(1)[..], &[WFI], &note(2), &[WFI, STAY]].concat());
    priority(&mut board, 0, 0x80);
    priority(&mut board, 1, 0x40);
    board.enable(0, 7);
    board.run(1000);
    board.write(0xE000_E200, 7);
    board.run(1000);
    assert_eq!(board.notes(), [1, 18, 17, 16, 2]);
}

/// Cycles that two handlers take, from the entry of the first to the return, less those of their instructions.
fn overhead(code: &[u16], irqs: u32) -> u64 {
    let mut board = Board::new(code);
    for number in [16, 17] {
        board.handle(number, &[BX_LR]);
    }
    board.enable(0, 3);
    board.run(1000);
    board.write(0xE000_E200, irqs);
    let before = board.cpu().cycles;
    board.run(1);
    assert_ne!(board.cpu().ipsr, 0);
    while board.cpu().ipsr != 0 {
        board.run(1);
    }
    board.cpu().cycles - before
}

#[test]
fn entry_takes_12_cycles_chaining_6_and_exit_10() {
    let one = overhead(&[WFI, WFI], 1);
    let two = overhead(&[WFI, WFI], 3);
    // Each handler is a BX, which takes a cycle before the return begins.
    assert_eq!(one, 12 + 1 + 10);
    assert_eq!(two, 12 + 1 + 6 + 1 + 10);
}

#[test]
fn masks_hold_back_what_they_say() {
    let basepri = |value: u32| [&load(0, value)[..], &[0xF380, 0x8811]].concat();
    let body = |mask: &[u16], release: &[u16]| {
        [mask, &note(1), &store(STIR, 0), &store(STIR, 1), &[NOP], &note(2), release, &[NOP], &note(3), &[WFI]].concat()
    };
    for (mask, release, expect) in [
        (vec![CPSID_I], vec![CPSIE_I], vec![1, 2, 16, 17, 3]),
        (basepri(0x80), basepri(0), vec![1, 16, 2, 17, 3]),
        (basepri(0x40), basepri(0), vec![1, 2, 16, 17, 3]),
        (vec![CPSID_F], vec![0xB661], vec![1, 2, 16, 17, 3]),
    ] {
        let mut board = Board::new(&body(&mask, &release));
        priority(&mut board, 0, 0x40);
        priority(&mut board, 1, 0x80);
        board.enable(0, 3);
        board.run(1000);
        assert_eq!(board.notes(), expect, "{mask:x?}");
    }
}

#[test]
fn returning_clears_faultmask() {
    let mut board = Board::new(&[&store(STIR, 0)[..], &[NOP], &note(2), &[WFI]].concat());
    board.handle(16, &[CPSID_F, BX_LR]);
    board.enable(0, 1);
    board.run(1000);
    assert!(!board.cpu().faultmask);
    assert_eq!(board.notes(), [2]);
}

#[test]
fn a_line_that_stays_high_is_served_again_and_a_pulse_once() {
    let mut board = Board::new(&[WFI, 0xE7FD]);
    board.enable(0, 3);
    board.run(100);
    board.cpu().irqs.set(0, true);
    board.run(200);
    board.cpu().irqs.set(0, false);
    board.run(200);
    let served = board.notes().len();
    assert!(served > 3 && board.notes().iter().all(|number| *number == 16));
    board.run(1000);
    assert_eq!(board.notes().len(), served);
    board.cpu().irqs.pulse(1);
    board.run(1000);
    assert_eq!(board.notes()[served..], [17]);
}

#[test]
fn pending_can_be_set_seen_and_taken_back() {
    let mut board = Board::new(&[CPSID_I, STAY]);
    board.enable(0, 1);
    board.run(100);
    board.write(ICSR, PEND_SV);
    board.write(0xE000_E200, 3);
    assert_eq!(board.read(ICSR), PEND_SV | 1 << 22 | 14 << 12 | 1 << 11);
    board.write(ICSR, 1 << 27);
    board.write(0xE000_E280, 1);
    assert_eq!(board.read(0xE000_E200), 2, "interrupt 1 is pending but not enabled");
    assert_eq!(board.read(ICSR), 1 << 22 | 1 << 11);
}

#[test]
fn icsr_tells_a_handler_where_it_is() {
    let read = [&load(0, ICSR)[..], &[0x6803]].concat();
    let mut board = Board::new(&[&store(STIR, 0)[..], &[NOP, WFI]].concat());
    board.handle(16, &[&read[..], &[0xF3EF, 0x8405], &[STAY]].concat());
    board.enable(0, 1);
    board.run(1000);
    assert_eq!(board.cpu().r[3], 16 | 1 << 11);
    assert_eq!(board.cpu().r[4], 16, "MRS IPSR");
    assert_eq!(board.read(0xE000_E300), 1, "IABR");
}

#[test]
fn unprivileged_code_reaches_stir_only_when_it_may() {
    for (allowed, expect) in [(0u32, vec![5, 2]), (2, vec![16, 2])] {
        let leave = [&load(0, 1)[..], &[0xF380, 0x8814]].concat();
        let mut board = Board::new(&[&leave[..], &store(STIR, 0), &[NOP], &note(2), &[STAY]].concat());
        board.handle(5, &[&note(5)[..], &[0x9806, 0x3002, 0x9006, BX_LR]].concat());
        board.write(0xE000_ED14, 0x200 | allowed);
        board.enable(1 << 17, 1);
        board.run(1000);
        assert_eq!(board.notes(), expect);
    }
}
