//! What the tests share: the folders of this repository, read through the same interface that users have.

use std::fs;
use std::path::{Path, PathBuf};

use hil_scenario::{Input, Known, Loaded, Lookup, Package, ReadError, Source, load};

/// A folder of the repository.
fn at_root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The TOML files below a folder of the repository as paths in the repository, sorted.
pub fn toml_files(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        for entry in fs::read_dir(at_root(&name)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{name}/{}", entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else if path.ends_with(".toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The same without the files of `_base` folders.
pub fn scenario_files(name: &str) -> Vec<String> {
    toml_files(name).into_iter().filter(|path| !hil_scenario::is_fragment(path)).collect()
}

/// The content of a file of the repository.
pub fn read(path: &str) -> Vec<u8> {
    fs::read(at_root(path)).unwrap()
}

/// Reads bases from the repository.
pub struct Repository;

impl Source for Repository {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        fs::read(at_root(path)).map_err(|_| ReadError::NotFound)
    }

    /// A few packages that no Cargo is asked about; what the shipped scenarios name is left to those who run them.
    fn package(&self, folder: &str) -> Lookup {
        let found = |benches: &[&str]| {
            Lookup::Found(Package {
                name: folder.rsplit('/').next().unwrap().to_owned(),
                folder: folder.to_owned(),
                benches: benches.iter().map(|&bench| bench.to_owned()).collect(),
                features: vec!["default".to_owned(), "simd".to_owned()],
            })
        };
        match folder {
            "fixtures/scenarios/packages/fir" => found(&["filters", "transforms"]),
            "only" => found(&["only"]),
            "fixtures/scenarios/packages/bare" => found(&[]),
            "fixtures/scenarios/packages/broken" => Lookup::Broken("expected `=`".to_owned()),
            folder if folder.ends_with("packages/fire") => Lookup::Absent,
            _ => Lookup::Unknown,
        }
    }
}

/// A world that every fixture lives in.
pub fn known() -> Known {
    let names = ["lan/keyword_i8", "lan/keyword_f32", "lan/euler", "lan/heun", "lan/rk4"];
    Known {
        platforms: ["desktop-cpu", "edge-gpu", "esp32s3", "nrf52840", "phone", "stm32f4"]
            .map(|name| name.to_owned().try_into().unwrap())
            .to_vec(),
        kernels: Some(names.map(|name| name.to_owned().try_into().unwrap()).to_vec()),
        datasets: ["keywords-selfmade", "keywords-test"].map(|name| name.to_owned().try_into().unwrap()).to_vec(),
    }
}

/// Loads files in that world.
pub fn load_all(inputs: &[Input]) -> Loaded {
    load(inputs, &known(), &Repository)
}

/// Loads files of the repository in that world.
pub fn load_files(paths: &[String]) -> Loaded {
    load_all(&paths.iter().map(|path| Input::new(path, read(path))).collect::<Vec<_>>())
}
