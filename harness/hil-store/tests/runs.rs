//! Many runs in one folder: which are seen, in which order, and which are removed.

#![expect(clippy::unwrap_used, reason = "a panic in a helper is the failure of its test")]

#[expect(dead_code, reason = "only the run of the sample is needed here")]
mod sample;

use std::fs;
use std::path::{Path, PathBuf};

use hil_model::id::RunId;
use hil_model::run::Run;
use hil_store::{RunFolder, RunWriter, StoreError, list_runs, retain};

fn id(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

/// Writes a run that began in the given second.
fn write(out: &Path, name: &str, second: u32) -> PathBuf {
    let started = format!("2026-01-02T03:04:{second:02}Z");
    let run = Run { id: id(name), started, ..sample::run().unwrap() };
    RunWriter::new(out).write(&run, &[], &[]).unwrap()
}

fn listed(out: &Path) -> Vec<String> {
    list_runs(out).unwrap().into_iter().map(|(id, _)| id.to_string()).collect()
}

#[test]
fn runs_are_listed_by_their_start_newest_last() {
    let out = tempfile::tempdir().unwrap();
    assert!(listed(&out.path().join("missing")).is_empty());
    for (name, second) in [("b", 3), ("a", 5), ("c", 1)] {
        write(out.path(), name, second);
    }
    assert_eq!(listed(out.path()), ["c", "b", "a"]);
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(list_runs(&file), Err(StoreError::NotAFolder { .. })));
}

#[test]
fn what_is_not_a_whole_run_is_not_listed() {
    let out = tempfile::tempdir().unwrap();
    let whole = write(out.path(), "a", 1);
    let unfinished = RunFolder::create(out.path(), &id("b")).unwrap();
    unfinished.write("run.json", &fs::read(whole.join("run.json")).unwrap()).unwrap();
    fs::create_dir(out.path().join("empty")).unwrap();
    fs::create_dir(out.path().join("broken")).unwrap();
    fs::write(out.path().join("broken/run.json"), "{").unwrap();
    fs::copy(whole.join("run.json"), out.path().join("run.json")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&whole, out.path().join("latest")).unwrap();
    assert_eq!(listed(out.path()), ["a"]);
}

#[test]
fn the_oldest_runs_go_and_everything_else_stays() {
    let out = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> =
        ["r1", "r2", "r3", "r4"].into_iter().zip(1..).map(|(name, second)| write(out.path(), name, second)).collect();
    let kept = out.path().join("my-baseline");
    fs::rename(write(out.path(), "r0", 0), &kept).unwrap();
    fs::create_dir(out.path().join("notes")).unwrap();
    fs::write(out.path().join("notes/a.txt"), "mine").unwrap();
    let newer = out.path().join("newer");
    fs::create_dir(&newer).unwrap();
    fs::write(newer.join("run.json"), "{\"format\": \"2.0\", \"id\": \"newer\", \"started\": \"2020\"}").unwrap();

    assert_eq!(retain(out.path(), 2, &id("r4")).unwrap(), paths[..2]);
    let mut left: Vec<_> =
        fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["my-baseline", "newer", "notes", "r3", "r4"]);
    assert!(retain(out.path(), 2, &id("r4")).unwrap().is_empty(), "nothing is left to do");
}

#[test]
#[cfg(unix)] // Elsewhere the standard library cannot set the time of a folder.
fn what_unfinished_runs_left_behind_goes_once_it_is_old() {
    let out = tempfile::tempdir().unwrap();
    let hidden = |name: &str| {
        let path = out.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("run.json"), "{").unwrap();
        path
    };
    let dead = hidden(".20260102-030405-00dead.tmp");
    let (live, notes) = (hidden(".20260102-030405-00aaaa.tmp"), hidden(".notes.tmp"));
    assert!(retain(out.path(), 9, &id("r1")).unwrap().is_empty(), "no run is newer than they are");
    let run = write(out.path(), "r1", 1);
    assert!(retain(out.path(), 9, &id("r1")).unwrap().is_empty(), "all of them may be in progress");
    // The run is written two hours later, except for one that is in progress even then.
    let later = fs::metadata(&run).unwrap().modified().unwrap() + std::time::Duration::from_secs(7200);
    for path in [&run, &live] {
        fs::File::open(path).unwrap().set_modified(later).unwrap();
    }
    assert_eq!(retain(out.path(), 9, &id("r1")).unwrap(), [dead]);
    assert!(live.is_dir() && notes.is_dir() && run.is_dir());
}

#[test]
fn the_protected_run_stays_even_when_it_is_the_oldest() {
    let out = tempfile::tempdir().unwrap();
    for (name, second) in [("r1", 1), ("r2", 2), ("r3", 3)] {
        write(out.path(), name, second);
    }
    retain(out.path(), 0, &id("r1")).unwrap();
    assert_eq!(listed(out.path()), ["r1"]);
}
