//! Manifests: what a data set is, under whose licence, and how its items are read.
//!
//! The files in `fixtures/datasets/` are embedded, so an installed program knows every set by name even when the
//! set itself is not there. A manifest that exists is valid: its paths stay in its folder, its hash is a hash,
//! its labels differ. Adding a set means adding a file there and its line to `EMBEDDED`; a test compares both.

use hil_model::id::DatasetName;

use crate::error::DataError;
use crate::sums::{check_path, is_sha256};

/// Every manifest, by the name of its file. In the order of `hil data list`.
const EMBEDDED: [(&str, &str); 5] = [
    ("forecast-etth1", include_str!("../../../fixtures/datasets/forecast-etth1.toml")),
    ("keywords-selfmade", include_str!("../../../fixtures/datasets/keywords-selfmade.toml")),
    ("keywords-test", include_str!("../../../fixtures/datasets/keywords-test.toml")),
    ("keywords-train", include_str!("../../../fixtures/datasets/keywords-train.toml")),
    ("keywords-val", include_str!("../../../fixtures/datasets/keywords-val.toml")),
];

/// What is known about a data set without having it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name that scenarios use.
    pub name: DatasetName,
    /// One line for people.
    pub title: String,
    /// Repository and commit, or who made it.
    pub origin: String,
    /// SPDX expression.
    pub licence: String,
    /// Who is to be credited, and for what.
    pub attribution: String,
    /// The commands that fetch and add it.
    pub how: String,
    /// How many items it has.
    pub count: u64,
    /// How they are read.
    pub items: Items,
}

/// How items are read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Items {
    /// A table in the set's folder names one sound and its class a row.
    WavList(WavList),
    /// One file, handed out whole.
    WholeFile(WholeFile),
    /// The sounds that are part of the program.
    Embedded(EmbeddedSounds),
}

/// Sounds in a folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WavList {
    /// Name of the set's folder below a data directory.
    pub folder: String,
    /// Name of its list of sums.
    pub sums: String,
    /// Hash of that list.
    pub sums_sha256: String,
    /// The files and folders (these end with `/`) of the origin whose sums make up the list, so that an
    /// unchanged checkout of the origin, which has no list, can be recognised.
    pub upstream: Vec<String>,
    /// The table of items, such as `test.csv`.
    pub list: String,
    /// Its column with the path of the sound.
    pub file_column: String,
    /// Its column with the class.
    pub class_column: String,
    /// Where the group of an item stands.
    pub group: Group,
    /// The classes in the order of the network's outputs; rows of other classes are skipped.
    pub labels: Vec<String>,
    /// Samples per second.
    pub sample_rate: u32,
    /// Samples an item; shorter sounds are centred in zeros.
    pub samples: usize,
}

/// Where the group of an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// The file's name up to its first `_`: `00000014` of `00000014_NO_01.wav`.
    FilePrefix,
}

/// One file in a folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeFile {
    /// Name of the set's folder below a data directory.
    pub folder: String,
    /// Name of the file in it.
    pub file: String,
    /// Where the file stands in a checkout of its origin.
    pub upstream: String,
    /// Its hash.
    pub sha256: String,
}

/// Sounds that are part of the program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedSounds {
    /// Hash of all files, one behind the other.
    pub sha256: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// Samples an item.
    pub samples: usize,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`DataError::Manifest`] for TOML that is no manifest, or for one that makes no sense.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let manifest: Self = toml::from_str(text).map_err(|error| DataError::Manifest(error.to_string()))?;
        manifest.check().map_err(|why| DataError::Manifest(format!("{}: {why}", manifest.name)))?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let (sha256, rate, samples) = match &self.items {
            Items::WholeFile(whole) if self.count == 1 => return whole.check(),
            Items::WholeFile(_) => return Err("one file is one item".to_owned()),
            Items::WavList(wavs) => {
                wavs.check()?;
                (&wavs.sums_sha256, wavs.sample_rate, wavs.samples)
            }
            Items::Embedded(sounds) => (&sounds.sha256, sounds.sample_rate, sounds.samples),
        };
        if !is_sha256(sha256) {
            return Err(format!("{sha256:?} is not a SHA-256 in lower case"));
        }
        if rate == 0 || samples == 0 || self.count == 0 {
            return Err("count, sample_rate and samples must be above zero".to_owned());
        }
        Ok(())
    }
}

