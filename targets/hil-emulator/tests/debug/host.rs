//! Turns of the machine and its visitors.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::{COUNT, machine};
use hil_emulator::debug::dp::Port;
use hil_emulator::host::{Board, Mode, Pace};
use hil_emulator::soc::Width;

fn free(pace: Pace) -> Board {
    Board::start(machine(COUNT).0, Mode::Free(pace)).unwrap()
}

fn cycles(board: &Board) -> u64 {
    board.access(|target| target.machine.cpu.cycles)
}

#[test]
fn the_machine_runs_by_itself_and_is_found_between_instructions() {
    let board = free(Pace::Free);
    let first = cycles(&board);
    while cycles(&board) < first + 1_000_000 {
        std::thread::yield_now();
    }
    let (pc, cycles, count) = board.access(|target| {
        let cpu = &target.machine.cpu;
        (cpu.pc, cpu.cycles, cpu.reg(0))
    });
    assert!(pc == crate::common::RAM || pc == crate::common::RAM + 2, "{pc:#x}");
    assert!(u64::from(count) >= cycles / 8, "it has been counting: {count} in {cycles} cycles");
}

#[test]
fn visitors_who_never_pause_do_not_starve_the_machine() {
    let board = free(Pace::Free);
    let first = cycles(&board);
    // A turn is 2000 cycles and comes after 32 visits at the latest.
    for _ in 0..3200 {
        cycles(&board);
    }
    let passed = cycles(&board) - first;
    assert!(passed >= 99 * 2000, "{passed} cycles in 3200 visits");
}

#[test]
fn several_visitors_all_get_their_turn() {
    let board = free(Pace::Free);
    let visits = [AtomicU64::new(0), AtomicU64::new(0)];
    std::thread::scope(|scope| {
        for own in &visits {
            scope.spawn(|| {
                let mut last = 0;
                // Goes on until everybody has had his turns: one who got none would keep the others here for ever.
                while visits.iter().any(|count| count.load(Ordering::SeqCst) < 500) {
                    let now = cycles(&board);
                    assert!(now >= last);
                    last = now;
                    own.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
}

#[test]
fn in_lock_step_the_same_visits_find_the_same_states() {
    let look = || {
        let board = Board::start(machine(COUNT).0, Mode::LockStep { cycles_per_access: 500 }).unwrap();
        (0..100)
            .map(|_| board.access(|target| (target.machine.cpu.cycles, target.machine.cpu.reg(0))))
            .collect::<Vec<_>>()
    };
    let first = look();
    assert_eq!(first, look());
    assert!(first[99].0 >= 100 * 500 && first[99].0 < 100 * 510, "{:?}", first[99]);
}

#[test]
fn virtual_time_is_never_ahead_of_the_host() {
    let started = Instant::now();
    let board = free(Pace::RealTime);
    // 20 ms of virtual time at 64 MHz.
    while cycles(&board) < 64_000 * 20 {
        std::thread::yield_now();
    }
    let found = cycles(&board);
    let host = started.elapsed();
    // One chunk may be ahead, and what runs between a look at the clock and the wait.
    assert!(u128::from(found) <= (host.as_micros() + 2_500) * 64, "{found} cycles in {host:?}");
}

/// Writes DHCSR through the debug port.
fn control(board: &Board, value: u32) {
    board.access(|target| {
        let (dap, cpu) = target.debug();
        dap.write(cpu, Port::Debug, 4, 0x5000_0000).unwrap();
        dap.write_memory(cpu, 0, 0xE000_EDF0, Width::Word, &(0xA05F_0000 | value).to_le_bytes()).unwrap();
    });
}

#[test]
fn a_halted_core_goes_on_when_told_at_any_pace() {
    for pace in [Pace::Free, Pace::RealTime] {
        let board = free(pace);
        let count = || board.access(|target| target.machine.cpu.reg(0));
        for _ in 0..50 {
            control(&board, 3);
            let halted = count();
            // Long enough for the machine's thread to have had its rest and to find nothing to do.
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(3) {
                assert_eq!(count(), halted, "{pace:?}: it stands");
            }
            control(&board, 1);
            while count() == halted {
                std::thread::yield_now();
            }
        }
    }
}

#[test]
fn a_step_is_one_instruction_and_done_when_the_visit_ends() {
    let board = free(Pace::RealTime);
    control(&board, 3);
    let state = || board.access(|target| (target.machine.cpu.pc, target.machine.cpu.reg(0)));
    for _ in 0..10 {
        let before = state();
        control(&board, 5);
        let after = state();
        assert_ne!(after.0, before.0, "it has moved");
        assert!(after.1 - before.1 <= 1, "by one");
        assert!(board.access(|target| target.halted()));
    }
}

#[test]
fn a_held_core_does_not_run_but_the_chip_goes_on() {
    let (machine, switches) = machine(COUNT);
    let board = Board::start(machine, Mode::Free(Pace::Free)).unwrap();
    board.access(|target| target.drive_reset(true));
    let resets = switches.resets.load(Ordering::SeqCst);
    let before = board.access(|target| (target.machine.cpu.reg(0), target.machine.cpu.cycles));
    for _ in 0..200 {
        cycles(&board);
    }
    let after = board.access(|target| (target.machine.cpu.reg(0), target.machine.cpu.cycles));
    assert_eq!(after.0, before.0, "no instruction");
    assert!(after.1 > before.1, "time passes with every visit");
    board.access(|target| target.drive_reset(false));
    assert!(switches.resets.load(Ordering::SeqCst) >= resets);
    let first = cycles(&board);
    while cycles(&board) < first + 100_000 {
        std::thread::yield_now();
    }
}

#[test]
fn a_visitor_who_panics_leaves_a_board_that_works() {
    let board = free(Pace::Free);
    let visit = std::panic::AssertUnwindSafe(|| board.access(|_| panic!("on purpose")));
    assert!(std::panic::catch_unwind(visit).is_err());
    let first = cycles(&board);
    while cycles(&board) <= first + 10_000 {
        std::thread::yield_now();
    }
}

#[test]
fn the_last_handle_stops_the_thread() {
    let (machine, switches) = machine(COUNT);
    let board = Board::start(machine, Mode::Free(Pace::RealTime)).unwrap();
    let other = board.clone();
    drop(board);
    cycles(&other);
    assert_eq!(std::sync::Arc::strong_count(&switches), 2);
    drop(other);
    assert_eq!(std::sync::Arc::strong_count(&switches), 1, "the machine is gone, and so is its thread");
}
