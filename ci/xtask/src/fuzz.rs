//! `cargo xtask fuzz`: damaged inputs for every reader.
//!
//! The work is done by the binary of `hil-fuzz`; xtask itself depends on no crate of the workspace.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::finding::{Finding, Report};

/// Builds with the features of the whole workspace, so that nothing is built twice.
pub const BUILD: &[&str] = &["build", "--release", "--locked", "--quiet", "--workspace", "--bin", "hil-fuzz"];

/// Builds and runs `hil-fuzz` with `options`, which are its own; true when every reader kept its promises.
///
/// # Errors
/// When cargo cannot be started, the options are wrong, or nothing could be tried.
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    if !cargo::command(root).args(BUILD).status().context("failed to start cargo")?.success() {
        bail!("hil-fuzz does not build");
    }
    let program =
        cargo::target_directory(root)?.join("release").join(format!("hil-fuzz{}", std::env::consts::EXE_SUFFIX));
    let status = std::process::Command::new(&program)
        .current_dir(root)
        .args(options)
        .status()
        .with_context(|| format!("failed to start {}", program.display()))?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("nothing could be tried ({status})"),
    }
}

/// Inputs of each target that `cargo xtask ci` tries: about half a minute on two cores.
const ITERATIONS: &str = "3000";

/// A bounded run of every target, the same inputs each time.
///
/// # Errors
/// As [`run`].
pub fn check(root: &Path) -> Result<Report> {
    let mut report = Report::default();
    if !run(root, &["--iterations", ITERATIONS])? {
        let fix = "replay it with the command above; what is mended stays as a file in fixtures/fuzz/<target>/";
        report.findings.push(Finding::new("harness/hil-fuzz", None, "a reader broke a promise", fix));
    }
    Ok(report)
}
