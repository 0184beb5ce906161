//! Kernels that take their input piece by piece, in virtual time.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use hil_bench::job::JobOutcome;
use hil_model::data::Dataset;
use hil_model::id::DatasetName;
use hil_model::plan::{Job, Step};
use hil_model::sample::Failure;
use hil_model::scenario::Workload;
use hil_testkit::device::TestBench;
use hil_testkit::jobs::{TestInputs, dataset, drive, job, kernel, measure, workload_id};
use hil_testkit::listener::{Came, Heard, Listener, NOTHING, REFUSED, WRONG};

/// Bytes of a piece.
const PIECE: usize = 2;

fn bench(heard: &Heard) -> TestBench {
    let heard = heard.clone();
    TestBench::new(move |_| {
        let listener = |name, piece| Box::new(Listener::new(name, piece, &heard));
        vec![listener("in-pieces", Some(PIECE)), listener("whole", None)]
    })
}

/// A data set with these bytes as its items.
fn set(items: &[&[u8]]) -> Dataset {
    let numbers: Vec<u8> = (0u8..).take(items.len()).collect();
    let mut set = dataset("set", &numbers);
    for (item, bytes) in set.items.iter_mut().zip(items) {
        item.input = bytes.to_vec();
    }
    set
}

fn with_set(name: &str) -> Workload {
    Workload { dataset: Some(DatasetName::new("set").unwrap()), ..kernel(name) }
}

fn answer(id: &str) -> Step {
    Step::Answer { workload: workload_id(id), dataset: DatasetName::new("set").unwrap(), most: None }
}

fn run(job: &Job, items: &[&[u8]]) -> (JobOutcome, Vec<Came>) {
    let heard = Heard::default();
    let bench = bench(&heard);
    let (outcome, _) = drive(job, &bench, bench.clock(), &TestInputs(vec![set(items)]), &mut |_, _| {});
    (outcome, heard.all())
}

fn predicted(outcome: &JobOutcome, workload: usize) -> Vec<u32> {
    outcome.observations[workload].answers.iter().map(|answer| answer.predicted).collect()
}

#[test]
fn every_item_is_heard_from_its_first_piece_to_its_last() {
    let both = vec![("main", with_set("in-pieces")), ("other", with_set("whole"))];
    let job = job(both, vec![vec![answer("main"), answer("other")]]);
    // Longer than what is sent ahead.
    let long = [1; 4096];
    let (outcome, came) = run(&job, &[&[1, 2, 3, 4], &[5, 6], &long]);
    assert_eq!(outcome.fault, None);
    assert_eq!(predicted(&outcome, 0), [10, 11, 4096], "what is said behind the last piece");
    assert_eq!(predicted(&outcome, 1), predicted(&outcome, 0), "a kernel without pieces is given the whole item");
    let heard = |first, bytes: [u8; PIECE]| Came::Piece(first, bytes.to_vec());
    assert_eq!(came[..4], [heard(true, [1, 2]), heard(false, [3, 4]), heard(true, [5, 6]), heard(true, [1, 1])]);
    assert_eq!(came.iter().filter(|came| matches!(came, Came::Piece(..))).count(), 2 + 1 + 2048);
}

#[test]
fn the_last_piece_of_an_item_can_be_shorter() {
    let job = job(vec![("main", with_set("in-pieces"))], vec![vec![answer("main")]]);
    let (outcome, came) = run(&job, &[&[1, 2, 3]]);
    assert_eq!((outcome.fault.is_none(), predicted(&outcome, 0)), (true, vec![6]));
    assert_eq!(came, [Came::Piece(true, vec![1, 2]), Came::Piece(false, vec![3])]);
}

#[test]
fn a_timed_iteration_hears_one_piece_from_the_middle() {
    let job = job(vec![("main", with_set("in-pieces"))], vec![vec![answer("main"), measure("main", 3)]]);
    let (outcome, came) = run(&job, &[&[1, 2, 3, 4, 5, 6], &[7, 8]]);
    assert_eq!((outcome.fault, outcome.observations[0].iterations.len()), (None, 3));
    let loaded: Vec<_> = came.into_iter().filter(|came| matches!(came, Came::Loaded(_))).collect();
    assert_eq!(loaded, [Came::Loaded(vec![3, 4]), Came::Loaded(vec![7, 8])]);
}

#[test]
fn what_goes_wrong_with_a_piece_ends_the_workload_and_leaves_no_answer_to_others() {
    // Pieces behind the wrong one are under way when it is found.
    let wrong: &[u8] = &[1, 2, WRONG, 4, 5, 6, 7, 8, 9, 10];
    let both = vec![("main", with_set("in-pieces")), ("other", with_set("whole"))];
    let job = job(both, vec![vec![answer("main"), answer("other")]]);
    let (outcome, came) = run(&job, &[&[1, 1], wrong]);
    assert_eq!(outcome.fault, None);
    let detail = format!("heard {WRONG}");
    assert_eq!(outcome.observations[0].failure, Some(Failure::WrongResult { detail }));
    assert_eq!(predicted(&outcome, 0), [2], "answers before the failure are kept");
    assert_eq!(predicted(&outcome, 1), [2, 302], "in the same life, each answer belongs to its question");
    assert!(came.iter().filter(|came| matches!(came, Came::Piece(..))).count() >= 3, "{came:?}");
}

#[test]
fn items_that_a_kernel_cannot_hear_are_faults_of_the_rig_that_name_them() {
    let job = job(vec![("main", with_set("in-pieces"))], vec![vec![answer("main")]]);
    for (items, says) in [
        (&[&[1][..]], "item-0 has 1 bytes, and in-pieces takes pieces of 2"),
        (&[&[][..]], "item-0 has 0 bytes"),
        (&[&[REFUSED, 1, 2, 3][..]], "251 is no sound"),
        (&[&[1, NOTHING][..]], "in-pieces heard all of item-0 and named no class"),
    ] {
        let (outcome, _) = run(&job, items);
        let fault = outcome.fault.unwrap();
        assert!(fault.message.contains(says), "{says}: {}", fault.message);
        assert_eq!(predicted(&JobOutcome { fault: None, ..outcome }, 0), [0; 0]);
    }
}
