//! What can go wrong between a run and the disk. Each message names the path and what to do.

use std::io::{Error as IoError, ErrorKind};
use std::path::{Path, PathBuf};

use hil_model::id::{RunId, ScenarioId, WorkloadId};
use hil_model::run::FormatVersion;

use crate::trouble::Trouble;

/// Why a run could not be written or read.
///
/// Paths are printed with escapes, so a hostile file name cannot drive the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system does not let this user write there.
    #[error("cannot write {path:?}: {source}; choose another folder with --out or change its permissions")]
    ReadOnly {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: IoError,
    },
    /// No room is left.
    #[error("cannot write {path:?}: {source}; free some space or choose another folder with --out")]
    DiskFull {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: IoError,
    },
    /// A file stands where a folder is needed.
    #[error("{path:?} is not a folder, or lies inside something that is not")]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// There is nothing of that name.
    #[error("{path:?} does not exist")]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// Something of that name is there already; runs are never written over.
    #[error("{path:?} exists already; a run is never written over")]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// Any other answer of the system.
    #[error("cannot {action} {path:?}: {source}")]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: IoError,
    },
    /// A pipe, a device or a folder stands where a file is expected.
    #[error("{path:?} is not a regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// It is larger than any file of its kind that this program writes.
    #[error("{path:?} is larger than {} MiB, the most that is read", most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        most: u64,
    },
    /// The folder that something should be written into is not there.
    #[error("cannot write {path:?}: there is no such folder")]
    NoFolder {
        /// What was to be written.
        path: PathBuf,
    },
    /// The bytes of a text file are not text.
    #[error("{path:?} is not valid UTF-8 from byte {offset} on")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Bytes before the first one that is wrong.
        offset: usize,
    },
    /// The name of the run cannot be the name of one folder.
    #[error("run id {id} cannot name a folder: it contains '/'")]
    RunName {
        /// The name.
        id: RunId,
    },
    /// A file for the run's folder has a name that it cannot have.
    #[error("{name:?} cannot be a file of a run: {why}")]
    FileName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        why: &'static str,
    },
    /// The text is not JSON, or not that of a run.
    #[error("{path:?}, line {line}, column {column}: {message}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 before the first character of the line.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Written by a program whose format this one does not understand.
    #[error("{path:?} has format {found}, this hil reads {}; use the version of hil that wrote it", majors(*oldest, *known))]
    Major {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: FormatVersion,
        /// The oldest major version that this build reads.
        oldest: u16,
        /// The version that this build writes.
        known: FormatVersion,
    },
    /// Writing would lose what a newer program added.
    #[error("{path:?} has format {found}, newer than {known} of this hil; it is not written over")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: FormatVersion,
        /// The version that this build writes.
        known: FormatVersion,
    },
    /// A number that JSON cannot carry.
    #[error("{place} is not a finite number and cannot be stored")]
    NotFinite {
        /// Which number of the run.
        place: String,
    },
    /// Two sets of observations claim to be the same thing.
    #[error("scenario {scenario}, workload {workload} was observed twice in one run")]
    Duplicate {
        /// The scenario.
        scenario: ScenarioId,
        /// The workload.
        workload: WorkloadId,
    },
    /// The file is not the table that its name promises.
    #[error("{path:?} is not a readable table: {why}")]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The bytes of a table are not those that were written.
    #[error(
        "{path:?} does not match its sum in SHA256SUMS: it was damaged or changed after the run; restore it from a copy"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The bytes of a file of the archive are not those that its name stands for.
    #[error(
        "{path:?} was damaged or changed: its name is the sum of other bytes; restore it from a copy, or move it away to go on without its runs"
    )]
    DamagedArchive {
        /// The file.
        path: PathBuf,
    },
    /// A run cannot be sorted by its day.
    #[error("run {run} started at {started:?}, which is no time such as 2026-01-31T10:00:00Z; it is not archived")]
    Started {
        /// The run.
        run: RunId,
        /// Its start.
        started: String,
    },
    /// Files came and went all the time while the archive was read.
    #[error("{path:?} is being changed all the time; try again")]
    Busy {
        /// The archive.
        path: PathBuf,
    },
    /// The address of a bucket cannot be read.
    #[error("{address:?} is no address of an archive: {why}; write s3://BUCKET/PREFIX")]
    Address {
        /// As it was given.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// This build cannot talk to object stores.
    #[error(
        "{address:?}: this hil was built without object storage; build one with `cargo build --release -p hil-cli --features s3`"
    )]
    WithoutS3 {
        /// As it was given.
        address: String,
    },
    /// An object store did not do what it was asked for.
    #[error("cannot {action} {path:?}: {trouble}")]
    Remote {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        trouble: Trouble,
    },
    /// One value of a table is not possible.
    #[error("{path:?}, column {column}, row {row}: {why}")]
    Cell {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// The row, from 0.
        row: usize,
        /// Why it is not possible.
        why: String,
    },
}

impl StoreError {
    /// Sorts an answer of the system by what the reader of the message can do about it.
    pub(crate) fn io(action: &'static str, path: &Path, source: IoError) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem if action != "read" => {
                Self::ReadOnly { path, source }
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull { path, source }
            }
            ErrorKind::NotADirectory => Self::NotAFolder { path },
            ErrorKind::NotFound if matches!(action, "write" | "create") => Self::NoFolder { path },
            ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::Io { action, path, source },
        }
    }
}

fn majors(oldest: u16, known: FormatVersion) -> String {
    if oldest == known.major { format!("{oldest}.x") } else { format!("{oldest}.x to {}.x", known.major) }
}

#[cfg(test)]
mod tests {
    use std::io::{Error as IoError, ErrorKind};
    use std::path::Path;

    use super::StoreError;

    #[test]
    fn answers_of_the_system_are_sorted_by_what_to_do() {
        let sort = |kind: ErrorKind| StoreError::io("write", Path::new("a\u{1b}[31m"), IoError::from(kind));
        assert!(matches!(sort(ErrorKind::ReadOnlyFilesystem), StoreError::ReadOnly { .. }));
        assert!(matches!(sort(ErrorKind::PermissionDenied), StoreError::ReadOnly { .. }));
        assert!(matches!(sort(ErrorKind::StorageFull), StoreError::DiskFull { .. }));
        assert!(matches!(sort(ErrorKind::NotADirectory), StoreError::NotAFolder { .. }));
        assert!(matches!(sort(ErrorKind::Interrupted), StoreError::Io { .. }));
        assert!(!sort(ErrorKind::StorageFull).to_string().contains('\u{1b}'), "paths are printed with escapes");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_called_full() {
        use std::io::Write;
        let path = Path::new("/dev/full");
        let error = std::fs::OpenOptions::new().write(true).open(path).unwrap().write_all(b"x").unwrap_err();
        assert!(matches!(StoreError::io("write", path, error), StoreError::DiskFull { .. }));
    }
}
