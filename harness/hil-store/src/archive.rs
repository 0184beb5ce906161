//! The archive: the figures of every run that was ever kept, beside the folder of runs.
//!
//! Run folders are pruned, the archive remembers: one row a figure, in Parquet files below
//! `platform=…/scenario=…/date=…/`, and an index a scenario that makes one metric's history fast. Any Parquet reader can read
//! it; [`columns`] says what the columns mean.
//!
//! Guarantees. An append is one file that gets its name when it is safe on the disk: it happens whole or not at all, whatever
//! happens to the process or the power, and any number of writers may append at once. Sorting, merging and indexing
//! ([`Archive::tidy`]) move figures only by writing them elsewhere first; a figure that is seen in two places counts once,
//! because a file holds all or none of a run's figures of one scenario. So stopping at any point loses no run and counts
//! none twice. Nothing that a newer version wrote is rewritten.
//!
//! Left to others: reading `.git`, clocks, and what a change of a figure means.

mod baseline;
pub mod columns;
mod disk;
mod entry;
mod fingerprint;
mod history;
mod index;
mod layout;
mod read;
mod rows;
mod slab;
mod tidy;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::baseline::{Baseline, BaselineError, PassedOver, baseline_of_commit, baseline_of_run};
pub use self::entry::{Amount, Entry, Origin, Revision, Subject, entries};
pub use self::fingerprint::{Difference, Fingerprint};
pub use self::history::{HistoryPoint, Series, Wanted};
pub use self::tidy::Tidied;

use self::disk::{Disk, FileSystem};
use crate::error::StoreError;

/// Name of the archive in a folder of runs.
pub const FOLDER: &str = "archive";

/// The figures of many runs.
#[derive(Debug, Clone)]
pub struct Archive {
    root: PathBuf,
    disk: Arc<dyn Disk>,
}

impl Archive {
    /// The archive in a folder, which need not exist.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), disk: Arc::new(FileSystem) }
    }

    /// The archive that belongs to a folder of runs: `out/archive`.
    #[must_use]
    pub fn beside(out: &Path) -> Self {
        Self::at(out.join(FOLDER))
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether something was ever appended.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.root.join(layout::NEW).is_dir()
    }

    /// Adds the figures of one run or several, all of them or none; no figures are no error. What is there already counts once.
    ///
    /// # Errors
    /// [`StoreError::Started`] for a run whose start is no date, before anything is written; [`StoreError::ReadOnly`],
    /// [`StoreError::DiskFull`], [`StoreError::NotAFolder`], [`StoreError::Io`].
    pub fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        if let Some(odd) = entries.iter().find(|entry| layout::day_of(&entry.origin.started).is_none()) {
            let (run, started) = (odd.origin.run.clone(), odd.origin.started.clone());
            return Err(StoreError::Started { run, started });
        }
        if entries.is_empty() {
            return Ok(());
        }
        let bytes = rows::encode(entries)?;
        self.put(&Path::new(layout::NEW).join(layout::name_of(&bytes)), &bytes)
    }

    /// Writes a file, by its path below the root: under a hidden name, to the disk, then under its own name, to the disk.
    fn put(&self, below: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let target = self.root.join(below);
        let failed = |source| StoreError::io("write", &target, source);
        let folder = target.parent().unwrap_or(&self.root);
        self.make_folders(folder)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        // Two writers of the same content must not share an unfinished file.
        let partial = folder.join(format!(".{name}.{:016x}.tmp", RandomState::new().hash_one(name.as_ref())));
        let disk = self.disk.as_ref();
        let written = disk.write(&partial, bytes).and_then(|()| disk.sync(&partial));
        if let Err(source) = written.and_then(|()| disk.rename(&partial, &target)) {
            // The first error is the one to report; what is left behind is hidden and counts for nothing.
            let _ = disk.remove(&partial);
            return Err(failed(source));
        }
        disk.sync_folder(folder).map_err(failed)
    }

    /// Makes a folder and those above it down from the root, each safe on the disk before anything is put into it.
    fn make_folders(&self, folder: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::io("create", folder, source);
        if let Some(above) = self.root.parent().filter(|above| !above.as_os_str().is_empty()) {
            // The folder of runs is not ours: how safe it is was decided by who made it.
            std::fs::create_dir_all(above).map_err(failed)?;
        }
        let mut missing: Vec<&Path> = folder.ancestors().take_while(|path| path.starts_with(&self.root)).collect();
        while let Some(path) = missing.pop() {
            self.disk.make_folder(path).map_err(failed)?;
            let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
            self.disk.sync_folder(above).map_err(failed)?;
        }
        Ok(())
    }
}
