//! What the measured code does wrong becomes a verdict; what the rig does wrong never does.

use crate::common::{Place, check, quick_scenario};

fn run_with_fault(fault: &str) -> (crate::common::Ended, serde_json::Value) {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    let ended = place.hil(&["run", "q.toml", "--fault", fault]);
    let run = place.run_json();
    assert_eq!(run["fault"], fault, "an injected fault is part of the run");
    (ended, run)
}

#[test]
fn sound_code_passes_and_ends_with_zero() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    place.hil(&["run", "q.toml"]).expect(0);
    let run = place.run_json();
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["evidence"]), (&"pass".into(), &"host".into()), "{check:#}");
    assert!(check["samples"].as_u64().unwrap() >= 100, "{check:#}");
    let figure = &check["estimate"];
    let number = |key: &str| figure[key].as_f64().unwrap();
    assert!(number("lower") <= number("value") && number("value") <= number("upper"), "{figure}");
}

#[test]
fn a_panic_is_invalid_crashed_with_the_place() {
    let (ended, run) = run_with_fault("panic");
    let ended = ended.expect(5);
    let check = check(&run, "TST-1");
    assert_eq!(check["verdict"], "invalid");
    let reason = check["reason"].as_str().unwrap();
    assert!(reason.starts_with("crashed: ") && reason.contains(".rs:"), "{reason}");
    assert!(ended.out.contains("crashed: "), "{}", ended.out);
    assert_eq!(run["errors"], serde_json::json!([]), "a crash of the code is no fault of the rig");
}

#[test]
fn deaths_by_signal_and_by_exit_are_crashes_too() {
    for fault in ["abort", "segfault", "overflow-stack", "exit"] {
        let (ended, run) = run_with_fault(fault);
        ended.expect(5);
        assert_eq!(check(&run, "TST-1")["reason_code"], "crashed", "{fault}: {run:#}");
    }
}

#[test]
fn a_kernel_that_never_returns_is_invalid_timeout() {
    let (ended, run) = run_with_fault("hang");
    ended.expect(5);
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"timeout".into()), "{check:#}");
}

#[test]
fn a_wrong_result_fails_and_no_time_of_it_counts() {
    let (ended, run) = run_with_fault("wrong-result");
    ended.expect(3);
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"fail".into(), &"wrong-result".into()), "{check:#}");
    assert_eq!(check["estimate"], serde_json::Value::Null);
}

#[test]
fn an_agent_killed_from_outside_is_a_rig_error_and_no_verdict() {
    let (ended, run) = run_with_fault("killed");
    let ended = ended.expect(5);
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"rig-fault".into()), "{check:#}");
    assert_eq!(run["errors"].as_array().unwrap().len(), 1);
    assert!(ended.err.contains("rig fault"), "{}", ended.err);
}

#[test]
fn a_corrupt_link_is_a_rig_error_and_no_verdict() {
    let (ended, run) = run_with_fault("corrupt-link");
    ended.expect(5);
    assert_eq!(check(&run, "TST-1")["reason_code"], "rig-fault", "{run:#}");
}

#[test]
fn a_table_that_the_kernel_does_not_know_is_not_run_and_named() {
    let place = Place::new();
    let scenario = quick_scenario("lan/keyword_i8")
        .replace("metric = \"latency\"\nstatistic = \"p50\"\nlimit = \"< 5 s\"", "conforms = \"no-such-table\"");
    place.write("q.toml", &scenario);
    place.hil(&["run", "q.toml"]).expect(0);
    let run = place.run_json();
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"cannot-observe".into()), "{check:#}");
    assert!(check["reason"].as_str().unwrap().contains("no-such-table"), "{check:#}");
}

