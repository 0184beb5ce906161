//! What the candidate is held against: two folders, a commit, a stored run, or its declared limits alone.

use std::path::{Path, PathBuf};

use crate::args::GateArgs;
use crate::commands::gate::NoBaseline;
use crate::commands::gate::git::Git;
use crate::error::CliError;
use crate::surroundings::Surroundings;

/// What is compared.
#[derive(Debug)]
pub(super) enum Against {
    /// Nothing.
    Limits,
    /// A stored run with another one.
    Stored {
        /// Folder of the baseline's run.
        baseline: PathBuf,
        /// Folder of the candidate's run.
        candidate: PathBuf,
    },
    /// Two folders in which everything is built.
    Folders {
        /// The baseline's.
        baseline: PathBuf,
        /// The candidate's.
        candidate: PathBuf,
    },
    /// A commit, which has to be checked out and built.
    Commit(Commit),
}

/// A commit of the repository around the current folder.
#[derive(Debug)]
pub(super) struct Commit {
    /// The repository.
    pub(super) git: Git,
    /// As the user named it, or as it was found.
    pub(super) name: String,
    /// Its full hash.
    pub(super) hash: String,
}

/// Finds out what is meant.
///
/// # Errors
/// [`CliError::NoBaseline`] when there is none; [`CliError::Read`] for a folder that is none.
pub(super) fn choose(args: &GateArgs, around: &Surroundings) -> Result<Against, CliError> {
    if args.limits_only {
        return Ok(Against::Limits);
    }
    if let Some(baseline) = &args.baseline_dir {
        let candidate = args.candidate_dir.as_deref().unwrap_or(Path::new("."));
        return Ok(Against::Folders { baseline: folder(baseline)?, candidate: folder(candidate)? });
    }
    let git = || Git::around(Path::new("."), around);
    match &args.baseline {
        Some(named) => named_one(named, args, git),
        None => merge_base(git().ok_or(NoBaseline::NotNamed)?),
    }
}

/// A stored run of that name comes before a commit of that name.
fn named_one(named: &str, args: &GateArgs, git: impl Fn() -> Option<Git>) -> Result<Against, CliError> {
    if let Some(baseline) = stored(Path::new(named), &args.out) {
        let candidate = match &args.candidate {
            Some(candidate) => crate::commands::report::find(Some(candidate), &args.out)?,
            None => latest_but(&baseline, &args.out)?,
        };
        return Ok(Against::Stored { baseline, candidate });
    }
    if args.candidate.is_some() {
        return Err(NoBaseline::NoRun(named.to_owned()).into());
    }
    let git = git()
        .ok_or_else(|| NoBaseline::Nothing { name: named.to_owned(), why: "this folder is in no git repository" })?;
    match git.commit(named) {
        Some(hash) => Ok(Against::Commit(Commit { git, name: named.to_owned(), hash })),
        None => {
            let why = "this repository has no such commit; in a shallow clone, fetch it first";
            Err(NoBaseline::Nothing { name: named.to_owned(), why }.into())
        }
    }
}

/// The folder of a stored run: a path, or a name below `out`.
fn stored(named: &Path, out: &Path) -> Option<PathBuf> {
    [named.to_owned(), out.join(named)].into_iter().find(|folder| folder.join(hil_store::run_json::NAME).is_file())
}

/// The latest run that is not the baseline itself.
fn latest_but(baseline: &Path, out: &Path) -> Result<PathBuf, CliError> {
    let same = |folder: &Path| match (std::fs::canonicalize(folder), std::fs::canonicalize(baseline)) {
        (Ok(one), Ok(other)) => one == other,
        _ => folder == baseline,
    };
    let runs = hil_store::list_runs(out).map_err(CliError::Stored)?;
    let latest = runs.into_iter().map(|(_, folder)| folder).rfind(|folder| !same(folder));
    latest.ok_or_else(|| CliError::NoRun(format!("beside the baseline, below {}", out.display())))
}

/// Where this branch left the upstream's default branch.
fn merge_base(git: Git) -> Result<Against, CliError> {
    let branch = git.default_branch().ok_or(NoBaseline::NoUpstream)?;
    let hash = git.merge_base(&branch).ok_or_else(|| NoBaseline::NoMergeBase(branch.clone()))?;
    Ok(Against::Commit(Commit { git, name: format!("merge base with {branch}"), hash }))
}

fn folder(path: &Path) -> Result<PathBuf, CliError> {
    let failed = |source| CliError::Read { path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(failed)?;
    if absolute.is_dir() {
        return Ok(absolute);
    }
    Err(failed(std::io::Error::new(std::io::ErrorKind::NotADirectory, "it is not a folder")))
}
