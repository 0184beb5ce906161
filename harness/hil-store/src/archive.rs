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
//! none twice. Nothing that a newer version wrote is rewritten. All of this is the same code for a folder and, with the feature
//! `s3`, for a bucket of an S3-compatible server: a `Storage` is the few things that these do differently.
//!
//! Left to others: reading `.git`, clocks, and what a change of a figure means.

mod baseline;
#[cfg(feature = "s3")]
mod bucket;
pub mod columns;
mod disk;
mod entry;
mod fingerprint;
mod folder;
mod history;
mod index;
mod layout;
mod read;
mod rows;
mod slab;
mod storage;
mod tidy;

#[cfg(test)]
mod alike;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::baseline::{Baseline, BaselineError, PassedOver, baseline_of_commit, baseline_of_run};
pub use self::entry::{Amount, Entry, Origin, Revision, Subject, entries};
pub use self::fingerprint::{Difference, Fingerprint};
pub use self::history::{HistoryPoint, Series, Wanted};
pub use self::tidy::Tidied;

use self::folder::Folder;
use self::storage::Storage;
use crate::error::StoreError;

/// Name of the archive in a folder of runs.
pub const FOLDER: &str = "archive";
/// How the address of a bucket begins.
pub const S3: &str = "s3://";

/// The figures of many runs.
#[derive(Debug, Clone)]
pub struct Archive {
    storage: Arc<dyn Storage>,
}

impl Archive {
    /// The archive in a folder, which need not exist.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self::on(Folder::at(root))
    }

    /// The archive that belongs to a folder of runs: `out/archive`.
    #[must_use]
    pub fn beside(out: &Path) -> Self {
        Self::at(out.join(FOLDER))
    }

    /// The archive at an address: `s3://BUCKET/PREFIX`, or a folder. Nothing is asked of a server yet.
    ///
    /// How a server is reached, and as whom, is what polars takes from the environment: `AWS_ENDPOINT_URL`, `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    /// [`StoreError::Address`] for a bucket's address that is none; [`StoreError::WithoutS3`] for any in a build without the
    /// feature `s3`; [`StoreError::Remote`] when these variables contradict themselves.
    pub fn named(address: &Path) -> Result<Self, StoreError> {
        match address.to_str().filter(|text| is_bucket(text)) {
            Some(address) => Self::in_bucket(address),
            None => Ok(Self::at(address)),
        }
    }

    #[cfg(feature = "s3")]
    fn in_bucket(address: &str) -> Result<Self, StoreError> {
        Ok(Self::on(bucket::Bucket::open(address, Vec::new(), bucket::Limits::default())?))
    }

    #[cfg(not(feature = "s3"))]
    fn in_bucket(address: &str) -> Result<Self, StoreError> {
        Err(StoreError::WithoutS3 { address: address.to_owned() })
    }

    fn on(storage: impl Storage + 'static) -> Self {
        Self { storage: Arc::new(storage) }
    }

    /// Its folder, or its address.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.storage.root()
    }

    /// Whether something was ever appended.
    ///
    /// # Errors
    /// When it cannot be seen: [`StoreError::Remote`], [`StoreError::Io`], [`StoreError::NotAFolder`].
    pub fn exists(&self) -> Result<bool, StoreError> {
        let names = self.storage.names(Path::new(""))?;
        Ok(names.iter().any(|name| name == layout::NEW || name.starts_with(layout::PLATFORM)))
    }

    /// Adds the figures of one run or several, all of them or none; no figures are no error. What is there already counts once.
    ///
    /// # Errors
    /// [`StoreError::Started`] for a run whose start is no date, before anything is written; [`StoreError::ReadOnly`],
    /// [`StoreError::DiskFull`], [`StoreError::NotAFolder`], [`StoreError::Io`], [`StoreError::Remote`].
    pub fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        if let Some(odd) = entries.iter().find(|entry| layout::day_of(&entry.origin.started).is_none()) {
            let (run, started) = (odd.origin.run.clone(), odd.origin.started.clone());
            return Err(StoreError::Started { run, started });
        }
        if entries.is_empty() {
            return Ok(());
        }
        let bytes = rows::encode(entries)?;
        self.storage.put(&Path::new(layout::NEW).join(layout::name_of(&bytes)), &bytes)
    }
}

/// Whether an address is meant to be that of a bucket and not a folder.
#[must_use]
pub fn is_bucket(address: &str) -> bool {
    address.get(..S3.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(S3))
}
