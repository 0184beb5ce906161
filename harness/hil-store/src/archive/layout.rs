//! Where the files of an archive lie, which of them count, and reading one.
//!
//! A file is named by the SHA-256 of its content, so damage shows before a decoder sees it, two writers of the same content
//! agree on its name, and what was read once need not be read again. Whatever has another name (unfinished files are hidden) is
//! not ours and is passed over.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hil_model::id::{PlatformId, ScenarioId};

use crate::error::StoreError;
use crate::file;
use crate::sums::sum;

/// The folder of runs that are not sorted into partitions yet: one file an append.
pub(super) const NEW: &str = "new";
/// The index in the folder of a place.
pub(super) const INDEX: &str = "index.hil";
/// Digits of the sum in a name.
const DIGITS: usize = 32;

/// Whose figures lie together: those of one scenario on one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) platform: PlatformId,
    pub(super) scenario: ScenarioId,
}

impl Place {
    /// Its folder below the root.
    pub(super) fn folder(&self) -> PathBuf {
        let value = |text: &str| text.replace('/', "%2F");
        PathBuf::from(format!("platform={}", value(self.platform.as_str())))
            .join(format!("scenario={}", value(self.scenario.as_str())))
    }

    /// Its folder for runs of one day.
    pub(super) fn day(&self, date: &str) -> PathBuf {
        self.folder().join(format!("date={date}"))
    }
}

/// The places that have a folder.
pub(super) fn places(root: &Path) -> Result<Vec<Place>, StoreError> {
    let mut found = Vec::new();
    for (platform, folder) in keyed(root, "platform=")? {
        let Ok(platform) = PlatformId::new(platform) else { continue };
        for (scenario, _) in keyed(&folder, "scenario=")? {
            if let Ok(scenario) = ScenarioId::new(scenario) {
                found.push(Place { platform: platform.clone(), scenario });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The files that hold figures of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    /// Files of appends, by path below the root.
    pub(super) new: Vec<PathBuf>,
    /// Files of the place, by path below the root.
    pub(super) parts: Vec<PathBuf>,
}

impl Listing {
    /// What there is now. Files move from `new` to `parts`, so what moves meanwhile is in both rather than in neither.
    pub(super) fn of(root: &Path, place: &Place) -> Result<Self, StoreError> {
        let new = new_files(root)?;
        let mut parts = Vec::new();
        for (date, _) in keyed(&root.join(place.folder()), "date=")? {
            parts.extend(files(root, &place.day(&date))?);
        }
        parts.sort();
        Ok(Self { new, parts })
    }
}

/// The files of appends, by path below the root.
pub(super) fn new_files(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    files(root, Path::new(NEW))
}

/// The files in a folder below the root that are named by a sum, in order.
pub(super) fn files(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let is_sum = |name: &str| name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut found: Vec<PathBuf> = names(&root.join(folder))?
        .into_iter()
        .filter(|name| name.strip_suffix(".parquet").is_some_and(is_sum))
        .map(|name| folder.join(name))
        .collect();
    found.sort();
    Ok(found)
}

/// The folders of a level of the hive: value and path.
fn keyed(folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let value = |name: &String| Some((name.strip_prefix(key)?.replace("%2F", "/"), folder.join(name)));
    Ok(names(folder)?.iter().filter_map(value).collect())
}

/// The names in a folder; none when there is no such folder.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let failed = |error| StoreError::io("read", folder, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        // Names that are not Unicode are not ours.
        found.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(found)
}

/// The name of a file with this content.
pub(super) fn name_of(bytes: &[u8]) -> String {
    format!("{}.parquet", sum(bytes).chars().take(DIGITS).collect::<String>())
}

/// The content of a file; damage is an error that names it.
pub(super) fn read(root: &Path, below: &Path) -> Result<Vec<u8>, StoreError> {
    let path = root.join(below);
    let bytes = file::read(&path)?;
    if path.file_name().is_some_and(|name| name == name_of(&bytes).as_str()) {
        Ok(bytes)
    } else {
        Err(StoreError::DamagedArchive { path })
    }
}

/// The day of a start, `2026-01-31`; nothing for a text that does not begin with one.
pub(super) fn day_of(started: &str) -> Option<&str> {
    let day = started.get(..10)?;
    let fits = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    fits.then_some(day)
}

#[cfg(test)]
mod tests {
    use hil_model::id::{PlatformId, ScenarioId};

    use super::{Place, day_of, places};

    #[test]
    fn every_name_makes_one_folder_and_reads_back() {
        let root = tempfile::tempdir().unwrap();
        let place = |platform: &str, scenario: &str| Place {
            platform: PlatformId::new(platform).unwrap(),
            scenario: ScenarioId::new(scenario).unwrap(),
        };
        let all = [place("a", "b/c_d"), place("a", "x.y"), place("b/c", "b")];
        for place in &all {
            std::fs::create_dir_all(root.path().join(place.folder())).unwrap();
        }
        std::fs::create_dir_all(root.path().join("new")).unwrap();
        std::fs::create_dir_all(root.path().join("platform=A B/scenario=x")).unwrap();
        assert_eq!(places(root.path()).unwrap(), all);
    }

    #[test]
    fn a_day_is_ten_digits_and_hyphens() {
        assert_eq!(day_of("2026-01-31T10:00:00Z"), Some("2026-01-31"));
        for text in ["", "2026-1-31T10", "2026/01/31", "../../../..", "202601-311"] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }
}
