//! `cargo xtask emulator-soak`: millions of random instructions on the emulated core and on QEMU.
//!
//! The work is done by the binary of `hil-emulator-differential`; xtask itself depends on no crate of the workspace.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo;

/// Builds and runs the comparison with `options`, which are those of `emulator-soak`; true when both machines agreed.
///
/// # Errors
/// When cargo cannot be started, the options are wrong, or one of the machines does not run.
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    let mut command = cargo::command(root);
    command.args(["run", "--release", "--quiet", "-p", "hil-emulator-differential", "--bin", "emulator-soak", "--"]);
    let status = command.args(options).status().context("failed to start cargo")?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("the comparison could not be carried out ({status})"),
    }
}
