//! Faults: status bits, addresses, escalation, lock-up.

use super::{BKPT, BX_LR, Board, CPSID_F, CPSID_I, NOP, RAM, STACK, STAY, SVC, UNDEFINED, load, note, store};
use crate::machine::Stop;
use crate::soc::{Requests, ResetCause};
use crate::system::SystemConfig;

const CFSR: u32 = 0xE000_ED28;
const HFSR: u32 = 0xE000_ED2C;
const ALL_FAULTS: u32 = 7 << 16;
const NOWHERE: u32 = 0x6000_0000;

/// A name, the code, CFSR, the exception, BFAR.
type Kind = (&'static str, Vec<u16>, u32, u8, Option<u32>);

fn kinds() -> Vec<Kind> {
    let at = |address: u32, code: &[u16]| [&load(0, address)[..], code].concat();
    vec![
        ("undefined", vec![UNDEFINED], 1 << 16, 6, None),
        ("no Thumb", at(0x400, &[0x4700]), 1 << 17, 6, None),
        ("coprocessor", vec![0xEE01, 0x0510], 1 << 19, 6, None),
        ("unaligned LDRD", at(RAM + 2, &[0xE9D0, 0x1200]), 1 << 24, 6, None),
        ("unaligned LDR", at(RAM + 1, &[0x6801]), 1 << 24, 6, None),
        ("division by 0", vec![0x2000, 0xFBB0, 0xF0F0], 1 << 25, 6, None),
        ("load", at(NOWHERE + 4, &[0x6801]), 0x82 << 8, 5, Some(NOWHERE + 4)),
        ("store", at(NOWHERE, &[0x6001]), 0x82 << 8, 5, Some(NOWHERE)),
        ("flash store", at(0x7000, &[0x6001]), 0x82 << 8, 5, Some(0x7000)),
        ("fetch", at(NOWHERE | 1, &[0x4700]), 1 << 8, 5, None),
        ("fetch from a device", at(0x4000_0001, &[0x4700]), 1, 4, None),
        ("ETM", at(0xE004_1000, &[0x6801]), 0x82 << 8, 5, Some(0xE004_1000)),
        ("reserved private address", at(0xE000_3000, &[0x6801]), 0x82 << 8, 5, Some(0xE000_3000)),
    ]
}

fn faulting(code: &[u16]) -> Board {
    let mut board = Board::new(&[code, &[STAY]].concat());
    board.write(0xE000_ED14, 0x218);
    for number in [3, 4, 5, 6] {
        board.handle(number, &[&note(number as u8)[..], &[STAY]].concat());
    }
    board
}

#[test]
fn each_fault_has_its_status_address_and_exception() {
    for (name, code, cfsr, exception, address) in kinds() {
        let mut board = faulting(&code);
        board.enable(ALL_FAULTS, 0);
        board.run(300);
        assert_eq!(board.notes(), [exception], "{name}");
        assert_eq!(board.read(CFSR), cfsr, "{name}");
        assert_eq!(board.read(HFSR), 0, "{name}");
        if let Some(address) = address {
            assert_eq!(board.read(0xE000_ED38), address, "{name}: BFAR");
        }
        // The frame points at the instruction that failed, or at where there is none.
        let pc = board.word(STACK - 8);
        let expect = match name {
            "fetch" => NOWHERE,
            "fetch from a device" => 0x4000_0000,
            "no Thumb" => 0x400,
            "undefined" | "coprocessor" => Board::start(),
            "division by 0" => Board::start() + 2,
            _ => Board::start() + 8,
        };
        assert_eq!(pc, expect, "{name}");
    }
}

#[test]
fn a_fault_that_is_switched_off_or_held_back_is_a_hard_fault() {
    for (name, code, cfsr, _, _) in kinds() {
        for prefix in [None, Some(CPSID_I)] {
            let code: Vec<u16> = prefix.into_iter().chain(code.iter().copied()).collect();
            let mut board = faulting(&code);
            board.enable(if prefix.is_some() { ALL_FAULTS } else { 0 }, 0);
            board.run(300);
            assert_eq!(board.notes(), [3], "{name}");
            assert_eq!((board.read(CFSR), board.read(HFSR)), (cfsr, 1 << 30), "{name}");
        }
    }
}

#[test]
fn status_bits_are_cleared_by_ones_and_by_bytes() {
    let mut board = faulting(&[UNDEFINED]);
    board.enable(0, 0);
    board.run(100);
    board.write(HFSR, 1 << 30);
    board.write(CFSR, 1 << 17);
    assert_eq!((board.read(HFSR), board.read(CFSR)), (0, 1 << 16));
    board.cpu().write_as(crate::soc::Master::Debugger, CFSR + 2, crate::soc::Width::Half, 1).unwrap();
    assert_eq!(board.read(CFSR), 0);
}

#[test]
fn a_supervisor_call_returns_behind_itself() {
    let mut board = Board::new(&[&[SVC][..], &note(2), &[STAY]].concat());
    board.run(300);
    assert_eq!(board.notes(), [11, 2]);
    assert_eq!(board.word(STACK - 8), Board::start() + 2);
}

#[test]
fn a_supervisor_call_that_is_held_back_escalates() {
    let mut board = faulting(&[CPSID_I, SVC]);
    board.run(300);
    assert_eq!(board.notes(), [3]);
    assert_eq!((board.read(HFSR), board.read(CFSR)), (1 << 30, 0));
    assert_eq!(board.word(STACK - 8), Board::start() + 2, "the SVC itself");
}

#[test]
fn a_breakpoint_without_debugger_is_a_hard_fault() {
    let mut board = faulting(&[BKPT]);
    board.run(300);
    assert_eq!(board.notes(), [3]);
    assert_eq!(board.read(HFSR), 1 << 31);
    assert_eq!(board.word(STACK - 8), Board::start());
}

#[test]
fn a_fault_where_nothing_can_take_it_locks_up() {
    for code in [vec![CPSID_F, UNDEFINED], vec![CPSID_F, SVC], vec![CPSID_F, BKPT], vec![UNDEFINED]] {
        let mut board = Board::new(&[&code[..], &[STAY]].concat());
        board.handle(3, &[&note(3)[..], &[UNDEFINED]].concat());
        assert_eq!(board.run(500), Stop::Asleep);
        assert!(board.cpu().system.locked_up());
        assert_eq!(board.dhcsr() >> 19 & 1, 1, "S_LOCKUP");
        assert_eq!(board.cpu().pc, 0xFFFF_FFFE);
        assert_eq!(board.cpu().cycles, 500, "time goes on");
        // NMI still comes through.
        board.write(0xE000_ED04, 1 << 31);
        let noted = board.notes().len();
        board.run(100);
        assert_eq!(board.notes()[noted], 2);
    }
}

#[test]
fn the_debugger_and_a_reset_end_a_lock_up() {
    let mut board = Board::new(&[CPSID_F, UNDEFINED]);
    board.run(100);
    board.control(3);
    assert_eq!(board.dhcsr() & 0xF_0000, 0x2_0000, "S_HALT without S_LOCKUP");
    assert_eq!(board.register(15), 0xFFFF_FFFE);
    board.control(1);
    board.run(100);
    assert!(board.cpu().system.locked_up(), "there is nothing to go on with");
    board.cpu().reset(ResetCause::Pin);
    assert!(!board.cpu().system.locked_up());
}

#[test]
fn blank_flash_locks_up_and_can_be_halted() {
    let mut board = Board::new(&[]);
    for address in (0..0x8000).step_by(4) {
        board.put_word(address, u32::MAX);
    }
    board.cpu().reset(ResetCause::PowerOn);
    board.run(1000);
    assert!(board.cpu().system.locked_up());
    board.control(3);
    assert_eq!(board.dhcsr() & 0xE_0000, 0x2_0000);
}

#[test]
fn a_chip_may_reset_on_lock_up_unless_a_debugger_is_there() {
    let config = SystemConfig { lockup_resets: true, ..SystemConfig::default() };
    for debugger in [false, true] {
        let mut board = Board::with(config, &[CPSID_F, UNDEFINED]);
        if debugger {
            board.control(1);
        }
        board.run(20);
        assert_eq!(board.cpu().system.locked_up(), debugger);
        assert!(matches!(board.cpu().requests, Requests { reset: None, .. }));
    }
}

#[test]
fn a_stack_that_is_not_there_is_a_stacking_fault() {
    // The SVC cannot stack; its BusFault can neither, but is entered.
    let mut board = faulting(&[SVC]);
    board.enable(ALL_FAULTS, 0);
    board.write(0xE000_ED1C, 0x8000_0000);
    board.cpu().r[13] = NOWHERE + 0x100;
    board.run(40);
    assert_eq!(board.read(CFSR), 1 << 12, "STKERR");
    assert_eq!(board.cpu().ipsr, 5);
    assert_eq!(board.cpu().r[13], NOWHERE + 0xE0, "the stack pointer has moved all the same");
    assert_eq!(board.read(0xE000_ED24) >> 15 & 1, 1, "SVCall waits");
}

#[test]
fn a_stacking_fault_that_is_off_becomes_a_hard_fault() {
    let mut board = faulting(&[SVC]);
    board.cpu().r[13] = NOWHERE + 0x100;
    board.run(40);
    assert_eq!((board.cpu().ipsr, board.read(CFSR), board.read(HFSR)), (3, 1 << 12, 1 << 30));
}

#[test]
fn a_frame_that_is_not_there_is_an_unstacking_fault() {
    let mut board = faulting(&[SVC]);
    board.handle(11, &[&load(0, NOWHERE)[..], &[0x4685, BX_LR]].concat());
    board.enable(ALL_FAULTS, 0);
    board.run(300);
    assert_eq!(board.notes(), [5]);
    assert_eq!(board.read(CFSR), 1 << 11, "UNSTKERR");
    assert_eq!(board.cpu().r[13], NOWHERE);
    assert_eq!(board.cpu().r[14], 0xFFFF_FFF9);
}

#[test]
fn a_vector_that_cannot_be_read_is_a_hard_fault() {
    let mut board = faulting(&[&store(0xE000_ED08, NOWHERE)[..], &[SVC]].concat());
    board.run(100);
    assert_eq!(board.read(HFSR) & 2, 2, "VECTTBL");
    assert!(board.cpu().system.locked_up(), "nor is there a vector for HardFault");
    let mut board = faulting(&[&store(0xE000_ED08, RAM + 0x1F80)[..], &[SVC]].concat());
    board.put_word(RAM + 0x1F80 + 12, super::handler(3) | 1);
    board.put_word(RAM + 0x1F80 + 44, super::handler(11) | 1);
    board.run(100);
    assert_eq!(board.notes(), [11], "VTOR is followed");
}

#[test]
fn hard_fault_handlers_may_ignore_data_bus_errors() {
    let code = [&load(0, NOWHERE)[..], &[CPSID_F, 0x6801, NOP], &note(2), &[STAY]].concat();
    let mut board = faulting(&code);
    board.write(0xE000_ED14, 0x300);
    board.run(200);
    assert_eq!(board.notes(), [2]);
    assert_eq!(board.read(CFSR), 0x82 << 8);
}

#[test]
fn an_unaligned_access_that_fails_in_its_second_half_shows_its_own_address() {
    // The last halfword of the RAM and the first behind it; LDR R0, [R3] and STR R0, [R3].
    for access in [0x6818, 0x6018] {
        let mut board = Board::new(&[&load(3, RAM + 0x1FFE)[..], &[access, STAY]].concat());
        board.enable(1 << 17, 0);
        board.run(100);
        assert_eq!(board.notes().first(), Some(&5), "BusFault");
        assert_eq!(board.read(0xE000_ED38), RAM + 0x1FFE);
    }
}
