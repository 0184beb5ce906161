//! Agents behind children that take their time: what is told meanwhile, who may stop it, and what a child says that ends
//! or never becomes ready. The children are scripts.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::bench::Trouble;
use hil_bench::carried::{Agreement, CarriedBench, PROGRESS};
use hil_bench::control::{Control, SystemClock};
use hil_bench::event::Event;
use hil_bench::job::{JobOutcome, NoInputs, look_once, run_job};
use hil_bench::process::ProcessBench;
use hil_model::id::PlatformId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::jobs::{PLATFORM, job, kernel, verify};

/// Runs a job on an agent behind this script. The caller stops when he is told `stop_at`.
fn run(script: &str, ready_within: Duration, stop_at: &str) -> (JobOutcome, Vec<Event>) {
    let info = BenchInfo::new(PlatformId::new(PLATFORM).unwrap(), Evidence::Emulated, 1);
    let child = ProcessBench::new("sh", vec!["-c".into(), script.replace("SAY", PROGRESS).into()], info);
    let bench = CarriedBench::new(child, Agreement { ready_within, code_status: 70 });
    let job = job(vec![("main", kernel("main"))], vec![vec![verify("main")]]);
    let cancel = AtomicBool::new(false);
    let control = Control { cancel: &cancel, clock: &SystemClock::start() };
    let mut events = Vec::new();
    let outcome = run_job(&job, &bench, &NoInputs, &control, &mut look_once, &mut |event| {
        if matches!(&event, Event::GettingReady { line } if line == stop_at) {
            cancel.store(true, Ordering::Relaxed);
        }
        events.push(event);
    });
    (outcome, events)
}

const LONG: Duration = Duration::from_secs(600);

fn told(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| if let Event::GettingReady { line } = event { Some(line.as_str()) } else { None })
        .collect()
}

#[test]
fn how_far_it_is_arrives_while_it_is_waited_for_and_the_caller_can_stop_it() {
    // Without the caller's wish it would take ten minutes.
    let script = "echo 'SAYflash: write 20 %' >&2; echo 'SAYflash: write 60 %' >&2; sleep 600";
    let (outcome, events) = run(script, LONG, "flash: write 60 %");
    assert_eq!(told(&events), ["flash: write 20 %", "flash: write 60 %"]);
    assert_eq!(outcome.fault, None, "who stops causes no fault");
}

#[test]
fn a_child_that_ends_instead_is_a_fault_in_its_own_words() {
    for (status, trouble) in [(74, Trouble::Passing), (69, Trouble::Absent), (78, Trouble::Lasting)] {
        let script = format!("echo 'SAYopen: soon' >&2; echo 'open: no probe is attached' >&2; exit {status}");
        let (outcome, _) = run(&script, LONG, "");
        let fault = outcome.fault.unwrap();
        assert_eq!((fault.phase.as_str(), fault.message.as_str()), ("open", "open: no probe is attached"));
        assert_eq!(outcome.trouble, trouble);
    }
}

#[test]
fn firmware_that_fails_before_it_can_answer_is_no_failure_of_a_workload() {
    let (outcome, _) = run("echo 'panic: no clock' >&2; exit 70", LONG, "");
    let fault = outcome.fault.unwrap();
    assert!(fault.message.contains("panic: no clock"), "{}", fault.message);
}

#[test]
fn a_child_that_never_becomes_ready_is_ended_and_its_last_words_are_kept() {
    let (outcome, _) =
        run("echo 'SAYflash: write 20 %' >&2; echo 'the driver hangs' >&2; sleep 600", Duration::from_secs(1), "");
    let message = outcome.fault.unwrap().message;
    assert_eq!(message, "the agent was not ready within 1 s; the last it said: the driver hangs");
}
