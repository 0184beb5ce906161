//! Criterion suites end to end: built, started, judged; and everything that can go wrong with them.
//!
//! Most of them run the package of `fixtures/suites`, whose times are made up and the same in every run.

use std::path::{Path, PathBuf};

use hil_model::sample::Observations;
use serde_json::Value;

use crate::common::{Ended, Place, check};

/// A folder of this repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name).canonicalize().unwrap()
}

/// One check on the benchmark `id` of the fixture, with `more` keys of its workload.
fn scenario(id: &str, more: &str) -> String {
    format!(
        r#"
id = "suite"
title = "A suite"
[on]
platform = "desktop-cpu"
[workload]
suite = "criterion"
package = {package:?}
benchmark = "{id}"
{more}
[sampling]
timeout = "20 s"
[[check]]
target = "TST-1"
metric = "latency"
statistic = "mean"
limit = "< 1.1 us"
"#,
        package = repository("fixtures/suites/paced").to_str().unwrap(),
    )
}

/// A place with a scenario, in which suites are built beside those of the other tests and leave temporary files visible.
struct Suites(Place);

impl Suites {
    fn new(scenario: &str) -> Self {
        let place = Place::new();
        place.write("suite.toml", scenario);
        std::fs::create_dir(place.path().join("tmp")).unwrap();
        Self(place)
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.0.command(args);
        command
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("suites"))
            .env("TMPDIR", self.0.path().join("tmp"));
        command
    }

    fn run(&self, fault: Option<&str>) -> Ended {
        let mut command = self.command(&["run", "suite.toml", "--seed", "1"]);
        command.envs(fault.map(|fault| ("SUITE_FAULT", fault)));
        Ended::of(command.output().unwrap())
    }

    /// The only check of the only run.
    fn check(&self) -> Value {
        check(&self.0.run_json(), "TST-1").clone()
    }

    fn observations(&self) -> Vec<Observations> {
        hil_store::read_observations(&self.0.runs()[0]).unwrap()
    }

    /// How many starts have samples.
    fn starts(&self) -> usize {
        let seen = self.observations();
        let starts: std::collections::BTreeSet<u32> =
            seen.iter().flat_map(|seen| &seen.iterations).map(|iteration| iteration.start).collect();
        starts.len()
    }
}

#[track_caller]
fn close(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-4 * wanted, "{found} {wanted}");
}

#[test]
fn a_suite_is_judged_by_its_starts_and_not_by_its_samples() {
    let suites = Suites::new(&scenario("fir/16", ""));
    suites.run(None).expect(0);
    let check = suites.check();
    assert_eq!((&check["verdict"], &check["evidence"]), (&"pass".into(), &"host".into()), "{check:#}");
    assert_eq!((&check["samples"], &check["unit"]), (&500.into(), &"us".into()), "{check:#}");
    let figure = &check["estimate"];
    assert_eq!((&figure["method"], &figure["effective_samples"]), (&"criterion-starts".into(), &5.0.into()));
    // Means of 1 us x [1, 1.01, 0.99, 1.02, 0.98]: their deviation is 0.015811, and t(4) is 2.131847.
    close(&figure["value"], 1.0);
    close(&figure["lower"], 1.0 - 2.131_847 * 0.015_811 / 5f64.sqrt());
    close(&figure["upper"], 1.0 + 2.131_847 * 0.015_811 / 5f64.sqrt());
    let remark = figure["remark"].as_str().unwrap();
    assert!(remark.ends_with("criterion's sampling: samples are means of up to 1000 iterations"), "{remark}");
    let run = suites.0.run_json();
    let built = run["environment"]["builds"][0].as_str().unwrap();
    assert!(built.starts_with("paced 0.1.0, bench fir, rustc "), "{built}");
    assert_eq!(run["environment"]["clocks"], serde_json::json!(["criterion's wall clock"]));
    assert_eq!(std::fs::read_dir(suites.0.path().join("tmp")).unwrap().count(), 0, "nothing is left behind");
    let stored = std::fs::read_to_string(suites.0.runs()[0].join("run.json")).unwrap();
    assert!(!stored.contains(repository("fixtures").to_str().unwrap()), "folders are private");
}

