//! Instructions of one iteration: what is booked, when no more is counted, and what becomes of what goes wrong there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::time::Duration;

use hil_bench::bench::Ending;
use hil_bench::event::Event;
use hil_bench::job::JobOutcome;
use hil_model::metric::Metric;
use hil_model::plan::Step;
use hil_model::sample::{Count, Failure, Instructions};
use hil_model::scenario::Workload;
use hil_testkit::device::{Stage, TestBench};
use hil_testkit::jobs::{TestInputs, command, drive, job, kernel, measure, workload_id};
use hil_testkit::kernel::{Diary, Entry, ScriptedKernel};

const COST: Duration = Duration::from_micros(300);

fn bench() -> TestBench {
    TestBench::new(|stage| vec![Box::new(ScriptedKernel::new("a", stage, COST))])
}

/// Five starts that count, and one that takes times.
fn counted_and_timed(workload: Workload, bench: &TestBench) -> (JobOutcome, Vec<Event>) {
    let count = || vec![Step::Count { workload: workload_id("main") }];
    let starts = (0..5).map(|_| count()).chain([vec![measure("main", 3)]]).collect();
    let job = job(vec![("main", workload)], starts);
    drive(&job, bench, bench.clock(), &TestInputs::default(), &mut |_, _| {})
}

fn numbers(outcome: &JobOutcome) -> Vec<(u32, u64)> {
    let counts = &outcome.observations[0].counts;
    counts.iter().map(|count| (count.start, count.outcome.as_ref().unwrap().number)).collect()
}

#[test]
fn two_counts_that_agree_are_enough_and_say_what_they_are_of() {
    let bench = bench().with_counts(|_| Some(4711));
    let (outcome, _) = counted_and_timed(kernel("a"), &bench);
    assert_eq!((&outcome.fault, outcome.interrupted), (&None, false));
    let word = |text: &str| text.to_owned();
    let seen =
        Instructions { number: 4711, counter: word("test-1"), counted_with: word("narrow"), timed_with: word("wide") };
    let count = |start| Count { start, outcome: Ok(seen.clone()) };
    assert_eq!(outcome.observations[0].counts, [count(0), count(1)]);
    // Each count takes an agent that is watched beside one that is not; the starts that are left out take none.
    assert_eq!(bench.starts(), 2 * 2 + 1);
    assert_eq!(outcome.observations[0].iterations.len(), 3, "what is counted is not timed");
}

#[test]
fn where_counts_differ_every_start_counts() {
    let (outcome, _) = counted_and_timed(kernel("a"), &bench().with_counts(|life| Some(100 + u64::from(life))));
    assert_eq!(numbers(&outcome), [(0, 101), (1, 103), (2, 105), (3, 107), (4, 109)]);
}

#[test]
fn the_known_answer_stands_before_the_one_iteration_that_is_counted() {
    let diary = Diary::default();
    let noted = diary.clone();
    let bench = TestBench::new(move |stage| vec![Box::new(ScriptedKernel::new("a", stage, COST).with_diary(&noted))]);
    let bench = bench.with_counts(|_| Some(1));
    let job = job(vec![("main", kernel("a"))], vec![vec![Step::Count { workload: workload_id("main") }]]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &TestInputs::default(), &mut |_, _| {});
    assert_eq!(outcome.fault, None);
    // The first is of the agent that nothing watches.
    assert_eq!(diary.entries(), [Entry::Verified, Entry::Verified, Entry::Ran]);
}

/// Why there is no count, after making sure that times were taken all the same and that the user is told.
fn trouble(bench: &TestBench) -> String {
    let (outcome, events) = counted_and_timed(kernel("a"), bench);
    let seen = &outcome.observations[0];
    assert_eq!((&outcome.fault, &seen.failure, seen.iterations.len()), (&None, &None, 3));
    let [Count { start: 0, outcome: Err(why) }] = seen.counts.as_slice() else {
        panic!("not tried once more, and not taken for a count: {:?}", seen.counts);
    };
    let told = Event::NotCounted { workload: workload_id("main"), why: why.clone() };
    assert_eq!(events.iter().filter(|event| **event == told).count(), 1);
    why.clone()
}

#[test]
fn what_goes_wrong_where_it_is_counted_is_a_reason_and_neither_a_failure_nor_a_fault() {
    let watched = |act: fn(&Stage)| {
        TestBench::new(move |stage| {
            let life = stage.life();
            let kernel = ScriptedKernel::new("a", stage, COST).on_run(move |_, stage| {
                if life == 1 {
                    act(stage);
                }
            });
            vec![Box::new(kernel)]
        })
        .with_counts(|_| Some(1))
    };
    let crash = |on: &Stage| on.end(Ending::Crashed { signal: "SIGILL".to_owned() }, "vex: unhandled");
    assert_eq!(trouble(&watched(crash)), "under what counts, crashed: ended by SIGILL: vex: unhandled");
    let killed = |on: &Stage| on.end(Ending::KilledFromOutside { signal: "SIGKILL".to_owned() }, "");
    assert!(trouble(&watched(killed)).starts_with("under what counts, count: "));
    let hang = |on: &Stage| on.hang();
    assert_eq!(
        trouble(&watched(hang)),
        "under what counts, one iteration did not return within 60 s; give more with --budget"
    );
}

#[test]
fn a_wrong_answer_where_it_is_counted_is_no_wrong_result_of_the_code() {
    let bench = TestBench::new(|stage| {
        let life = stage.life();
        vec![Box::new(ScriptedKernel::new("a", stage, COST).right_when(move |_| life != 1))]
    });
    assert!(trouble(&bench.with_counts(|_| Some(1))).starts_with("under what counts, wrong result: "));
}

#[test]
fn a_count_that_nobody_wrote_down_and_one_of_unknown_code_are_none() {
    let why = trouble(&bench().with_counts(|_| None));
    assert!(why.starts_with("nothing was counted in iteration 1"), "{why}");
    let why = trouble(&bench().with_silent_counts(|_| Some(1)));
    assert_eq!(why, "the agent did not say which vector instructions it found");
}

#[test]
fn code_that_is_wrong_where_nothing_watches_it_fails_and_is_not_counted() {
    let bench = TestBench::new(|stage| vec![Box::new(ScriptedKernel::new("a", stage, COST).right_when(|_| false))]);
    let (outcome, _) = counted_and_timed(kernel("a"), &bench.with_counts(|_| Some(1)));
    let seen = &outcome.observations[0];
    assert!(matches!(seen.failure, Some(Failure::WrongResult { .. })), "{:?}", seen.failure);
    assert_eq!(seen.counts, []);
}

#[test]
fn a_bench_that_counts_nothing_and_a_program_of_its_own_cannot_be_observed() {
    let blind = |workload: Workload, bench: &TestBench| {
        let (mut outcome, _) = counted_and_timed(workload, bench);
        assert_eq!(outcome.fault, None);
        let seen = outcome.observations.remove(0);
        (seen.counts.len(), seen.unobservable)
    };
    let unobservable = [Metric::Instructions].into();
    assert_eq!(blind(kernel("a"), &bench()), (0, unobservable));
    let programs = TestBench::new(|stage| vec![Box::new(ScriptedKernel::new("command", stage, COST))]);
    assert_eq!(blind(command(&["true"]), &programs.with_counts(|_| Some(1))), (0, [Metric::Instructions].into()));
}
