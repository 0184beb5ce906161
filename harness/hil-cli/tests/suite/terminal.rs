//! What people read: help, lists, plans and problems, word by word.

use hil_testkit::redact::redact;

use crate::common::{Ended, Place};

fn fixture(name: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join("fixtures/scenarios").join(name)).unwrap()
}

#[test]
fn help() {
    let place = Place::new();
    insta::assert_snapshot!("help", place.hil(&["--help"]).expect(0).out);
    insta::assert_snapshot!("help-run", place.hil(&["run", "--help"]).expect(0).out);
}

#[test]
fn a_word_that_is_no_command_is_a_usage_error() {
    let ended = Place::new().hil(&["runn"]).expect(2);
    assert!(ended.err.contains("runn") && ended.err.contains("'run'"), "{}", ended.err);
}

#[test]
fn lists() {
    let place = Place::new();
    for what in ["scenarios", "kernels", "data", "faults"] {
        insta::assert_snapshot!(format!("list-{what}"), redact(&place.hil(&["list", what]).expect(0).out));
    }
}

#[test]
fn five_mistakes_are_told_at_once_and_nothing_is_run() {
    let place = Place::new();
    place.write("five.toml", &fixture("invalid/five-mistakes.toml"));
    let ended = place.hil(&["check", "five.toml"]).expect(2);
    insta::assert_snapshot!("five-mistakes", ended.err);
    let ended = place.hil(&["run", "five.toml"]).expect(2);
    assert!(ended.err.contains("five.toml:3:23") && place.runs().is_empty(), "{}", ended.err);
    let ended = place.hil(&["check", "five.toml", "--format", "json"]).expect(2);
    let lines: Vec<serde_json::Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|problem| problem["line"].is_u64() && problem["column"].is_u64()), "{}", ended.out);
}

#[test]
fn a_good_file_is_said_to_be_good() {
    let place = Place::new();
    place.write("good.toml", &crate::common::quick_scenario("lan/keyword_i8"));
    assert_eq!(place.hil(&["check", "good.toml"]).expect(0).out, "1 scenario with 1 check: no problem\n");
}

#[test]
fn the_plan_of_the_built_in_scenarios() {
    let place = Place::new();
    // Whether valgrind is installed here does not matter: the plan finds one, and starts nothing.
    let valgrind = place.write("bin/valgrind", "");
    #[cfg(unix)]
    std::fs::set_permissions(&valgrind, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = place.command(&["plan", "--seed", "1"]);
    let plan = Ended::of(command.env("PATH", valgrind.parent().unwrap()).output().unwrap()).expect(0).out;
    // The number of workers is that of this machine's cores.
    let workers = |line: &str| match line.split_once("closed loop on ") {
        Some((before, after)) => {
            let (_, rest) = after.split_once(", ").unwrap();
            format!("{before}closed loop on [workers], {rest}")
        }
        None => line.to_owned(),
    };
    insta::assert_snapshot!("plan", plan.lines().map(workers).collect::<Vec<_>>().join("\n"));
}

#[test]
fn schemas_are_json_and_name_their_fields() {
    let place = Place::new();
    for (what, field) in [("scenario", "workload"), ("run", "checks")] {
        let schema: serde_json::Value = serde_json::from_str(&place.hil(&["schema", what]).expect(0).out).unwrap();
        assert!(schema["properties"][field].is_object(), "{what}");
    }
}

#[test]
fn data_commands_verify_what_is_there_and_refuse_what_is_no_set() {
    let place = Place::new();
    let listed = place.hil(&["data", "list"]).expect(0).out;
    assert!(listed.contains("keywords-test") && listed.contains("CC-BY-4.0"), "{listed}");
    place.hil(&["data", "verify"]).expect(0);
    std::fs::create_dir(place.path().join("nothing")).unwrap();
    let ended = place.hil(&["data", "add", "nothing"]).expect(2);
    assert!(ended.err.contains("nothing"), "{}", ended.err);
}

#[test]
fn a_damaged_data_set_is_a_rig_fault_and_no_verdict() {
    let place = Place::new();
    let folder = "data/arabic-speech-commands";
    place.write(&format!("{folder}/SHA256SUMS"), "0000  ./test.csv\n");
    place.write(&format!("{folder}/test.csv"), "file,class\n");
    let ended = place.hil(&["run", "--only", "LAN-19", "--data", "data"]).expect(5);
    let run = place.run_json();
    assert_eq!(crate::common::check(&run, "LAN-19")["reason_code"], "rig-fault", "{run:#}");
    assert!(ended.err.contains("SHA256SUMS"), "{}", ended.err);
    let text = run.to_string();
    assert!(!text.contains(&place.path().display().to_string()), "a folder of this machine stands in run.json: {text}");
}

#[test]
fn a_scenario_named_by_its_whole_path_leaves_no_folder_names_in_the_run() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("q.toml");
    std::fs::write(&file, crate::common::quick_scenario("lan/keyword_i8")).unwrap();
    place.hil(&["run", file.to_str().unwrap()]).expect(0);
    let run = place.run_json();
    assert_eq!(run["checks"][0]["place"]["file"], "q.toml");
    assert!(!run.to_string().contains(elsewhere.path().to_str().unwrap()));
}

