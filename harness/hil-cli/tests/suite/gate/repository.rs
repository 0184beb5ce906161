//! A commit as the baseline: checked out, built, measured, and gone again.

use std::path::Path;
use std::process::Command;

use super::{FAST, SLOW, counting, program, row, scenario, verdict};
use crate::common::Place;

fn git(place: &Place, words: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let ended = Command::new("git").args(identity).args(words).current_dir(place.path()).output().unwrap();
    assert!(ended.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim().to_owned()
}

/// A repository whose only commit has a fast script, which is a slow one now. `./build` makes the program.
fn repository() -> Place {
    let place = Place::new();
    git(&place, &["init", "--quiet", "--initial-branch=main"]);
    place.write("scenarios/s.toml", &scenario("script", "./work"));
    program(&place, "build", "#!/bin/sh\ncp work.sh work\nchmod +x work\n");
    place.write(".gitignore", "work\nout\nhil-runs\nuser-data\nstate\nhost.lease\n");
    program(&place, "work.sh", &counting(FAST));
    git(&place, &["add", "."]);
    git(&place, &["commit", "--quiet", "-m", "fast"]);
    program(&place, "work.sh", &counting(SLOW));
    place
}

fn gate(place: &Place, more: &[&str]) -> crate::common::Ended {
    place.hil(&[&["gate", "--quick", "--artefacts", "out", "--build", "./build"][..], more].concat())
}

#[test]
fn a_commit_is_built_compared_with_and_removed() {
    let place = repository();
    gate(&place, &["--baseline", "HEAD"]).expect(3);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(row(&found, "script", "latency")["change"], "regressed", "{found:#}");
    assert_eq!(found["baseline"]["commit"], git(&place, &["rev-parse", "HEAD"]).as_str());
    assert_eq!(found["candidate"]["name"], "this folder, with changes");
    assert_eq!(git(&place, &["worktree", "list"]).lines().count(), 1, "nothing stays behind");
    assert!(
        found["repeat"].as_str().unwrap().starts_with("hil gate --baseline HEAD --build ./build --quick"),
        "{found:#}"
    );
}

#[test]
fn the_merge_base_is_the_baseline_where_none_is_named() {
    let place = repository();
    gate(&place, &[]).expect(6);
    git(&place, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git(&place, &["commit", "--quiet", "--all", "-m", "slow"]);
    gate(&place, &[]).expect(3);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(found["baseline"]["commit"], git(&place, &["rev-parse", "HEAD~1"]).as_str());
    assert_eq!(found["baseline"]["name"], "merge base with origin/main");
}

#[test]
fn a_tree_that_does_not_build_is_invalid_and_leaves_nothing_behind() {
    let place = repository();
    program(&place, "build", "#!/bin/sh\necho no luck >&2\nexit 7\n");
    git(&place, &["commit", "--quiet", "--all", "-m", "broken"]);
    program(&place, "build", "#!/bin/sh\ncp work.sh work\nchmod +x work\n");
    let ended = gate(&place, &["--baseline", "HEAD"]).expect(5);
    assert!(ended.err.contains("no luck") && ended.err.contains("the baseline does not build"), "{}", ended.err);
    let found = verdict(&place, Path::new("out"));
    let latency = row(&found, "script", "latency");
    assert_eq!((&latency["change"], &latency["reason_code"]), (&"invalid".into(), &"no-figure".into()));
    assert!(latency["reason"].as_str().unwrap().contains("status 7"), "{latency:#}");
    assert_eq!(git(&place, &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_scenario_that_the_commit_had_and_the_folder_has_not_is_invalid() {
    let place = repository();
    place.write("scenarios/t.toml", &scenario("second", "./work"));
    git(&place, &["add", "."]);
    git(&place, &["commit", "--quiet", "--all", "-m", "two"]);
    std::fs::remove_file(place.path().join("scenarios/t.toml")).unwrap();
    gate(&place, &["--baseline", "HEAD"]).expect(5);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(row(&found, "second", "latency")["reason_code"], "vanished", "{found:#}");
}

#[test]
fn a_baseline_that_does_not_exist_has_a_code_of_its_own_and_leaves_no_verdict() {
    let place = repository();
    place.write("out/verdict.json", "{\"decision\": \"pass\"}");
    let ended = gate(&place, &["--baseline", "no-such-branch"]).expect(6);
    assert!(ended.err.contains("no-such-branch") && ended.err.contains("no such commit"), "{}", ended.err);
    assert!(
        !place.path().join("out/verdict.json").exists(),
        "the verdict of an earlier gate must not pass for this one's"
    );
    gate(&place, &["--baseline", "--help"]).expect(2);

    let nowhere = Place::new();
    nowhere.write("s.toml", &scenario("script", "./work"));
    let ended = nowhere.hil(&["gate", "s.toml"]).expect(6);
    assert!(ended.err.contains("--limits-only"), "{}", ended.err);
}
