//! The texts of files and the places in them.
//!
//! Guarantees: a text is valid UTF-8 and at most [`MAX_FILE_LEN`] bytes long, whatever bytes came in; lines and
//! columns count from 1, columns in characters. Reading files is left to the caller, through [`Source`].

use std::ops::Range;

use crate::kind::ProblemKind;
use crate::problem::Draft;

/// The largest file that is read, in bytes. Scenarios are a few kilobytes; what is larger is not a scenario.
pub const MAX_FILE_LEN: usize = 1 << 20;

/// A file to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path as the user named it; paths of inherited files are relative to it.
    pub file: String,
    /// The content; it need not be text.
    pub bytes: Vec<u8>,
}

impl Input {
    /// An input from its path and content.
    pub fn new(file: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { file: file.into(), bytes: bytes.into() }
    }
}

/// Where inherited files come from.
pub trait Source {
    /// The content of the file at `path`, which is the inheriting file's path joined with what it `extends`.
    ///
    /// # Errors
    /// [`ReadError`] when there is no such file or it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The Cargo package in `folder`: the path that a suite names, joined with the scenario's, or as it stands.
    ///
    /// By default nobody can look, and then packages are not checked.
    fn package(&self, folder: &str) -> Lookup {
        let _ = folder;
        Lookup::Unknown
    }
}

/// What a look at a folder for a Cargo package gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Nobody can look: this source has no folders, or Cargo is not installed.
    Unknown,
    /// There is no package in this folder.
    Absent,
    /// There is one, and this is why it cannot be used.
    Broken(String),
    /// There is one.
    Found(Package),
}

/// A Cargo package, as far as suites need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, as programs are to be started in it.
    pub folder: String,
    /// Its bench targets.
    pub benches: Vec<String>,
    /// Its features.
    pub features: Vec<String>,
}

/// Why an inherited file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no file of that path.
    #[error("there is no such file")]
    NotFound,
    /// There is one, and this is why it cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// A file among [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(usize);

/// A place: a file and a range of bytes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At {
    pub(crate) file: FileId,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl At {
    pub(crate) fn new(file: FileId, span: Range<usize>) -> Self {
        Self { file, start: span.start, end: span.end.max(span.start) }
    }
}

/// The texts of all files that were read, for showing problems in their context.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

#[derive(Debug, Clone)]
struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Sources {
    /// The text of a file; what was not UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.files.iter().find(|known| known.name == file).map(|known| known.text.as_str())
    }

    pub(crate) fn name(&self, id: FileId) -> &str {
        &self.files[id.0].name
    }

    pub(crate) fn text_of(&self, id: FileId) -> &str {
        &self.files[id.0].text
    }

    pub(crate) fn find(&self, name: &str) -> Option<FileId> {
        self.files.iter().position(|known| known.name == name).map(FileId)
    }

    /// Takes a file in. Content that is too large is left out and content that is not UTF-8 is replaced, each with
    /// a problem.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) -> (FileId, Option<Draft>) {
        let id = FileId(self.files.len());
        let (text, draft) = match std::str::from_utf8(bytes) {
            _ if bytes.len() > MAX_FILE_LEN => {
                let kind = ProblemKind::TooLarge { bytes: bytes.len(), most: MAX_FILE_LEN };
                let mut draft = Draft::error(At::new(id, 0..0), kind);
                draft.hint("a scenario asks a few questions; put data into a data set");
                (String::new(), Some(draft))
            }
            Ok(text) => (text.to_owned(), None),
            Err(error) => {
                let start = error.valid_up_to();
                // The first replacement character stands exactly where the valid text ends.
                let at = At::new(id, start..start + char::REPLACEMENT_CHARACTER.len_utf8());
                let mut draft = Draft::error(at, ProblemKind::NotUtf8 { offset: start });
                draft.hint("save the file as UTF-8");
                (String::from_utf8_lossy(bytes).into_owned(), Some(draft))
            }
        };
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        self.files.push(SourceFile { name: name.to_owned(), text, line_starts });
        (id, draft)
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(crate) fn line_column(&self, id: FileId, offset: usize) -> (u32, u32) {
        let file = &self.files[id.0];
        let offset = floor_char_boundary(&file.text, offset);
        let line = file.line_starts.partition_point(|start| *start <= offset);
        let line_start = file.line_starts[line - 1];
        // A byte order mark is no character of the first line.
        let before = file.text[line_start..offset].trim_start_matches('\u{feff}');
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (count(line), count(before.chars().count() + 1))
    }
}

/// The largest character boundary of `text` that is not above `offset`.
pub(crate) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Whether a path says by itself where it begins, on this or another system.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.get(1..3).is_some_and(|drive| matches!(drive, ":/" | ":\\"))
}

/// The path of what `file` calls `relative`, without `.` and without `..` that can be resolved by the names alone.
pub(crate) fn join(file: &str, relative: &str) -> String {
    let (folder, root) = match file.rfind(['/', std::path::MAIN_SEPARATOR]) {
        Some(0) => ("", "/"),
        Some(end) => (&file[..end], ""),
        None => ("", ""),
    };
    let mut parts: Vec<&str> = folder.split(['/', std::path::MAIN_SEPARATOR]).collect();
    if folder.is_empty() {
        parts.clear();
    }
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "." | "")) => {
                parts.pop();
            }
            ".." if parts.last() == Some(&".") => {
                parts.pop();
                parts.push("..");
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{MAX_FILE_LEN, Sources, join};
    use crate::kind::ProblemKind;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let mut sources = Sources::default();
        let (id, _) = sources.add("a.toml", "\u{feff}ä = 1\r\nöö = 2\n".as_bytes());
        let text = sources.text_of(id).to_owned();
        let place = |what: &str| sources.line_column(id, text.find(what).unwrap());
        assert_eq!(place("ä"), (1, 1));
        assert_eq!(place("1"), (1, 5));
        assert_eq!(place("2"), (2, 6));
        assert_eq!(sources.line_column(id, 1_000), (3, 1), "past the end is the end");
    }

    #[test]
    fn content_that_is_no_text_or_too_large_is_a_problem_and_not_a_panic() {
        let mut sources = Sources::default();
        let (id, draft) = sources.add("a.toml", b"id = \"\xff\"\n");
        assert_eq!(draft.unwrap().kind, ProblemKind::NotUtf8 { offset: 6 });
        assert_eq!(sources.text_of(id), "id = \"\u{fffd}\"\n");
        let (_, draft) = sources.add("b.toml", &vec![b'#'; MAX_FILE_LEN + 1]);
        assert!(matches!(draft.unwrap().kind, ProblemKind::TooLarge { .. }));
        let (_, draft) = sources.add("c.toml", &vec![b'#'; MAX_FILE_LEN]);
        assert_eq!(draft, None);
    }

    #[test]
    fn paths_join_as_people_expect() {
        let cases = [
            ("scenarios/a/x.toml", "../_base/k.toml", "scenarios/_base/k.toml"),
            ("x.toml", "../_base/k.toml", "../_base/k.toml"),
            ("../x.toml", "../k.toml", "../../k.toml"),
            ("./x.toml", "../k.toml", "../k.toml"),
            ("/x.toml", "k.toml", "/k.toml"),
            ("/a/b/x.toml", "./k.toml", "/a/b/k.toml"),
            ("x.toml", "k.toml", "k.toml"),
        ];
        for (file, relative, joined) in cases {
            assert_eq!(join(file, relative), joined, "{file} + {relative}");
        }
    }
}
