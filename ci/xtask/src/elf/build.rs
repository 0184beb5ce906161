//! Builds each program, with the places of sources on this machine replaced by names that are the same everywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::toolchain::{TARGET, Toolchain};
use super::{FOLDER, PROGRAMS, Program};

/// A program and its freshly built file.
#[derive(Debug, Clone)]
pub struct Built {
    /// What was built.
    pub program: Program,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Builds all of [`PROGRAMS`] and leaves the files in `target/elf`.
///
/// # Errors
/// When cargo fails or a file cannot be read or written.
pub fn build(root: &Path, toolchain: &Toolchain) -> Result<Vec<Built>> {
    let sources = root.join(FOLDER).join("src");
    let out = root.join("target/elf");
    // The registry's folders are there to be listed only when the crates have been fetched.
    let workspaces: BTreeSet<&str> = PROGRAMS.iter().map(|program| program.workspace).collect();
    for workspace in workspaces {
        let mut command = toolchain.cargo(&sources.join(workspace));
        let fetched = command.args(["fetch", "--locked", "--quiet"]).args(toolchain.arguments()).status();
        if !fetched.context("failed to start cargo")?.success() {
            bail!("failed to fetch the crates of {}", sources.join(workspace).join("Cargo.lock").display());
        }
    }
    let flags = rustflags(root, toolchain);
    let build = |program: Program| {
        let mut command = toolchain.cargo(&sources.join(program.workspace));
        // Programs of different workspaces may have the same name.
        let build = out.join("build").join(program.workspace);
        command.args(["build", "--release", "--locked", "--quiet", "--package", program.package, "--bin", program.bin]);
        command.args(program.chip.iter().flat_map(|chip| ["--features", chip]));
        command.args(toolchain.arguments()).arg("--config").arg(&flags).arg("--target-dir").arg(&build);
        if !command.status().context("failed to start cargo")?.success() {
            bail!("failed to build {} of {FOLDER}/src", program.file);
        }
        let file = build.join(TARGET).join("release").join(program.bin);
        let bytes = fs::read(&file).with_context(|| format!("failed to read {}", file.display()))?;
        fs::write(out.join(program.file), &bytes).with_context(|| format!("failed to write to {}", out.display()))?;
        Ok(Built { program, bytes })
    };
    PROGRAMS.into_iter().map(build).collect()
}

/// The option of cargo with which rustc forgets where on this machine the sources are.
fn rustflags(root: &Path, toolchain: &Toolchain) -> String {
    let mut flags: Vec<String> = toolchain.rustflags().iter().map(|&flag| flag.to_owned()).collect();
    flags.push(format!("--remap-path-prefix={}=/rust", toolchain.library().display()));
    // What lies in the workspace that is built has relative paths; crates beside it have whole ones.
    flags.push(format!("--remap-path-prefix={}=/repository", root.display()));
    flags.extend(registries().iter().map(|folder| format!("--remap-path-prefix={}=/crates", folder.display())));
    let flags: Vec<String> = flags.iter().map(|flag| format!("{flag:?}")).collect();
    format!("target.{TARGET}.rustflags=[{}]", flags.join(", "))
}

/// The folders into which cargo unpacks crates, one for each registry.
fn registries() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let entries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    let mut folders: Vec<PathBuf> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders
}
