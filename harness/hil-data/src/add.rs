//! A folder that the user has becomes a set that the program finds: `hil data add DIR`.
//!
//! A folder is recognised by the hash of its only file or of its list of sums; an unchanged checkout of a set's origin,
//! which has no such list, by the list that its files would have. Only listed files are copied, each hashed on the way, into
//! a temporary folder that gets its name when it is whole. So what stands under a set's name was whole once, an
//! interrupted copy leaves nothing under that name, and adding twice changes nothing. A different copy under
//! that name is never touched. What a crash of the machine may leave unwritten is found when it is loaded.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use hil_model::id::DatasetName;

use crate::error::DataError;
use crate::manifest::{Items, Manifest, WavList, manifests};
use crate::sums::{SumList, read_plain, sha256};
use crate::verify::verify_sums;

/// A set that can be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub name: DatasetName,
    /// Where it is; the splits of one set share a folder.
    pub folder: PathBuf,
    /// Files in that folder that belong to the set.
    pub files: usize,
    /// Whether anything was copied.
    pub outcome: Outcome,
}

/// Whether anything was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The set was not there before.
    Copied,
    /// An intact copy was there before.
    WasThere,
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.outcome {
            Outcome::Copied => "added",
            Outcome::WasThere => "was there already",
        };
        write!(f, "{} {how}: {} files in {}", self.name, self.files, self.folder.display())
    }
}

/// Copies the known sets in `dir` below `user_data_dir`, which is made if need be.
/// One folder can hold several sets, such as the splits of one; the answer has one entry for each.
///
/// # Errors
/// [`DataError`]: the folder is no known set, a file is bad, a different copy is in the way, nothing can be written.
pub fn add(dir: &Path, user_data_dir: &Path) -> Result<Vec<Added>, DataError> {
    add_one_of(&manifests(), dir, user_data_dir)
}

/// As [`add`], for these sets.
pub(crate) fn add_one_of(known: &[Manifest], dir: &Path, user_data_dir: &Path) -> Result<Vec<Added>, DataError> {
    let mut lacks = Vec::new();
    for manifest in known {
        let Items::WholeFile(whole) = &manifest.items else { continue };
        match whole.look_in(dir)? {
            Ok(bytes) => {
                let (name, folder) = (manifest.name.clone(), user_data_dir.join(&whole.folder));
                return Ok(vec![Added { name, folder, files: 1, outcome: whole.keep(&bytes, user_data_dir)? }]);
            }
            Err(why) => lacks.push(format!("{}: {why}", whole.folder)),
        }
    }
    let known: Vec<(&DatasetName, &WavList)> = known
        .iter()
        .filter_map(|manifest| match &manifest.items {
            Items::WavList(wavs) => Some((&manifest.name, wavs)),
            Items::Embedded(_) | Items::WholeFile(_) => None,
        })
        .collect();
    let (wavs, sums) = recognise(&known, dir, lacks)?;
    let folder = user_data_dir.join(&wavs.folder);
    let outcome = if is_intact_copy(wavs, &folder)? { Outcome::WasThere } else { copy(wavs, &sums, user_data_dir)? };
    let files = sums.paths().len();
    let same = known.iter().filter(|(_, other)| other.sums_sha256 == wavs.sums_sha256);
    let added = |(name, _): &(&DatasetName, _)| Added { name: (*name).clone(), folder: folder.clone(), files, outcome };
    Ok(same.map(added).collect())
}

