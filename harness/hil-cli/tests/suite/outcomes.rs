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
    assert_eq!(check["samples"], 100);
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
fn an_unknown_fault_is_a_usage_error_that_lists_the_known_ones() {
    let place = Place::new();
    let ended = place.hil(&["run", "--fault", "gremlins"]).expect(2);
    assert!(ended.err.contains("gremlins") && ended.err.contains("wrong-result"), "{}", ended.err);
    assert!(place.runs().is_empty());
}

#[test]
fn programs_are_measured_as_whole_processes_and_their_exit_status_counts() {
    let scenario = |program: &str| quick_scenario("x").replace("kernel = \"x\"", &format!("command = [\"{program}\"]"));
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
