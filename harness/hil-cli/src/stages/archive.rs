//! Archive: the figures of a run that is kept go into the archive beside the run folders, or into the one that was named.
//!
//! The run folder is written first. What goes wrong here is a warning: the run is safe, and its verdict is not in doubt.

use std::path::Path;

use hil_model::run::Run;
use hil_store::archive::{Archive, Revision, entries, is_bucket};
use hil_store::{StoreError, list_runs, read_run};

use crate::args::ArchiveArg;
use crate::error::CliError;
use crate::revision;
use crate::show::Show;
use crate::surroundings::Surroundings;

/// The archive that was named, or the one beside the run folders in `out`. One that was named is looked at: now, not after a minute of
/// measuring, is the time to find out that it cannot be reached.
///
/// # Errors
/// [`CliError::OutInBucket`]; [`CliError::Stored`] for an address that is none, and for an archive that does not answer.
pub fn open(named: &ArchiveArg, out: &Path) -> Result<Archive, CliError> {
    if out.to_str().is_some_and(is_bucket) {
        return Err(CliError::OutInBucket(out.to_owned()));
    }
    let Some(address) = &named.archive else { return Ok(Archive::beside(out)) };
    let archive = Archive::named(address).map_err(CliError::Stored)?;
    archive.exists().map_err(CliError::Stored)?;
    Ok(archive)
}

/// Appends a run that was kept in the folder of runs `out`, then sorts and merges if there is enough to do.
pub fn remember(run: &Run, out: &Path, archive: &Archive, show: &mut Show) {
    let revision = std::env::current_dir().ok().and_then(|here| revision::look(&here, &Surroundings::look()));
    match append(archive, run, revision.as_ref(), out) {
        Ok(()) => {}
        Err(error) => return show.warn(&format!("the run is kept, but not in the archive of figures: {error}")),
    }
    match archive.tidy() {
        Ok(done) if done.sorted > 0 => show.detail(1, &format!("archive: sorted {} runs", done.sorted)),
        Ok(_) => {}
        // The figures are safe; sorting can be done next time.
        Err(error) => show.warn(&format!("the archive of figures could not be sorted: {error}")),
    }
}

/// Appends the run; into a new archive first every run whose folder is still there, at a commit that nobody knows.
fn append(archive: &Archive, run: &Run, revision: Option<&Revision>, out: &Path) -> Result<(), StoreError> {
    let mut all = Vec::new();
    if !archive.exists()? {
        for (id, folder) in list_runs(out)? {
            if id != run.id
                && let Ok(earlier) = read_run(&folder)
            {
                all.extend(entries(&earlier, None));
            }
        }
    }
    all.extend(entries(run, revision));
    archive.append(&all)
}
