//! What becomes of code that fails and of rigs that fail: never the one for the other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError};
use hil_bench::control::Control;
use hil_bench::event::Event;
use hil_bench::job::{JobOutcome, look_once, run_job};
use hil_model::lab::BenchInfo;
use hil_model::plan::{Job, Step};
use hil_model::sample::{Cut, Failure};
use hil_testkit::clock::VirtualClock;
use hil_testkit::device::TestBench;
use hil_testkit::fault::{Damage, Direction, LinkFault};
use hil_testkit::jobs::{TestInputs, drive, job, kernel, measure, verify, workload_id};
use hil_testkit::kernel::ScriptedKernel;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Clock, Response};

const COST: Duration = Duration::from_micros(300);

/// A device with a kernel `bad`, made by `make`, and a kernel `good`.
fn bench(make: impl Fn(ScriptedKernel) -> ScriptedKernel + Send + Sync + 'static) -> TestBench {
    TestBench::new(move |stage| {
        vec![
            Box::new(make(ScriptedKernel::new("bad", stage, COST))),
            Box::new(ScriptedKernel::new("good", stage, COST)),
        ]
    })
}

/// Measures `bad` and then `good`, in two starts.
fn both() -> Job {
    let start = || vec![verify("bad"), measure("bad", 300), verify("good"), measure("good", 300)];
    job(vec![("bad", kernel("bad")), ("good", kernel("good"))], vec![start(), start()])
}

fn run(job: &Job, bench: &TestBench) -> JobOutcome {
    drive(job, bench, bench.clock(), &TestInputs::default(), &mut |_, _| {}).0
}

/// The failure of `bad`, after making sure that `good` was measured in full all the same.
fn failure(outcome: &JobOutcome) -> Failure {
    assert_eq!(outcome.fault, None);
    let [bad, good] = outcome.observations.as_slice() else { panic!("two workloads") };
    assert_eq!((good.iterations.len(), good.failure.clone()), (600, None));
    bad.failure.clone().unwrap()
}

#[test]
fn a_wrong_answer_is_found_before_anything_is_timed() {
    let outcome = run(&both(), &bench(|kernel| kernel.right_when(|_| false)));
    assert_eq!(failure(&outcome), Failure::WrongResult { detail: "at 3: got 1, wanted 2".to_owned() });
    assert!(outcome.observations[0].iterations.is_empty());
}

#[test]
fn a_kernel_that_becomes_wrong_while_it_is_measured_is_found() {
    let outcome = run(&both(), &bench(|kernel| kernel.right_when(|check| check == 1)));
    assert!(matches!(failure(&outcome), Failure::WrongResult { .. }));
    assert_eq!(outcome.observations[0].iterations.len(), 300, "what was measured is kept, beside the failure");
}

#[test]
fn a_result_that_became_wrong_is_found_although_the_caller_stops_or_the_budget_ends() {
    let bench = || bench(|kernel| kernel.right_when(|check| check == 1));
    let job = job(
        vec![("bad", kernel("bad")), ("good", kernel("good"))],
        vec![vec![measure("bad", 5_000), measure("good", 5_000)]],
    );
    let late = |event: &Event, of: &str| {
        let Event::Progress { workload, done, .. } = event else { return false };
        workload.as_str() == of && *done > 1_000
    };
    let begins_good = |event: &Event| {
        let Event::StepBegan { workload, .. } = event else { return false };
        workload.as_str() == "good"
    };
    // Between two requests to the bad one, with a request to the good one on its way, between two of those.
    let moments: [&dyn Fn(&Event) -> bool; 3] =
        [&|event| late(event, "bad"), &begins_good, &|event| late(event, "good")];
    for (number, moment) in moments.iter().enumerate() {
        let bench = bench();
        let (outcome, _) = drive(&job, &bench, bench.clock(), &TestInputs::default(), &mut |event, cancel| {
            if moment(event) {
                cancel.store(true, Ordering::Relaxed);
            }
        });
        let [bad, good] = outcome.observations.as_slice() else { panic!("two workloads") };
        assert!(matches!(bad.failure, Some(Failure::WrongResult { .. })), "moment {number}: {:?}", bad.failure);
        assert_eq!((good.failure.clone(), good.cut), (None, Some(Cut::User)), "moment {number}");
        assert_eq!((outcome.fault, outcome.interrupted), (None, true), "moment {number}");
    }
    let hurried = Job { budget: Duration::from_secs(1), ..job };
    let outcome = run(&hurried, &bench());
    assert!(matches!(outcome.observations[0].failure, Some(Failure::WrongResult { .. })));
    assert_eq!(outcome.observations[0].cut, Some(Cut::Budget));
}

