//! `cargo xtask fresh`: what a newcomer meets. The last commit is cloned into an empty folder, and the two commands
//! of README.md are run there as they are printed.
//!
//! Target folders, build caches and files that were never committed are not there, so this finds what works on one
//! machine only. The crates that cargo has downloaded are shared, and so is the environment apart from cargo's own
//! variables.
#![expect(clippy::print_stdout, reason = "the progress of the commands is this command's output")]

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// A command that README.md shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The command as it is typed into a POSIX shell at the root of the checkout.
    pub line: &'static str,
    /// The exit statuses that README.md promises.
    pub accepted: &'static [i32],
}

/// The two commands: the main job, which may miss some of its targets (status 3), and every check and test.
pub const COMMANDS: [Shown; 2] = [
    Shown { line: "ci/setup && cargo run --release --bin hil -- run", accepted: &[0, 3] },
    Shown { line: "cargo xtask ci", accepted: &[0] },
];

/// Clones the checkout at `root` and runs [`COMMANDS`] in the clone; true when each ended as promised.
///
/// # Errors
/// When git or a command cannot be started, or the clone fails.
pub fn run(root: &Path) -> Result<bool> {
    let changes = git(root, &["status", "--porcelain"])?;
    if !changes.trim().is_empty() {
        println!("note: {} changed or new files are not committed and so not tried", changes.lines().count());
    }
    // Removed with everything in it at the end of this function.
    let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
    let clone = folder.path().join("hilbench");
    let [from, to] = [root, &clone].map(|path| path.to_string_lossy().into_owned());
    git(root, &["clone", "--quiet", &from, &to])?;
    println!("cloned {} to {to}", git(&clone, &["log", "-1", "--format=%h %s"])?.trim());
    let mut all_passed = true;
    for shown in COMMANDS {
        println!("\n$ {}", shown.line);
        let begin = Instant::now();
        let status = in_clone(&clone, &shown).status().with_context(|| format!("failed to start `{}`", shown.line))?;
        let passed = status.code().is_some_and(|code| shown.accepted.contains(&code));
        let end = if passed { "as promised" } else { "NOT as promised" };
        println!("$ {}: ended {end} ({status}) in {:.1} s", shown.line, begin.elapsed().as_secs_f64());
        all_passed &= passed;
    }
    Ok(all_passed)
}

/// The command with what cargo has put into our environment taken out again.
fn in_clone(clone: &Path, shown: &Shown) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", shown.line]).current_dir(clone);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME" {
            command.env_remove(&name);
        }
    }
    command
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().context("failed to start git")?;
    if !output.status.success() {
        bail!("`git {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::Path;

    use super::{COMMANDS, in_clone};

    #[test]
    fn the_clone_sees_no_target_folder_of_ours() {
        let command = in_clone(Path::new("."), &COMMANDS[0]);
        let removed: Vec<&OsStr> =
            command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        // Cargo sets this one for every test, so it is there to be removed.
        assert!(removed.contains(&OsStr::new("CARGO_MANIFEST_DIR")), "{removed:?}");
        assert!(!removed.contains(&OsStr::new("PATH")), "{removed:?}");
    }

    #[test]
    fn git_s_own_message_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let error = super::git(folder.path(), &["log"]).unwrap_err().to_string();
        assert!(error.starts_with("`git log` failed: "), "{error}");
    }
}
