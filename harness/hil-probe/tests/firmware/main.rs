//! The firmware of this repository on emulated boards, driven by the harness through probe-rs.
//!
//! The images come from `cargo xtask fw`; where they have not been built, the tests say so and prove nothing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]
#![expect(clippy::print_stderr, reason = "what was not tested has to be said")]

mod bench;
mod limits;
mod memory_rtt;
mod power;
mod serial;
mod wired;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bench::EmulatedBench;
use hil_bench::control::{Control, SystemClock};
use hil_bench::inquire::inquire;
use hil_bench::job::{JobOutcome, NoInputs, look_once, run_job};
use hil_model::plan::Step;
use hil_probe::order::{Door, Link};
use hil_testkit::jobs::{job, kernel, measure, verify, workload_id};

const HOP: &str = "lan/keyword_hop_i8";

fn control(cancel: &AtomicBool, run: impl FnOnce(Control<'_>)) {
    run(Control { cancel, clock: &SystemClock::start() });
}

/// A verified kernel, measured, and its memory.
fn measured(bench: &EmulatedBench) -> JobOutcome {
    let start = vec![verify("main"), measure("main", 60), Step::Memory { workload: workload_id("main") }];
    let mut job = job(vec![("main", kernel(HOP))], vec![start]);
    job.budget = Duration::from_secs(300);
    job.timeout = Duration::from_secs(60);
    let never = AtomicBool::new(false);
    let mut outcome = None;
    control(&never, |control| outcome = Some(run_job(&job, bench, &NoInputs, &control, &mut look_once, &mut |_| {})));
    outcome.unwrap()
}

#[test]
fn both_boards_say_who_they_are_and_what_they_offer() {
    for board in bench::BOARDS {
        let Some(bench) = EmulatedBench::new(board, Door::InProcess, Link::Rtt) else { continue };
        let never = AtomicBool::new(false);
        control(&never, |control| {
            let (info, offers) = inquire(&bench, control).unwrap();
            assert_eq!(info.agent, format!("fw-{}", board.name));
            assert_eq!((info.clock.name.as_str(), info.clock.hz), ("cyccnt", board.core_hz));
            let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
            let (faults, ours): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| name.starts_with("fault/"));
            assert!(ours.contains(&HOP) && ours.iter().all(|name| name.starts_with("lan/")), "{ours:?}");
            assert_eq!(faults, ["fault/panic", "fault/hard-fault", "fault/stack-overflow", "fault/hang"]);
        });
    }
}

#[test]
fn a_board_gives_the_known_scores_and_the_same_cycles_every_time() {
    for board in bench::BOARDS {
        let Some(bench) = EmulatedBench::new(board, Door::InProcess, Link::Rtt) else { continue };
        let (first, second) = (measured(&bench), measured(&bench));
        assert_eq!((&first.fault, &second.fault), (&None, &None));
        let seen = &first.observations[0];
        // A wrong score of the synthetic clip would be a failure here.
        assert_eq!((&seen.failure, seen.cut), (&None, None));
        let ticks = |outcome: &JobOutcome| -> Vec<u64> {
            outcome.observations[0].iterations.iter().map(|iteration| iteration.ticks).collect()
        };
        assert_eq!(ticks(&first).len(), 60);
        assert_eq!(ticks(&first), ticks(&second), "{}: cycles are computed, so they repeat", board.name);
        let hop = Duration::from_millis(20).as_secs_f64() * board.core_hz;
        assert!(ticks(&first).iter().all(|ticks| *ticks > 5_000 && (*ticks as f64) < hop), "{:?}", ticks(&first));
        let peak = &seen.peaks[0];
        let workload = peak.total - peak.agent;
        assert!((10_000..40_000).contains(&workload), "{}: {peak:?}", board.name);
        assert_eq!(peak, &second.observations[0].peaks[0]);
    }
}