#[test]
fn a_caller_who_stops_an_iteration_that_hangs_learns_that_it_does() {
    let cancel = Arc::new(AtomicBool::new(false));
    let wish = Arc::clone(&cancel);
    let bench = bench(move |kernel| {
        let wish = Arc::clone(&wish);
        kernel.on_run(move |run, stage| {
            if run == 40 {
                wish.store(true, Ordering::Relaxed);
                stage.hang();
            }
        })
    });
    let job = job(vec![("bad", kernel("bad"))], vec![vec![measure("bad", 300)]]);
    let control = Control { cancel: &cancel, clock: bench.clock() };
    let outcome = run_job(&job, &bench, &TestInputs::default(), &control, &mut look_once, &mut |_| {});
    assert_eq!(outcome.observations[0].failure, Some(Failure::TimedOut { after: Duration::from_secs(1) }));
    assert_eq!((outcome.fault, outcome.interrupted), (None, true));
}

#[test]
fn a_crash_is_the_code_s_and_the_others_go_on_in_a_new_life() {
    let bench = bench(|kernel| {
        kernel.on_run(|run, stage| {
            if run == 40 {
                stage.end(Ending::Exited(101), "thread 'main' panicked at src/fir.rs:7:5:\nout of bounds\n");
            }
        })
    });
    let (outcome, events) = drive(&both(), &bench, bench.clock(), &TestInputs::default(), &mut |_, _| {});
    let detail = "panicked at src/fir.rs:7:5: out of bounds".to_owned();
    assert_eq!(failure(&outcome), Failure::Crashed { detail });
    // 39 runs ended; the test device keeps eight samples, so those of the last, unfinished eight were lost with it.
    assert_eq!(outcome.observations[0].iterations.len(), 33);
    assert_eq!(bench.starts(), 3, "one life that crashed, one for the rest of its start, one for the second start");
    assert!(events.contains(&Event::AgentLog { line: "out of bounds".to_owned() }));
}

#[test]
fn signals_of_the_code_s_own_making_are_its_failure() {
    let bench = bench(|kernel| {
        kernel.on_run(|run, stage| {
            if run == 3 {
                stage.end(Ending::Crashed { signal: "SIGSEGV".to_owned() }, "");
            }
        })
    });
    assert_eq!(failure(&run(&both(), &bench)), Failure::Crashed { detail: "ended by SIGSEGV".to_owned() });
}

#[test]
fn a_kernel_that_hangs_times_out_and_the_others_go_on() {
    let bench = bench(|kernel| {
        kernel.on_run(|run, stage| {
            if run == 40 {
                stage.hang();
            }
        })
    });
    assert_eq!(failure(&run(&both(), &bench)), Failure::TimedOut { after: Duration::from_secs(1) });
}

#[test]
fn many_iterations_that_take_longer_than_the_timeout_together_are_no_timeout() {
    // The first chunk sees short iterations, so the next is large; then each iteration takes half the timeout.
    let bench = bench(|kernel| {
        kernel.on_run(|run, stage| {
            if run > 1 {
                stage.advance(Duration::from_millis(500));
            }
        })
    });
    let job = job(vec![("bad", kernel("bad"))], vec![vec![measure("bad", 17)]]);
    let outcome = run(&job, &bench);
    assert_eq!((outcome.fault, outcome.observations[0].failure.clone()), (None, None));
    assert_eq!(outcome.observations[0].iterations.len(), 17);
}

#[test]
fn a_clock_that_stands_still_is_found() {
    let bench = bench(|kernel| kernel).with_stuck_clock();
    let outcome = run(&both(), &bench);
    let stuck = Some(Failure::ClockStuck { counter: "virtual".to_owned() });
    assert!(outcome.observations.iter().all(|observed| observed.failure == stuck && observed.iterations.is_empty()));
}

#[test]
fn a_kill_from_outside_is_a_fault_of_the_rig() {
    let bench = bench(|kernel| {
        kernel.on_run(|run, stage| {
            if run == 3 {
                stage.end(Ending::KilledFromOutside { signal: "SIGKILL".to_owned() }, "");
            }
        })
    });
    let outcome = run(&both(), &bench);
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.phase, "measure");
    assert!(fault.message.contains("SIGKILL"), "{}", fault.message);
    assert!(outcome.observations.iter().all(|observed| observed.failure.is_none()));
}

#[test]
fn an_agent_that_never_answers_is_a_fault_of_the_rig() {
    let bench = bench(|kernel| kernel).silent();
    let outcome = run(&both(), &bench);
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.phase, "handshake");
    assert!(fault.message.contains("did not answer within 10s"), "{}", fault.message);
    assert!(outcome.observations.is_empty());
}

