//! Real agents as child processes: every fault has the outcome that it should have.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hil_testkit::hil_bench::bench::Bench;
use hil_testkit::hil_bench::control::{Control, SystemClock};
use hil_testkit::hil_bench::inquire::inquire;
use hil_testkit::hil_bench::job::JobOutcome;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::id::PlatformId;
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::hil_model::plan::{Job, Step};
use hil_testkit::hil_model::sample::Failure;
use hil_testkit::jobs::{TestInputs, command, drive, job, kernel, measure, verify, workload_id};

const ITERATIONS: u32 = 30;

fn bench(arguments: &[&str]) -> ProcessBench {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    let info = BenchInfo { platform, evidence: Evidence::Host, cores: 2 };
    let arguments = arguments.iter().map(|word| (*word).into()).collect();
    ProcessBench::new(env!("CARGO_BIN_EXE_hil-agent-desktop"), arguments, info)
}

/// The front end, measured in two starts.
fn mfcc() -> Job {
    let start = || vec![verify("main"), measure("main", ITERATIONS)];
    job(vec![("main", kernel("lan/mfcc"))], vec![start(), start()])
}

fn run(job: &Job, bench: &dyn Bench) -> JobOutcome {
    drive(job, bench, &SystemClock::start(), &TestInputs::default(), &mut |_, _| {}).0
}

fn with_fault(fault: &str) -> JobOutcome {
    run(&mfcc(), &bench(&["agent", "--fault", fault]))
}

/// The failure, after making sure that nothing else went wrong and that the iterations before it are kept.
fn failure(outcome: &JobOutcome) -> Failure {
    assert_eq!((&outcome.fault, outcome.interrupted), (&None, false));
    let observed = &outcome.observations[0];
    assert!(observed.iterations.len() < ITERATIONS as usize, "{}", observed.iterations.len());
    observed.failure.clone().unwrap()
}

fn crash(fault: &str) -> String {
    match failure(&with_fault(fault)) {
        Failure::Crashed { detail } => detail,
        other => panic!("{other:?}"),
    }
}

/// The fault of the rig: its phase and message, after making sure that nothing became a failure of the code.
fn rig_fault(outcome: &JobOutcome) -> (String, String) {
    assert!(outcome.observations.iter().all(|observed| observed.failure.is_none()));
    let fault = outcome.fault.clone().unwrap();
    (fault.phase, fault.message)
}

#[test]
fn a_healthy_agent_delivers_every_counter() {
    let outcome = run(&mfcc(), &bench(&["agent"]));
    assert_eq!(outcome.fault, None);
    let observed = &outcome.observations[0];
    assert_eq!((observed.iterations.len(), observed.own_costs.len()), (2 * ITERATIONS as usize, 2));
    assert_eq!((observed.clock.name.as_str(), observed.clock.hz), ("monotonic", 1e9));
    for iteration in &observed.iterations {
        assert!(iteration.ticks > 0 && iteration.cpu_ns.is_some(), "{iteration:?}");
    }
}

#[test]
fn a_panic_is_told_with_file_and_line() {
    let detail = crash("panic");
    assert!(detail.starts_with("panicked at targets/hil-desktop/src/"), "{detail}");
    assert!(detail.ends_with(": a fault on purpose in kernel lan/mfcc"), "{detail}");
}

#[test]
fn exits_aborts_and_signals_of_its_own_are_crashes() {
    assert_eq!(crash("exit"), "exited with status 7");
    assert_eq!(crash("abort"), "ended by SIGABRT");
    assert_eq!(crash("segfault"), "ended by SIGSEGV");
    let detail = crash("overflow-stack");
    assert!(detail.starts_with("ended by SIGABRT: ") && detail.ends_with("has overflowed its stack"), "{detail}");
}

#[test]
fn a_kernel_that_hangs_times_out() {
    let mut job = mfcc();
    job.timeout = Duration::from_millis(200);
    let outcome = run(&job, &bench(&["agent", "--fault", "hang"]));
    assert_eq!(failure(&outcome), Failure::TimedOut { after: job.timeout });
}

#[test]
fn a_wrong_result_is_not_timed() {
    let outcome = with_fault("wrong-result");
    assert_eq!(failure(&outcome), Failure::WrongResult { detail: "a fault on purpose".to_owned() });
    assert!(outcome.observations[0].iterations.is_empty());
}

#[test]
fn a_clock_that_stands_still_is_told() {
    assert_eq!(failure(&with_fault("stuck-clock")), Failure::ClockStuck { counter: "monotonic".to_owned() });
}

#[test]
fn kills_from_outside_and_corrupt_links_are_faults_of_the_rig() {
    let (phase, message) = rig_fault(&with_fault("killed"));
    assert!(phase == "measure" && message.contains("from outside by SIGKILL"), "{phase}: {message}");
    let (phase, message) = rig_fault(&with_fault("corrupt-link"));
    assert!(phase == "measure" && message.contains("the link is corrupt"), "{phase}: {message}");
}

#[test]
fn slow_starts_and_kernels_that_print_and_read_are_no_failures() {
    for fault in ["slow-start", "chatty"] {
        let outcome = with_fault(fault);
        assert_eq!((outcome.fault, outcome.observations[0].failure.clone()), (None, None), "{fault}");
        assert_eq!(outcome.observations[0].iterations.len(), 2 * ITERATIONS as usize, "{fault}");
    }
}