/// Which set `dir` is, and the sums of its files.
///
/// `why` has the reasons why it is none of the sets of one file.
fn recognise<'a>(
    known: &[(&DatasetName, &'a WavList)],
    dir: &Path,
    mut why: Vec<String>,
) -> Result<(&'a WavList, SumList), DataError> {
    let mut tried: Vec<&WavList> = Vec::new();
    for (_, wavs) in known {
        if tried.iter().any(|other| other.sums_sha256 == wavs.sums_sha256) {
            continue;
        }
        tried.push(wavs);
        let text = match read_plain(&dir.join(&wavs.sums)) {
            Ok(text) => text,
            Err(DataError::Missing { .. }) => match upstream_sums(wavs, dir) {
                Ok(text) => text,
                Err(DataError::Missing { file }) => {
                    let file = file.strip_prefix(dir).unwrap_or(&file);
                    why.push(format!("{}: it has neither {} nor {}", wavs.folder, wavs.sums, file.display()));
                    continue;
                }
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        if sha256(&text) == wavs.sums_sha256 {
            return Ok((wavs, SumList::of_text(dir, &wavs.sums, text)?));
        }
        why.push(format!("{}: its files or its {} are not those of the known version", wavs.folder, wavs.sums));
    }
    Err(DataError::NotKnown { folder: dir.to_path_buf(), why: why.join("; ") })
}

/// The list of sums that an unchanged checkout of the set's origin has.
fn upstream_sums(wavs: &WavList, dir: &Path) -> Result<Vec<u8>, DataError> {
    let mut paths = Vec::new();
    for member in &wavs.upstream {
        let place = dir.join(member);
        if !place.exists() {
            return Err(DataError::Missing { file: place });
        }
        if !member.ends_with('/') {
            paths.push(member.clone());
            continue;
        }
        let unreadable = |cause| DataError::Read { file: place.clone(), cause };
        for entry in fs::read_dir(&place).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            // A name that is not text cannot be in the list, so it makes the folder another one.
            paths.push(format!("{member}{}", name.to_string_lossy()));
        }
    }
    paths.sort();
    let mut text = Vec::new();
    for path in paths {
        let sum = sha256(&read_plain(&dir.join(&path))?);
        text.extend_from_slice(format!("{sum}  ./{path}\n").as_bytes());
    }
    Ok(text)
}

/// Whether the set stands at `folder` already. A different thing at that place is an error.
fn is_intact_copy(wavs: &WavList, folder: &Path) -> Result<bool, DataError> {
    // A link that leads nowhere is in the way as well, so links are not followed here.
    if folder.symlink_metadata().is_err() {
        return Ok(false);
    }
    let first = match SumList::open(folder, &wavs.sums, &wavs.sums_sha256) {
        Ok(sums) => verify_sums(&sums).faults.into_iter().next(),
        Err(error) => Some(error),
    };
    match first {
        None => Ok(true),
        Some(error) => Err(DataError::Occupied { folder: folder.to_path_buf(), why: error.to_string() }),
    }
}

fn copy(wavs: &WavList, sums: &SumList, user_data_dir: &Path) -> Result<Outcome, DataError> {
    let failed = |file: &Path| {
        let file = file.to_path_buf();
        move |cause| DataError::Write { file, cause }
    };
    fs::create_dir_all(user_data_dir).map_err(failed(user_data_dir))?;
    let scratch =
        tempfile::Builder::new().prefix(".adding-").tempdir_in(user_data_dir).map_err(failed(user_data_dir))?;
    // The scratch folder is private to this user; the one inside it gets the usual permissions and is what stays.
    let inner = scratch.path().join(&wavs.folder);
    let write = |path: &str, bytes: &[u8]| {
        let file = inner.join(path);
        let parent = file.parent().unwrap_or(&inner);
        fs::create_dir_all(parent).map_err(failed(parent))?;
        fs::write(&file, bytes).map_err(failed(&file))
    };
    for path in sums.paths() {
        write(path, &sums.read(path)?)?;
    }
    write(&wavs.sums, sums.text())?;
    let folder = user_data_dir.join(&wavs.folder);
    match fs::rename(&inner, &folder) {
        Ok(()) => Ok(Outcome::Copied),
        // Somebody else added the same set in the meantime.
        Err(_) if is_intact_copy(wavs, &folder)? => Ok(Outcome::WasThere),
        Err(cause) => Err(DataError::Write { file: folder, cause }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Added, Outcome, add, add_one_of};
    use crate::error::DataError;
    use crate::little;
    use crate::locate::{Located, locate};
    use crate::manifest::Manifest;
    use std::fs;
    use std::path::Path;
    use tempfile::TempDir;

    /// A folder with the little set, an empty data directory, and the manifest.
    fn bench() -> (TempDir, TempDir, Manifest) {
        let (from, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let manifest = little::set(from.path(), &little::files());
        (from, data, manifest)
    }

    fn add_little(manifest: &Manifest, from: &Path, data: &Path) -> Result<Added, DataError> {
        let mut added = add_one_of(std::slice::from_ref(manifest), from, data)?;
        assert_eq!(added.len(), 1);
        Ok(added.remove(0))
    }

    fn entries(dir: &Path) -> Vec<String> {
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn an_added_set_is_found_and_loads_and_adding_again_changes_nothing() {
        let (from, data, manifest) = bench();
        fs::write(from.path().join("SOURCE.txt"), "not listed").unwrap();
        // The data directory need not exist.
        let below = data.path().join("hil/data");
        let added = add_little(&manifest, from.path(), &below).unwrap();
        let folder = below.join("little");
        let wanted = Added { name: manifest.name.clone(), folder: folder.clone(), files: 4, outcome: Outcome::Copied };
        assert_eq!(added, wanted);
        assert_eq!(entries(&below), ["little"], "nothing temporary stays");
        assert!(!folder.join("SOURCE.txt").exists(), "only listed files are copied");

        let located = locate(&manifest, std::slice::from_ref(&below)).unwrap();
        assert_eq!(located, Located::Folder(folder));
        assert_eq!(crate::load(&manifest, &located).unwrap().items.len(), 3);
        let again = add_little(&manifest, from.path(), &below).unwrap();
        assert_eq!(again, Added { outcome: Outcome::WasThere, ..wanted });
    }

    #[test]
    fn a_checkout_of_the_origin_is_recognised_without_a_list() {
        let (from, data, manifest) = bench();
        fs::remove_file(from.path().join("SUMS")).unwrap();
        fs::create_dir(from.path().join("up")).unwrap();
        fs::write(from.path().join("up/a_1.wav"), "a word that the set leaves out").unwrap();
        assert_eq!(add_little(&manifest, from.path(), data.path()).unwrap().outcome, Outcome::Copied);
        let located = locate(&manifest, &[data.path().to_path_buf()]).unwrap();
        assert_eq!(crate::load(&manifest, &located).unwrap().items.len(), 3);
    }

    #[test]
    fn a_changed_checkout_is_refused() {
        let (from, data, manifest) = bench();
        fs::remove_file(from.path().join("SUMS")).unwrap();
        fs::write(from.path().join("yes/a_3.wav"), "").unwrap();
        let error = add_little(&manifest, from.path(), data.path()).unwrap_err();
        assert!(matches!(&error, DataError::NotKnown { .. }), "{error}");
        assert!(entries(data.path()).is_empty());
    }

    #[test]
    fn any_other_folder_is_refused_with_what_it_lacks() {
        let (from, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let error = add(from.path(), data.path()).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, DataError::NotKnown { .. }), "{text}");
        assert!(text.contains("arabic-speech-commands: it has neither SHA256SUMS nor LICENSE"), "{text}");
    }

    #[test]
    fn a_bad_file_is_named_and_nothing_is_left_behind() {
        let (from, data, manifest) = bench();
        fs::write(from.path().join("yes/a_2.wav"), "").unwrap();
        let error = add_little(&manifest, from.path(), data.path()).unwrap_err();
        assert!(matches!(&error, DataError::WrongHash { file, .. } if file.ends_with("yes/a_2.wav")), "{error}");
        assert!(entries(data.path()).is_empty());
    }

    #[test]
    fn a_different_copy_is_never_overwritten() {
        let (from, data, manifest) = bench();
        add_little(&manifest, from.path(), data.path()).unwrap();
        let edited = data.path().join("little/no/b_1.wav");
        fs::write(&edited, "mine").unwrap();
        let error = add_little(&manifest, from.path(), data.path()).unwrap_err();
        assert!(
            matches!(&error, DataError::Occupied { folder, why } if folder.ends_with("little") && why.contains("b_1.wav"))
        );
        assert_eq!(fs::read_to_string(edited).unwrap(), "mine");
    }

    #[test]
    fn a_folder_of_that_name_with_other_things_is_never_touched() {
        let (from, data, manifest) = bench();
        fs::create_dir(data.path().join("little")).unwrap();
        let error = add_little(&manifest, from.path(), data.path()).unwrap_err();
        assert!(matches!(&error, DataError::Occupied { .. }), "{error}");
        assert!(entries(&data.path().join("little")).is_empty());
    }
}
