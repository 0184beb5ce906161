//! Lists of sums, as `sha256sum` writes them, and the only door to a set's files.
//!
//! Guarantees: [`SumList::read`] returns bytes only after their hash was compared, and those bytes are what was
//! hashed; a path with `..`, an absolute path and a link that leads out of the folder are refused. A list is
//! itself compared with the hash in the set's manifest, so the manifest vouches for every byte.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

use crate::error::DataError;

/// The largest file that is read; the largest of the known sets has less than a hundredth of it.
const LARGEST_FILE: u64 = 64 << 20;

/// Why a line of a list is not a sum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumsFault {
    /// The line does not have the two parts.
    #[error("a line must be 64 hexadecimal digits, two spaces and a path")]
    Form,
    /// The path is not a plain one.
    #[error("{path:?} is refused: {fault}")]
    Path {
        /// As written.
        path: String,
        /// Why.
        fault: PathFault,
    },
    /// A path has two sums.
    #[error("{0:?} is listed twice")]
    Twice(String),
    /// The list is not text.
    #[error("the line is not UTF-8 text")]
    NotText,
}

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// `/etc/passwd`, `C:\x`.
    #[error("it is absolute")]
    Absolute,
    /// `../x`, `a/../../x`.
    #[error("it has '..'")]
    Parent,
    /// `a//b`, `a/./b`, nothing.
    #[error("it has an empty part")]
    EmptyPart,
    /// Control characters, backslashes, colons: they mean different things on different systems.
    #[error("it has a character that is not allowed")]
    Character,
    /// A symbolic link on the way leads elsewhere.
    #[error("a symbolic link leads out of the folder")]
    Link,
}

/// Succeeds for a relative path that stays where it starts, on every system.
///
/// # Errors
/// [`PathFault`] otherwise.
pub fn check_path(path: &str) -> Result<(), PathFault> {
    if path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':') {
        return Err(PathFault::Absolute);
    }
    if path.chars().any(|c| c.is_control() || c == '\\' || c == ':') {
        return Err(PathFault::Character);
    }
    for part in path.split('/') {
        match part {
            "" | "." => return Err(PathFault::EmptyPart),
            ".." => return Err(PathFault::Parent),
            _ => {}
        }
    }
    Ok(())
}

/// Lower-case hexadecimal SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether a text is a SHA-256 as this crate writes it.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A folder and the sums of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumList {
    /// With all links resolved.
    folder: PathBuf,
    /// The list itself.
    file: PathBuf,
    /// Its bytes.
    text: Vec<u8>,
    /// Its hash.
    sha256: String,
    sums: BTreeMap<String, String>,
}

impl SumList {
    /// Reads the list called `name` in `folder`, which must have the hash `wanted`.
    ///
    /// # Errors
    /// [`DataError`] when the list cannot be read, is another one, or has a line that is not a sum.
    pub fn open(folder: &Path, name: &str, wanted: &str) -> Result<Self, DataError> {
        let file = folder.join(name);
        let text = read_plain(&file)?;
        let found = sha256(&text);
        if found != wanted {
            return Err(DataError::OtherSums { file, found, wanted: wanted.to_owned() });
        }
        Self::of_text(folder, name, text)
    }

