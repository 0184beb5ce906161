//! An archive in a folder.
//!
//! A file is written under a hidden name, synced, renamed, and its folder synced, each by a step of a [`Disk`], so that tests can stop
//! at any of them. Reading goes to the file system itself.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::disk::{Disk, FileSystem};
use super::layout;
use super::storage::{Lock, Parts, Storage};
use crate::error::StoreError;
use crate::file;

/// How long before the newest file an unfinished one must have been written to count as left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);
/// The file that is locked.
const LOCK: &str = ".lock";

/// A folder with an archive, or where one may come to be.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    disk: Arc<dyn Disk>,
}

impl Folder {
    pub(super) fn at(root: impl Into<PathBuf>) -> Self {
        Self::over(root, Arc::new(FileSystem))
    }

    /// Writes by the steps of that disk.
    pub(super) fn over(root: impl Into<PathBuf>, disk: Arc<dyn Disk>) -> Self {
        Self { root: root.into(), disk }
    }

    /// Writes a file: under a hidden name, to the disk, then under its own name, to the disk.
    fn write(&self, below: &Path, bytes: &[u8]) -> Result<(), StoreError> {
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
            fs::create_dir_all(above).map_err(failed)?;
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

impl Storage for Folder {
    fn root(&self) -> &Path {
        &self.root
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>, StoreError> {
        let folder = self.root.join(folder);
        let failed = |error| StoreError::io("read", &folder, error);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            // Names that are not Unicode are not ours.
            found.extend(entry.map_err(failed)?.file_name().into_string());
        }
        Ok(found)
    }

    fn read(&self, below: &Path) -> Result<Vec<u8>, StoreError> {
        file::read(&self.root.join(below))
    }

    fn open(&self, below: &Path) -> Option<Box<dyn Parts + '_>> {
        let file = File::open(self.root.join(below)).ok()?;
        let length = file.metadata().ok()?.len();
        Some(Box::new(Opened { file, length }))
    }

    fn put(&self, below: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(below, bytes)
    }

    fn replace(&self, below: &Path, bytes: &[u8], stays: fn(&[u8]) -> bool) -> Result<(), StoreError> {
        let there = self.open(below).and_then(|mut there| there.read(0, there.length().min(24)));
        if there.is_some_and(|head| stays(&head)) { Ok(()) } else { self.write(below, bytes) }
    }

    fn remove(&self, below: &Path) -> Result<(), StoreError> {
        let path = self.root.join(below);
        self.disk.remove(&path).map_err(|error| StoreError::io("remove", &path, error))
    }

    fn lock(&self) -> Result<Option<Box<dyn Lock + '_>>, StoreError> {
        let path = self.root.join(LOCK);
        let lock = File::create(&path).map_err(|error| StoreError::io("write", &path, error))?;
        // A file system without locks is no reason not to tidy.
        let taken = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        Ok((!taken).then(|| Box::new(lock) as Box<dyn Lock>))
    }

    /// Unfinished files in the folder of appends that were written long before the newest one there: whoever wrote them is gone. The
    /// lock file is as old as the last that tidied, and newer than what it found.
    fn sweep(&self) -> Result<usize, StoreError> {
        let folder = Path::new(layout::NEW);
        let written = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
        let newest: Option<SystemTime> = written(&self.root.join(LOCK)).max(written(&self.root.join(folder)));
        let mut swept = 0;
        for name in self.names(folder)? {
            let below = folder.join(&name);
            let age = written(&self.root.join(&below)).and_then(|written| newest?.duration_since(written).ok());
            if name.starts_with('.') && name.ends_with(".tmp") && age.is_some_and(|age| age >= LEFT_BEHIND) {
                self.remove(&below)?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// The lock goes with the file.
impl Lock for File {}

struct Opened {
    file: File,
    length: u64,
}

impl Parts for Opened {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&mut self, offset: u64, length: u64) -> Option<Vec<u8>> {
        self.file.seek(SeekFrom::Start(offset)).ok()?;
        // The file decides how much memory they take, not what it says.
        let mut bytes = Vec::new();
        (&self.file).take(length).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 == length).then_some(bytes)
    }
}
