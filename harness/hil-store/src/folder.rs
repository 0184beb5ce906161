//! The folder of one run while it is being written.
//!
//! Everything goes into `.<id>.tmp` beside the final name; [`RunFolder::commit`] renames the folder once all of it
//! is on the disk. So a crash, a full disk or a power cut leaves either the whole run or none, and the hidden
//! folder that may remain is never taken for a run.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hil_model::id::RunId;

use crate::error::StoreError;
use crate::file::{partial_name, sync_folder, write_atomically};

/// A run's folder under its temporary name. Dropped without [`commit`](Self::commit), it is removed.
#[derive(Debug)]
pub struct RunFolder {
    partial: PathBuf,
    target: PathBuf,
    removed_on_drop: bool,
}

impl RunFolder {
    /// Starts the folder `out/<id>`; `out` is made when it is missing.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the run, or an unfinished one of the same name, is there already;
    /// [`StoreError::RunName`]; [`StoreError::NotAFolder`] when `out` is a file; [`StoreError::ReadOnly`],
    /// [`StoreError::DiskFull`], [`StoreError::Io`].
    pub fn create(out: &Path, id: &RunId) -> Result<Self, StoreError> {
        if id.as_str().contains('/') {
            return Err(StoreError::RunName { id: id.clone() });
        }
        fs::create_dir_all(out).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => StoreError::NotAFolder { path: out.to_owned() },
            _ => StoreError::io("create", out, source),
        })?;
        let target = out.join(id.as_str());
        refuse_existing(&target)?;
        let partial = out.join(partial_name(id.as_str()));
        fs::create_dir(&partial).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists { path: partial.clone() },
            _ => StoreError::io("create", &partial, source),
        })?;
        Ok(Self { partial, target, removed_on_drop: true })
    }

    /// Where files are while the run is not whole.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Keeps the hidden folder when this is dropped without a commit, for a look at what went wrong.
    pub fn keep_partial(&mut self) {
        self.removed_on_drop = false;
    }

    /// Writes one file: whole or not at all, on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::FileName`] for anything but a plain visible name; the errors of [`write_atomically`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        check_file_name(name)?;
        write_atomically(&self.partial.join(name), bytes)
    }

    /// Gives the folder its final name, which it returns.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the name was taken meanwhile; [`StoreError::ReadOnly`], [`StoreError::Io`].
    pub fn commit(mut self) -> Result<PathBuf, StoreError> {
        sync_folder(&self.partial)?;
        refuse_existing(&self.target)?;
        fs::rename(&self.partial, &self.target).map_err(|source| match source.kind() {
            // Between the look and the rename somebody else was faster.
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => StoreError::Exists { path: self.target.clone() },
            _ => StoreError::io("write", &self.target, source),
        })?;
        self.removed_on_drop = false;
        if let Some(out) = self.target.parent() {
            sync_folder(out)?;
        }
        Ok(self.target.clone())
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if self.removed_on_drop {
            // Nobody is left to tell; the name is hidden and is never read as a run.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

fn refuse_existing(path: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(StoreError::Exists { path: path.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io("look at", path, error)),
    }
}

/// Succeeds for one plain visible name that is a file name on every system.
pub(crate) fn check_file_name(name: &str) -> Result<(), StoreError> {
    let why = if name.is_empty() || name.starts_with('.') {
        "it is empty or hidden"
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        "use letters, digits, '-', '_' and '.'"
    } else {
        return Ok(());
    };
    Err(StoreError::FileName { name: name.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hil_model::id::RunId;

    use super::RunFolder;
    use crate::error::StoreError;

    fn id(text: &str) -> RunId {
        RunId::new(text).unwrap()
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            path.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_final_name_appears_only_with_the_whole_content() {
        let out = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(out.path(), &id("r1")).unwrap();
        folder.write("run.json", b"{}").unwrap();
        assert_eq!(names(out.path()), [".r1.tmp"]);
        let path = folder.commit().unwrap();
        assert_eq!(names(out.path()), ["r1"]);
        assert_eq!(std::fs::read(path.join("run.json")).unwrap(), b"{}");
    }

    #[test]
    fn an_abandoned_folder_disappears_unless_it_is_kept() {
        let out = tempfile::tempdir().unwrap();
        drop(RunFolder::create(out.path(), &id("r1")).unwrap());
        assert!(names(out.path()).is_empty());
        let mut folder = RunFolder::create(out.path(), &id("r1")).unwrap();
        folder.keep_partial();
        folder.write("a.log", b"x").unwrap();
        drop(folder);
        assert_eq!(names(&out.path().join(".r1.tmp")), ["a.log"]);
    }

    #[test]
    fn an_existing_run_is_never_written_over() {
        let out = tempfile::tempdir().unwrap();
        let first = RunFolder::create(out.path(), &id("r1")).unwrap();
        assert!(matches!(RunFolder::create(out.path(), &id("r1")), Err(StoreError::Exists { .. })), "in progress");
        // The name is taken while the run is being written.
        std::fs::create_dir(out.path().join("r1")).unwrap();
        assert!(matches!(first.commit(), Err(StoreError::Exists { .. })));
        assert!(matches!(RunFolder::create(out.path(), &id("r1")), Err(StoreError::Exists { .. })), "finished");
    }

    #[test]
    fn a_place_that_cannot_hold_a_run_says_why() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert!(matches!(RunFolder::create(&file, &id("r1")), Err(StoreError::NotAFolder { .. })));
        assert!(matches!(RunFolder::create(&file.join("sub"), &id("r1")), Err(StoreError::NotAFolder { .. })));
        assert!(matches!(RunFolder::create(out.path(), &id("a/b")), Err(StoreError::RunName { .. })));
        if cfg!(target_os = "linux") {
            // No user may make folders there.
            let error = RunFolder::create(Path::new("/sys"), &id("r1")).unwrap_err();
            assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
        }
    }

    #[test]
    fn files_cannot_leave_the_folder() {
        let out = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(out.path(), &id("r1")).unwrap();
        for name in ["", "../a", "a/b", "a\\b", ".hidden", "/etc/x", "a\n", "c:a"] {
            assert!(matches!(folder.write(name, b""), Err(StoreError::FileName { .. })), "{name:?}");
        }
    }
}
