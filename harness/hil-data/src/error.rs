//! What can be wrong with a data set, and what to do about it.
//!
//! Every message names the file, and the line or offset where there is one. None of these is a verdict:
//! without its data a check is not run, and with damaged data the run ends.

use std::io;
use std::path::PathBuf;

use hil_model::id::DatasetName;

use crate::csv::CsvError;
use crate::sums::{PathFault, SumsFault};
use crate::wav::WavError;

/// A set that is not usable.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// No manifest has that name.
    #[error("there is no data set {name}; the known ones are {known}")]
    Unknown {
        /// As asked for.
        name: DatasetName,
        /// All names, joined by commas.
        known: String,
    },
    /// The set is not below any of the directories.
    #[error("data set {} is not here. It comes from {} ({}).\n{}", .0.name, .0.origin, .0.licence, .0.how)]
    Absent(Box<Absent>),
    /// A manifest is malformed.
    #[error("manifest of a data set: {0}")]
    Manifest(String),
    /// A file or folder cannot be read.
    #[error("cannot read {file}: {cause}", file = .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {file}: {cause}", file = .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file is listed but is not in the folder.
    #[error("{file} is missing; add the set again with `hil data add DIR`", file = .file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// It is a folder, a pipe or a device.
    #[error("{file} is not a plain file", file = .file.display())]
    NotAFile {
        /// The file.
        file: PathBuf,
    },
    /// It is so large that it cannot be a part of a set.
    #[error("{file} has {bytes} bytes; at most {most} are read", file = .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size that is read.
        most: u64,
    },
    /// The list of sums is not the one that the manifest names.
    #[error(
        "{file} has sha256 {found}, but the set's list has {wanted}: another version of the set, or a damaged list",
        file = .file.display()
    )]
    OtherSums {
        /// The list.
        file: PathBuf,
        /// Its hash.
        found: String,
        /// The manifest's.
        wanted: String,
    },
    /// A line of the list of sums is malformed.
    #[error("{file}:{line}: {fault}", file = .file.display())]
    SumsLine {
        /// The list.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        fault: SumsFault,
    },
    /// The content of a file is not what the list says.
    #[error(
        "{file} is damaged: its sha256 is {found}, the list says {wanted}; add the set again with `hil data add DIR`",
        file = .file.display()
    )]
    WrongHash {
        /// The file.
        file: PathBuf,
        /// Its hash.
        found: String,
        /// The list's.
        wanted: String,
    },
    /// A file is used that the list does not name, so nothing vouches for it.
    #[error("{path:?} is not in {list}; only listed files are used", list = .list.display())]
    NotListed {
        /// As it was asked for.
        path: String,
        /// The list.
        list: PathBuf,
    },
    /// A path leads out of the set's folder.
    #[error("{path:?} is refused below {folder}: {fault}", folder = .folder.display())]
    Escapes {
        /// As it was asked for.
        path: String,
        /// The set's folder.
        folder: PathBuf,
        /// How.
        fault: PathFault,
    },
    /// A sound cannot be read.
    #[error("{file}: {fault}", file = .file.display())]
    Wav {
        /// The file.
        file: PathBuf,
        /// What is wrong, and at which offset.
        fault: WavError,
    },
    /// A sound is longer than the kernel's input.
    #[error("{file} has {samples} samples; the items of this set have at most {most}", file = .file.display())]
    TooLong {
        /// The file.
        file: PathBuf,
        /// Its length.
        samples: usize,
        /// The item's length.
        most: usize,
    },
    /// A table cannot be read.
    #[error("{file}:{fault}", file = .file.display())]
    Csv {
        /// The file.
        file: PathBuf,
        /// What is wrong, and in which line.
        fault: CsvError,
    },
    /// A row of the list of items makes no sense.
    #[error("{file}:{line}: {fault}", file = .file.display())]
    Row {
        /// The list.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        fault: RowFault,
    },
    /// The list gives another number of items than the manifest says.
    #[error("data set {name}: {file} gives {found} items, the manifest says {wanted}", file = .file.display())]
    OtherCount {
        /// The set.
        name: DatasetName,
        /// The list.
        file: PathBuf,
        /// Items found.
        found: u64,
        /// Items expected.
        wanted: u64,
    },
    /// The folder to add is none of the known sets.
    #[error("{folder} is not a known data set: {why}", folder = .folder.display())]
    NotKnown {
        /// The folder.
        folder: PathBuf,
        /// What was looked for and what was found.
        why: String,
    },
    /// A different copy stands where the set would go.
    #[error(
        "{folder} exists and is not an intact copy of this set ({why}); move it away and add the set again",
        folder = .folder.display()
    )]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// The first difference.
        why: String,
    },
    /// The embedded sounds are not those that the manifest names.
    #[error("the embedded sounds have sha256 {found}, their manifest says {wanted}; this build is broken")]
    Embedded {
        /// Their hash.
        found: String,
        /// The manifest's.
        wanted: String,
    },
}

/// A set that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub name: DatasetName,
    /// Where it comes from.
    pub origin: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// The commands that fetch and add it.
    pub how: String,
    /// Where it was looked for.
    pub looked_in: Vec<PathBuf>,
}

/// What is wrong with a row of a list of items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The name of the file holds no group.
    #[error("{0:?} has no '_', so its group is unknown")]
    NoGroup(String),
    /// The file stands in an earlier row, so it would count twice.
    #[error("{0:?} is listed twice")]
    Twice(String),
}
