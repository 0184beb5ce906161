//! Every byte of a set against its sums: `hil data verify`.
//!
//! Loading checks what it uses and stops at the first fault; this checks everything that is listed and tells all
//! faults, so that one look shows whether a disk is failing or one file was edited. Files that are in the folder
//! and not in the list are nobody's business: no item can come from them.

use std::fmt;
use std::path::PathBuf;

use hil_model::id::DatasetName;

use crate::embedded;
use crate::error::DataError;
use crate::locate::{Located, locate};
use crate::manifest::{Items, Manifest, manifests};
use crate::sums::SumList;

/// What a full check found.
#[derive(Debug)]
pub struct Verified {
    /// Files that were checked, bad ones included.
    pub files: usize,
    /// One error a bad file, in the order of their paths.
    pub faults: Vec<DataError>,
}

/// The check of one place.
#[derive(Debug)]
pub struct Report {
    /// The sets that are read from there.
    pub sets: Vec<DatasetName>,
    /// Where it is.
    pub place: Located,
    /// Files that were checked, bad ones included; none when the list of sums itself is unusable.
    pub files: usize,
    /// Every fault.
    pub faults: Vec<DataError>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sets: Vec<_> = self.sets.iter().map(DatasetName::as_str).collect();
        write!(f, "{}: {} files ", sets.join(", "), self.files)?;
        match &self.place {
            Located::Embedded => write!(f, "in the program: ")?,
            Located::Folder(folder) => write!(f, "in {}: ", folder.display())?,
        }
        match self.faults.len() {
            0 => write!(f, "intact"),
            1 => write!(f, "1 fault"),
            faults => write!(f, "{faults} faults"),
        }
    }
}

/// Checks every known set that is in the program or in one of `dirs`. Sets in the same place are checked once.
#[must_use]
pub fn verify_present(dirs: &[PathBuf]) -> Vec<Report> {
    verify_these(manifests(), dirs)
}

fn verify_these(manifests: Vec<Manifest>, dirs: &[PathBuf]) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for manifest in manifests {
        // An absent set has no file that could be bad.
        let Ok(place) = locate(&manifest, dirs) else { continue };
        if let Some(report) = reports.iter_mut().find(|report| report.place == place) {
            report.sets.push(manifest.name);
            continue;
        }
        let Verified { files, faults } =
            verify_all(&manifest, &place).unwrap_or_else(|error| Verified { files: 0, faults: vec![error] });
        reports.push(Report { sets: vec![manifest.name], place, files, faults });
    }
    reports
}

/// Checks every file of the set.
///
/// # Errors
/// [`DataError`] when the list of sums itself is unusable, so that no file could be checked.
pub fn verify_all(manifest: &Manifest, located: &Located) -> Result<Verified, DataError> {
    match (&manifest.items, located) {
        (Items::WavList(wavs), Located::Folder(folder)) => {
            let sums = SumList::open(folder, &wavs.sums, &wavs.sums_sha256)?;
            Ok(verify_sums(&sums))
        }
        (Items::WholeFile(whole), Located::Folder(folder)) => Ok(verify_sums(&whole.sums(folder)?)),
        (Items::Embedded(sounds), Located::Embedded) => {
            let faults = embedded::verify(sounds).err().into_iter().collect();
            Ok(Verified { files: embedded::SOUNDS.len(), faults })
        }
        (Items::WavList(_) | Items::WholeFile(_), Located::Embedded) | (Items::Embedded(_), Located::Folder(_)) => {
            Err(DataError::Manifest(format!("{} was located as another kind of set", manifest.name)))
        }
    }
}

/// Checks every listed file.
pub(crate) fn verify_sums(sums: &SumList) -> Verified {
    let faults = sums.paths().filter_map(|path| sums.read(path).err()).collect();
    Verified { files: sums.paths().len(), faults }
}

#[cfg(test)]
mod tests {
    use super::{verify_all, verify_present, verify_these};
    use crate::error::DataError;
    use crate::little;
    use crate::locate::Located;
    use crate::manifest::manifests;
    use std::fs;

    #[test]
    fn every_bad_file_is_told_not_only_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = little::set(dir.path(), &little::files());
        let located = Located::Folder(dir.path().to_path_buf());
        fs::write(dir.path().join("SOURCE.txt"), "not listed").unwrap();
        let intact = verify_all(&manifest, &located).unwrap();
        assert_eq!((intact.files, intact.faults.len()), (4, 0));

        fs::write(dir.path().join("no/b_1.wav"), "").unwrap();
        fs::remove_file(dir.path().join("yes/a_2.wav")).unwrap();
        let damaged = verify_all(&manifest, &located).unwrap();
        assert_eq!(damaged.files, 4);
        let [first, second] = &damaged.faults[..] else { panic!("{:?}", damaged.faults) };
        assert!(matches!(first, DataError::WrongHash { file, .. } if file.ends_with("no/b_1.wav")));
        assert!(matches!(second, DataError::Missing { file } if file.ends_with("yes/a_2.wav")));
    }

    #[test]
    fn a_changed_list_of_sums_vouches_for_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = little::set(dir.path(), &little::files());
        let sums = dir.path().join("SUMS");
        let text = fs::read_to_string(&sums).unwrap();
        fs::write(&sums, text.replacen("  ./", "  ", 1)).unwrap();
        let error = verify_all(&manifest, &Located::Folder(dir.path().to_path_buf())).unwrap_err();
        assert!(matches!(error, DataError::OtherSums { .. }), "{error}");
    }

    #[test]
    fn present_sets_are_reported_once_a_place_and_absent_ones_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let present = verify_present(&[dir.path().to_path_buf()]);
        let text: Vec<_> = present.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["keywords-selfmade: 8 files in the program: intact"]);

        let manifest = little::set(&dir.path().join("little"), &little::files());
        fs::write(dir.path().join("little/no/b_1.wav"), "").unwrap();
        let reports = verify_these(vec![manifest.clone(), manifest], &[dir.path().to_path_buf()]);
        let [report] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!((report.sets.len(), report.files, report.faults.len()), (2, 4, 1));
        assert!(report.to_string().ends_with("little: 1 fault"), "{report}");
    }

    #[test]
    fn an_unusable_list_of_sums_is_a_fault_of_the_report() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = little::set(&dir.path().join("little"), &little::files());
        fs::write(dir.path().join("little/SUMS"), "").unwrap();
        let reports = verify_these(vec![manifest], &[dir.path().to_path_buf()]);
        assert!(matches!(&reports[0].faults[..], [DataError::OtherSums { .. }]), "{reports:?}");
    }

    #[test]
    fn the_embedded_sounds_are_the_manifests() {
        let manifest = manifests().into_iter().find(|m| m.name.as_str() == "keywords-selfmade").unwrap();
        let verified = verify_all(&manifest, &Located::Embedded).unwrap();
        assert_eq!((verified.files, verified.faults.len()), (8, 0), "{:?}", verified.faults);
    }
}
