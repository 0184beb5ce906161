//! What the archive asks of the place where it lies: the few things that a folder and a bucket do differently.
//!
//! Paths are below the root of the archive. Everything else, sorting, merging, indexing and reading, is the same code for both and
//! needs no more than is promised here: a file appears whole and stays when a put has returned; a list misses nothing that was there
//! before it began and is there when it ends.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use super::layout;
use crate::error::StoreError;

/// A place that an archive lies in.
pub(super) trait Storage: Debug + Send + Sync {
    /// The folder, or the address, as people know it.
    fn root(&self) -> &Path;

    /// The names in a folder, of files and folders alike; none when there is no such folder.
    fn names(&self, folder: &Path) -> Result<Vec<String>, StoreError>;

    /// The files in the folders `date=…` of a folder, by path below that folder.
    fn days(&self, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = Vec::new();
        for day in self.names(folder)?.into_iter().filter(|name| name.starts_with(layout::DATE)) {
            found.extend(self.names(&folder.join(&day))?.into_iter().map(|name| Path::new(&day).join(name)));
        }
        Ok(found)
    }

    /// The content of a file.
    fn read(&self, below: &Path) -> Result<Vec<u8>, StoreError>;

    /// A file to read parts of; nothing when it cannot be read.
    fn open(&self, below: &Path) -> Option<Box<dyn Parts + '_>>;

    /// Writes a file that is named by its content: whole or not at all, and kept when this returns. One that is there is as good.
    fn put(&self, below: &Path, bytes: &[u8]) -> Result<(), StoreError>;

    /// Writes a file in the place of the one of that name, with the same promises, unless `stays` says of how that one begins (24
    /// bytes, or all of it) that it must stay.
    fn replace(&self, below: &Path, bytes: &[u8], stays: fn(&[u8]) -> bool) -> Result<(), StoreError>;

    /// Removes a file; one that is gone already is no error.
    fn remove(&self, below: &Path) -> Result<(), StoreError>;

    /// Keeps others from tidying as long as what is returned lives; nothing when somebody else does.
    fn lock(&self) -> Result<Option<Box<dyn Lock + '_>>, StoreError>;

    /// Removes what others left unfinished long ago, and says how much.
    fn sweep(&self) -> Result<usize, StoreError>;
}

/// A file of which parts are read.
pub(super) trait Parts {
    /// Its length in bytes.
    fn length(&self) -> u64;

    /// Exactly that many bytes from there on; nothing when they are not there.
    fn read(&mut self, offset: u64, length: u64) -> Option<Vec<u8>>;
}

/// Held while tidying.
pub(super) trait Lock {}