#[test]
fn a_run_that_cannot_be_kept_is_an_internal_error_before_anything_is_measured() {
    let place = Place::new();
    place.write("q.toml", &crate::common::quick_scenario("lan/keyword_i8"));
    place.write("taken", "a file");
    let ended = place.hil(&["run", "q.toml", "--out", "taken"]).expect(1);
    assert!(ended.err.contains("taken") && !ended.err.contains("[1/1]"), "{}", ended.err);
}

#[test]
fn doctor_says_what_is_attached_and_what_is_missing() {
    let out = Place::new().hil(&["doctor"]).expect(0).out;
    for word in ["desktop-cpu", "Noise", "keywords-test", "Debug probes", "hil emulate nrf52840"] {
        assert!(out.contains(word), "{word}: {out}");
    }
}

#[test]
fn a_data_folder_that_is_none_is_a_usage_error_and_no_other_copy_answers() {
    let place = Place::new();
    let ended = place.hil(&["run", "--only", "LAN-19", "--data", "nowhere"]).expect(2);
    assert!(ended.err.contains("nowhere"), "{}", ended.err);
    place.hil(&["data", "list", "--data", "nowhere"]).expect(2);
}

#[test]
fn reports_go_where_they_are_sent() {
    let place = Place::new();
    place.write("q.toml", &crate::common::quick_scenario("lan/keyword_i8"));
    place.hil(&["run", "q.toml"]).expect(0);
    let printed = place.hil(&["report", "--markdown", "-"]).expect(0).out;
    assert!(printed.contains("TST-1"), "{printed}");
    place.hil(&["report", "--junit", "out.xml", "--markdown", "out.md"]).expect(0);
    assert!(std::fs::read_to_string(place.path().join("out.md")).unwrap().contains("TST-1"));
}

#[cfg(unix)]
#[test]
fn a_report_sent_to_a_link_goes_to_the_file_behind_it() {
    let place = Place::new();
    place.write("q.toml", &crate::common::quick_scenario("lan/keyword_i8"));
    place.hil(&["run", "q.toml"]).expect(0);
    let real = place.write("real.md", "old");
    std::os::unix::fs::symlink(&real, place.path().join("link.md")).unwrap();
    place.hil(&["report", "--markdown", "link.md"]).expect(0);
    assert!(place.path().join("link.md").is_symlink());
    assert!(std::fs::read_to_string(real).unwrap().contains("TST-1"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_internal_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Place::new().command(&["schema", "run"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_scenario_is_refused_and_not_waited_for() {
    let place = Place::new();
    nix::unistd::mkfifo(&place.path().join("pipe.toml"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let ended = place.hil(&["check", "pipe.toml"]).expect(2);
    assert!(ended.err.contains("pipe.toml") && ended.err.contains("regular file"), "{}", ended.err);
}
