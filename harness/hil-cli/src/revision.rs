//! Where the user's code stands: the commit that is checked out, and whether something is not committed.
//!
//! Nothing is ever required: a folder that is under no version control, a computer without `git` and a damaged repository give
//! no commit, and the run is kept all the same. What CI states serves only where the folder itself says nothing: a checkout
//! may be another commit than the one that set CI off.

use std::path::Path;
use std::process::{Command, Stdio};

use hil_store::archive::Revision;

use crate::surroundings::Surroundings;

/// Where the code in the folder `here` stands.
#[must_use]
pub fn look(here: &Path, around: &Surroundings) -> Option<Revision> {
    let asked = around.program("git").and_then(|git| ask(&git, here));
    asked.or_else(|| {
        let stated = around.commit.as_deref().filter(|commit| is_commit(commit))?;
        Some(Revision { commit: stated.to_ascii_lowercase(), dirty: None })
    })
}

fn ask(git: &Path, here: &Path) -> Option<Revision> {
    let commit = said(git, here, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
    let commit = commit.trim();
    if !is_commit(commit) {
        return None;
    }
    let changes = said(git, here, &["status", "--porcelain", "--untracked-files=no"]);
    Some(Revision { commit: commit.to_owned(), dirty: changes.map(|changes| !changes.trim().is_empty()) })
}

/// What git prints, if it succeeds. It takes no lock, asks nothing and starts no other program.
fn said(git: &Path, here: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new(git);
    command.args(["-c", "core.fsmonitor=false"]).args(words).current_dir(here);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    let ended = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    ended.status.success().then(|| String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// A whole commit id, of SHA-1 or SHA-256.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::is_commit;

    #[test]
    fn only_whole_ids_are_commits() {
        assert!(is_commit(&"a1".repeat(20)) && is_commit(&"A1".repeat(32)));
        for text in ["", "main", "a1b2c3d", &"g".repeat(40), &"é".repeat(20)] {
            assert!(!is_commit(text), "{text}");
        }
    }
}
