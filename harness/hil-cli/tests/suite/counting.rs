//! Instructions and the heap from a scenario to a verdict. Where valgrind is not installed, what takes it says so and passes.

use crate::common::Place;

const SCENARIO: &str = r#"
id = "counted"
title = "Counted"
[on]
platform = "desktop-cpu"
[workloads]
scalar = { kernel = "ndv/relu-l1-scalar" }
again = { kernel = "ndv/relu-l1-scalar" }
[[check]]
target = "TST-1"
workload = "scalar"
metric = "instructions"
statistic = "exact"
limit = "< 100000000 instructions"
[[check]]
target = "TST-2"
workload = "again"
versus = "scalar"
metric = "instructions"
limit = "1..1 x"
"#;

#[expect(clippy::print_stdout, reason = "what is missing is for whoever runs the test")]
pub fn valgrind_is_here() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let here = std::env::split_paths(&path).any(|folder| folder.join("valgrind").is_file());
    if !here {
        println!("skipped: valgrind is not installed");
    }
    here
}

#[test]
fn the_instructions_of_a_kernel_are_judged_exactly_and_say_what_counted_them() {
    if !valgrind_is_here() {
        return;
    }
    let place = Place::new();
    place.write("c.toml", SCENARIO);
    place.hil(&["run", "c.toml"]).expect(0);
    let run = place.run_json();
    let checks = run["checks"].as_array().unwrap();
    for check in checks {
        assert_eq!((&check["verdict"], &check["evidence"]), (&"pass".into(), &"host".into()), "{check:#}");
        let figure = &check["estimate"];
        assert_eq!((&figure["method"], &figure["lower"]), (&"counted".into(), &figure["upper"]), "{figure}");
        assert_eq!((&check["samples"], &figure["value"]), (&2.into(), &figure["upper"]), "{check:#}");
        let remark = figure["remark"].as_str().unwrap();
        assert!(remark.starts_with("counted by callgrind-") && remark.contains("vector instructions: "), "{remark}");
    }
    assert_eq!((&checks[0]["unit"], &checks[1]["estimate"]["value"]), (&"instructions".into(), &1.0.into()));
    // What was counted can be judged again from what is stored.
    let stored = hil_store::read_observations(&place.runs()[0]).unwrap();
    let counts: Vec<usize> = stored.iter().map(|seen| seen.counts.len()).collect();
    assert_eq!(counts, [2, 2]);
}

#[test]
fn without_valgrind_and_in_a_quick_run_nothing_is_counted_and_the_reason_says_what_that_takes() {
    let nowhere = Place::new().path().join("nowhere");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let (missing, quick) =
        ("needs valgrind, whose callgrind counts instructions (on Linux); sudo apt-get", "quick runs leave");
    let mut cases = vec![(&["run", "c.toml"][..], nowhere.into_os_string(), "cannot-observe", missing)];
    if valgrind_is_here() {
        cases.push((&["run", "c.toml", "--quick"], path, "quick-run", quick));
    }
    for (words, path, code, why) in cases {
        let place = Place::new();
        place.write("c.toml", SCENARIO);
        let ended = place.command(words).env("PATH", path).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{words:?}");
        for check in place.run_json()["checks"].as_array().unwrap() {
            assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &code.into()));
            assert!(check["reason"].as_str().unwrap().starts_with(why), "{check:#}");
        }
    }
}

#[test]
fn the_heap_of_a_kernel_is_judged_exactly() {
    let place = Place::new();
    let scenario = SCENARIO.replace("\"instructions\"", "\"heap\"").replace("\"exact\"", "\"max\"");
    place.write("h.toml", &scenario.replace("< 100000000 instructions", "1..2000 KB"));
    place.hil(&["run", "h.toml", "--quick"]).expect(0);
    let run = place.run_json();
    for check in run["checks"].as_array().unwrap() {
        let figure = &check["estimate"];
        assert_eq!((&check["verdict"], &check["evidence"]), (&"pass".into(), &"host".into()), "{check:#}");
        assert_eq!((&figure["method"], &figure["lower"]), (&"counted".into(), &figure["upper"]), "{figure}");
    }
    let stored = hil_store::read_observations(&place.runs()[0]).unwrap();
    assert!(stored.iter().all(|seen| seen.heaps.len() == 2 && seen.peaks.is_empty()), "{stored:?}");
}
