//! For tests: a made-up set of three sounds of four samples, written to a temporary folder.

use std::fs;
use std::path::Path;

use crate::manifest::{Items, Manifest, WavList};
use crate::sums::sha256;
use crate::wav;

/// Its manifest, before its list of sums is known.
pub const LITTLE: &str = r#"
name = "little"
title = "Three sounds"
origin = "made up"
licence = "CC0-1.0"
attribution = "nobody"
how = "make it"
count = 3
[items]
kind = "wav-list"
folder = "little"
sums = "SUMS"
sums_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
upstream = ["test.csv", "yes/", "no/"]
list = "test.csv"
file_column = "file"
class_column = "class"
group = "file-prefix"
labels = ["yes", "no"]
sample_rate = 16000
samples = 4
"#;

/// Its table of items.
pub const LIST: &str = "class,file\nno,no/b_1.wav\nup,up/a_1.wav\nyes,yes/a_1.wav\nyes,yes/a_2.wav\n";

/// The files of the set: full length, one sample short, three samples short.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("no/b_1.wav", wav::file(&[1, 2, 3, 4], 16_000)),
        ("test.csv", LIST.as_bytes().to_vec()),
        ("yes/a_1.wav", wav::file(&[1, 2, 3], 16_000)),
        ("yes/a_2.wav", wav::file(&[9], 16_000)),
    ]
}

/// Writes `files` below `folder`.
pub fn write(folder: &Path, files: &[(&str, Vec<u8>)]) {
    for (path, bytes) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
}

/// Writes `files` and their sums below `folder`, and gives the manifest that vouches for them.
pub fn set(folder: &Path, files: &[(&str, Vec<u8>)]) -> Manifest {
    write(folder, files);
    let sums: String = files.iter().map(|(path, bytes)| format!("{}  ./{path}\n", sha256(bytes))).collect();
    fs::write(folder.join("SUMS"), &sums).unwrap();
    let mut manifest = Manifest::parse(LITTLE).unwrap();
    wav_list(&mut manifest).sums_sha256 = sha256(sums.as_bytes());
    manifest
}

/// How the little set's items are read.
pub fn wav_list(manifest: &mut Manifest) -> &mut WavList {
    match &mut manifest.items {
        Items::WavList(wavs) => wavs,
        Items::Embedded(_) | Items::WholeFile(_) => panic!("the little set is in a folder"),
    }
}
