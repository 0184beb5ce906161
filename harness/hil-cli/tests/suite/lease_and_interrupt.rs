//! One run at a time on a host, and Ctrl-C keeps what was measured.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use crate::common::{Place, quick_scenario};

/// Holds the lease of `place` as another run would.
fn hold(place: &Place) -> std::fs::File {
    let mut file = std::fs::File::create(place.lease()).unwrap();
    file.lock().unwrap();
    file.write_all(b"process 4711, hil run of a colleague").unwrap();
    file
}

#[test]
fn a_second_run_that_does_not_want_to_wait_says_who_holds_the_host() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    let _held = hold(&place);
    let ended = place.hil(&["run", "q.toml", "--no-wait"]).expect(5);
    assert!(ended.err.contains("process 4711"), "{}", ended.err);
    assert!(place.runs().is_empty());
}

#[test]
fn a_second_run_waits_says_for_whom_and_goes_on_when_the_host_is_free() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    let held = hold(&place);
    let mut child = place.command(&["run", "q.toml"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it never said that it waits");
    }
    assert!(line.contains("process 4711"), "{line}");
    assert!(place.runs().is_empty());
    drop(held);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert_eq!(place.runs().len(), 1);
}

#[test]
fn ctrl_c_ends_measuring_and_keeps_what_was_measured() {
    let place = Place::new();
    let endless =
        quick_scenario("lan/keyword_i8").replace("[[check]]", "min_samples = 10_000_000\nbudget = \"1 h\"\n[[check]]");
    place.write("q.toml", &endless);
    let mut child = place
        .command(&["run", "q.toml", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // The first progress event says that samples are being taken.
    while !line.contains("\"progress\"") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no progress was ever told");
    }
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let run = place.run_json();
    assert_eq!(run["interrupted"], true);
    let folder = place.runs().pop().unwrap();
    let observations = hil_store::read_observations(&folder).unwrap();
    assert!(observations.iter().any(|seen| !seen.iterations.is_empty()), "samples are kept");
    let check = crate::common::check(&run, "TST-1");
    assert!(["not-run", "pass"].contains(&check["verdict"].as_str().unwrap()), "{check:#}");
}