#[test]
fn results_are_compared_with_their_reference_and_a_kernel_without_one_is_not_run() {
    let place = Place::new();
    place.hil(&["run", "--only", "NDV-10"]).expect(0);
    let run = place.run_json();
    let agreement = check(&run, "NDV-10");
    assert_eq!((&agreement["verdict"], &agreement["estimate"]["method"]), (&"pass".into(), &"counted".into()));
    let seen = hil_store::read_observations(&place.runs().pop().unwrap()).unwrap();
    // Another scenario answers the same row about other kernels.
    let of_check = seen.iter().filter(|seen| agreement["scenario"] == seen.scenario.as_str());
    let errors: Vec<f64> = of_check.flat_map(|seen| &seen.deviations).map(|deviation| deviation.error).collect();
    assert_eq!(
        Some(errors.len() as u64),
        agreement["samples"].as_u64(),
        "every case behind the figure is in the tables"
    );
    assert_eq!(Some(errors.into_iter().fold(0.0, f64::max)), agreement["estimate"]["value"].as_f64());

    let place = Place::new();
    let scenario = quick_scenario("lan/keyword_i8").replace(
        "metric = \"latency\"\nstatistic = \"p50\"\nlimit = \"< 5 s\"",
        "metric = \"numerical_error\"\nstatistic = \"max\"\nlimit = \"< 1e-5 rel\"",
    );
    place.write("q.toml", &scenario);
    place.hil(&["run", "q.toml"]).expect(0);
    let run = place.run_json();
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"cannot-observe".into()), "{check:#}");
    assert_eq!(check["reason"], "needs a kernel that compares its results with a reference");
}

#[test]
fn a_metric_that_needs_an_instrument_is_not_run_and_says_which_even_when_nothing_else_is_asked() {
    let place = Place::new();
    let scenario = quick_scenario("lan/keyword_i8").replace(
        "metric = \"latency\"\nstatistic = \"p50\"\nlimit = \"< 5 s\"",
        "metric = \"power\"\nstatistic = \"mean\"\nlimit = \"< 1 W\"",
    );
    place.write("q.toml", &scenario);
    place.hil(&["run", "q.toml"]).expect(0);
    let run = place.run_json();
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"cannot-observe".into()), "{check:#}");
    assert_eq!(check["reason"], "needs a board with a shunt, or a meter");
}

#[test]
fn an_unknown_fault_is_a_usage_error_that_lists_the_known_ones() {
    let place = Place::new();
    let ended = place.hil(&["run", "--fault", "gremlins"]).expect(2);
    assert!(ended.err.contains("gremlins") && ended.err.contains("wrong-result"), "{}", ended.err);
    assert!(place.runs().is_empty());
}

#[test]
fn programs_are_measured_as_whole_processes_and_their_exit_status_counts() {
    let scenario = |program: &str| command_scenario(&[program]);
    let place = Place::new();
    place.write("q.toml", &scenario("true"));
    place.hil(&["run", "q.toml"]).expect(0);
    assert!(check(&place.run_json(), "TST-1")["estimate"]["value"].as_f64().unwrap() > 0.0);

    let place = Place::new();
    place.write("q.toml", &scenario("false"));
    place.hil(&["run", "q.toml"]).expect(3);
    let run = place.run_json();
    let reason = check(&run, "TST-1")["reason"].as_str().unwrap();
    assert!(reason.contains("exited with status 1"), "{reason}");

    let place = Place::new();
    place.write("q.toml", &scenario("no-such-program-anywhere"));
    let ended = place.hil(&["run", "q.toml"]).expect(5);
    assert!(ended.out.contains("did not start"), "{}", ended.out);
}

/// A quick scenario that runs a program.
fn command_scenario(argv: &[&str]) -> String {
    quick_scenario("x").replace("kernel = \"x\"", &format!("command = {argv:?}"))
}

/// Runs a program that is in trouble in its tenth run, and expects `code`; the check, and all that was said.
#[cfg(unix)]
fn trouble_in_the_tenth_run(trouble: &str, code: i32) -> (serde_json::Value, String) {
    let place = Place::new();
    // A name of its own, which the program can take away.
    std::os::unix::fs::symlink("/bin/sh", place.path().join("sh")).unwrap();
    let script = format!("echo >> count && test $(wc -l < count) -lt 10 || {{ {trouble}; }}");
    place.write("q.toml", &command_scenario(&["./sh", "-c", &script]));
    let ended = place.hil(&["run", "q.toml"]).expect(code);
    (check(&place.run_json(), "TST-1").clone(), ended.out + &ended.err)
}

/// The verdict and its reason when a program does `script` from the first run on.
#[cfg(unix)]
fn trouble_at_once(script: &str, code: i32) -> (serde_json::Value, String) {
    let place = Place::new();
    place.write("q.toml", &command_scenario(&["sh", "-c", script]));
    let ended = place.hil(&["run", "q.toml"]).expect(code);
    (check(&place.run_json(), "TST-1").clone(), ended.out + &ended.err)
}

#[cfg(unix)]
#[test]
fn programs_that_exit_with_another_status_than_0_fail_whenever_they_do() {
    for (check, _) in [trouble_at_once("exit 7", 3), trouble_in_the_tenth_run("exit 7", 3)] {
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"fail".into(), &"wrong-result".into()), "{check:#}");
        assert!(check["reason"].as_str().unwrap().contains("exited with status 7"), "{check:#}");
    }
}

