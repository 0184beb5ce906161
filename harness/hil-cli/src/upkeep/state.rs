//! The state folder: what `hil` remembers from one run to the next.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read, written or locked.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not what it should be. What stands in it is not guessed at.
    #[error("{}: {why}; correct it, or remove it and with it what it says", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line where there is one.
        why: String,
    },
    /// There is no folder for it.
    #[error("this system names no home folder to keep the state of boards in; set HIL_STATE to a folder instead")]
    NoFolder,
    /// There is nothing to release.
    #[error("{given} is not quarantined; {known}")]
    NotQuarantined {
        /// As given.
        given: String,
        /// What is.
        known: String,
    },
}

impl StateError {
    pub(super) fn of(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path: path.clone(), source }
    }
}

/// Makes the folder and holds the lock `name` in it until what is returned is dropped. It is held for moments only, and
/// ends with its process.
pub(super) fn lock(folder: &Path, name: &str) -> Result<File, StateError> {
    std::fs::create_dir_all(folder).map_err(StateError::of(folder))?;
    let path = folder.join(name);
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = open.and_then(|file| file.lock().map(|()| file));
    file.map_err(StateError::of(&path))
}

/// Puts `text` into the file `name`: the old text stays until the new one is whole.
pub(super) fn replace(folder: &Path, name: &str, text: &str) -> Result<(), StateError> {
    let path = folder.join(name);
    let write = || {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(text.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(&path).map_err(|error| error.error)
    };
    write().map(drop).map_err(StateError::of(&path))
}
