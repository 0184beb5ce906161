//! `cargo xtask fw`: builds the firmware of `targets/firmware` into `target/firmware`, where tests look for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::elf::toolchain::{TARGET, Toolchain};
use crate::finding::Report;

/// The workspace of the firmware.
const WORKSPACE: &str = "targets/firmware/cortex-m";
/// Where the images go.
const OUT: &str = "target/firmware";
/// The boards that there is firmware for.
pub const BOARDS: [&str; 2] = ["stm32f4", "nrf52840"];

/// Builds the firmware of `board`, or of every board, and says what was built with what.
///
/// # Errors
/// When there is no toolchain or no such board, or a build fails.
pub fn build(root: &Path, board: Option<&str>) -> Result<String> {
    if let Some(unknown) = board.filter(|board| !BOARDS.contains(board)) {
        bail!("there is no firmware for the board `{unknown}`; there is for {}", BOARDS.join(", "));
    }
    let toolchain = Toolchain::find()?;
    let (workspace, out) = (root.join(WORKSPACE), root.join(OUT));
    let mut text = format!("{}, {}\n", toolchain.compiler, toolchain.linker);
    for board in BOARDS.into_iter().filter(|name| board.is_none_or(|board| board == *name)) {
        let package = format!("fw-{board}");
        let mut command = toolchain.cargo(&workspace);
        command.args(["build", "--release", "--locked", "--quiet", "--package", &package]);
        command.args(toolchain.arguments()).arg("--target-dir").arg(out.join("build"));
        if !command.status().context("failed to start cargo")?.success() {
            bail!("failed to build {package} of {WORKSPACE}");
        }
        let built = out.join("build").join(TARGET).join("release").join(&package);
        let image = format!("{OUT}/{package}.elf");
        let bytes = fs::copy(&built, root.join(&image)).with_context(|| format!("failed to write {image}"))?;
        text.push_str(&format!("{bytes:>7}  {image}\n"));
    }
    Ok(text)
}

/// Builds all of it; a build that fails is an error.
///
/// # Errors
/// As [`build`].
pub fn check(root: &Path) -> Result<Report> {
    build(root, None).map(|_| Report::default())
}
