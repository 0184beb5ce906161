//! What is asked of git, through the program of that name.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::commands::gate::NoBaseline;
use crate::surroundings::Surroundings;

/// The repository around a folder.
#[derive(Debug, Clone)]
pub(super) struct Git {
    program: PathBuf,
    folder: PathBuf,
}

impl Git {
    /// The repository around `folder`; nothing when there is no git, or no repository.
    pub(super) fn around(folder: &Path, around: &Surroundings) -> Option<Self> {
        let git = Self { program: around.program("git")?, folder: folder.to_owned() };
        git.says(&["rev-parse", "--is-inside-work-tree"]).is_ok_and(|answer| answer == "true").then_some(git)
    }

    /// The full hash of the commit that `name` means; nothing when it means none.
    pub(super) fn commit(&self, name: &str) -> Option<String> {
        // A name that begins with a hyphen would be an option.
        let name = format!("{name}^{{commit}}");
        self.says(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name]).ok().filter(|hash| !hash.is_empty())
    }

    /// The path from the top of the working tree to the folder, empty at the top.
    pub(super) fn prefix(&self) -> Result<PathBuf, NoBaseline> {
        self.says(&["rev-parse", "--show-prefix"]).map(PathBuf::from).map_err(NoBaseline::Git)
    }

    /// Whether tracked files differ from the commit that is checked out.
    pub(super) fn is_changed(&self) -> bool {
        self.says(&["status", "--porcelain", "--untracked-files=no"]).is_ok_and(|changes| !changes.is_empty())
    }

    /// The name of the default branch as the upstream has it, such as `origin/main`.
    pub(super) fn default_branch(&self) -> Option<String> {
        let named = |name: &str| self.commit(name).map(|_| name.to_owned());
        let remote = self.says(&["rev-parse", "--abbrev-ref", "origin/HEAD"]).ok().filter(|name| name != "origin/HEAD");
        remote.or_else(|| ["origin/main", "origin/master"].into_iter().find_map(named))
    }

    /// The last commit that the checked out one and `name` have in common.
    pub(super) fn merge_base(&self, name: &str) -> Option<String> {
        self.says(&["merge-base", "HEAD", name]).ok().filter(|hash| !hash.is_empty())
    }

    /// Checks `commit` out into the new folder `at`.
    pub(super) fn add_worktree(&self, at: &Path, commit: &str) -> Result<(), NoBaseline> {
        let at = at.to_string_lossy();
        self.says(&["worktree", "add", "--detach", "--force", &at, commit]).map(drop).map_err(NoBaseline::Git)
    }

    /// Forgets the worktree in `at` and removes what is there.
    pub(super) fn remove_worktree(&self, at: &Path) {
        // Whatever git cannot remove goes with the folder around it, and is then forgotten by pruning.
        let _ = self.says(&["worktree", "remove", "--force", "--force", &at.to_string_lossy()]);
        let _ = std::fs::remove_dir_all(at);
        let _ = self.says(&["worktree", "prune"]);
    }

    /// The folders of all worktrees.
    pub(super) fn worktrees(&self) -> Vec<PathBuf> {
        let listed = self.says(&["worktree", "list", "--porcelain"]).unwrap_or_default();
        listed.lines().filter_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from).collect()
    }

    /// What git answers on standard output, or why it failed.
    fn says(&self, words: &[&str]) -> Result<String, String> {
        let ended = Command::new(&self.program)
            .args(words)
            .current_dir(&self.folder)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("git cannot be started: {error}"))?;
        if ended.status.success() {
            return Ok(String::from_utf8_lossy(&ended.stdout).trim_end().to_owned());
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        let last = said.trim().lines().next_back().unwrap_or_default();
        Err(format!("git {}: {last}", words.first().unwrap_or(&"")))
    }
}
