//! SysTick, CYCCNT and the side counters while programs run.

use super::{BX_LR, Board, STAY, WFI, load, note, store};
use crate::board::build;
use crate::flash_timing::{Control, FlashTiming};
use crate::system::SystemConfig;

const CSR: u32 = 0xE000_E010;
const CYCCNT: u32 = 0xE000_1004;
const DEMCR: u32 = 0xE000_EDFC;

/// A handler of SysTick that keeps CYCCNT: LDR R1, [R0]; STR R1, [R7], #4.
fn keep_count() -> Vec<u16> {
    [&load(0, CYCCNT)[..], &[0x6801, 0xF847, 0x1B04, BX_LR]].concat()
}

#[test]
fn systick_comes_every_reload_plus_one_cycles_to_the_cycle() {
    for (source, divider) in [(4, 1), (0, 8)] {
        for main in [&[WFI, 0xE7FD][..], &[0x3301, 0xE7FD], &[STAY]] {
            let mut board = Board::new(main);
            board.handle(15, &keep_count());
            board.write(DEMCR, 1 << 24);
            board.write(0xE000_1000, 1);
            board.write(CSR + 4, 999);
            board.write(CSR, 3 | source);
            board.run(100_000);
            let counts: Vec<u32> =
                board.notes().chunks_exact(4).map(|bytes| u32::from_le_bytes(*bytes.first_chunk().unwrap())).collect();
            assert!(counts.len() as u64 >= 100_000 / (1000 * divider) - 1);
            let (first, last) = (counts[0], counts[counts.len() - 1]);
            let drift = i64::from(last - first) - (counts.len() as i64 - 1) * 1000 * divider as i64;
            assert!(drift.abs() <= 4, "an instruction may be in progress, but nothing adds up: {drift}");
        }
    }
}

#[test]
fn asleep_the_interrupt_starts_at_the_very_cycle() {
    let mut board = Board::new(&[WFI, 0xE7FD]);
    board.handle(15, &keep_count());
    board.write(DEMCR, 1 << 24);
    board.write(0xE000_1000, 1);
    board.write(CSR + 4, 999);
    board.write(CSR, 7);
    board.run(10_500);
    let counts: Vec<u32> =
        board.notes().chunks_exact(4).map(|bytes| u32::from_le_bytes(*bytes.first_chunk().unwrap())).collect();
    assert!(counts.windows(2).all(|pair| pair[1] - pair[0] == 1000), "{counts:?}");
    // 1000 cycles to count down, 12 to enter, then MOVW, MOVT and the load, which waits for its address.
    assert!((1015..=1017).contains(&counts[0]), "{counts:?}");
}

#[test]
fn cyccnt_in_sleep_is_a_matter_of_the_chip() {
    for (counts, expect) in [(true, 5000..=5000), (false, 0..=30)] {
        let config = SystemConfig { cyccnt_in_sleep: counts, ..SystemConfig::default() };
        let mut board = Board::with(config, &[WFI, STAY]);
        board.write(DEMCR, 1 << 24);
        board.write(0xE000_1000, 1);
        board.run(5000);
        assert!(expect.contains(&board.read(CYCCNT)));
    }
}

#[test]
fn cyccnt_and_systick_stand_still_while_halted() {
    let mut board = Board::new(&[STAY]);
    board.write(DEMCR, 1 << 24);
    board.write(0xE000_1000, 1);
    board.write(CSR + 4, 0xFF_FFFF);
    board.write(CSR, 5);
    board.run(1000);
    board.control(3);
    let before = (board.read(CYCCNT), board.read(CSR + 8));
    board.cpu().pass_while_halted(777);
    assert_eq!((board.read(CYCCNT), board.read(CSR + 8)), before);
    assert_eq!(board.read(CSR) >> 16, 0);
    board.control(1);
    let cycles = board.cpu().cycles;
    board.run(100);
    let ran = (board.cpu().cycles - cycles) as u32;
    assert_eq!((board.read(CYCCNT), board.read(CSR + 8)), (before.0 + ran, before.1 - ran));
}