#[cfg(unix)]
#[test]
fn programs_that_crash_are_invalid_whenever_they_do() {
    let crash = "ulimit -c 0; kill -SEGV $$";
    for (check, _) in [trouble_at_once(crash, 5), trouble_in_the_tenth_run(crash, 5)] {
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"crashed".into()), "{check:#}");
        assert!(check["reason"].as_str().unwrap().contains("SIGSEGV"), "{check:#}");
    }
}

#[cfg(unix)]
#[test]
fn programs_that_are_killed_or_cannot_start_are_rig_faults_whenever_they_are() {
    let kill = "kill -9 $$";
    let killed = [trouble_at_once(kill, 5), trouble_in_the_tenth_run(kill, 5)].map(|seen| (seen, "SIGKILL"));
    let gone = (trouble_in_the_tenth_run("rm sh", 5), "did not start");
    for ((check, said), why) in killed.into_iter().chain([gone]) {
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"rig-fault".into()), "{check:#}");
        assert!(said.contains(why), "{said}");
    }
}

/// What is seen and done from outside, with nothing from the product itself.
#[cfg(target_os = "linux")]
mod from_outside {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::path::Path;
    use std::process::{Child, ChildStdout, Stdio};
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::command_scenario;
    use crate::common::{Place, check, quick_scenario};

    /// Longest wait for something that is bound to happen.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A scenario that does not end by itself.
    fn endless(scenario: &str) -> String {
        scenario.replace("[[check]]", "min_samples = 10_000_000\nbudget = \"1 h\"\n[[check]]")
    }

    /// A run that has begun to take samples, and what it says from there on.
    struct Busy {
        child: Child,
        lines: BufReader<ChildStdout>,
    }

    impl Busy {
        fn start(place: &Place) -> Self {
            place.write("q.toml", &endless(&quick_scenario("lan/keyword_i8")));
            let mut command = place.command(&["run", "q.toml", "--format", "json"]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while !line.contains("\"progress\"") {
                line.clear();
                assert!(lines.read_line(&mut line).unwrap() > 0, "no progress was ever told");
            }
            Self { child, lines }
        }

        /// Waits for its end; the exit code.
        fn end(mut self) -> Option<i32> {
            self.lines.read_to_string(&mut String::new()).unwrap();
            self.child.wait().unwrap().code()
        }
    }

    fn send(signal: Signal, process: u32) {
        kill(Pid::from_raw(i32::try_from(process).unwrap()), signal).unwrap();
    }

    fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{what} never happened");
            std::thread::yield_now();
        }
    }

    /// The children of all threads of a process.
    fn children(process: u32) -> Vec<u32> {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
        let lists = threads.flatten().map(|thread| std::fs::read_to_string(thread.path().join("children")));
        lists
            .flatten()
            .flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>())
            .collect()
    }

    /// Whether there is such a process, other than one that is dead and not yet waited for by whoever inherited it.
    fn is_alive(process: u32) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let letter = state.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
        !matches!(letter, None | Some('Z' | 'X'))
    }

    fn number_in(file: &Path) -> Option<u32> {
        // The line is whole once it ends.
        std::fs::read_to_string(file).ok()?.strip_suffix('\n')?.parse().ok()
    }

    #[test]
    fn an_agent_that_somebody_kills_is_a_rig_fault_and_no_verdict() {
        let place = Place::new();
        let busy = Busy::start(&place);
        let agent = until("a start of the agent", || children(busy.child.id()).first().copied());
        send(Signal::SIGKILL, agent);
        assert_eq!(busy.end(), Some(5));
        let run = place.run_json();
        let check = check(&run, "TST-1");
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"rig-fault".into()), "{check:#}");
        assert!(run["errors"].to_string().contains("from outside by SIGKILL"), "{run:#}");
        assert_eq!(run["fault"], serde_json::Value::Null, "no fault was injected");
    }

    #[test]
    fn of_two_runs_at_once_the_second_is_told_the_run_id_of_the_first() {
        let place = Place::new();
        let busy = Busy::start(&place);
        let ended = place.hil(&["run", "q.toml", "--no-wait"]).expect(5);
        send(Signal::SIGINT, busy.child.id());
        let process = busy.child.id();
        assert_eq!(busy.end(), Some(130));
        let run = place.run_json();
        let id = run["id"].as_str().unwrap();
        assert!(ended.err.contains(id) && ended.err.contains(&process.to_string()), "{id}: {}", ended.err);
    }

    #[test]
    fn when_hil_is_killed_what_a_program_started_ends_too() {
        let place = Place::new();
        let script = "sleep 600 & echo $! > sleeper; echo $$ > program; wait";
        let patient = command_scenario(&["sh", "-c", script]).replace("500 ms", "1 h");
        place.write("q.toml", &endless(&patient));
        let mut hil = place.command(&["run", "q.toml"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let [sleeper, program] =
            ["sleeper", "program"].map(|name| until("a start of the program", || number_in(&place.path().join(name))));
        assert!(is_alive(sleeper) && is_alive(program));
        hil.kill().unwrap();
        hil.wait().unwrap();
        until("the end of the program", || (!is_alive(program)).then_some(()));
        until("the end of what it started", || (!is_alive(sleeper)).then_some(()));
    }
}

#[test]
fn a_percentile_of_too_few_samples_is_invalid_and_says_how_many_it_takes() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8").replace("\"p50\"", "\"p99\""));
    place.hil(&["run", "q.toml", "--budget", "5 ms"]).expect(5);
    let run = place.run_json();
    let check = check(&run, "TST-1");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"too-few-samples".into()), "{check:#}");
    let reason = check["reason"].as_str().unwrap();
    assert!(reason.contains("299 are needed"), "{reason}");
}