#[test]
fn an_unknown_kernel_is_told_with_those_there_are() {
    let bench = bench(|kernel| kernel);
    let job = job(vec![("main", kernel("lan/other"))], vec![vec![verify("main")]]);
    let message = run(&job, &bench).fault.unwrap().message;
    assert_eq!(message, "the agent has no kernel lan/other; it has bad, good");
}

#[test]
fn no_damage_to_the_link_becomes_a_verdict_or_a_wrong_figure() {
    let job = job(vec![("main", kernel("good"))], vec![vec![verify("main"), measure("main", 60)]]);
    let clean = run(&job, &bench(|kernel| kernel)).observations;
    let mut noticed = 0;
    for direction in [Direction::ToDevice, Direction::ToHost] {
        for frame in 0..8 {
            for damage in [
                Damage::FlipBit(0),
                Damage::FlipBit(4),
                Damage::DropByte(3),
                Damage::Truncate(5),
                Damage::DropFrame,
                Damage::Garbage(b"hello"),
            ] {
                let fault = LinkFault { direction, frame, damage };
                let bench = bench(|kernel| kernel).with_link_fault(fault);
                let outcome = run(&job, &bench);
                match outcome.fault {
                    Some(_) => noticed += 1,
                    // Nothing that matters was hurt, or a request that nobody misses.
                    None => assert_eq!(latencies(&outcome), clean_latencies(&clean), "{fault:?}"),
                }
                assert!(outcome.observations.iter().all(|observed| observed.failure.is_none()), "{fault:?}");
            }
        }
    }
    assert!(noticed > 60, "{noticed} of 96");
}

fn latencies(outcome: &JobOutcome) -> Vec<u64> {
    clean_latencies(&outcome.observations)
}

fn clean_latencies(observations: &[hil_model::sample::Observations]) -> Vec<u64> {
    observations.iter().flat_map(|observed| observed.iterations.iter().map(|iteration| iteration.ticks)).collect()
}

#[test]
fn steps_of_unknown_workloads_are_refused_without_a_panic() {
    let bench = bench(|kernel| kernel);
    let step = Step::Memory { workload: workload_id("nobody") };
    let outcome = run(&job(vec![("main", kernel("good"))], vec![vec![step]]), &bench);
    assert!(outcome.fault.unwrap().message.contains("nobody"));
}

/// A device that sends fixed bytes and then ends.
struct Recited {
    info: BenchInfo,
    says: Vec<u8>,
}

struct RecitedLife(VecDeque<u8>);

impl Bench for Recited {
    fn info(&self) -> &BenchInfo {
        &self.info
    }
    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        Ok(Box::new(RecitedLife(self.says.iter().copied().collect())))
    }
}

impl Link for RecitedLife {
    fn send(&mut self, _: &[u8]) -> Result<(), LinkGone> {
        Ok(())
    }
    fn receive(&mut self, buffer: &mut Vec<u8>, _: Duration) -> Result<(), LinkGone> {
        if self.0.is_empty() {
            return Err(LinkGone);
        }
        buffer.extend(self.0.drain(..));
        Ok(())
    }
}

impl Life for RecitedLife {
    fn end(&mut self, _: Duration) -> End {
        End { how: Ending::Exited(0), last_words: String::new() }
    }
}

fn recited(says: Vec<u8>) -> String {
    let info = bench(|kernel| kernel).info().clone();
    let outcome =
        drive(&both(), &Recited { info, says }, &VirtualClock::default(), &TestInputs::default(), &mut |_, _| {}).0;
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.phase, "handshake");
    fault.message
}

#[test]
fn agents_of_another_version_are_told_which() {
    let mut out = [0; MAX_FRAME];
    let hello = Response::Hello {
        version: 2,
        agent: "later",
        image: "9",
        clock: Clock { name: "c", hz: 1.0 },
        cpu: None,
        cycles: None,
        max_body: 1024,
        max_input: 0,
        now: 0,
    };
    let frame = Encoder::new().encode(&hello, &mut out).unwrap().to_vec();
    assert!(recited(frame).starts_with("the agent speaks wire version 2, this hil speaks 1"));
}

#[test]
fn programs_that_are_no_agents_are_told_so() {
    let message = recited(b"usage: something else\n".to_vec());
    assert!(message.contains("does its main call hil_desktop::agent_main?"), "{message}");
    assert!(recited(b"text\0more text\0".to_vec()).contains("the link is corrupt"));
}
