//! The committed inputs of a reader: its own in `fixtures/fuzz/<target>/`, and fixtures of other tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mutate::MAX_LEN;
use crate::target::{TARGETS, Target};

/// The root of the repository that this program was built from.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Files of `fixtures/fuzz/<target>/`: inputs that once went wrong, and starts for the mutator.
///
/// # Errors
/// When a file or folder that must be there cannot be read.
pub fn corpus(target: &Target) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    // Those that go wrong on purpose have none.
    if TARGETS.iter().all(|known| known.name != target.name) {
        return Ok(files);
    }
    walk(&root().join("fixtures/fuzz").join(target.name), &mut files)?;
    Ok(files)
}

/// Everything that the mutator starts from, in a steady order; what is longer than an input may be is cut.
///
/// # Errors
/// When a file or folder that must be there cannot be read.
pub fn seeds(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let mut files = corpus(target)?;
    for (folder, end) in target.fixtures {
        let mut below = Vec::new();
        walk(&root().join(folder), &mut below)?;
        files.extend(below.into_iter().filter(|path| path.to_string_lossy().ends_with(end)));
    }
    files
        .iter()
        .map(|path| {
            let mut bytes = fs::read(path)?;
            bytes.truncate(MAX_LEN);
            Ok(bytes)
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
