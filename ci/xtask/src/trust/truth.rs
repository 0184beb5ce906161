//! The true ratios: instructions of an iteration, counted by Valgrind, which executes them one by one and so has no noise.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::trust::programs;
use crate::trust::record::Truth;

/// Iterations of the two processes whose difference is taken, so that starting and ending count for nothing.
const FEW: u64 = 2;
/// The more of them.
const MANY: u64 = 12;

/// What `valgrind --version` says; nothing where it is not installed.
pub fn version() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Counts what one iteration of `workload` executes at the base amount and scaled. Programs are written into `folder`.
///
/// # Errors
/// When a program cannot be written or Valgrind fails.
pub fn count(tool: &str, program: &Path, workload: &str, permille: u32, folder: &Path) -> Result<Truth> {
    let of = |permille: u32| -> Result<f64> {
        let path = folder.join("counted");
        programs::scaled(program, permille, &path)?;
        let difference = instructions(&path, workload, MANY, folder)? - instructions(&path, workload, FEW, folder)?;
        Ok(difference / (MANY - FEW) as f64)
    };
    let (base, scaled) = (of(1000)?, of(permille)?);
    Ok(Truth { tool: tool.to_owned(), workload: workload.to_owned(), permille, base, scaled })
}

fn instructions(program: &Path, workload: &str, n: u64, folder: &Path) -> Result<f64> {
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", folder.join("callgrind.out").display()));
    let output = command.arg(program).args(["once", workload, &n.to_string()]).output();
    let output = output.context("failed to start valgrind")?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind failed: {}", text.trim());
    }
    collected(&text).with_context(|| format!("valgrind named no count: {}", text.trim()))
}

/// The number behind `Collected :`.
fn collected(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn the_count_is_read() {
        assert_eq!(collected("==1== Events    : Ir\n==1== Collected : 5458369\n==1== \n"), Some(5_458_369.0));
        assert_eq!(collected("==1== nothing\n"), None);
    }
}
