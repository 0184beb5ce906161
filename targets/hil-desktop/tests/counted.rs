//! Real agents under callgrind. Where valgrind is not installed, the tests say so and pass.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]
#![expect(clippy::print_stdout, reason = "what is missing is for whoever runs the test")]

use std::path::PathBuf;

use hil_desktop::counted;
use hil_testkit::hil_bench::callgrind::Callgrind;
use hil_testkit::hil_bench::control::SystemClock;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::id::PlatformId;
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::hil_model::plan::Step;
use hil_testkit::hil_model::sample::{Count, Instructions};
use hil_testkit::jobs::{TestInputs, drive, job, kernel, workload_id};

/// How instructions are counted here, if they can be.
fn callgrind() -> Option<Callgrind> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let Some(valgrind) = folders.iter().map(|folder| folder.join("valgrind")).find(|file| file.is_file()) else {
        println!("skipped: valgrind is not installed");
        return None;
    };
    Some(run_by(valgrind))
}

/// What `hil` would have counted by this program.
fn run_by(valgrind: PathBuf) -> Callgrind {
    let (flag, mark, timed_with) = (counted::FLAG, counted::MARK, counted::vectors().to_owned());
    Callgrind { valgrind, flag, mark, timed_with }
}

/// What is booked of `starts` starts in which the kernel `name` is counted by `callgrind`.
fn counts(name: &str, starts: usize, callgrind: Callgrind) -> Vec<Count> {
    let info = BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), Evidence::Host, 2);
    let bench = ProcessBench::new(env!("CARGO_BIN_EXE_hil-agent-desktop"), vec!["agent".into()], info);
    let start = || vec![Step::Count { workload: workload_id("main") }];
    let job = job(vec![("main", kernel(name))], (0..starts).map(|_| start()).collect());
    let bench = bench.with_callgrind(callgrind);
    let (mut outcome, _) = drive(&job, &bench, &SystemClock::start(), &TestInputs::default(), &mut |_, _| {});
    assert_eq!((outcome.fault, outcome.interrupted), (None, false));
    outcome.observations.remove(0).counts
}

fn told(count: &Count) -> &Instructions {
    count.outcome.as_ref().unwrap()
}

#[test]
fn an_iteration_has_the_same_instructions_in_every_start_and_nothing_else_is_among_them() {
    let Some(callgrind) = callgrind() else { return };
    let seen = counts("ndv/relu-l1-scalar", 5, callgrind.clone());
    assert_eq!(seen.len(), 2, "two that agree are enough: {seen:?}");
    let relu = told(&seen[0]);
    assert_eq!(relu, told(&seen[1]), "the same, and of the same code");
    assert!(relu.counter.starts_with("callgrind-"), "{relu:?}");
    assert_eq!(relu.timed_with, counted::vectors());
    assert!(["none", "avx2", "avx512", "neon"].contains(&relu.counted_with.as_str()), "{relu:?}");
    // 512 times 3072 values: a load, a maximum and a store each, of one value or of a few at once. The start of the program and
    // the known answer would be ten millions more.
    let values = 512 * 3072;
    assert!((values / 8..2 * values).contains(&relu.number), "{} for {values} values", relu.number);
    let short = counts("ndv/softmax-l1", 2, callgrind);
    assert_eq!(told(&short[0]), told(&short[1]));
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_callgrind_is_a_reason_and_no_fault() {
    let why = |valgrind: &str| {
        let seen = counts("ndv/relu-l1-scalar", 2, run_by(PathBuf::from(valgrind)));
        let [Count { start: 0, outcome: Err(why) }] = seen.as_slice() else { panic!("{seen:?}") };
        why.clone()
    };
    // It takes every argument and ends at once, as a valgrind that cannot work here does.
    assert!(why("true").starts_with("under what counts, open: "), "{}", why("true"));
    assert!(why("/no/such/program").starts_with("under what counts, open: cannot start the agent program"));
}