impl WavList {
    fn check(&self) -> Result<(), String> {
        if self.folder.contains('/') || self.sums.contains('/') {
            return Err("folder and sums must be single names".to_owned());
        }
        let members = self.upstream.iter().map(|path| path.strip_suffix('/').unwrap_or(path));
        for path in [self.folder.as_str(), &self.sums, &self.list].into_iter().chain(members) {
            check_path(path).map_err(|fault| format!("{path:?} is refused: {fault}"))?;
        }
        if self.labels.is_empty() {
            return Err("there are no labels".to_owned());
        }
        for (index, label) in self.labels.iter().enumerate() {
            if self.labels[..index].contains(label) {
                return Err(format!("label {label:?} stands twice"));
            }
        }
        Ok(())
    }
}

/// Every known data set.
#[must_use]
pub fn manifests() -> Vec<Manifest> {
    #[expect(clippy::expect_used, reason = "the texts are part of the program, and a test reads each of them")]
    EMBEDDED.iter().map(|(_, text)| Manifest::parse(text).expect("embedded manifests are valid")).collect()
}

/// The data set of that name.
///
/// # Errors
/// [`DataError::Unknown`] with all names.
pub fn manifest(name: &DatasetName) -> Result<Manifest, DataError> {
    manifests().into_iter().find(|manifest| manifest.name == *name).ok_or_else(|| {
        let known: Vec<_> = EMBEDDED.iter().map(|(name, _)| *name).collect();
        DataError::Unknown { name: name.clone(), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::{EMBEDDED, Items, Manifest, manifest, manifests};
    use crate::error::DataError;
    use crate::little::LITTLE;
    use hil_model::id::DatasetName;

    #[test]
    fn every_file_of_the_folder_is_embedded_and_valid() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/datasets");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        files.sort();
        let embedded: Vec<_> = EMBEDDED.iter().map(|(name, _)| format!("{name}.toml")).collect();
        assert_eq!(files, embedded);
        for (manifest, (file, _)) in manifests().iter().zip(EMBEDDED) {
            assert_eq!(manifest.name.as_str(), file, "a manifest has the name of its file");
        }
    }

    #[test]
    fn sets_in_one_folder_agree_about_it() {
        let manifests = manifests();
        let lists = || manifests.iter().filter_map(|m| if let Items::WavList(w) = &m.items { Some(w) } else { None });
        for one in lists() {
            for other in lists().filter(|other| other.folder == one.folder) {
                assert_eq!(
                    (&one.sums, &one.sums_sha256, &one.upstream),
                    (&other.sums, &other.sums_sha256, &other.upstream)
                );
                assert_eq!(one.labels, other.labels, "splits of one set have the same outputs");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = manifest(&DatasetName::new("keyword").unwrap()).unwrap_err();
        assert!(matches!(error, DataError::Unknown { .. }));
        assert!(error.to_string().contains("keywords-test, keywords-train"), "{error}");
    }

    #[test]
    fn manifests_that_make_no_sense_are_refused() {
        assert!(Manifest::parse(LITTLE).is_ok());
        for (from, to, why) in [
            ("folder = \"little\"", "folder = \"../little\"", "single names"),
            ("folder = \"little\"", "folder = \"..\"", "'..'"),
            ("list = \"test.csv\"", "list = \"/test.csv\"", "absolute"),
            ("\"no\"]", "\"yes\"]", "twice"),
            ("count = 3", "count = 0", "above zero"),
            ("sums_sha256 = \"", "sums_sha256 = \"F", "not a SHA-256"),
            ("count = 3", "count = 3\nspeed = 4", "unknown field"),
            ("samples = 4", "samples = 4\nspeed = 4", "unknown field"),
            ("wav-list", "mp3-list", "unknown variant"),
        ] {
            let text = LITTLE.replace(from, to);
            assert_ne!(text, LITTLE, "{from}");
            let error = Manifest::parse(&text).unwrap_err().to_string();
            assert!(error.contains(why), "{to}: {error}");
        }
    }
}
