//! Inherited files: those on disk first, then the base scenarios that are part of this program.
//!
//! A path that ends in `_base/NAME.toml` and is not on disk means the built-in base of that name, so that `extends =
//! "_base/keyword-desktop.toml"` works in any folder. A file on disk of the same name wins; [`Bases::told`] says so.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use hil_scenario::{EMBEDDED, Lookup, MAX_FILE_LEN, ReadError, Source};

use crate::files;
use crate::packages::Packages;

/// Where the built-in bases stand in the repository.
const BUILT_IN: &str = "scenarios/_base/";

/// A source of inherited files that remembers where they came from.
#[derive(Debug, Default)]
pub struct Bases {
    told: RefCell<BTreeSet<String>>,
    packages: Option<Packages>,
}

impl Bases {
    /// A source that also looks for the packages of suites.
    #[must_use]
    pub fn with_packages() -> Self {
        Self { packages: Some(Packages::default()), ..Self::default() }
    }

    /// What the user should know about the bases that were read, a sentence each: nothing for a file that only this
    /// folder has, or that says the same as the built-in one.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.told.borrow().iter().cloned().collect()
    }

    fn tell(&self, sentence: String) {
        self.told.borrow_mut().insert(sentence);
    }
}

impl Source for Bases {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let built_in = built_in(path);
        match (files::read(Path::new(path), MAX_FILE_LEN), built_in) {
            (Ok(bytes), Some(text)) if bytes != text.as_bytes() => {
                self.tell(format!("{path} of this folder is used in place of the built-in base of that name"));
                Ok(bytes)
            }
            (Ok(bytes), _) => Ok(bytes),
            (Err(error), Some(text)) if error.kind() == std::io::ErrorKind::NotFound => {
                self.tell(format!("{path} is not on disk; the built-in base of that name is used"));
                Ok(text.as_bytes().to_vec())
            }
            (Err(error), None) if error.kind() == std::io::ErrorKind::NotFound => Err(ReadError::NotFound),
            // A file that is there and cannot be read must not be answered by another one.
            (Err(error), _) => Err(ReadError::Unreadable(error.to_string())),
        }
    }

    fn package(&self, folder: &str) -> Lookup {
        self.packages.as_ref().map_or(Lookup::Unknown, |packages| packages.look(folder))
    }
}

/// The built-in base that a path means when there is no such file.
fn built_in(path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_base = folder == "_base" || folder.ends_with("/_base");
    let file = EMBEDDED.iter().find(|(file, _)| is_base && file.strip_prefix(BUILT_IN) == Some(name));
    file.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::{Bases, built_in};
    use hil_scenario::{ReadError, Source as _};

    #[test]
    fn only_a_folder_called_base_means_the_built_in_ones() {
        for path in
            ["_base/keyword-desktop.toml", "../x/_base/keyword-desktop.toml", "scenarios/_base/keyword-desktop.toml"]
        {
            assert!(built_in(path).is_some(), "{path}");
        }
        for path in
            ["keyword-desktop.toml", "x_base/keyword-desktop.toml", "_base/other.toml", "_base/x/keyword-desktop.toml"]
        {
            assert!(built_in(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_file_on_disk_wins_and_is_told_only_where_it_says_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("_base");
        let path = base.join("keyword-desktop.toml").to_string_lossy().into_owned();
        let told = |bases: &Bases| bases.told().len();

        let bases = Bases::default();
        assert_eq!(bases.read(&path).unwrap(), built_in(&path).unwrap().as_bytes());
        assert!(bases.told()[0].contains("built-in base of that name is used"), "{:?}", bases.told());

        std::fs::create_dir(&base).unwrap();
        std::fs::write(&path, built_in(&path).unwrap()).unwrap();
        let bases = Bases::default();
        bases.read(&path).unwrap();
        assert_eq!(told(&bases), 0);

        std::fs::write(&path, "# mine\n").unwrap();
        let bases = Bases::default();
        assert_eq!(bases.read(&path).unwrap(), b"# mine\n");
        assert!(bases.told()[0].contains("in place of the built-in"), "{:?}", bases.told());

        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(
            matches!(bases.read(&path), Err(ReadError::Unreadable(_))),
            "what is there must be the one that answers"
        );
    }

    #[test]
    fn a_base_that_is_nowhere_is_not_found() {
        assert_eq!(Bases::default().read("_base/nowhere.toml"), Err(ReadError::NotFound));
    }
}
