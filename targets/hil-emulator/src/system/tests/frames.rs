//! Stack frames: what is saved and restored, alignment, the FPU's registers, checks of a return.

use super::{BX_LR, Board, NOP, STACK, STAY, WFI, handler, load, note, store};
use crate::soc::ResetCause;

const STIR: u32 = 0xE000_EF00;
const CPACR: u32 = 0xE000_ED88;
const FPCCR: u32 = 0xE000_EF34;
/// VADD.F32 S0, S0, S0.
const DOUBLE_S0: [u16; 2] = [0xEE30, 0x0A00];
/// VMOV S0, R2.
const S0_FROM_R2: [u16; 2] = [0xEE00, 0x2A10];
const ONE: u32 = 0x3F80_0000;
const TWO: u32 = 0x4000_0000;

fn pend() -> Vec<u16> {
    [&store(STIR, 0)[..], &[NOP]].concat()
}

#[test]
fn a_frame_holds_the_registers_and_is_aligned() {
    for (lower, stkalign, padding) in [(0, true, 0), (4, true, 4), (4, false, 0)] {
        let mut board = Board::new(&[&pend()[..], &[STAY]].concat());
        board.handle(16, &[STAY]);
        board.write(0xE000_ED14, if stkalign { 0x200 } else { 0 });
        board.enable(0, 1);
        let cpu = board.cpu();
        cpu.r[13] = STACK - lower;
        (cpu.r[2], cpu.r[3], cpu.r[12], cpu.r[14]) = (2, 3, 12, 14);
        board.run(200);
        let frame = STACK - lower - padding - 0x20;
        assert_eq!(board.cpu().r[13], frame);
        let stacked: Vec<u32> = (0..8).map(|index| board.word(frame + 4 * index)).collect();
        let (back, padded) = (Board::start() + 18, (padding / 4) << 9);
        assert_eq!(stacked, [STIR, 0, 2, 3, 12, 14, back, 0x0100_0000 | padded]);
        assert_eq!(board.cpu().r[14], 0xFFFF_FFF9);
        assert_eq!(board.cpu().ipsr, 16);
    }
}

#[test]
fn everything_is_back_behind_a_handler_it_state_included() {
    // MOVS R0, #0; ITTE EQ; then STIR is written inside the IT block.
    let code = [&load(2, STIR)[..], &[0x2000, 0xBF06, 0x6010, NOP, 0x2005], &note(2), &[STAY]].concat();
    for start in [STACK, STACK - 4] {
        let mut board = Board::new(&code);
        board.handle(16, &[&note(16)[..], &[0x2001, 0x2101, 0x2201, 0x2301, 0x2800, BX_LR]].concat());
        board.enable(0, 1);
        board.cpu().r[13] = start;
        board.cpu().r[3] = 33;
        board.run(500);
        assert_eq!(board.notes(), [16, 2]);
        assert_eq!(board.cpu().r[..4], [0, 0, STIR, 33], "the third instruction of the block was not executed");
        assert_eq!(board.cpu().r[13], start);
    }
}

#[test]
fn threads_may_have_their_own_stack() {
    let process = STACK - 0x400;
    // MSR PSP, R0; CONTROL.SPSEL := 1.
    let switch = [&load(0, process)[..], &[0xF380, 0x8809], &load(0, 2), &[0xF380, 0x8814]].concat();
    let mut board = Board::new(&[&switch[..], &pend(), &note(2), &[STAY]].concat());
    board.handle(16, &[&note(16)[..], &[0x4675, BX_LR]].concat());
    board.enable(0, 1);
    board.run(500);
    assert_eq!(board.notes(), [16, 2]);
    assert_eq!(board.cpu().r[5], 0xFFFF_FFFD, "LR in the handler");
    assert_eq!(board.cpu().stack_pointers(), [STACK, process]);
    assert_eq!(board.word(process - 8), Board::start() + 24 + 18, "the frame was on the process stack");
}

/// A main program with S0 in use, a handler that uses S0 as well or does not. Gives the board and the cycles from the
/// interrupt to the first instruction of the handler.
fn float(handler_uses_it: bool, fpccr: u32) -> (Board, u64) {
    let code = [&load(2, ONE)[..], &S0_FROM_R2, &[WFI], &DOUBLE_S0, &[STAY]].concat();
    let mut board = Board::new(&code);
    let other = if handler_uses_it { [&load(2, 0x4120_0000)[..], &S0_FROM_R2, &DOUBLE_S0].concat() } else { vec![] };
    board.handle(16, &[&[NOP][..], &other, &[0x4675, BX_LR]].concat());
    board.write(CPACR, 0xF << 20);
    board.write(FPCCR, fpccr);
    board.enable(0, 1);
    board.run(500);
    assert_eq!(board.cpu().control, 4, "FPCA");
    board.write(0xE000_E200, 1);
    let before = board.cpu().cycles;
    while board.machine.cpu.pc != handler(16) {
        board.run(1);
    }
    let entry = board.cpu().cycles - before;
    (board, entry)
}

