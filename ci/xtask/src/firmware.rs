//! `cargo xtask fw`: builds the firmware of `targets/firmware` into `target/firmware`, where tests look for it.
//!
//! After a build that failed there is no image: tests that run what they find never run one of other sources.

use std::fs;
use std::io::ErrorKind;
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

/// The image of a board, relative to the root.
fn image(board: &str) -> String {
    format!("{OUT}/fw-{board}.elf")
}

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
    let boards: Vec<&str> = BOARDS.into_iter().filter(|name| board.is_none_or(|board| board == *name)).collect();
    remove(root, &boards)?;
    for board in boards {
        let package = format!("fw-{board}");
        let mut command = toolchain.cargo(&workspace);
        command.args(["build", "--release", "--locked", "--quiet", "--package", &package]);
        command.args(toolchain.arguments()).arg("--target-dir").arg(out.join("build"));
        if !command.status().context("failed to start cargo")?.success() {
            bail!("failed to build {package} of {WORKSPACE}");
        }
        let built = out.join("build").join(TARGET).join("release").join(&package);
        let image = image(board);
        let bytes = fs::copy(&built, root.join(&image)).with_context(|| format!("failed to write {image}"))?;
        text.push_str(&format!("{bytes:>7}  {image}\n"));
    }
    Ok(text)
}

/// Removes the images of `boards` where there are any.
///
/// # Errors
/// When one is there and cannot be removed.
pub fn remove(root: &Path, boards: &[&str]) -> Result<()> {
    for image in boards.iter().map(|board| image(board)) {
        match fs::remove_file(root.join(&image)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("failed to remove {image}, which is out of date"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Builds all of it; a build that fails is an error.
///
/// # Errors
/// As [`build`].
pub fn check(root: &Path) -> Result<Report> {
    build(root, None).map(|_| Report::default())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{BOARDS, OUT, image, remove};

    #[test]
    fn removing_leaves_no_image_of_the_boards_that_are_named() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join(OUT)).unwrap();
        for board in BOARDS {
            fs::write(root.path().join(image(board)), "stale").unwrap();
        }
        remove(root.path(), &BOARDS[..1]).unwrap();
        let there = |board: &str| root.path().join(image(board)).exists();
        assert_eq!((there(BOARDS[0]), there(BOARDS[1])), (false, true));
        // What is not there need not be removed.
        remove(root.path(), &BOARDS).unwrap();
        assert!(!there(BOARDS[1]));
        // A folder in its place is no image, and stays in the way of a build.
        fs::create_dir_all(root.path().join(image(BOARDS[0]))).unwrap();
        let error = remove(root.path(), &BOARDS).unwrap_err().to_string();
        assert!(error.contains(&image(BOARDS[0])), "{error}");
    }
}
