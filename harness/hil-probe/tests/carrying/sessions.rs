//! Whole sessions with the agent, by every way and over every link.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hil_bench::control::{Control, SystemClock};
use hil_bench::job::{JobOutcome, NoInputs, look_once, run_job};
use hil_model::plan::Step;
use hil_model::sample::Failure;
use hil_probe::order::{Door, Link, Order, Reach};
use hil_testkit::jobs::{job, kernel, measure, verify, workload_id};

use crate::bench::{BOARDS, EmulatedBench};
use crate::{BAUD, WAYS};

fn run(bench: &EmulatedBench, name: &str, iterations: u32) -> JobOutcome {
    let mut steps = vec![verify("main"), measure("main", iterations)];
    steps.push(Step::Memory { workload: workload_id("main") });
    let mut job = job(vec![("main", kernel(name))], vec![steps]);
    job.budget = Duration::from_secs(600);
    job.timeout = Duration::from_secs(60);
    let never = AtomicBool::new(false);
    let control = Control { cancel: &never, clock: &SystemClock::start() };
    run_job(&job, bench, &NoInputs, &control, &mut look_once, &mut |_| {})
}

#[test]
fn every_way_and_every_link_gives_the_same_cycles() {
    for board in BOARDS {
        let mut all = Vec::new();
        for (door, link) in WAYS {
            let Some(bench) = EmulatedBench::new(board, door, link.clone()) else { return };
            let outcome = run(&bench, "lan/keyword_hop_i8", 40);
            assert_eq!(outcome.fault, None, "{} {door:?} {link:?}", board.name);
            let seen = &outcome.observations[0];
            assert_eq!((&seen.failure, seen.cut), (&None, None));
            all.push(seen.iterations.iter().map(|iteration| iteration.ticks).collect::<Vec<u64>>());
            assert_eq!(all.last().map(Vec::len), Some(40));
            let told = bench.told.lock().unwrap().concat();
            let all_of =
                ["identify: ", "flash: written and verified", "boot: the image runs", "clock: ", "detach: the "];
            for phase in all_of {
                assert!(told.iter().any(|line| line.starts_with(phase)), "{phase}: {told:?}");
            }
            assert!(told.iter().any(|line| line.starts_with("clock: 16") || line.starts_with("clock: 6")), "{told:?}");
            assert!(told.last().is_some_and(|line| line.ends_with("is as it was before")), "{told:?}");
        }
        // By either door the same to the cycle. What the link runs leaves the caches in another state, so that of the other
        // link may be off by some cycles.
        assert!(all[0] == all[1] && all[2] == all[3], "{}: {all:?}", board.name);
        for (one, other) in all[0].iter().zip(&all[2]) {
            assert!(one.abs_diff(*other) <= 16 + one / 1000, "{}: {all:?}", board.name);
        }
    }
}

#[test]
fn a_board_that_comes_with_its_image_takes_the_cycles_of_one_that_was_given_it() {
    for board in BOARDS {
        let mut all = Vec::new();
        for loaded in [false, true] {
            let Some(order) = board.order(Door::InProcess, Link::Rtt) else { return };
            let reach = Reach::Emulated { door: Door::InProcess, seed: 1, loaded, fault: None };
            let bench = EmulatedBench::of(Order { reach, ..order });
            let outcome = run(&bench, "lan/keyword_hop_i8", 40);
            assert_eq!(outcome.fault, None, "{}", board.name);
            all.push(outcome.observations[0].iterations.iter().map(|seen| seen.ticks).collect::<Vec<u64>>());
            let told = bench.told.lock().unwrap().concat();
            let expected = if loaded { "flash: the board comes with the image" } else { "flash: written and verified" };
            assert!(told.iter().any(|line| line == expected), "{told:?}");
        }
        assert_eq!(all[0], all[1], "{}", board.name);
    }
}

#[test]
fn last_words_name_function_file_and_line() {
    for board in BOARDS {
        for link in [Link::Rtt, Link::Uart { port: None, baud: BAUD }] {
            let Some(bench) = EmulatedBench::new(board, Door::InProcess, link.clone()) else { return };
            for (name, words) in [("fault/panic", "on purpose"), ("fault/hard-fault", "faulty.rs:")] {
                let outcome = run(&bench, name, 10);
                assert_eq!(outcome.fault, None);
                let failure = outcome.observations[0].failure.clone();
                let Some(Failure::Crashed { detail }) = failure else { panic!("{link:?} {name}: {failure:?}") };
                assert!(detail.contains(words), "{link:?} {name}: {detail}");
                assert!(!detail.contains("/root") && !detail.contains("/home") && !detail.contains("(/"), "{detail}");
            }
        }
    }
}
