//! Where a data set is: the first of the caller's directories that has its folder.
//!
//! A set is present when its folder has its list of sums, or its only file; whether the list is the right one is checked by whoever
//! reads it, because a wrong list is an error to show and not a reason to look further. A set that is absent is
//! an error with the set's origin, its licence and the command that adds it.

use std::path::PathBuf;

use hil_model::id::DatasetName;

use crate::error::{Absent, DataError};
use crate::manifest::{Items, Manifest, manifest};

/// Where a present set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// Part of the program.
    Embedded,
    /// This folder has its files.
    Folder(PathBuf),
}

/// The set of that name in the first of `dirs` that has it.
///
/// # Errors
/// [`DataError::Unknown`] or [`DataError::Absent`].
pub fn find(name: &DatasetName, dirs: &[PathBuf]) -> Result<Located, DataError> {
    locate(&manifest(name)?, dirs)
}

/// The set of that manifest in the first of `dirs` that has it.
///
/// # Errors
/// [`DataError::Absent`].
pub fn locate(manifest: &Manifest, dirs: &[PathBuf]) -> Result<Located, DataError> {
    let (folder, mark) = match &manifest.items {
        Items::Embedded(_) => return Ok(Located::Embedded),
        Items::WavList(wavs) => (&wavs.folder, &wavs.sums),
        Items::WholeFile(whole) => (&whole.folder, &whole.file),
    };
    let folder = dirs.iter().map(|dir| dir.join(folder)).find(|folder| folder.join(mark).is_file());
    folder.map(Located::Folder).ok_or_else(|| {
        DataError::Absent(Box::new(Absent {
            name: manifest.name.clone(),
            origin: manifest.origin.clone(),
            licence: manifest.licence.clone(),
            how: manifest.how.clone(),
            looked_in: dirs.to_vec(),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::{Located, find, locate};
    use crate::error::DataError;
    use crate::little;
    use hil_model::id::DatasetName;

    #[test]
    fn the_first_directory_that_has_the_set_wins() {
        let [empty, first, second] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        // A folder without a list of sums is not a set.
        std::fs::create_dir(empty.path().join("little")).unwrap();
        let manifest = little::set(&first.path().join("little"), &little::files());
        little::set(&second.path().join("little"), &little::files());
        let dirs = [empty.path().to_path_buf(), first.path().to_path_buf(), second.path().to_path_buf()];
        assert_eq!(locate(&manifest, &dirs).unwrap(), Located::Folder(dirs[1].join("little")));
    }

    #[test]
    fn an_absent_set_says_where_it_comes_from_and_how_to_add_it() {
        let empty = tempfile::tempdir().unwrap();
        let dirs = [empty.path().to_path_buf()];
        let error = find(&DatasetName::new("keywords-test").unwrap(), &dirs).unwrap_err();
        let text = error.to_string();
        for part in ["keywords-test", "CC-BY-4.0", "github.com/", "hil data add"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(matches!(error, DataError::Absent(absent) if absent.looked_in == dirs));
    }

    #[test]
    fn the_self_made_sounds_are_always_here() {
        let name = DatasetName::new("keywords-selfmade").unwrap();
        assert_eq!(find(&name, &[]).unwrap(), Located::Embedded);
    }
}
