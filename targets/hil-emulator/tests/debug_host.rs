//! Turns of the machine and its visitors.

mod debug_common;

use std::sync::atomic::{AtomicBool, Ordering};

use debug_common::{COUNT, machine};
use hil_emulator::host::{Board, Mode, Pace};

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
    assert!(pc == debug_common::RAM || pc == debug_common::RAM + 2, "{pc:#x}");
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
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let greedy = scope.spawn(|| {
            let mut visits = 0u64;
            while !done.load(Ordering::SeqCst) {
                cycles(&board);
                visits += 1;
            }
            visits
        });
        let mut last = 0;
        for _ in 0..500 {
            let now = cycles(&board);
            assert!(now >= last);
            last = now;
        }
        done.store(true, Ordering::SeqCst);
        assert!(greedy.join().unwrap() > 0);
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
    let started = std::time::Instant::now();
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
