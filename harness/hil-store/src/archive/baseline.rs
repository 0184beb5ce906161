//! Finding the run that a new one is compared with, and refusing one that cannot be compared.
//!
//! A baseline is sound: not cut short, not interrupted, without injected faults, and, where it is found by its commit, made
//! from exactly that commit. Its figures came about under the conditions of the candidate; where they did not, the difference
//! is named and there is no baseline.

use std::path::{Path, PathBuf};

use hil_model::id::RunId;
use hil_model::lab::Evidence;
use hil_model::run::Environment;

use super::entry::{Entry, Origin, entries};
use super::fingerprint::{Difference, Fingerprint};
use super::read::Reader;
use super::{Archive, Revision};
use crate::error::StoreError;
use crate::{list_runs, read_run};

/// A run to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Which run it is.
    pub origin: Origin,
    /// Its folder with the raw observations; nothing where only the archive remembers it.
    pub folder: Option<PathBuf>,
    /// Its figures.
    pub entries: Vec<Entry>,
}

/// A run that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The run.
    pub run: RunId,
    /// Why, in words.
    pub why: String,
}

/// Why there is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// No run was made from that commit, or none that can be compared with.
    #[error("no stored run of commit {commit} can be compared with{}", listed(passed_over))]
    NoneOfCommit {
        /// The commit.
        commit: String,
        /// The runs of it that there are.
        passed_over: Vec<PassedOver>,
    },
    /// There is no run of that name, neither as a folder nor in the archive.
    #[error("no stored run {name:?}; `hil run` makes one")]
    NoRun {
        /// As it was asked for.
        name: String,
    },
    /// The run says little about the code.
    #[error("run {run} cannot be a baseline: {why}")]
    NotSound {
        /// The run.
        run: RunId,
        /// Why, in words.
        why: String,
    },
    /// The run was made under other conditions.
    #[error("run {run} was made under other conditions: {}", joined(differences))]
    Foreign {
        /// The run.
        run: RunId,
        /// In what they differ: `here` is the candidate's, `there` the baseline's.
        differences: Vec<Difference>,
    },
    /// The archive or the run cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn joined(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn listed(passed_over: &[PassedOver]) -> String {
    let all: Vec<String> = passed_over.iter().map(|PassedOver { run, why }| format!("{run}: {why}")).collect();
    if all.is_empty() { "; there is none".to_owned() } else { format!(" ({})", all.join("; ")) }
}

impl Archive {
    /// Every run with a figure, in the order of their starts.
    ///
    /// # Errors
    /// As [`Archive::history`].
    pub fn runs(&self) -> Result<Vec<Origin>, StoreError> {
        let reader = Reader::new(self);
        Ok(reader.runs(&reader.places()?)?.into_iter().map(|origin| Origin::clone(&origin)).collect())
    }

    /// The figures of one run.
    ///
    /// # Errors
    /// As [`Archive::history`].
    pub fn entries(&self, origin: &Origin) -> Result<Vec<Entry>, StoreError> {
        Reader::new(self).entries(origin)
    }
}

/// The newest sound run of exactly this commit in the archive, of those whose conditions are the candidate's. `out` is the folder of
/// runs.
///
/// # Errors
/// [`BaselineError::NoneOfCommit`] with what was passed over and why; [`BaselineError::Foreign`] when other conditions are all
/// that keeps the newest sound run from being one; [`BaselineError::Store`].
pub fn baseline_of_commit(
    archive: &Archive,
    out: &Path,
    commit: &str,
    candidate: &Environment,
) -> Result<Baseline, BaselineError> {
    let is_of_commit = |revision: &Revision| revision.commit == commit;
    let mut passed_over = Vec::new();
    let mut foreign = None;
    for origin in archive.runs()?.into_iter().rev().filter(|origin| origin.revision.as_ref().is_some_and(is_of_commit))
    {
        let dirty = origin.revision.as_ref().is_some_and(|revision| revision.dirty == Some(true));
        let flaw = if dirty { Some("the code had changes that were not committed") } else { origin.flaw() };
        if let Some(why) = flaw {
            passed_over.push(PassedOver { run: origin.run, why: why.to_owned() });
            continue;
        }
        let entries = archive.entries(&origin)?;
        match check(&origin, &entries, candidate) {
            Ok(()) => {
                let folder = folder_of(out, &origin.run)?;
                return Ok(Baseline { origin, folder, entries });
            }
            Err(error @ BaselineError::Foreign { .. }) if foreign.is_none() => foreign = Some(error),
            Err(error) => passed_over.push(PassedOver { run: origin.run, why: error.to_string() }),
        }
    }
    Err(foreign.unwrap_or(BaselineError::NoneOfCommit { commit: commit.to_owned(), passed_over }))
}

/// The run of that name: its folder, the name of a folder below `out`, or the id of a run that only the archive remembers.
///
/// # Errors
/// [`BaselineError::NoRun`], [`BaselineError::NotSound`], [`BaselineError::Foreign`], [`BaselineError::Store`].
pub fn baseline_of_run(
    archive: &Archive,
    out: &Path,
    name: &Path,
    candidate: &Environment,
) -> Result<Baseline, BaselineError> {
    let folder =
        [name.to_owned(), out.join(name)].into_iter().find(|folder| folder.join(crate::run_json::NAME).is_file());
    let (origin, entries) = match &folder {
        Some(folder) => {
            let run = read_run(folder)?;
            (Origin::new(&run, None), entries(&run, None))
        }
        None => {
            let missing = || BaselineError::NoRun { name: name.display().to_string() };
            let found = archive.runs()?.into_iter().find(|origin| name.as_os_str() == origin.run.as_str());
            let origin = found.ok_or_else(missing)?;
            let entries = archive.entries(&origin)?;
            (origin, entries)
        }
    };
    if let Some(why) = origin.flaw() {
        return Err(BaselineError::NotSound { run: origin.run, why: why.to_owned() });
    }
    check(&origin, &entries, candidate)?;
    Ok(Baseline { origin, folder, entries })
}

/// Whether figures of a run can be compared with those that the candidate's machine makes.
fn check(origin: &Origin, entries: &[Entry], candidate: &Environment) -> Result<(), BaselineError> {
    let not_sound = |why: &str| BaselineError::NotSound { run: origin.run.clone(), why: why.to_owned() };
    let figures = || entries.iter().filter(|entry| entry.amount.is_some());
    if figures().next().is_none() {
        return Err(not_sound("it has no figure"));
    }
    if figures().any(|entry| entry.evidence == Some(Evidence::Imported)) {
        return Err(not_sound("its figures were imported, and nobody knows under which conditions they came about"));
    }
    let other = |entry: &Entry| {
        let differences = Fingerprint::of(candidate, entry.evidence).differences(&entry.fingerprint);
        (!differences.is_empty()).then_some(differences)
    };
    match figures().find_map(other) {
        Some(differences) => Err(BaselineError::Foreign { run: origin.run.clone(), differences }),
        None => Ok(()),
    }
}

/// The folder of a run below `out`, whatever it is called.
fn folder_of(out: &Path, run: &RunId) -> Result<Option<PathBuf>, StoreError> {
    let named = out.join(run.as_str());
    if named.join(crate::run_json::NAME).is_file() {
        return Ok(Some(named));
    }
    Ok(list_runs(out)?.into_iter().find(|(id, _)| id == run).map(|(_, folder)| folder))
}