/// An STM32F407's way to flash with five wait states and no help.
fn slow_flash() -> FlashTiming {
    let mut timing = build("stm32f4", 1).unwrap().cpu.flash;
    timing.control_art(Control { wait_states: 5, ..Control::default() });
    timing
}

#[test]
fn side_counters_add_up_to_the_instructions() {
    let without = side_counters(FlashTiming::default());
    let with = side_counters(slow_flash());
    // Waiting for instructions goes to CPICNT, waiting for vectors to EXCCNT, and neither to LSUCNT.
    assert!(with[1] > without[1] && with[2] > without[2], "{without:?}, with wait states {with:?}");
    assert_eq!(with[4], without[4]);
}

/// What CYCCNT and the side counters counted in 14,000 cycles of a program, checked against the instructions.
fn side_counters(flash: FlashTiming) -> [u64; 6] {
    // Loads, stores, branches, a division, multiples, sleep and interrupts, in short turns: the counters have 8 bits.
    let body = [
        &[0x2464, 0x2103][..],
        &[0xB40E, 0x9A00, 0x9201, 0xBC0E, 0xFB94, 0xF2F1, 0xBF08, 0x3501, 0xE7FF, 0x6803, 0x6043, 0x3C01, 0xD1F2, WFI],
        &[STAY],
    ]
    .concat();
    let mut board = Board::new(&[&load(0, super::RAM)[..], &body].concat());
    board.cpu().flash = flash;
    board.write(DEMCR, 1 << 24);
    board.write(0xE000_1000, 0x3E_0001);
    board.write(0xE000_E010 + 4, 149);
    board.write(0xE000_E010, 7);
    let (mut last, mut retired) = ([0u32; 6], 0);
    let mut seen = [0u64; 6];
    for _ in 0..2000 {
        board.run(7);
        let now: Vec<u32> = (0..6).map(|index| board.read(CYCCNT + 4 * index)).collect();
        let by: Vec<i64> = (0..6)
            .map(|index| {
                let mask = if index == 0 { u32::MAX } else { 0xFF };
                i64::from(now[index].wrapping_sub(last[index]) & mask)
            })
            .collect();
        let count = board.machine.retired() as i64 - retired;
        assert_eq!(by[0] - by[1] - by[2] - by[3] - by[4] + by[5], count, "CYC, CPI, EXC, SLEEP, LSU, FOLD: {by:?}");
        retired += count;
        last.copy_from_slice(&now);
        (0..6).for_each(|index| seen[index] += by[index] as u64);
    }
    assert!(seen[..5].iter().all(|count| *count > 0), "each counter had something to count: {seen:?}");
    seen
}

#[test]
fn a_vector_in_flash_is_waited_for() {
    let entry = |flash: FlashTiming| {
        let mut board = Board::new(&[super::NOP; 64]);
        board.cpu().flash = flash;
        board.enable(0, 1);
        board.run(20);
        let before = board.cpu().cycles;
        board.cpu().system.exceptions.pending.insert(16);
        assert!(board.cpu().take_exception());
        board.cpu().cycles - before
    };
    assert_eq!((entry(FlashTiming::default()), entry(slow_flash())), (12, 12 + 5));
}

#[test]
fn a_handler_sees_that_the_counter_ran_down() {
    let mut board = Board::new(&[&store(CSR + 4, 50)[..], &store(CSR, 5), &note(1), &[STAY]].concat());
    board.run(200);
    board.control(3);
    assert_eq!(board.read(CSR) >> 16, 1, "a debugger's read leaves COUNTFLAG");
    assert_eq!(board.read(CSR) >> 16, 1);
    assert_eq!(board.read(CSR + 0xC), 0x4000_493E);
}
