//! Where the files of an archive lie, which of them count, and reading one.
//!
//! A file is named by the SHA-256 of its content, so damage shows before a decoder sees it, two writers of the same content
//! agree on its name, and what was read once need not be read again. Whatever has another name (unfinished files are hidden) is
//! not ours and is passed over.

use std::path::{Path, PathBuf};

use hil_model::id::{PlatformId, ScenarioId};

use super::storage::Storage;
use crate::error::StoreError;
use crate::sums::sum;

/// The folder of runs that are not sorted into partitions yet: one file an append.
pub(super) const NEW: &str = "new";
/// The index in the folder of a place.
pub(super) const INDEX: &str = "index.hil";
/// How the name of a folder of a platform begins.
pub(super) const PLATFORM: &str = "platform=";
/// How the name of a folder of a day begins.
pub(super) const DATE: &str = "date=";
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
        PathBuf::from(format!("{PLATFORM}{}", value(self.platform.as_str())))
            .join(format!("scenario={}", value(self.scenario.as_str())))
    }

    /// Its folder for runs of one day.
    pub(super) fn day(&self, date: &str) -> PathBuf {
        self.folder().join(format!("{DATE}{date}"))
    }
}

/// The places that have a folder.
pub(super) fn places(storage: &dyn Storage) -> Result<Vec<Place>, StoreError> {
    let mut found = Vec::new();
    for (platform, folder) in keyed(storage, Path::new(""), PLATFORM)? {
        let Ok(platform) = PlatformId::new(platform) else { continue };
        for (scenario, _) in keyed(storage, &folder, "scenario=")? {
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
    pub(super) fn of(storage: &dyn Storage, place: &Place) -> Result<Self, StoreError> {
        let new = new_files(storage)?;
        let folder = place.folder();
        let mut parts: Vec<PathBuf> =
            storage.days(&folder)?.into_iter().map(|below| folder.join(below)).filter(|path| is_part(path)).collect();
        parts.sort();
        Ok(Self { new, parts })
    }
}

/// The files of appends, by path below the root.
pub(super) fn new_files(storage: &dyn Storage) -> Result<Vec<PathBuf>, StoreError> {
    files(storage, Path::new(NEW))
}

/// The files in a folder below the root that are named by a sum, in order.
pub(super) fn files(storage: &dyn Storage, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let paths = storage.names(folder)?.into_iter().map(|name| folder.join(name));
    let mut found: Vec<PathBuf> = paths.filter(|path| is_part(path)).collect();
    found.sort();
    Ok(found)
}

/// Whether a path ends in the name of a file of figures: a sum.
fn is_part(path: &Path) -> bool {
    let is_sum = |name: &str| name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_suffix(".parquet")).is_some_and(is_sum)
}

/// The folders of a level of the hive: value and path below the root.
fn keyed(storage: &dyn Storage, folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let value = |name: &String| Some((name.strip_prefix(key)?.replace("%2F", "/"), folder.join(name)));
    Ok(storage.names(folder)?.iter().filter_map(value).collect())
}

/// The name of a file with this content.
pub(super) fn name_of(bytes: &[u8]) -> String {
    format!("{}.parquet", sum(bytes).chars().take(DIGITS).collect::<String>())
}

/// The content of a file; damage is an error that names it.
pub(super) fn read(storage: &dyn Storage, below: &Path) -> Result<Vec<u8>, StoreError> {
    let bytes = storage.read(below)?;
    if below.file_name().is_some_and(|name| name == name_of(&bytes).as_str()) {
        Ok(bytes)
    } else {
        Err(StoreError::DamagedArchive { path: storage.root().join(below) })
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
    use crate::archive::folder::Folder;

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
        assert_eq!(places(&Folder::at(root.path())).unwrap(), all);
    }

    #[test]
    fn a_day_is_ten_digits_and_hyphens() {
        assert_eq!(day_of("2026-01-31T10:00:00Z"), Some("2026-01-31"));
        for text in ["", "2026-1-31T10", "2026/01/31", "../../../..", "202601-311"] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }
}