#[test]
fn lazy_stacking_costs_nothing_until_the_handler_needs_the_fpu() {
    for (used, fpccr, entry) in [(false, 0xC000_0000, 12), (true, 0xC000_0000, 12), (true, 0x8000_0000, 29)] {
        let (mut board, took) = float(used, fpccr);
        assert_eq!(took, entry);
        let lazy = fpccr >> 30 & 1;
        assert_eq!(board.read(FPCCR) & 1, lazy, "LSPACT");
        assert_eq!(board.cpu().r[13], STACK - 0x68);
        if lazy == 1 {
            assert_eq!(board.read(0xE000_EF38), STACK - 0x68 + 0x20, "FPCAR");
            assert_eq!(board.word(STACK - 0x48), 0, "S0 is not there yet");
        }
        board.run(500);
        assert_eq!(board.cpu().s[0], TWO, "S0 of the main program went on from 1");
        assert_eq!(board.cpu().r[5], 0xFFFF_FFE9);
        assert_eq!(board.read(FPCCR) & 1, 0);
        assert_eq!(board.word(STACK - 0x48), if used || lazy == 0 { ONE } else { 0 });
        assert_eq!((board.cpu().r[13], board.cpu().control), (STACK, 4));
    }
}

#[test]
fn a_new_context_takes_its_modes_from_fpdscr() {
    let (mut board, _) = float(true, 0xC000_0000);
    board.write(0xE000_EF3C, 0x0340_0000);
    board.cpu().fpscr = 0x0080_0000;
    board.code(handler(16) + 2, &[&DOUBLE_S0[..], &[STAY]].concat());
    board.run(100);
    assert_eq!(board.cpu().fpscr & 0x07C0_0000, 0x0340_0000);
    assert_eq!(board.word(STACK - 8) & 0x07C0_0000, 0x0080_0000, "the old one is in the frame");
}

#[test]
fn without_aspen_nobody_saves_the_fpu() {
    let (mut board, took) = {
        let code = [&load(2, ONE)[..], &S0_FROM_R2, &[WFI, STAY]].concat();
        let mut board = Board::new(&code);
        board.write(CPACR, 0xF << 20);
        board.write(FPCCR, 0);
        board.enable(0, 1);
        board.run(500);
        let sp = board.cpu().r[13];
        (board, sp)
    };
    assert_eq!((board.cpu().control, took), (0, STACK));
    board.handle(16, &[STAY]);
    board.write(0xE000_E200, 1);
    board.run(100);
    assert_eq!((board.cpu().r[13], board.cpu().r[14]), (STACK - 0x20, 0xFFFF_FFF9));
}

#[test]
fn the_fpu_is_off_until_cpacr_says_so() {
    for (cpacr, user, works) in [(0, false, false), (5, false, true), (5, true, false), (0xF, true, true)] {
        let leave = [&load(0, u32::from(user))[..], &[0xF380, 0x8814]].concat();
        let mut board = Board::new(&[&leave[..], &DOUBLE_S0, &note(2), &[STAY]].concat());
        board.handle(6, &[&note(6)[..], &[STAY]].concat());
        board.write(CPACR, cpacr << 20);
        board.enable(1 << 18, 0);
        board.run(500);
        assert_eq!(board.notes(), [if works { 2 } else { 6 }], "CPACR {cpacr:x}");
        assert_eq!(board.read(0xE000_ED28), if works { 0 } else { 1 << 19 }, "NOCP");
    }
}

#[test]
fn a_bad_return_is_invpc_without_another_frame() {
    for (lr, spoil) in [(0xFFFF_FFF3u32, false), (0xFFFF_FFF1, false), (0xFFFF_FFE5, false), (0xFFFF_FFF9, true)] {
        let mut board = Board::new(&[&pend()[..], &note(2), &[STAY]].concat());
        // With a stacked IPSR that is not 0, thread mode cannot be returned to.
        let ruin: &[u16] = if spoil { &[0x9807, 0x3001, 0x9007] } else { &[] };
        board.handle(16, &[ruin, &load(3, lr), &[0x4718]].concat());
        board.handle(6, &[&[0x4675][..], &note(6), &[STAY]].concat());
        board.enable(1 << 18, 1);
        board.run(500);
        assert_eq!(board.notes(), [6], "{lr:x}");
        assert_eq!(board.read(0xE000_ED28), 1 << 18);
        assert_eq!(board.cpu().r[5], lr, "EXC_RETURN of the failed return");
        assert_eq!(board.cpu().r[13], STACK - 0x20);
        assert_eq!(board.read(0xE000_E300), 0, "the interrupt is over");
    }
}

#[test]
fn thread_mode_is_the_base_unless_ccr_says_otherwise() {
    for (ccr, expect) in [(0x200, vec![16, 17, 6]), (0x201, vec![16, 17, 2])] {
        let mut board = Board::new(&[&pend()[..], &note(2), &[STAY]].concat());
        board.write(0xE000_E400, 0x80);
        board.handle(16, &[&note(16)[..], &store(STIR, 1), &note(2), &[STAY]].concat());
        // Returns to thread mode with interrupt 0 still active; the stacked IPSR is cleared first.
        let ruin = [0x9807, 0x0A40, 0x0240, 0x9007];
        board.handle(17, &[&note(17)[..], &ruin, &load(3, 0xFFFF_FFF9), &[0x4718]].concat());
        board.handle(6, &[&note(6)[..], &[STAY]].concat());
        board.write(0xE000_ED14, ccr);
        board.write(0xE000_E401 & !3, 0x0000_0080);
        board.enable(1 << 18, 3);
        board.run(500);
        assert_eq!(board.notes(), expect);
    }
}

#[test]
fn the_core_starts_as_the_vector_table_says() {
    let mut board = Board::new(&[STAY]);
    board.cpu().reset(ResetCause::Pin);
    let cpu = board.cpu();
    assert_eq!((cpu.pc, cpu.r[13], cpu.r[14], cpu.thumb), (super::MAIN, STACK, u32::MAX, true));
    assert_eq!((cpu.ipsr, cpu.control, cpu.xpsr()), (0, 0, 0x0100_0000 | cpu.apsr()));
}
