//! The first run of a newcomer: built-in scenarios in an empty folder, and everything it leaves behind agrees.

use crate::common::{Place, check};
use serde_json::Value;

#[test]
fn a_run_in_an_empty_folder_answers_the_built_in_scenarios_and_says_where_the_report_is() {
    let place = Place::new();
    let ended = place.hil(&["run", "--quick", "--seed", "1"]);
    // How fast and how quiet this machine is decides what is proved; that everything is judged does not depend on it.
    assert!([0, 3, 5].contains(&ended.code), "{}\n{}", ended.out, ended.err);
    let folder = place.runs().pop().unwrap();
    let report = format!("report: {}", std::path::Path::new("hil-runs").join(folder.file_name().unwrap()).display());
    assert!(ended.out.contains(&report), "{}", ended.out);
    for target in ["LAN-16", "LAN-17", "LAN-18", "LAN-19"] {
        assert!(ended.out.contains(target), "{}", ended.out);
    }
    let files = ["run.json", "report.html", "hil.log", "iterations.parquet", "estimates.parquet", "verdicts.parquet"];
    for file in files {
        assert!(folder.join(file).is_file(), "{file}");
    }

    let run = place.run_json();
    let schema = hil_store::run_json::schema();
    let problems: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&run).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((&run["quick"], &run["seed"], &run["errors"]), (&true.into(), &1.into(), &serde_json::json!([])));
    for check in run["checks"].as_array().unwrap() {
        // Data that has to be fetched, packages and the firmware of boards that are in this repository only, and what a quick
        // run leaves out.
        let of_a_suite = ["lan-desktop-cpu-criterion", "ndv-desktop-cpu-gemm"].map(|id| check["scenario"] == id);
        let is_elsewhere = of_a_suite.contains(&true) || check["platform"] != "desktop-cpu";
        let is_slow = check["metric"] == "instructions";
        let expected = if check["target"] == "LAN-19" || check["target"] == "NDV-30" || is_elsewhere || is_slow {
            &["not-run"][..]
        } else {
            &["pass", "fail", "inconclusive", "reported", "invalid", "not-applicable"]
        };
        assert!(expected.contains(&check["verdict"].as_str().unwrap()), "{check:#}");
    }
    let text = run.to_string();
    assert!(!text.contains(&place.path().display().to_string()), "a path of this machine stands in run.json");
    for name in ["USER", "LOGNAME", "HOSTNAME"] {
        if let Some(name) = std::env::var(name).ok().filter(|name| name.len() > 4) {
            assert!(!text.contains(&name), "{name} stands in run.json");
        }
    }
}

#[test]
fn the_table_run_json_and_parquet_say_the_same() {
    let place = Place::new();
    place.hil(&["run", "--only", "LAN-16,LAN-18", "--quick"]);
    let folder = place.runs().pop().unwrap();
    let run = hil_store::read_run(&folder).unwrap();
    let verdicts = hil_store::read_verdicts(&folder).unwrap();
    assert_eq!(run.checks.len(), 2);
    assert_eq!(format!("{:?}", verdicts.len()), "2");
    let observations = hil_store::read_observations(&folder).unwrap();
    let timed: usize = observations.iter().map(|seen| seen.latencies().count()).sum();
    let latency = run.checks.iter().find(|check| check.samples > 10).unwrap();
    assert_eq!(timed as u64, latency.samples, "every sample behind the figure is in the tables");

    let again = place.hil(&["report"]).expect(0);
    assert!(again.out.contains("LAN-16") && again.out.contains("LAN-18"));
    place.hil(&["report", "--html", "again.html", "--markdown", "again.md", "--junit", "again.xml"]).expect(0);
    let html = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    assert_eq!(html(&place.path().join("again.html")), html(&folder.join("report.html")), "rendering is repeatable");
}

#[test]
fn without_the_recordings_accuracy_is_not_run_and_says_how_to_get_them() {
    let place = Place::new();
    let ended = place.hil(&["run", "--only", "LAN-19"]).expect(0);
    let run = place.run_json();
    let check = check(&run, "LAN-19");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"not-run".into(), &"data-missing".into()));
    assert_eq!((&check["estimate"], &check["evidence"]), (&Value::Null, &Value::Null));
    let reason = check["reason"].as_str().unwrap();
    assert!(reason.contains("arabic-speech-commands") && reason.contains("CC-BY-4.0"), "{reason}");
    assert!(ended.out.contains("keywords-test"), "{}", ended.out);

    let place = Place::new();
    place.hil(&["run", "--only", "LAN-19", "--require", "LAN-19"]).expect(4);
}

