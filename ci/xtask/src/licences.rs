//! `cargo xtask licences`: every dependency may be shipped, and none is built twice without a reason.
//!
//! What is allowed stands in `ci/licences.toml` with a reason for each exception. An entry that nothing needs any
//! more is a finding too, so that the file stays as short as the truth.

mod duplicates;
mod expressions;
mod policy;

use std::path::Path;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::cargo;
use crate::finding::{Finding, Report};
use crate::repo::File;

/// The file with the allowances.
const POLICY: &str = "ci/licences.toml";

/// The platform whose binary is looked at for duplicates.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Checks the licences of all locked dependencies, of every platform, and the duplicate versions among those that
/// are built for the binary `hil` on Linux.
///
/// # Errors
/// When the file with the allowances is missing or malformed, or cargo cannot be run.
pub fn licences(root: &Path) -> Result<Report> {
    let text = std::fs::read_to_string(root.join(POLICY)).with_context(|| format!("failed to read {POLICY}"))?;
    let policy = policy::parse(&text).with_context(|| format!("failed to read {POLICY}"))?;
    let file = File::new(POLICY, text);
    let findings: Vec<Finding> = [
        policy::check_reasons(&file, &policy),
        expressions::check(&file, &policy, &locked_packages(root)?),
        duplicates::check(&file, &policy, &duplicates::parse_tree(&dependency_tree(root)?)),
    ]
    .concat();
    Ok(Report { findings, warnings: Vec::new() })
}

/// Every dependency of the lock file that is not ours, with its licence.
fn locked_packages(root: &Path) -> Result<Vec<expressions::Package>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .context("failed to read the dependencies with `cargo metadata --locked`")?;
    let theirs = metadata.packages.into_iter().filter(|package| package.source.is_some());
    Ok(theirs
        .map(|package| expressions::Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license,
        })
        .collect())
}

/// What cargo builds for `hil` on Linux, one package a line. `cargo metadata` would not do here: it also names
/// optional dependencies that no feature switches on.
fn dependency_tree(root: &Path) -> Result<String> {
    let output = cargo::command(root)
        .args(["tree", "--locked", "--package", "hil-cli", "--edges", "normal"])
        .args(["--target", PLATFORM, "--prefix", "none", "--format", "{p}"])
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
