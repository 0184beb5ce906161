//! From a set that is here to items in memory.
//!
//! Guarantees: every byte of an item was compared with the set's sums; the items stand in the order of the
//! set's list; their number is the manifest's; an `expected` class exists only where the set has labels, so the
//! self-made sounds can never be the base of an accuracy. Shorter sounds are centred in zeros: with an odd
//! number of missing samples, the front gets one fewer. Longer sounds are an error and are never cut.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hil_model::data::{Dataset, Item};
use hil_model::id::DatasetName;
use hil_model::run::DataUsed;

use crate::csv::Table;
use crate::embedded;
use crate::error::{DataError, RowFault};
use crate::locate::{Located, locate};
use crate::manifest::{EmbeddedSounds, Group, Items, Manifest, WavList, manifest};
use crate::sums::SumList;
use crate::wav;

/// Finds the set of that name in the first of `dirs` that has it, and loads it.
///
/// # Errors
/// As [`crate::find`] and [`load`].
pub fn open(name: &DatasetName, dirs: &[PathBuf]) -> Result<Dataset, DataError> {
    let manifest = manifest(name)?;
    load(&manifest, &locate(&manifest, dirs)?)
}

/// Every item of the set.
///
/// # Errors
/// [`DataError`] that names the file: a list of sums, a table, a row or a sound that is not as it should be.
pub fn load(manifest: &Manifest, located: &Located) -> Result<Dataset, DataError> {
    let (items, sha256) = match (&manifest.items, located) {
        (Items::WavList(wavs), Located::Folder(folder)) => {
            let sums = SumList::open(folder, &wavs.sums, &wavs.sums_sha256)?;
            (listed_items(wavs, &sums)?, sums.sha256().to_owned())
        }
        (Items::WholeFile(whole), Located::Folder(folder)) => {
            let input = whole.sums(folder)?.read(&whole.file)?;
            let item = Item { name: whole.file.clone(), group: String::new(), expected: None, input };
            (vec![item], whole.sha256.clone())
        }
        (Items::Embedded(sounds), Located::Embedded) => (embedded_items(sounds)?, embedded::verify(sounds)?),
        (Items::WavList(_) | Items::WholeFile(_), Located::Embedded) | (Items::Embedded(_), Located::Folder(_)) => {
            return Err(DataError::Manifest(format!("{} was located as another kind of set", manifest.name)));
        }
    };
    let found = items.len() as u64;
    if found != manifest.count {
        let file = match (&manifest.items, located) {
            (Items::WavList(wavs), Located::Folder(folder)) => folder.join(&wavs.list),
            _ => PathBuf::from("the program"),
        };
        return Err(DataError::OtherCount { name: manifest.name.clone(), file, found, wanted: manifest.count });
    }
    let used = DataUsed {
        name: manifest.name.to_string(),
        items: found,
        sha256,
        licence: manifest.licence.clone(),
        attribution: manifest.attribution.clone(),
    };
    Ok(Dataset { name: manifest.name.clone(), items, used })
}

fn listed_items(wavs: &WavList, sums: &SumList) -> Result<Vec<Item>, DataError> {
    let list = sums.place(&wavs.list);
    let csv = |fault| DataError::Csv { file: list.clone(), fault };
    let table = Table::read(&sums.read(&wavs.list)?).map_err(csv)?;
    let (file_column, class_column) =
        (table.column(&wavs.file_column).map_err(csv)?, table.column(&wavs.class_column).map_err(csv)?);
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &table.rows {
        let (name, class) = (&row.fields[file_column], &row.fields[class_column]);
        let Some(label) = wavs.labels.iter().position(|label| label == class) else {
            continue;
        };
        let refused = |fault| DataError::Row { file: list.clone(), line: row.line, fault };
        if !seen.insert(name.as_str()) {
            return Err(refused(RowFault::Twice(name.clone())));
        }
        let group = group(wavs.group, name).ok_or_else(|| refused(RowFault::NoGroup(name.clone())))?.to_owned();
        let input = sound(&sums.read(name)?, &sums.place(name), wavs.sample_rate, wavs.samples)?;
        items.push(Item { name: name.clone(), group, expected: Some(label as u32), input });
    }
    Ok(items)
}

