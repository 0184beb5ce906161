//! File systems that take nothing, or nothing more: what is told, and that no half of a run is left.

use std::process::Command;

use super::good;
use crate::common::{Ended, Place};

/// `hil ARGS` in a shell in which no file may grow beyond a few kilobytes, as on a full disk. The shell ignores the signal
/// that would end the program, so that writing fails instead.
fn with_little_room(place: &Place, args: &[&str]) -> Ended {
    let hil = place.command(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\""]).arg(hil.get_program()).args(hil.get_args());
    shell.current_dir(place.path());
    for (name, value) in hil.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Ended::of(shell.output().unwrap())
}

#[test]
fn a_full_disk_is_told_and_leaves_no_half_of_a_run() {
    let place = Place::new();
    place.write("q.toml", &good().replace("warmup = 2", "warmup = 2\nmin_samples = 2000"));
    let ended = with_little_room(&place, &["run", "q.toml", "--out", "runs"]).expect(1);
    assert!(ended.err.contains("cannot write \"runs/"), "{}", ended.err);
    assert!(ended.err.contains("free some space or choose another folder with --out"), "{}", ended.err);
    let left: Vec<_> = std::fs::read_dir(place.path().join("runs")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_in_which_nothing_can_be_made_is_told_before_anything_is_measured() {
    let place = Place::new();
    place.write("q.toml", &good());
    let ended = place.hil(&["run", "q.toml", "--out", "/proc/hil"]).expect(1);
    assert!(ended.err.contains("cannot write \"/proc/hil\""), "{}", ended.err);
    assert!(!ended.err.contains("iterations"), "{}", ended.err);
}
