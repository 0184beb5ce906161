//! `Cargo.lock`: every crate comes from crates.io, and the file agrees with the manifests.

use std::path::Path;

use anyhow::{Context, Result};

use crate::cargo;
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;

/// The only source that a locked crate may have.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Finds crates that are locked to another registry, to a mirror or to a git repository.
pub fn check_sources(files: &[File]) -> Vec<Finding> {
    let Some(lock) = file(files, "Cargo.lock") else {
        return vec![Finding::new(
            "Cargo.lock",
            None,
            "the lock file is missing",
            "run `cargo generate-lockfile` and commit it",
        )];
    };
    lock.text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix("source = ")?.trim_matches('"'))))
        .filter(|(_, source)| *source != CRATES_IO)
        .map(|(line, source)| {
            Finding::new(
                "Cargo.lock",
                Some(line),
                format!("locked to `{source}`"),
                format!("every dependency comes from `{CRATES_IO}`; remove the mirror, patch or git dependency"),
            )
        })
        .collect()
}

/// Finds out with cargo whether the lock file agrees with the manifests.
///
/// # Errors
/// When cargo cannot be started.
pub fn check_in_step(root: &Path) -> Result<Vec<Finding>> {
    let output = cargo::command(root)
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .context("failed to start cargo")?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    Ok(vec![refused(&String::from_utf8_lossy(&output.stderr))])
}

/// The finding for a cargo that refused `--locked` with these messages.
fn refused(stderr: &str) -> Finding {
    let message = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no message");
    Finding::new(
        "Cargo.lock",
        None,
        format!("cargo refuses it as it is ({message})"),
        "run `cargo metadata` once without `--locked` and commit what changed",
    )
}

#[cfg(test)]
mod tests {
    use super::{check_sources, refused};
    use crate::repo::File;

    #[test]
    fn other_sources_than_crates_io_are_found_at_their_line() {
        let lock = "[[package]]\nname = \"a\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                    [[package]]\nname = \"b\"\nsource = \"registry+https://mirror.example/index\"\n\
                    [[package]]\nname = \"ours\"\n";
        let findings = check_sources(&[File::new("Cargo.lock", lock)]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, Some(6));
    }

    #[test]
    fn a_missing_lock_file_is_found() {
        assert_eq!(check_sources(&[]).len(), 1);
    }

    #[test]
    fn cargo_s_own_message_is_passed_on() {
        let finding = refused("warning: x\nerror: cannot update the lock file because --locked was passed\n");
        assert!(finding.what.contains("cannot update the lock file"), "{finding}");
    }
}