fn embedded_items(sounds: &EmbeddedSounds) -> Result<Vec<Item>, DataError> {
    let item = |(name, bytes): &(&str, &[u8])| {
        let input = sound(bytes, Path::new(name), sounds.sample_rate, sounds.samples)?;
        Ok(Item { name: (*name).to_owned(), group: String::new(), expected: None, input })
    };
    embedded::SOUNDS.iter().map(item).collect()
}

/// The group of the item with that path, unless its name has none.
fn group(rule: Group, path: &str) -> Option<&str> {
    match rule {
        Group::FilePrefix => {
            let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
            file.split_once('_').map(|(prefix, _)| prefix).filter(|prefix| !prefix.is_empty())
        }
    }
}

/// The samples of a file, centred in zeros, as 16-bit little-endian PCM.
fn sound(bytes: &[u8], file: &Path, rate: u32, samples: usize) -> Result<Vec<u8>, DataError> {
    let pcm = wav::pcm(bytes, rate).map_err(|fault| DataError::Wav { file: file.to_path_buf(), fault })?;
    let found = pcm.len() / 2;
    let Some(missing) = samples.checked_sub(found) else {
        return Err(DataError::TooLong { file: file.to_path_buf(), samples: found, most: samples });
    };
    let front = 2 * (missing / 2);
    let mut input = vec![0; 2 * samples];
    input[front..front + pcm.len()].copy_from_slice(pcm);
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::{load, open};
    use crate::error::{DataError, RowFault};
    use crate::little;
    use crate::locate::Located;
    use crate::manifest::Manifest;
    use crate::wav;
    use crate::wav::WavFault;
    use hil_model::id::DatasetName;
    use std::fs;
    use std::path::Path;

    type Files = Vec<(&'static str, Vec<u8>)>;

    /// The little set after a change that its sums vouch for.
    fn changed(change: impl FnOnce(&mut Files)) -> DataError {
        let dir = tempfile::tempdir().unwrap();
        let mut files = little::files();
        change(&mut files);
        let manifest = little::set(dir.path(), &files);
        load(&manifest, &Located::Folder(dir.path().to_path_buf())).unwrap_err()
    }

    fn with_list(text: &str) -> DataError {
        changed(|files| files[1].1 = text.as_bytes().to_vec())
    }

    /// The little set after its folder was changed behind the back of its sums.
    fn damaged(damage: impl FnOnce(&Path)) -> (Manifest, DataError) {
        let dir = tempfile::tempdir().unwrap();
        let manifest = little::set(dir.path(), &little::files());
        damage(dir.path());
        let error = load(&manifest, &Located::Folder(dir.path().to_path_buf())).unwrap_err();
        (manifest, error)
    }

    #[test]
    fn items_come_in_the_order_of_the_list_and_short_sounds_are_centred() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = little::set(dir.path(), &little::files());
        let dataset = load(&manifest, &Located::Folder(dir.path().to_path_buf())).unwrap();
        let items: Vec<_> = dataset
            .items
            .iter()
            .map(|item| (item.name.as_str(), item.group.as_str(), item.expected, item.input.as_slice()))
            .collect();
        assert_eq!(
            items,
            [
                ("no/b_1.wav", "b", Some(1), &[1, 0, 2, 0, 3, 0, 4, 0][..]),
                ("yes/a_1.wav", "a", Some(0), &[1, 0, 2, 0, 3, 0, 0, 0][..]),
                ("yes/a_2.wav", "a", Some(0), &[0, 0, 9, 0, 0, 0, 0, 0][..]),
            ]
        );
        assert_eq!((dataset.used.items, dataset.used.licence.as_str()), (3, "CC0-1.0"));
        let sums = fs::read(dir.path().join("SUMS")).unwrap();
        assert_eq!(dataset.used.sha256, crate::sums::sha256(&sums));
    }

    #[test]
    fn damage_behind_the_back_of_the_sums_is_found_and_named() {
        let (_, error) = damaged(|dir| fs::write(dir.join("yes/a_1.wav"), wav::file(&[1, 2, 4], 16_000)).unwrap());
        assert!(matches!(&error, DataError::WrongHash { file, .. } if file.ends_with("yes/a_1.wav")), "{error}");
        let (_, error) = damaged(|dir| fs::remove_file(dir.join("yes/a_2.wav")).unwrap());
        assert!(matches!(&error, DataError::Missing { file } if file.ends_with("yes/a_2.wav")), "{error}");
        let (_, error) = damaged(|dir| fs::write(dir.join("test.csv"), "class,file\n").unwrap());
        assert!(matches!(&error, DataError::WrongHash { file, .. } if file.ends_with("test.csv")), "{error}");
        let (manifest, error) = damaged(|dir| fs::write(dir.join("SUMS"), "").unwrap());
        let named = matches!(&error, DataError::OtherSums { file, .. } if file.ends_with("SUMS"));
        assert!(named, "{error}, {}", manifest.name);
    }

    #[test]
    fn a_truncated_sound_is_named_with_the_offset() {
        let error = changed(|files| files[2].1.truncate(47));
        let fault = WavFault::Truncated { wanted: 42, found: 39 };
        let named = matches!(&error, DataError::Wav { file, fault: wav::WavError { offset: 8, fault: f } }
            if file.ends_with("yes/a_1.wav") && *f == fault);
        assert!(named, "{error}");
    }

    #[test]
    fn a_longer_sound_is_refused_and_not_cut() {
        let error = changed(|files| files[0].1 = wav::file(&[0; 5], 16_000));
        assert!(matches!(error, DataError::TooLong { samples: 5, most: 4, .. }), "{error}");
    }

    #[test]
    fn rows_that_would_distort_the_figure_are_refused_with_their_line() {
        let twice = with_list("class,file\nyes,yes/a_1.wav\nyes,yes/a_2.wav\nyes,yes/a_1.wav\n");
        assert!(matches!(&twice, DataError::Row { line: 4, fault: RowFault::Twice(_), .. }), "{twice}");
        let alone = with_list("class,file\nyes,yes/a1.wav\n");
        assert!(matches!(&alone, DataError::Row { line: 2, fault: RowFault::NoGroup(_), .. }), "{alone}");
        let fewer = with_list("class,file\nyes,yes/a_1.wav\n");
        assert!(matches!(&fewer, DataError::OtherCount { found: 1, wanted: 3, .. }), "{fewer}");
    }

    #[test]
    fn rows_that_lead_out_of_the_folder_or_to_unlisted_files_are_refused() {
        let out = with_list("class,file\nyes,../a_1.wav\n");
        assert!(matches!(&out, DataError::Escapes { path, .. } if path == "../a_1.wav"), "{out}");
        let unlisted = with_list("class,file\nyes,yes/a_3.wav\n");
        assert!(matches!(&unlisted, DataError::NotListed { path, .. } if path == "yes/a_3.wav"), "{unlisted}");
    }

    #[test]
    fn a_table_without_the_column_is_refused() {
        let error = with_list("klass,file\n");
        assert!(error.to_string().contains("test.csv:1: there must be one column \"class\""), "{error}");
    }

    #[test]
    fn the_self_made_sounds_load_and_have_no_labels() {
        let dataset = open(&DatasetName::new("keywords-selfmade").unwrap(), &[]).unwrap();
        assert_eq!(dataset.items.len(), 8);
        for item in &dataset.items {
            assert_eq!((item.expected, item.group.as_str(), item.input.len()), (None, "", 32_000), "{}", item.name);
        }
    }
}