    /// Takes `text` as the list of `folder`.
    ///
    /// # Errors
    /// [`DataError`] when the folder does not exist or a line is not a sum.
    pub(crate) fn of_text(folder: &Path, name: &str, text: Vec<u8>) -> Result<Self, DataError> {
        let file = folder.join(name);
        let folder = folder.canonicalize().map_err(|cause| DataError::Read { file: folder.to_path_buf(), cause })?;
        let mut sums = BTreeMap::new();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let fault = match std::str::from_utf8(line).map(sum_of_line) {
                Ok(Ok(None)) => continue,
                Ok(Ok(Some((path, _)))) if sums.contains_key(path) => SumsFault::Twice(path.to_owned()),
                Ok(Ok(Some((path, sum)))) => {
                    sums.insert(path.to_owned(), sum.to_owned());
                    continue;
                }
                Ok(Err(fault)) => fault,
                Err(_) => SumsFault::NotText,
            };
            return Err(DataError::SumsLine { file, line: index + 1, fault });
        }
        Ok(Self { folder, file, sha256: sha256(&text), text, sums })
    }

    /// The hash of the list itself.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The list as it was read.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Every listed path, in byte order.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sums.keys().map(String::as_str)
    }

    /// Where a listed path lies, for messages.
    #[must_use]
    pub fn place(&self, path: &str) -> PathBuf {
        self.file.parent().unwrap_or(&self.folder).join(path)
    }

    /// The content of a listed file, whose hash was compared.
    ///
    /// # Errors
    /// [`DataError`] that names the file: it escapes, is not listed, is missing, or has another hash.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, DataError> {
        let escapes = |fault| DataError::Escapes { path: path.to_owned(), folder: self.folder.clone(), fault };
        check_path(path).map_err(escapes)?;
        let Some(wanted) = self.sums.get(path) else {
            return Err(DataError::NotListed { path: path.to_owned(), list: self.file.clone() });
        };
        let file = self.place(path);
        let real = self.folder.join(path).canonicalize().map_err(|cause| missing_or_unreadable(&file, cause))?;
        if !real.starts_with(&self.folder) {
            return Err(escapes(PathFault::Link));
        }
        let bytes = read_plain(&real)?;
        let found = sha256(&bytes);
        if found != *wanted {
            return Err(DataError::WrongHash { file, found, wanted: wanted.clone() });
        }
        Ok(bytes)
    }
}

/// The path and the sum of one line; nothing for an empty line.
fn sum_of_line(line: &str) -> Result<Option<(&str, &str)>, SumsFault> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Ok(None);
    }
    // `sha256sum` marks files that were read as binary with a star in place of the second space.
    let parts = line.split_once("  ").or_else(|| line.split_once(" *"));
    let (sum, path) = parts.filter(|(sum, _)| is_sha256(sum)).ok_or(SumsFault::Form)?;
    let path = path.strip_prefix("./").unwrap_or(path);
    check_path(path).map_err(|fault| SumsFault::Path { path: path.to_owned(), fault })?;
    Ok(Some((path, sum)))
}

