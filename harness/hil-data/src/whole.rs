//! Sets of one file that is handed out whole, byte by byte as it was published.
//!
//! The manifest has the hash of the file itself, so the set's folder holds nothing else, and a checkout of its origin is
//! recognised by the file in it. What the bytes mean is the business of the kernel that takes them.

use std::path::Path;
use std::{fs, io};

use crate::add::Outcome;
use crate::error::DataError;
use crate::manifest::WholeFile;
use crate::sums::{SumList, check_path, is_sha256, read_plain, sha256};
use crate::verify::verify_sums;

impl WholeFile {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.folder.contains('/') || self.file.contains('/') {
            return Err("folder and file must be single names".to_owned());
        }
        for path in [&self.folder, &self.file, &self.upstream] {
            check_path(path).map_err(|fault| format!("{path:?} is refused: {fault}"))?;
        }
        if is_sha256(&self.sha256) { Ok(()) } else { Err(format!("{:?} is not a SHA-256 in lower case", self.sha256)) }
    }

    /// The list of sums that the manifest stands for.
    ///
    /// # Errors
    /// [`DataError::Read`] when the folder does not exist.
    pub(crate) fn sums(&self, folder: &Path) -> Result<SumList, DataError> {
        SumList::of_text(folder, &self.file, format!("{}  {}\n", self.sha256, self.file).into_bytes())
    }

    /// The file in a folder that holds it, or in a checkout of its origin; otherwise why there is none.
    pub(crate) fn look_in(&self, dir: &Path) -> Result<Result<Vec<u8>, String>, DataError> {
        let mut why = format!("it has no {}", self.file);
        for path in [&self.file, &self.upstream] {
            match read_plain(&dir.join(path)) {
                Ok(bytes) if sha256(&bytes) == self.sha256 => return Ok(Ok(bytes)),
                Ok(_) => why = format!("its {path} is not that of the known version"),
                Err(DataError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Err(why))
    }

    /// Puts the file where it is found below `user_data_dir`; it gets its name when it is whole.
    pub(crate) fn keep(&self, bytes: &[u8], user_data_dir: &Path) -> Result<Outcome, DataError> {
        let folder = user_data_dir.join(&self.folder);
        if self.is_intact_copy(&folder)? {
            return Ok(Outcome::WasThere);
        }
        let failed = |cause: io::Error| DataError::Write { file: folder.clone(), cause };
        fs::create_dir_all(user_data_dir).map_err(failed)?;
        let scratch = tempfile::Builder::new().prefix(".adding-").tempdir_in(user_data_dir).map_err(failed)?;
        let inner = scratch.path().join(&self.folder);
        fs::create_dir(&inner).map_err(failed)?;
        fs::write(inner.join(&self.file), bytes).map_err(failed)?;
        match fs::rename(&inner, &folder) {
            Ok(()) => Ok(Outcome::Copied),
            // Somebody else added the same set in the meantime.
            Err(_) if self.is_intact_copy(&folder)? => Ok(Outcome::WasThere),
            Err(cause) => Err(failed(cause)),
        }
    }

    /// Whether the file stands there already. A different thing at that place is an error.
    fn is_intact_copy(&self, folder: &Path) -> Result<bool, DataError> {
        // A link that leads nowhere is in the way as well, so links are not followed here.
        if folder.symlink_metadata().is_err() {
            return Ok(false);
        }
        let first = match self.sums(folder) {
            Ok(sums) => verify_sums(&sums).faults.into_iter().next(),
            Err(error) => Some(error),
        };
        match first {
            None => Ok(true),
            Some(error) => Err(DataError::Occupied { folder: folder.to_path_buf(), why: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::add::{Outcome, add_one_of};
    use crate::error::DataError;
    use crate::locate::{Located, locate};
    use crate::manifest::{Manifest, manifests};
    use crate::sums::sha256;
    use crate::{load, verify_all};

    const BYTES: &[u8] = b"date,load\nmonday,1\n";

    fn manifest() -> Manifest {
        let text = format!(
            "name = \"series\"\ntitle = \"A series\"\norigin = \"made up\"\nlicence = \"CC0-1.0\"\nattribution = \"nobody\"\n\
             how = \"make it\"\ncount = 1\n[items]\nkind = \"whole-file\"\nfolder = \"series\"\nfile = \"series.csv\"\n\
             upstream = \"deep/down/series.csv\"\nsha256 = \"{}\"\n",
            sha256(BYTES)
        );
        Manifest::parse(&text).unwrap()
    }

    fn add(from: &Path, data: &Path) -> Result<Outcome, DataError> {
        let added = add_one_of(&[manifest()], from, data)?;
        assert_eq!((added.len(), added[0].files), (1, 1));
        Ok(added[0].outcome)
    }

    #[test]
    fn a_file_or_a_checkout_is_added_once_and_loads_unchanged() {
        let [from, checkout, data] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        fs::write(from.path().join("series.csv"), BYTES).unwrap();
        fs::write(from.path().join("other.txt"), "stays").unwrap();
        fs::create_dir_all(checkout.path().join("deep/down")).unwrap();
        fs::write(checkout.path().join("deep/down/series.csv"), BYTES).unwrap();
        assert_eq!(add(checkout.path(), data.path()).unwrap(), Outcome::Copied);
        assert_eq!(add(from.path(), data.path()).unwrap(), Outcome::WasThere);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1, "nothing temporary stays");
        assert_eq!(fs::read_dir(data.path().join("series")).unwrap().count(), 1);

        let located = locate(&manifest(), &[data.path().to_path_buf()]).unwrap();
        assert_eq!(located, Located::Folder(data.path().join("series")));
        let set = load(&manifest(), &located).unwrap();
        assert_eq!((set.items.len(), set.items[0].input.as_slice(), set.items[0].expected), (1, BYTES, None));
        assert_eq!((set.used.items, set.used.sha256), (1, sha256(BYTES)));
        assert_eq!(verify_all(&manifest(), &located).unwrap().faults.len(), 0);
    }

    #[test]
    fn a_changed_file_is_refused_everywhere_and_never_overwritten() {
        let [from, data] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        fs::write(from.path().join("series.csv"), "trimmed").unwrap();
        let error = add(from.path(), data.path()).unwrap_err();
        assert!(matches!(&error, DataError::NotKnown { why, .. } if why.contains("its series.csv is not")), "{error}");
        fs::create_dir(data.path().join("series")).unwrap();
        fs::write(data.path().join("series/series.csv"), "mine").unwrap();
        fs::write(from.path().join("series.csv"), BYTES).unwrap();
        assert!(matches!(add(from.path(), data.path()), Err(DataError::Occupied { .. })));
        assert_eq!(fs::read(data.path().join("series/series.csv")).unwrap(), b"mine");
        let located = locate(&manifest(), &[data.path().to_path_buf()]).unwrap();
        assert!(matches!(load(&manifest(), &located), Err(DataError::WrongHash { .. })));
        assert!(matches!(verify_all(&manifest(), &located).unwrap().faults[..], [DataError::WrongHash { .. }]));
    }

    #[test]
    fn manifests_that_make_no_sense_are_refused() {
        for (from, to) in [("\"series\"\nfile", "\"a/b\"\nfile"), ("deep/", "../"), ("sha256 = \"", "sha256 = \"x")] {
            let known = manifest();
            let text = format!(
                "name = \"series\"\ntitle = \"t\"\norigin = \"o\"\nlicence = \"l\"\nattribution = \"a\"\nhow = \"h\"\ncount = 1\n\
                 [items]\nkind = \"whole-file\"\nfolder = \"series\"\nfile = \"f\"\nupstream = \"deep/f\"\nsha256 = \"{}\"\n",
                sha256(BYTES)
            );
            assert!(Manifest::parse(&text).is_ok(), "{}", known.name);
            let changed = text.replace(from, to);
            assert_ne!(changed, text);
            assert!(Manifest::parse(&changed).is_err(), "{to}");
        }
    }

    #[test]
    fn etth1_is_known_and_absent_until_it_is_added() {
        let known = manifests().into_iter().find(|manifest| manifest.name.as_str() == "forecast-etth1").unwrap();
        let error = locate(&known, &[]).unwrap_err().to_string();
        for part in ["CC-BY-ND-4.0", "github.com/zhouhaoyi/ETDataset", "hil data add"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
