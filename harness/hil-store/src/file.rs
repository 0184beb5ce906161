//! Single files: written whole or not at all, and safe on the disk before their name exists.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Writes a file through a temporary sibling and renames it, so that its name never shows half of it.
///
/// An existing file of that name is replaced.
///
/// # Errors
/// [`StoreError::ReadOnly`], [`StoreError::DiskFull`], [`StoreError::NotAFolder`], [`StoreError::NoFolder`] for a
/// folder that is not there, [`StoreError::Io`]; the temporary file is removed then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let Some(name) = path.file_name() else {
        return Err(StoreError::NotFound { path: path.to_owned() });
    };
    let partial = path.with_file_name(partial_name(name));
    let written = write_and_sync(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if let Err(source) = written {
        // The first error is the one to report; what is left behind is hidden and carries no final name.
        let _ = fs::remove_file(&partial);
        return Err(StoreError::io("write", path, source));
    }
    sync_folder(parent(path))
}

/// The hidden name under which something is written before it is whole: `.NAME.tmp`.
pub(crate) fn partial_name(name: impl Into<OsString>) -> OsString {
    let mut partial = OsString::from(".");
    partial.push(name.into());
    partial.push(".tmp");
    partial
}

fn write_and_sync(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a folder durable.
///
/// Only Unix can; elsewhere the file system journals renames by itself. A file system that cannot sync folders
/// (some network ones) is not a reason to lose a run.
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        let synced = File::open(path).and_then(|folder| folder.sync_all());
        if let Err(source) = synced
            && !matches!(source.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported)
        {
            return Err(StoreError::io("sync", path, source));
        }
    }
    Ok(())
}

/// The largest text file of a run that is read, in bytes: a `run.json` of ten thousand checks is a tenth of it.
pub(crate) const MAX_TEXT: u64 = 64 << 20;

/// The whole content of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    read_at_most(path, u64::MAX)
}

/// The content of a regular file; opening a pipe would wait for somebody to write into it.
fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::io("read", path, source);
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(StoreError::NotAFile { path: path.to_owned() });
    }
    if metadata.len() > most {
        return Err(StoreError::TooLarge { path: path.to_owned(), most });
    }
    fs::read(path).map_err(failed)
}

/// The whole content of a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, StoreError> {
    String::from_utf8(read_at_most(path, MAX_TEXT)?)
        .map_err(|error| StoreError::NotUtf8 { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
}

/// `path/name` when `path` is a folder, otherwise `path`: people name a run by its folder or by its file.
pub(crate) fn inside(path: &Path, name: &str) -> PathBuf {
    if path.is_dir() { path.join(name) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, read_text, write_atomically};
    use crate::error::StoreError;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomically(&path, b"long first text").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(read_text(&path).unwrap(), "second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        // A folder of that name cannot be replaced by a file.
        let path = folder.path().join("taken");
        std::fs::create_dir_all(path.join("full")).unwrap();
        write_atomically(&path, b"x").unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(
            write_atomically(&folder.path().join("missing/a.txt"), b"x"),
            Err(StoreError::NoFolder { .. })
        ));
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_text(folder.path()), Err(StoreError::NotAFile { .. })));
        let path = folder.path().join("large.json");
        std::fs::File::create(&path).unwrap().set_len(MAX_TEXT + 1).unwrap();
        let error = read_text(&path).unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { most: MAX_TEXT, .. }), "{error}");
        assert!(error.to_string().ends_with("larger than 64 MiB, the most that is read"), "{error}");
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_offset() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomically(&path, b"abc\xff").unwrap();
        assert!(matches!(read_text(&path), Err(StoreError::NotUtf8 { offset: 3, .. })));
    }
}