#[test]
fn programs_that_are_no_agents_are_faults_of_the_rig() {
    let (phase, message) = rig_fault(&run(&mfcc(), &bench(&["--nonsense"])));
    assert!(phase == "handshake" && message.contains("exited with status 2: usage: [agent]"), "{phase}: {message}");
    let info = bench(&[]).info().clone();
    let (phase, message) = rig_fault(&run(&mfcc(), &ProcessBench::new("/no/such/program", Vec::new(), info)));
    assert!(phase == "open" && message.starts_with("cannot start the agent program"), "{phase}: {message}");
    assert!(!message.contains("/no/such"), "folders stay out of reports: {message}");
}

#[test]
fn commands_are_measured_from_start_to_exit() {
    let steps = vec![verify("main"), measure("main", 10), Step::Memory { workload: workload_id("main") }];
    let outcome = run(&job(vec![("main", command(&["sh", "-c", "exit 0"]))], vec![steps]), &bench(&["agent"]));
    assert_eq!(outcome.fault, None);
    let observed = &outcome.observations[0];
    assert_eq!((observed.iterations.len(), observed.failure.clone()), (10, None));
    let peak = observed.peaks[0];
    // Either the shell needed more than the agent, or the figure says that it may be all the agent's.
    assert!(peak.total > 100_000 && (peak.agent == 0 || peak.agent == peak.total), "{peak:?}");
}

#[test]
fn commands_that_fail_do_not_give_the_known_answer() {
    let steps = || vec![verify("main"), measure("main", 10)];
    let outcome = run(&job(vec![("main", command(&["sh", "-c", "exit 3"]))], vec![steps()]), &bench(&["agent"]));
    assert_eq!(failure(&outcome), Failure::WrongResult { detail: "exited with status 3".to_owned() });
    // A program that is not there is a mistake in the scenario, not in any code.
    let missing = run(&job(vec![("main", command(&["no-such-program"]))], vec![steps()]), &bench(&["agent"]));
    let (phase, message) = rig_fault(&missing);
    assert!(phase == "load" && message.contains("the program did not start"), "{phase}: {message}");
    // One that fails only later, in the middle of measuring.
    let folder = std::env::temp_dir().join(format!("hil-command-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!("cd {} && echo >> runs && test $(wc -l < runs) -lt 5", folder.display());
    let outcome = run(&job(vec![("main", command(&["sh", "-c", &script]))], vec![steps()]), &bench(&["agent"]));
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(failure(&outcome), Failure::Crashed { detail: "exited with status 1".to_owned() });
    assert_eq!(outcome.observations[0].iterations.len(), 3, "one run verified, three were measured, the fifth failed");
}

#[test]
fn several_agents_count_over_the_same_slices() {
    let slice = Duration::from_millis(20);
    let step = |workers| Step::Throughput { workload: workload_id("main"), workers, slices: 5, slice };
    let outcome = run(&job(vec![("main", kernel("lan/mfcc"))], vec![vec![step(1)], vec![step(3)]]), &bench(&["agent"]));
    assert_eq!(outcome.fault, None);
    let slices = &outcome.observations[0].slices;
    assert_eq!(slices.iter().map(|slice| (slice.start, slice.workers)).collect::<Vec<_>>(), {
        let places = [[(0, 1); 5], [(1, 3); 5]];
        places.concat()
    });
    assert!(slices.iter().map(|slice| slice.finished).sum::<u64>() > 0);
    let failing = run(&job(vec![("main", kernel("lan/mfcc"))], vec![vec![step(2)]]), &bench(&["--fault", "panic"]));
    assert!(matches!(failure(&failing), Failure::Crashed { .. }));
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_command_leaves_behind_is_ended_with_the_agent() {
    let folder = std::env::temp_dir().join(format!("hil-group-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pid_file = folder.join("pid");
    let script = format!("sleep 600 & echo $! > {}", pid_file.display());
    let steps = vec![verify("main")];
    let outcome = run(&job(vec![("main", command(&["sh", "-c", &script]))], vec![steps]), &bench(&["agent"]));
    assert_eq!(outcome.fault, None);
    let pid: i32 = std::fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    // It was told to die; on a busy machine its turn to do so may come a little later.
    let asked = std::time::Instant::now();
    while is_alive(pid) {
        assert!(asked.elapsed() < Duration::from_secs(10), "process {pid} lives on");
        std::thread::yield_now();
    }
}

/// Whether there is such a process, other than one that is dead and not yet waited for by whoever inherited it.
#[cfg(target_os = "linux")]
fn is_alive(pid: i32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let letter = state.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    !matches!(letter, None | Some('Z' | 'X'))
}

#[test]
fn an_agent_lists_what_it_offers() {
    let (cancel, clock) = (AtomicBool::new(false), SystemClock::start());
    let (info, offers) = inquire(&bench(&[]), Control { cancel: &cancel, clock: &clock }).unwrap();
    assert_eq!((info.agent.as_str(), info.clock.name.as_str()), ("hil-desktop", "monotonic"));
    let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
    assert_eq!(names, ["lan/keyword_i8", "lan/keyword_f32", "lan/mfcc", "command"]);
}
