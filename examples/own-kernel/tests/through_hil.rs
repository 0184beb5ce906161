//! The way of README.md: the real `hil` measures this program without having heard of it.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// This program, and the `hil` that cargo built beside it.
fn programs() -> (PathBuf, PathBuf) {
    let image = PathBuf::from(env!("CARGO_BIN_EXE_own-kernel"));
    let hil = image.with_file_name(format!("hil{}", std::env::consts::EXE_SUFFIX));
    assert!(hil.is_file(), "build hil first: cargo build --release --bin hil");
    (image, hil)
}

fn run(folder: &Path, extra: &[&str]) -> Output {
    let (image, hil) = programs();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenario.toml");
    let mut command = Command::new(hil);
    command.arg("run").arg(scenario).arg("--image").arg(image).args(extra);
    command.current_dir(folder).env("HIL_LEASE", folder.join("lease")).env_remove("HIL_DATA").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_own_kernel_is_measured_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    // How fast and how quiet this machine is decides what is proved; the rig must be sound in any case.
    assert!(matches!(output.status.code(), Some(0 | 3 | 5)) && !err.contains("rig fault"), "{out}\n{err}");
    assert!(out.contains("A filter of my own") && out.contains("report: "), "{out}");
}

#[test]
fn an_own_kernel_that_panics_is_invalid_with_its_own_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--fault", "panic"]);
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("crashed"), "{}", text(&output.stdout));
}

#[test]
fn without_the_image_its_kernel_is_unknown_and_the_message_says_where() {
    let (_, hil) = programs();
    let folder = tempfile::tempdir().unwrap();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenario.toml");
    let output = Command::new(hil).arg("check").arg(scenario).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("own/fir"), "{}", text(&output.stderr));
}

#[test]
fn a_program_that_is_no_agent_is_named_as_such() {
    let (_, hil) = programs();
    let folder = tempfile::tempdir().unwrap();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenario.toml");
    let mut command = Command::new(hil);
    let output = command.arg("run").arg(scenario).args(["--image", "no-such-agent"]).current_dir(folder.path());
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("no-such-agent"), "{}", text(&output.stderr));
}
