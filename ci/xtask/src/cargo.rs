//! How cargo is called: which one, from where, and what it says about the members of the workspace.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// One crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// Its folder relative to the workspace root, with `/` between its parts.
    pub folder: String,
    /// Its dependencies, ours and others, each with its kind.
    pub dependencies: Vec<(String, Kind)>,
}

impl Member {
    /// The manifest's path relative to the workspace root.
    pub fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// The kind of a dependency, as far as the arrows between crates care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Part of the crate itself or of its build script.
    Normal,
    /// For its tests, benches and examples.
    Dev,
}

/// The root of the workspace that this binary or test belongs to.
///
/// Cargo says at run time where the crate is; the place at build time is the fallback for a binary that is
/// started by hand.
pub fn workspace_root() -> PathBuf {
    let here =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors().nth(2).map_or_else(|| here.clone(), Path::to_path_buf)
}

/// A cargo command in `root`: the cargo that runs this binary, else the one in the search path.
pub fn command(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// The crates of the workspace as their manifests say, without resolving anything.
///
/// # Errors
/// When cargo cannot be started or refuses a manifest.
pub fn members(root: &Path) -> Result<Vec<Member>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .context("failed to read the manifests with `cargo metadata --no-deps --offline`")?;
    Ok(metadata.workspace_packages().into_iter().map(|package| member(&metadata, package)).collect())
}

/// The folder that cargo builds into.
///
/// # Errors
/// When cargo cannot be started or refuses a manifest.
pub fn target_directory(root: &Path) -> Result<PathBuf> {
    let mut command = MetadataCommand::new();
    command.current_dir(root).no_deps().other_options(vec!["--offline".to_owned()]);
    let metadata = command.exec().context("failed to ask cargo where it builds")?;
    Ok(metadata.target_directory.into_std_path_buf())
}

fn member(metadata: &Metadata, package: &cargo_metadata::Package) -> Member {
    let folder = package.manifest_path.parent().unwrap_or(&package.manifest_path);
    let folder = folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder);
    let dependencies = package
        .dependencies
        .iter()
        .map(|dependency| {
            let kind = match dependency.kind {
                DependencyKind::Development => Kind::Dev,
                _ => Kind::Normal,
            };
            (dependency.name.clone(), kind)
        })
        .collect();
    Member { name: package.name.to_string(), folder: folder.as_str().replace('\\', "/"), dependencies }
}

#[cfg(test)]
mod tests {
    use super::{Kind, members, workspace_root};

    #[test]
    fn this_crate_is_a_member_where_it_says() {
        let members = members(&workspace_root()).unwrap();
        let this = members.iter().find(|member| member.name == "xtask").unwrap();
        assert_eq!(this.folder, "ci/xtask");
        assert!(this.dependencies.contains(&("anyhow".to_owned(), Kind::Normal)));
    }
}