#[test]
fn a_quick_run_takes_fewer_samples_of_as_many_starts() {
    let suites = Suites::new(&scenario("fir/16", ""));
    Ended::of(suites.command(&["run", "suite.toml", "--quick"]).output().unwrap()).expect(0);
    assert_eq!((suites.check()["samples"].as_u64(), suites.starts()), (Some(50), 5));
}

#[test]
fn two_benchmarks_are_compared_round_by_round() {
    let text = scenario("fir/16", "bench = \"fir\"")
        .replace(
            "[sampling]",
            &format!(
                "[workloads.long]\nsuite = \"criterion\"\npackage = {:?}\nbenchmark = \"fir/64\"\n[sampling]",
                repository("fixtures/suites/paced").to_str().unwrap()
            ),
        )
        .replace("statistic = \"mean\"\nlimit = \"< 1.1 us\"", "versus = \"long\"\nlimit = \">= 3.5 x\"");
    let suites = Suites::new(&text);
    suites.run(None).expect(0);
    let check = suites.check();
    assert_eq!((&check["verdict"], &check["samples"]), (&"pass".into(), &5.into()), "{check:#}");
    assert_eq!(check["estimate"]["method"], "paired-log-ratio");
    // Both sides of a round differ by the starts' own few percent.
    let value = check["estimate"]["value"].as_f64().unwrap();
    assert!((3.8..4.2).contains(&value), "{check:#}");
    let seen = suites.observations();
    assert_eq!(seen.len(), 2);
    let slots = |at: usize| -> Vec<u8> {
        seen[at].iterations.iter().filter(|iteration| iteration.index == 0).map(|iteration| iteration.slot).collect()
    };
    let (one, other) = (slots(0), slots(1));
    assert!(one.iter().zip(&other).all(|(a, b)| a + b == 1), "{one:?} {other:?}");
    let first = one.iter().filter(|slot| **slot == 0).count();
    assert!((2..=3).contains(&first), "the order is balanced: {one:?}");
}

#[test]
fn what_means_of_iterations_hide_is_not_answered() {
    let suites = Suites::new(&scenario("fir/16", "").replace("\"mean\"", "\"p95\""));
    suites.run(None).expect(0);
    let check = suites.check();
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"cannot-observe".into()), "{check:#}");
}

#[test]
fn fewer_than_five_starts_prove_nothing() {
    let suites = Suites::new(&scenario("fir/16", "").replace("[sampling]", "[sampling]\nstarts = 4"));
    suites.run(None).expect(5);
    let check = suites.check();
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"too-few-samples".into()), "{check:#}");
    close(&check["estimate"]["value"], 1.005);
}

#[test]
fn a_bench_that_ends_itself_has_crashed_and_keeps_what_it_measured() {
    for (fault, detail) in [
        ("abort", "ended by SIGABRT: the filter has left its state"),
        ("panic", "the filter has left its state"),
        ("exit", "exited with status 7: there is no such filter"),
    ] {
        let suites = Suites::new(&scenario("fir/16", ""));
        suites.run(Some(fault)).expect(5);
        let check = suites.check();
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"crashed".into()), "{check:#}");
        assert!(check["reason"].as_str().unwrap().ends_with(detail), "{check:#}");
        assert_eq!(suites.starts(), 2, "{fault}");
    }
}

#[test]
fn damaged_files_are_named_and_never_green() {
    for (fault, said) in [
        ("truncated", "start-2/fir_16/new/sample.json"),
        ("nan", "start-2/fir_16/new/sample.json:1:"),
        ("negative", "start-2/fir_16/new/sample.json:1:"),
        ("silent", "benchmark \"fir/16\" of bench fir was not measured; nothing was; it lists fir/16, fir/64"),
    ] {
        let suites = Suites::new(&scenario("fir/16", ""));
        let ended = suites.run(Some(fault)).expect(5);
        assert!(ended.err.contains(said), "{fault}: {}", ended.err);
        let (check, run) = (suites.check(), suites.0.run_json());
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"rig-fault".into()), "{check:#}");
        assert!(run["errors"][0]["message"].as_str().unwrap().contains(said), "{run:#}");
        assert_eq!(suites.starts(), 2, "{fault}");
    }
}

