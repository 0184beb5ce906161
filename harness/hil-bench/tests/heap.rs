//! The heap of a workload: what is booked, when no more is counted, and what becomes of what goes wrong there.

use std::time::Duration;

use hil_bench::job::JobOutcome;
use hil_model::metric::Metric;
use hil_model::plan::Step;
use hil_model::sample::{Failure, Heap};
use hil_model::scenario::Workload;
use hil_testkit::device::TestBench;
use hil_testkit::jobs::{TestInputs, command, drive, job, kernel, measure, workload_id};
use hil_testkit::kernel::{Diary, Entry, ScriptedKernel};

const COST: Duration = Duration::from_micros(300);

fn bench(name: &'static str) -> TestBench {
    TestBench::new(move |stage| vec![Box::new(ScriptedKernel::new(name, stage, COST))])
}

/// Five starts that count the heap, and one that takes times.
fn counted_and_timed(workload: Workload, bench: &TestBench) -> JobOutcome {
    let heap = || vec![Step::Heap { workload: workload_id("main"), iterations: 2 }];
    let starts = (0..5).map(|_| heap()).chain([vec![measure("main", 3)]]).collect();
    let job = job(vec![("main", workload)], starts);
    drive(&job, bench, bench.clock(), &TestInputs::default(), &mut |_, _| {}).0
}

#[test]
fn two_starts_that_agree_are_enough_and_where_they_differ_every_start_counts() {
    let heap = |start, bytes| Heap { start, bytes };
    let same = bench("a").with_heaps(|_| Some(4096));
    let outcome = counted_and_timed(kernel("a"), &same);
    assert_eq!((outcome.fault, outcome.interrupted), (None, false));
    assert_eq!(outcome.observations[0].heaps, [heap(0, 4096), heap(1, 4096)]);
    assert_eq!(outcome.observations[0].iterations.len(), 3, "where bytes are counted nothing is timed");
    // One agent that counts beside one that does not, twice, and the one that is timed.
    assert_eq!(same.starts(), 2 * 2 + 1);
    let differ = counted_and_timed(kernel("a"), &bench("a").with_heaps(|life| Some(u64::from(life))));
    let bytes: Vec<u64> = differ.observations[0].heaps.iter().map(|heap| heap.bytes).collect();
    assert_eq!(bytes, [1, 3, 5, 7, 9]);
}

#[test]
fn the_known_answer_stands_before_and_after_what_is_counted() {
    let diary = Diary::default();
    let noted = diary.clone();
    let bench = TestBench::new(move |stage| vec![Box::new(ScriptedKernel::new("a", stage, COST).with_diary(&noted))]);
    let bench = bench.with_heaps(|_| Some(1));
    let job = job(vec![("main", kernel("a"))], vec![vec![Step::Heap { workload: workload_id("main"), iterations: 2 }]]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &TestInputs::default(), &mut |_, _| {});
    assert_eq!(outcome.fault, None);
    // The first is of the agent that counts nothing.
    assert_eq!(diary.entries(), [Entry::Verified, Entry::Verified, Entry::Ran, Entry::Ran, Entry::Verified]);
}

#[test]
fn code_that_goes_wrong_where_its_heap_is_counted_fails() {
    let bench = TestBench::new(|stage| {
        let life = stage.life();
        vec![Box::new(ScriptedKernel::new("a", stage, COST).right_when(move |_| life == 0))]
    });
    let outcome = counted_and_timed(kernel("a"), &bench.with_heaps(|_| Some(1)));
    let seen = &outcome.observations[0];
    assert!(matches!(seen.failure, Some(Failure::WrongResult { .. })), "{:?}", seen.failure);
    assert_eq!((seen.heaps.len(), seen.iterations.len()), (0, 0));
}

#[test]
fn agents_that_count_nothing_and_programs_of_their_own_cannot_tell() {
    let blind = |workload: Workload, bench: &TestBench| {
        let mut outcome = counted_and_timed(workload, bench);
        assert_eq!(outcome.fault, None);
        let seen = outcome.observations.remove(0);
        assert_eq!(seen.unobservable, [Metric::Heap].into());
        seen.heaps.len()
    };
    assert_eq!(blind(kernel("a"), &bench("a")), 0);
    // A program whose allocator is another one.
    assert_eq!(blind(kernel("a"), &bench("a").with_heaps(|_| None)), 0);
    assert_eq!(blind(command(&["true"]), &bench("command").with_heaps(|_| Some(1))), 0);
}