#[test]
fn events_are_one_json_object_a_line_and_end_with_the_verdicts_of_run_json() {
    let place = Place::new();
    let ended = place.hil(&["run", "--only", "LAN-16", "--quick", "--format", "json"]);
    let events: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert!(names.contains(&"scenario-started") && names.contains(&"scenario-finished"), "{names:?}");
    let last = events.last().unwrap();
    assert_eq!(last["event"], "run-finished");
    let run = place.run_json();
    for field in ["format", "quick", "fault", "interrupted", "checks", "alerts", "errors"] {
        assert_eq!(last.get(field), run.get(field), "{field}");
    }
    assert_eq!((&last["quick"], &last["fault"]), (&true.into(), &Value::Null));
    let folder = place.path().join(last["folder"].as_str().unwrap());
    assert_eq!(std::fs::canonicalize(folder).unwrap(), std::fs::canonicalize(&place.runs()[0]).unwrap());
    assert!(place.path().join(last["report"].as_str().unwrap()).is_file());
    assert!(!ended.out.contains('\u{1b}'));
}

/// Other systems refuse such names before `hil` sees them.
#[cfg(target_os = "linux")]
#[test]
fn the_last_event_names_a_folder_that_is_not_unicode_as_well_as_json_can() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let mut command = place.command(&["run", "--only", "LAN-19", "--format", "json", "--out"]);
    command.arg(std::ffi::OsStr::from_bytes(b"runs-\xff"));
    let ended = crate::common::Ended::of(command.output().unwrap()).expect(0);
    let last: Value = serde_json::from_str(ended.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "run-finished");
    assert!(last["folder"].as_str().unwrap().starts_with("runs-\u{fffd}"), "{last}");
}

#[test]
fn names_that_do_not_exist_are_usage_errors_and_run_nothing() {
    let place = Place::new();
    for (args, word) in [
        (["run", "--only", "LAN-99"], "LAN-99"),
        (["run", "--require", "LAN-99"], "LAN-99"),
        (["run", "nowhere.toml", "--quick"], "nowhere.toml"),
        (["report", "--out", "nowhere"], "nowhere"),
    ] {
        let ended = place.hil(&args).expect(2);
        assert!(ended.err.contains(word), "{}", ended.err);
    }
    assert!(place.runs().is_empty());
}

#[test]
fn a_part_of_a_data_set_proves_no_accuracy() {
    let Some(data) = std::env::var_os("HIL_DATA") else {
        println!("not run: HIL_DATA names no data sets");
        return;
    };
    let place = Place::new();
    let mut command = place.command(&["run", "--only", "LAN-19", "--budget", "20 ms"]);
    let ended = crate::common::Ended::of(command.env("HIL_DATA", data).output().unwrap());
    let run = place.run_json();
    let check = check(&run, "LAN-19");
    assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &"too-few-samples".into()), "{check:#}");
    assert_eq!(ended.code, 5);
}

#[test]
fn the_real_recordings_are_judged_whole_and_by_speaker() {
    let Some(data) = std::env::var_os("HIL_DATA") else {
        println!("not run: HIL_DATA names no data sets");
        return;
    };
    let place = Place::new();
    let mut command = place.command(&["run", "--only", "LAN-19"]);
    crate::common::Ended::of(command.env("HIL_DATA", data).output().unwrap()).expect(0);
    let run = place.run_json();
    let check = check(&run, "LAN-19");
    // 699 of 720 are right, and six speakers are too few to prove more than 95 % by that.
    assert_eq!((&check["verdict"], &check["samples"]), (&"inconclusive".into(), &720.into()), "{check:#}");
    assert_eq!(check["estimate"]["method"], "clustered-proportion");
    let right = check["estimate"]["value"].as_f64().unwrap() / 100.0 * 720.0;
    assert!((right - 699.0).abs() < 1e-6, "{check:#}");
    assert_eq!(run["data"][0]["name"], "keywords-test");
}