#[test]
fn an_id_that_no_benchmark_has_is_a_fault_that_lists_those_that_there_are() {
    let suites = Suites::new(&scenario("fir/32", ""));
    let ended = suites.run(None).expect(5);
    assert!(
        ended.err.contains("\"fir/32\" of bench fir was not measured; nothing was; it lists fir/16, fir/64"),
        "{}",
        ended.err
    );
    assert_eq!(suites.check()["verdict"], "not-run");
    let suites = Suites::new(&scenario("fir/16", "").replace("benchmark = \"fir/16\"", ""));
    let ended = suites.run(None).expect(5);
    assert!(ended.err.contains("bench fir measures several: fir/16, fir/64; name one"), "{}", ended.err);
    let suites = Suites::new(&scenario("fir/16", "").replace("benchmark = \"fir/16\"", "filter = \"64\""));
    suites.run(None).expect(3);
    close(&suites.check()["estimate"]["value"], 4.0);
}

#[test]
fn a_suite_that_does_not_build_shows_what_the_compiler_says() {
    let suites = Suites::new(&scenario("fir/16", "features = [\"broken\"]"));
    let ended = suites.run(None).expect(5);
    assert!(ended.err.contains("error: this filter does not compile on purpose"), "{}", ended.err);
    assert!(ended.err.contains("src/lib.rs:4:1"), "{}", ended.err);
    let run = suites.0.run_json();
    assert_eq!(run["errors"][0]["phase"], "build");
    assert_eq!(suites.check()["reason_code"], "rig-fault");
    assert!(!run.to_string().contains(repository("fixtures").to_str().unwrap()), "{run:#}");
}

#[test]
fn checking_finds_what_is_not_there_with_its_place() {
    let good = scenario("fir/16", "");
    let package = repository("fixtures/suites/paced");
    for (text, kind, place) in [
        (
            good.replace(package.to_str().unwrap(), "nowhere"),
            "there is no Cargo package in \"nowhere\"",
            "suite.toml:8:11",
        ),
        (scenario("fir/16", "bench = \"fire\""), "there is no bench target \"fire\"", "suite.toml:10:9"),
        (scenario("fir/16", "features = [\"simd\"]"), "there is no feature \"simd\"", "suite.toml:10:13"),
        (
            good.replace(package.to_str().unwrap(), repository("fixtures/suites/stand-in").to_str().unwrap()),
            "has no bench target",
            "suite.toml:8:11",
        ),
    ] {
        let suites = Suites::new(&text);
        let ended = Ended::of(suites.command(&["check", "suite.toml"]).output().unwrap()).expect(2);
        assert!(ended.err.contains(kind) && ended.err.contains(place), "{}", ended.err);
        assert!(ended.err.contains("help: "), "{}", ended.err);
    }
}

/// The package may be named from the scenario's folder or from the working folder.
#[test]
fn a_package_is_found_beside_the_scenario_and_in_the_working_folder() {
    let suites = Suites::new(&scenario("fir/16", ""));
    let paced = repository("fixtures/suites/paced");
    for (file, package) in [("here/a.toml", "../mine/fir"), ("here/b.toml", "mine/fir"), ("mine/fir/c.toml", ".")] {
        for part in ["Cargo.toml", "src/lib.rs", "benches/fir.rs"] {
            let text = std::fs::read_to_string(paced.join(part)).unwrap();
            let stand_in = repository("fixtures/suites/stand-in");
            suites.0.write(&format!("mine/fir/{part}"), &text.replace("../stand-in", stand_in.to_str().unwrap()));
        }
        suites.0.write(file, &scenario("fir/16", "").replace(paced.to_str().unwrap(), package));
        Ended::of(suites.command(&["check", file]).output().unwrap()).expect(0);
    }
}

