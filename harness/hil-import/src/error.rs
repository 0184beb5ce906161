//! What can be wrong with an imported file: the file, the place in it, and why, as a closed set.
//!
//! Guarantee: the text of an error holds no control character of the file or its name.

use crate::escape::{escaped, shortened};

/// The most bytes of one file that are read; the caller should stop reading one byte behind it. Real files are a few
/// kilobytes, and a million samples fit.
pub const MAX_FILE_LEN: usize = 16 * 1024 * 1024;

/// The most benchmarks of one run; more would make a report that nobody can read.
pub const MAX_BENCHMARKS: usize = 10_000;

/// A file that cannot be imported.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{}: {kind}", escaped(file), at(place))]
pub struct ImportError {
    /// The file, as the caller named it.
    pub file: String,
    /// The place in it: `:3:14` for line and column, ` at $.results[0].times[3]` for a value; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub kind: ErrorKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ErrorKind {
    /// A file that must be there is not.
    #[error("the file is missing; {0}")]
    Missing(&'static str),
    /// It is larger than is read.
    #[error("the file is larger than {} MiB, the most that is read", MAX_FILE_LEN / (1024 * 1024))]
    TooLarge,
    /// It is not text.
    #[error("the file is not UTF-8: there is another byte at offset {offset}")]
    NotUtf8 {
        /// Offset of the first byte that is not.
        offset: usize,
    },
    /// It ends in the middle of a value.
    #[error("the file ends in the middle of a value; it is truncated")]
    Truncated,
    /// It breaks the grammar of JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// It is JSON, but not of this format.
    #[error("{0}")]
    NotThisFormat(&'static str),
    /// A key that must be there is not.
    #[error("there is no {0:?}")]
    NoKey(&'static str),
    /// A value of another type.
    #[error("{found} where {wanted} is wanted")]
    WrongType {
        /// What is there.
        found: &'static str,
        /// What should be.
        wanted: &'static str,
    },
    /// A number that is no amount.
    #[error("{found} is not {wanted}")]
    NotAnAmount {
        /// As written, or nearly.
        found: String,
        /// What is wanted.
        wanted: &'static str,
    },
    /// A list that must not be empty.
    #[error("the list is empty")]
    Empty,
    /// More benchmarks than are read.
    #[error("there are {0} benchmarks, and at most {MAX_BENCHMARKS} are read into one run")]
    TooMany(usize),
    /// Two lists that belong together differ in length.
    #[error("{left} has {n_left} values and {right} has {n_right}; one each is wanted")]
    Uneven {
        /// One list.
        left: &'static str,
        /// Its length.
        n_left: usize,
        /// The other.
        right: &'static str,
        /// Its length.
        n_right: usize,
    },
    /// One name for two things.
    #[error("the name \"{}\" stands here twice", shortened(.0, 200))]
    Duplicate(String),
    /// A name without a character.
    #[error("the name is empty")]
    NoName,
    /// A word that is none of a closed list.
    #[error("\"{}\" is not {wanted}", shortened(found, 80))]
    UnknownWord {
        /// As written.
        found: String,
        /// What is known.
        wanted: &'static str,
    },
}

impl ImportError {
    /// An error about a whole file.
    #[must_use]
    pub fn of_file(file: &str, kind: ErrorKind) -> Self {
        Self { file: file.to_owned(), place: String::new(), kind }
    }
}

/// The place as it is shown behind the file's name.
fn at(place: &str) -> String {
    shortened(place, 300)
}
