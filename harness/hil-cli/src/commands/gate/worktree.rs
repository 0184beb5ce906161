//! A commit checked out in a folder of its own, for as long as it is needed.
//!
//! The folder is removed when the value goes, so also after an error and after the first Ctrl-C. Where the process was
//! ended by force, the next gate of the repository removes what it finds: a lock beside the worktree ends with its
//! process, so nobody's worktree is removed while it is in use.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::commands::gate::NoBaseline;
use crate::commands::gate::git::Git;

/// How the folder around a worktree is called, before a random end.
const PREFIX: &str = "hil-gate-";
/// The worktree in it: as many letters as the name of no other side, so that paths are equally long.
const TREE: &str = "baseline";
const LOCK: &str = "lock";

/// A checked out commit.
#[derive(Debug)]
pub(super) struct Worktree {
    git: Git,
    tree: PathBuf,
    // Both end with the worktree, the lock first.
    _lock: File,
    _around: tempfile::TempDir,
}

impl Worktree {
    /// Checks `commit` out into a new folder for temporary files.
    pub(super) fn add(git: &Git, commit: &str) -> Result<Self, NoBaseline> {
        remove_left_behind(git);
        let failed = |error: std::io::Error| NoBaseline::Git(format!("no folder for the baseline: {error}"));
        let around = tempfile::Builder::new().prefix(PREFIX).tempdir().map_err(failed)?;
        let lock = File::create(around.path().join(LOCK)).map_err(failed)?;
        lock.lock().map_err(failed)?;
        // Made before git begins, so that half a checkout is removed as well.
        let worktree = Self { git: git.clone(), tree: around.path().join(TREE), _lock: lock, _around: around };
        worktree.git.add_worktree(&worktree.tree, commit)?;
        Ok(worktree)
    }

    /// Its top folder.
    pub(super) fn path(&self) -> &Path {
        &self.tree
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        self.git.remove_worktree(&self.tree);
    }
}

/// Removes worktrees of gates that were ended by force.
fn remove_left_behind(git: &Git) {
    for tree in git.worktrees() {
        let Some(around) = tree.parent() else { continue };
        let is_ours = around.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !is_ours || tree.file_name().is_none_or(|name| name != TREE) {
            continue;
        }
        let is_in_use = File::open(around.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_err());
        if !is_in_use {
            git.remove_worktree(&tree);
            let _ = std::fs::remove_dir_all(around);
        }
    }
}
