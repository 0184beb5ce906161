//! What is known and what is here: the content of `hil data list`.
//!
//! Present means that the folder and its list of sums exist; whether they are whole is a question for
//! [`crate::verify`], which takes longer.

use std::fmt;
use std::path::PathBuf;

use hil_model::id::DatasetName;

use crate::locate::{Located, locate};
use crate::manifest::manifests;

/// One known set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The name that scenarios use.
    pub name: DatasetName,
    /// One line for people.
    pub title: String,
    /// How many items it has.
    pub items: u64,
    /// SPDX expression.
    pub licence: String,
    /// Whether it can be used.
    pub presence: Presence,
}

/// Whether a set can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// Part of the program.
    Embedded,
    /// In this folder.
    Here(PathBuf),
    /// Not here.
    Absent {
        /// Where it comes from.
        origin: String,
        /// The commands that fetch and add it.
        how: String,
    },
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.title)?;
        write!(f, "  {} items, {}", self.items, self.licence)?;
        match &self.presence {
            Presence::Embedded => write!(f, ", part of the program"),
            Presence::Here(folder) => write!(f, ", in {}", folder.display()),
            Presence::Absent { origin, how } => {
                write!(f, ", not here; from {origin}")?;
                how.lines().try_for_each(|line| write!(f, "\n  {line}"))
            }
        }
    }
}

/// Every known set, and where it is below `dirs`.
#[must_use]
pub fn status(dirs: &[PathBuf]) -> Vec<Status> {
    let one = |manifest: crate::manifest::Manifest| {
        let presence = match locate(&manifest, dirs) {
            Ok(Located::Embedded) => Presence::Embedded,
            Ok(Located::Folder(folder)) => Presence::Here(folder),
            Err(_) => Presence::Absent { origin: manifest.origin, how: manifest.how },
        };
        Status {
            name: manifest.name,
            title: manifest.title,
            items: manifest.count,
            licence: manifest.licence,
            presence,
        }
    };
    manifests().into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Presence, status};

    #[test]
    fn every_set_is_listed_whether_it_is_here_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let presence =
            |name: &str, dirs: &[_]| status(dirs).into_iter().find(|set| set.name.as_str() == name).unwrap().presence;
        let dirs = [dir.path().to_path_buf()];
        assert_eq!(presence("keywords-selfmade", &dirs), Presence::Embedded);
        assert!(matches!(presence("keywords-test", &dirs), Presence::Absent { .. }));

        let folder = dir.path().join("arabic-speech-commands");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("SHA256SUMS"), "").unwrap();
        assert_eq!(presence("keywords-test", &dirs), Presence::Here(folder));
    }

    #[test]
    fn an_absent_set_is_listed_with_its_licence_and_the_command_that_adds_it() {
        let absent = status(&[]).into_iter().find(|set| set.name.as_str() == "keywords-val").unwrap().to_string();
        for part in ["keywords-val: ", "720 items, CC-BY-4.0, not here", "\n    hil data add "] {
            assert!(absent.contains(part), "{part:?} in {absent}");
        }
    }
}