/// Reads a plain file of bounded size. A pipe would block for ever, so the kind is asked first.
pub(crate) fn read_plain(file: &Path) -> Result<Vec<u8>, DataError> {
    let unreadable = |cause| missing_or_unreadable(file, cause);
    let about = fs::metadata(file).map_err(unreadable)?;
    if !about.is_file() {
        return Err(DataError::NotAFile { file: file.to_path_buf() });
    }
    let mut bytes = Vec::new();
    // The size that was asked for may be outdated, so the reader is bounded as well.
    fs::File::open(file).and_then(|open| open.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    let len = about.len().max(bytes.len() as u64);
    if len > LARGEST_FILE {
        return Err(DataError::TooLarge { file: file.to_path_buf(), bytes: len, most: LARGEST_FILE });
    }
    Ok(bytes)
}

fn missing_or_unreadable(file: &Path, cause: io::Error) -> DataError {
    let file = file.to_path_buf();
    if cause.kind() == io::ErrorKind::NotFound { DataError::Missing { file } } else { DataError::Read { file, cause } }
}

#[cfg(test)]
mod tests {
    use super::{PathFault, SumList, SumsFault, check_path, sha256};
    use crate::error::DataError;
    use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
    use proptest::test_runner::RngSeed;
    use std::fs;

    /// A folder with `a.txt` and a list that vouches for it and for what else is asked.
    fn folder(more: &str) -> (tempfile::TempDir, Result<SumList, DataError>) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.txt"), "sound").unwrap();
        let text = format!("{}  ./a.txt\n{more}", sha256(b"sound"));
        let list = SumList::of_text(dir.path(), "SUMS", text.into_bytes());
        (dir, list)
    }

    #[test]
    fn the_hash_of_the_empty_input_is_the_published_one() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_file_is_read_only_when_its_hash_agrees() {
        let (dir, list) = folder("");
        assert_eq!(list.as_ref().unwrap().read("a.txt").unwrap(), b"sound");
        fs::write(dir.path().join("a.txt"), "sounD").unwrap();
        let error = list.unwrap().read("a.txt").unwrap_err();
        assert!(matches!(&error, DataError::WrongHash { file, .. } if file.ends_with("a.txt")), "{error}");
    }

    #[test]
    fn a_listed_file_that_is_gone_is_named() {
        let (dir, list) = folder("");
        fs::remove_file(dir.path().join("a.txt")).unwrap();
        let error = list.unwrap().read("a.txt").unwrap_err();
        assert!(matches!(&error, DataError::Missing { file } if file.ends_with("a.txt")), "{error}");
    }

    #[test]
    fn a_file_that_no_sum_vouches_for_is_refused() {
        let (dir, list) = folder("");
        fs::write(dir.path().join("b.txt"), "x").unwrap();
        let error = list.unwrap().read("b.txt").unwrap_err();
        assert!(matches!(&error, DataError::NotListed { path, .. } if path == "b.txt"), "{error}");
    }

    #[test]
    fn paths_that_leave_the_folder_are_refused_wherever_they_stand() {
        let cases =
            [("../x", PathFault::Parent), ("/etc/passwd", PathFault::Absolute), ("a/../../x", PathFault::Parent)];
        for (path, wanted) in cases {
            let (_dir, list) = folder(&format!("{}  {path}\n", sha256(b"")));
            let error = list.unwrap_err();
            let hit = matches!(&error, DataError::SumsLine { line: 2, fault: SumsFault::Path { fault, .. }, .. } if *fault == wanted);
            assert!(hit, "{error}");
            let (_dir, list) = folder("");
            let error = list.unwrap().read(path).unwrap_err();
            assert!(matches!(&error, DataError::Escapes { fault, .. } if *fault == wanted), "{error}");
        }
        assert_eq!(check_path("a\\b"), Err(PathFault::Character));
        assert_eq!(check_path("C:/x"), Err(PathFault::Absolute));
        assert_eq!(check_path("a//b"), Err(PathFault::EmptyPart));
        assert_eq!(check_path("a/b..c/d"), Ok(()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused_and_one_inside_is_not() {
        let outside = tempfile::NamedTempFile::new().unwrap();
        let sum = sha256(b"");
        let (dir, list) = folder(&format!("{sum}  out\n{}  in\n", sha256(b"sound")));
        std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
        std::os::unix::fs::symlink("a.txt", dir.path().join("in")).unwrap();
        let list = list.unwrap();
        let error = list.read("out").unwrap_err();
        assert!(matches!(&error, DataError::Escapes { fault: PathFault::Link, .. }), "{error}");
        assert_eq!(list.read("in").unwrap(), b"sound");
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_refused() {
        let (dir, list) = folder(&format!("{}  sub\n", sha256(b"")));
        fs::create_dir(dir.path().join("sub")).unwrap();
        let error = list.unwrap().read("sub").unwrap_err();
        assert!(matches!(error, DataError::NotAFile { .. }), "{error}");
    }

    #[test]
    fn a_malformed_line_is_named_by_its_number() {
        let upper = sha256(b"").to_uppercase();
        for (more, wanted) in [
            ("what\n".to_owned(), SumsFault::Form),
            (format!("{upper}  b\n"), SumsFault::Form),
            (format!("{}  a.txt\n", sha256(b"")), SumsFault::Twice("a.txt".to_owned())),
        ] {
            let error = folder(&more).1.unwrap_err();
            assert!(matches!(&error, DataError::SumsLine { line: 2, fault, .. } if *fault == wanted), "{error}");
        }
    }

    #[test]
    fn another_list_is_refused() {
        let (dir, list) = folder("");
        fs::write(dir.path().join("SUMS"), list.unwrap().text()).unwrap();
        let error = SumList::open(dir.path(), "SUMS", &sha256(b"")).unwrap_err();
        assert!(matches!(&error, DataError::OtherSums { file, .. } if file.ends_with("SUMS")), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn no_accepted_path_leaves_the_folder(path in "[a.:/\\\\\u{1}]{0,12}") {
            if check_path(&path).is_ok() {
                let normal = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(std::path::Path::new(&path).components().all(normal));
            }
        }

        #[test]
        fn no_list_makes_the_reader_panic(text in proptest::collection::vec(any::<u8>(), 0..120)) {
            let dir = std::env::temp_dir();
            let _ = SumList::of_text(&dir, "SUMS", text);
        }
    }
}