/// The kernels of this repository, timed by criterion itself.
#[test]
fn the_own_kernels_run_as_a_real_suite() {
    let suites = Suites::new("");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let text = std::fs::read_to_string(repository("scenarios/liquid-audio-nets/desktop-cpu-criterion.toml")).unwrap();
    // Quick runs of the scenario leave out all of it, and a full one takes half a minute.
    let text = text.replace("needs = { full_run = true }\n", "");
    let package = repository("targets/hil-desktop");
    suites.0.write("own.toml", &text.replace("../../targets/hil-desktop", package.to_str().unwrap()));
    let mut command = suites.command(&["run", "own.toml", "--quick"]);
    Ended::of(command.env("CARGO_TARGET_DIR", target).output().unwrap()).expect(0);
    let run = suites.0.run_json();
    let checks = run["checks"].as_array().unwrap();
    assert!(checks.len() >= 3, "{run:#}");
    for check in checks {
        assert_eq!((&check["verdict"], &check["evidence"]), (&"reported".into(), &"host".into()), "{check:#}");
        let figure = &check["estimate"];
        assert!(figure["lower"].as_f64().unwrap() <= figure["upper"].as_f64().unwrap(), "{check:#}");
        assert!(figure["value"].as_f64().unwrap() > 0.0, "{check:#}");
    }
}

#[cfg(unix)]
mod ended {
    use std::process::Stdio;

    use super::{Ended, Suites, scenario};

    /// The process whose number the bench has written, once it has.
    fn child(suites: &Suites) -> Option<u32> {
        std::fs::read_to_string(suites.0.path().join("child")).ok()?.parse().ok()
    }

    /// Whether a process runs; one that is dead but not yet taken away does not.
    fn runs(process: u32) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).ok();
        state.and_then(|state| Some(!state.rsplit_once(") ")?.1.starts_with('Z'))).unwrap_or(false)
    }

    #[track_caller]
    fn expect_gone(process: u32) {
        let asked = std::time::Instant::now();
        while runs(process) {
            assert!(asked.elapsed() < std::time::Duration::from_secs(30), "{process} lives on");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_bench_that_hangs_is_ended_with_what_it_started() {
        let suites = Suites::new(&scenario("fir/16", "").replace("20 s", "2 s"));
        let mut command = suites.command(&["run", "suite.toml"]);
        command.env("SUITE_FAULT", "hang").env("SUITE_CHILD", suites.0.path().join("child"));
        Ended::of(command.output().unwrap()).expect(5);
        let check = suites.check();
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"timeout".into()), "{check:#}");
        assert_eq!(suites.starts(), 2);
        expect_gone(child(&suites).unwrap());
    }

    #[test]
    fn ctrl_c_ends_the_bench_keeps_what_it_measured_and_the_host_was_held() {
        let suites = Suites::new(&scenario("fir/16", ""));
        let mut command = suites.command(&["run", "suite.toml"]);
        command.env("SUITE_FAULT", "hang").env("SUITE_CHILD", suites.0.path().join("child"));
        let mut hil = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let bench = loop {
            if let Some(bench) = child(&suites) {
                break bench;
            }
            assert!(hil.try_wait().unwrap().is_none(), "it ended without a third start");
            std::thread::yield_now();
        };
        let lease = std::fs::File::open(suites.0.lease()).unwrap();
        assert!(lease.try_lock().is_err(), "nobody else may measure meanwhile");
        let id = nix::unistd::Pid::from_raw(i32::try_from(hil.id()).unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
        assert_eq!(hil.wait().unwrap().code(), Some(130));
        expect_gone(bench);
        assert_eq!(suites.0.run_json()["interrupted"], true);
        assert_eq!(suites.check()["reason_code"], "interrupted");
        assert_eq!(suites.starts(), 2);
    }
}
