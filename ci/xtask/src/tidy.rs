//! `cargo xtask tidy`: the rules of the repository that neither the compiler nor clippy knows.
//!
//! Each check is a file below, a function from made-up or real input to findings. This file only reads the
//! repository once and hands it to all of them; every finding of every check is reported together.

mod arrows;
mod catalogue;
mod features;
mod folders;
mod headers;
mod length;
mod links;
mod lockfile;
mod manifests;
mod map;
mod no_std;
mod optimised;
mod readme;
mod words;

use std::path::Path;

use anyhow::Result;

use crate::finding::{Finding, Report};
use crate::repo::File;
use crate::{cargo, repo};

/// Runs every check over the repository at `root`.
///
/// # Errors
/// When the repository cannot be read or cargo cannot be run; a rule that is broken is a finding.
pub fn tidy(root: &Path) -> Result<Report> {
    let files = repo::read(root)?;
    let members = cargo::members(root)?;
    let out_of_step = lockfile::check_in_step(root)?;
    // Cargo can say what is built only when the lock file is in order.
    let built = if out_of_step.is_empty() {
        [optimised::check(root, &files, &members)?, features::check(root, &files)?].concat()
    } else {
        Vec::new()
    };
    let findings: Vec<Finding> = [
        folders::check(&files),
        map::check(&files, &members),
        readme::check(&files),
        links::check(&files, &members),
        arrows::check(&files, &members),
        no_std::check(&files, &members),
        manifests::check(&files, &members),
        lockfile::check_sources(&files),
        out_of_step,
        built,
        headers::check(&files),
        catalogue::check(&files),
        crate::speedups::check(&files),
        length::findings(&files),
        words::check(&files),
    ]
    .concat();
    Ok(Report { findings, warnings: length::warnings(&files) })
}

/// The file at `path`, when there is one.
fn file<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| file.path == path)
}
