//! Sampling until decided: what a job does when somebody looks at it before it is over.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::control::Control;
use hil_bench::event::Event;
use hil_bench::job::{JobOutcome, run_job};
use hil_model::id::WorkloadId;
use hil_model::plan::{Job, Start};
use hil_model::sample::{Cut, Observations};
use hil_testkit::device::TestBench;
use hil_testkit::jobs::{TestInputs, job, kernel, measure, verify, workload_id};
use hil_testkit::kernel::ScriptedKernel;

const COST: Duration = Duration::from_micros(300);

/// Ten iterations of `a` and `b`, then twenty, then forty.
fn three_looks() -> Job {
    let both = |iterations| vec![verify("a"), verify("b"), measure("a", iterations), measure("b", iterations)];
    let mut job = job(vec![("a", kernel("a")), ("b", kernel("b"))], vec![both(10)]);
    job.further = vec![vec![Start { index: 1, steps: both(20) }], vec![Start { index: 2, steps: both(40) }]];
    job
}

/// Runs a job; `open` gets the number of the look and what was counted of `a` and `b`.
fn look(
    job: &Job,
    mut open: impl FnMut(u32, [usize; 2]) -> BTreeSet<WorkloadId>,
    stop_at_look: Option<u32>,
) -> (JobOutcome, Vec<Event>) {
    let bench = TestBench::new(|stage| {
        vec![Box::new(ScriptedKernel::new("a", stage, COST)), Box::new(ScriptedKernel::new("b", stage, COST))]
    });
    let cancel = AtomicBool::new(false);
    let control = Control { cancel: &cancel, clock: bench.clock() };
    let mut events = Vec::new();
    let mut looks = 0;
    let mut asked = |seen: &[&Observations]| {
        looks += 1;
        open(looks, [0, 1].map(|at| seen[at].latencies().count()))
    };
    let outcome = run_job(job, &bench, &TestInputs::default(), &control, &mut asked, &mut |event| {
        if matches!(&event, Event::LooksOn { look, .. } if Some(*look) == stop_at_look) {
            cancel.store(true, Ordering::Relaxed);
        }
        events.push(event);
    });
    (outcome, events)
}

fn counted(outcome: &JobOutcome) -> [usize; 2] {
    [0, 1].map(|at| outcome.observations[at].latencies().count())
}

fn named(ids: &[&str]) -> BTreeSet<WorkloadId> {
    ids.iter().map(|id| workload_id(id)).collect()
}

#[test]
fn only_what_is_open_is_measured_on() {
    let mut seen = Vec::new();
    let open = |look, counts| {
        seen.push((look, counts));
        if look == 1 { named(&["b"]) } else { named(&[]) }
    };
    let (outcome, events) = look(&three_looks(), open, None);
    assert_eq!(counted(&outcome), [10, 30]);
    assert_eq!(seen, [(1, [10, 10]), (2, [10, 30])]);
    let told: Vec<_> = events.iter().filter(|event| matches!(event, Event::LooksOn { .. })).collect();
    assert_eq!(told, [&Event::LooksOn { look: 2, looks: 3, open: vec![workload_id("b")] }]);
    assert!(outcome.observations.iter().all(|seen| seen.cut.is_none()) && !outcome.interrupted);
}

#[test]
fn what_stays_open_is_looked_at_as_often_as_planned() {
    let (outcome, _) = look(&three_looks(), |_, _| named(&["a", "b"]), None);
    assert_eq!(counted(&outcome), [70, 70]);
    let starts: BTreeSet<u32> = outcome.observations[0].iterations.iter().map(|one| one.start).collect();
    assert_eq!(starts, BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_budget_that_ends_behind_the_first_look_cuts_nothing_off() {
    let hurried = Job { budget: 35 * COST, ..three_looks() };
    let (outcome, events) = look(&hurried, |_, _| named(&["a", "b"]), None);
    let [a, b] = counted(&outcome);
    assert!(a >= 10 && a + b < 60, "{a} {b}");
    assert!(events.contains(&Event::BudgetSpent));
    assert!(outcome.observations.iter().all(|seen| seen.cut.is_none()), "all that was planned for one look was seen");
}

#[test]
fn a_user_who_stops_there_cuts_off_what_is_open() {
    let (outcome, _) = look(&three_looks(), |_, _| named(&["b"]), Some(2));
    assert_eq!([0, 1].map(|at| outcome.observations[at].cut), [None, Some(Cut::User)]);
    assert!(outcome.interrupted);
}

#[test]
fn what_failed_is_decided() {
    let mut broken = three_looks();
    broken.workloads[0].1 = kernel("nobody-knows-it");
    let mut looks = 0;
    let open = |_, _| {
        looks += 1;
        named(&["a"])
    };
    let (outcome, events) = look(&broken, open, None);
    assert!(outcome.fault.is_some() || outcome.observations[0].failure.is_some(), "{outcome:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::LooksOn { .. })), "{events:?}");
    assert!(looks <= 1);
}
