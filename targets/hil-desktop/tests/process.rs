//! Real agents as child processes: every fault has the outcome that it should have.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hil_testkit::hil_bench::bench::Bench;
use hil_testkit::hil_bench::control::{Control, HostClock, SystemClock};
use hil_testkit::hil_bench::inquire::inquire;
use hil_testkit::hil_bench::job::JobOutcome;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::id::PlatformId;
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::hil_model::metric::Metric;
use hil_testkit::hil_model::plan::{Job, Step};
use hil_testkit::hil_model::sample::Failure;
use hil_testkit::jobs::{TestInputs, command, drive, job, kernel, measure, verify, workload_id};

const ITERATIONS: u32 = 30;

fn bench(arguments: &[&str]) -> ProcessBench {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    let info = BenchInfo::new(platform, Evidence::Host, 2);
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

/// Measures a command.
fn run_command(argv: &[&str]) -> JobOutcome {
    let steps = vec![verify("main"), measure("main", 10)];
    run(&job(vec![("main", command(argv))], vec![steps]), &bench(&["agent"]))
}

/// Measures a program that succeeds four times (one run is verified, three are measured) and does `then` in the fifth
/// run. It is started as `sh` in the folder that it runs in, a name that nobody else uses.
#[cfg(unix)]
fn run_command_that_later(then: &str) -> JobOutcome {
    use std::sync::atomic::{AtomicU32, Ordering};
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("hil-command-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let sh = folder.join("sh");
    std::os::unix::fs::symlink("/bin/sh", &sh).unwrap();
    let script = format!("cd {} && echo >> runs && test $(wc -l < runs) -lt 5 || {{ {then}; }}", folder.display());
    let outcome = run_command(&[sh.to_str().unwrap(), "-c", &script]);
    std::fs::remove_dir_all(&folder).unwrap();
    outcome
}

#[cfg(unix)]
#[test]
fn commands_that_fail_have_a_wrong_result_whenever_they_fail() {
    let wrong = |status| Failure::WrongResult { detail: format!("exited with status {status}") };
    assert_eq!(failure(&run_command(&["sh", "-c", "exit 3"])), wrong(3));
    let later = run_command_that_later("exit 4");
    assert_eq!(failure(&later), wrong(4));
    assert_eq!(later.observations[0].iterations.len(), 3, "what was measured before is kept");
}

#[cfg(unix)]
#[test]
fn commands_that_crash_are_told_from_commands_that_fail() {
    let crashed = |signal| Failure::Crashed { detail: format!("ended by {signal}") };
    assert_eq!(failure(&run_command(&["sh", "-c", "ulimit -c 0; kill -SEGV $$"])), crashed("SIGSEGV"));
    assert_eq!(failure(&run_command_that_later("ulimit -c 0; kill -ABRT $$")), crashed("SIGABRT"));
}

#[cfg(unix)]
#[test]
fn commands_that_are_killed_from_outside_are_faults_of_the_rig() {
    let (phase, message) = rig_fault(&run_command(&["sh", "-c", "kill -9 $$"]));
    assert!(phase == "verify" && message.contains("from outside by SIGKILL"), "{phase}: {message}");
    let (phase, message) = rig_fault(&run_command_that_later("kill -TERM $$"));
    assert!(phase == "measure" && message.contains("from outside by SIGTERM"), "{phase}: {message}");
}

#[cfg(unix)]
#[test]
fn commands_that_do_not_start_are_faults_of_the_rig() {
    let (phase, message) = rig_fault(&run_command(&["no-such-program"]));
    assert!(phase == "load" && message.contains("did not start"), "{phase}: {message}");
    // The fifth run takes the program away, so the sixth cannot start.
    let (phase, message) = rig_fault(&run_command_that_later("rm sh"));
    assert!(phase == "measure" && message.contains("did not start"), "{phase}: {message}");
}

/// A clock on which waiting takes a fifth of the time.
struct FastClock(SystemClock);

impl HostClock for FastClock {
    fn now(&self) -> Duration {
        self.0.now() * 5
    }
}

#[test]
fn an_agent_that_crashed_is_told_even_if_what_it_started_keeps_the_link_open() {
    let info = bench(&[]).info().clone();
    let program = ProcessBench::new("sh", vec!["-c".into(), "sleep 600 & exit 3".into()], info);
    let clock = FastClock(SystemClock::start());
    let (phase, message) = rig_fault(&drive(&mfcc(), &program, &clock, &TestInputs::default(), &mut |_, _| {}).0);
    assert!(phase == "handshake" && message.contains("exited with status 3"), "{phase}: {message}");
}

#[test]
fn an_agent_that_is_suspended_from_outside_is_a_fault_of_the_rig_and_no_timeout() {
    // A command may suspend the agent that started it: for the agent that comes from outside.
    let (phase, message) = rig_fault(&run_command(&["sh", "-c", "kill -STOP $PPID"]));
    assert!(phase == "load" && message.contains("stopped from outside by SIGSTOP"), "{phase}: {message}");
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
    let shared = hil_desktop::kernels::shared_kernels();
    let wanted: Vec<&str> = shared.iter().map(|kernel| kernel.name()).chain(["command"]).collect();
    assert_eq!(names, wanted);
}

#[test]
fn arithmetic_is_verified_timed_and_compared_with_its_reference() {
    let start = || {
        let both = ["vectorised", "scalar"];
        both.into_iter().map(verify).chain(both.into_iter().map(|side| measure(side, 5))).collect()
    };
    let workloads = vec![("vectorised", kernel("ndv/gelu-l1")), ("scalar", kernel("ndv/gelu-l1-scalar"))];
    let outcome = run(&job(workloads, vec![start(), start()]), &bench(&["agent"]));
    assert_eq!(outcome.fault, None);
    for observed in &outcome.observations {
        assert_eq!((observed.failure.clone(), observed.iterations.len()), (None, 10), "{}", observed.workload);
    }

    let deviate = |name: &str| {
        let steps = vec![Step::Deviate { workload: workload_id("main") }];
        run(&job(vec![("main", kernel(name))], vec![steps]), &bench(&["agent"])).observations.remove(0)
    };
    let agreement = deviate("ndv/agreement");
    assert!(agreement.deviations.len() > 100, "{}", agreement.deviations.len());
    assert!(agreement.deviations.iter().all(|seen| seen.error < 1e-5), "{:?}", agreement.deviations);
    let without = deviate("lan/mfcc");
    assert_eq!((without.deviations.len(), without.unobservable), (0, [Metric::NumericalError].into()));
}

#[test]
fn offering_kernels_that_fill_memory_takes_none() {
    let steps = vec![verify("main"), Step::Memory { workload: workload_id("main") }];
    let outcome = run(&job(vec![("main", kernel("lan/mfcc"))], vec![steps]), &bench(&["agent"]));
    let peaks = &outcome.observations[0].peaks;
    assert!(peaks.len() == 1 && peaks[0].total < 16 << 20, "{peaks:?}");
}