#[test]
fn a_comparison_tells_the_smallest_difference_that_it_could_have_seen() {
    let place = Place::new();
    let two = r#"
id = "two"
title = "One kernel beside itself"
[on]
platform = "desktop-cpu"
[workloads.one]
kernel = "lan/keyword_i8"
[workloads.other]
kernel = "lan/keyword_i8"
[sampling]
warmup = 2
[[check]]
target = "TST-1"
metric = "latency"
workload = "one"
versus = "other"
limit = ">= 0.1 x"
[[check]]
target = "TST-2"
metric = "latency"
statistic = "p50"
workload = "one"
limit = "< 5 s"
"#;
    place.write("two.toml", two);
    place.hil(&["run", "two.toml"]);
    let run = place.run_json();
    let ratio = check(&run, "TST-1");
    assert!(ratio["smallest_seen"].as_f64().is_some_and(|seen| seen > 0.0), "{ratio:#}");
    assert_eq!(check(&run, "TST-2").get("smallest_seen"), None, "it compares nothing");
    // A machine so busy that it tells two copies apart is said to be so, and nothing else fails here.
    assert!(ratio["verdict"] == "pass" || ratio["reason_code"] == "control-disagrees", "{ratio:#}");
}

/// A program that returns at once and after a twentieth of a second by turns, so that its median lies at neither.
fn by_turns(limit: &str) -> String {
    let script = "n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ $((n % 2)) = 0 ] || sleep 0.05";
    format!(
        "id = \"by-turns\"\ntitle = \"By turns\"\n[on]\nplatform = \"desktop-cpu\"\n\
         [workload]\ncommand = [\"sh\", \"-c\", '{script}']\n\
         [sampling]\nwarmup = 0\nmin_samples = 40\nstarts = 2\nlooks = 2\n\
         [[check]]\nmetric = \"latency\"\nstatistic = \"p50\"\nlimit = \"{limit}\"\n"
    )
}

#[test]
fn what_is_not_decided_at_the_first_look_is_measured_on() {
    let run = |limit: &str| {
        let place = Place::new();
        place.write("q.toml", &by_turns(limit));
        let ended = place.hil(&["run", "q.toml"]).expect(0);
        (ended.err, place.run_json()["checks"][0].clone())
    };
    let (told, decided) = run("< 5 s");
    assert_eq!(decided["verdict"], "pass", "{decided:#}");
    assert!(!told.contains("look 2"), "{told}");

    let (told, open) = run("< 25 ms");
    assert_eq!((&open["verdict"], &open["reason_code"]), (&"inconclusive".into(), &"straddles".into()), "{open:#}");
    assert!(told.contains("not decided yet: main; measuring on, look 2 of 2"), "{told}");
    assert_eq!((&decided["estimate"]["confidence"], &open["estimate"]["confidence"]), (&0.95.into(), &0.95.into()));
    let samples = |check: &serde_json::Value| check["samples"].as_u64().unwrap();
    assert!(samples(&decided) >= 40 && samples(&open) >= 80, "{decided:#} {open:#}");
}
