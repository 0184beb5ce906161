//! What a folder holds: a Cargo package with bench targets, or not. Cargo itself is asked, so workspaces, inherited
//! keys and targets that nobody lists mean what they mean to it. Nothing is built or fetched.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hil_bench::bench::Ending;
use hil_bench::control::{Control, SystemClock};
use hil_bench::process::Program;
use serde::Deserialize;

use crate::program::{Ran, run};

/// The program that builds suites.
pub const CARGO: &str = "cargo";
/// Reading a manifest takes a fraction of a second, unless a toolchain has to be fetched first.
const LIMIT: Duration = Duration::from_secs(60);
/// The facts about a large workspace are a few megabytes.
const MOST_OUTPUT: usize = 64 << 20;

/// A Cargo package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// Its bench targets.
    pub benches: Vec<String>,
    /// Its features.
    pub features: Vec<String>,
}

/// Why a folder gives no package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It has no manifest.
    #[error("there is no Cargo.toml")]
    Absent,
    /// Nobody can tell: there is no Cargo on this machine.
    #[error("cargo is not on the PATH; see https://rustup.rs")]
    NoCargo,
    /// Cargo does not understand it.
    #[error("{0}")]
    Broken(String),
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    features: std::collections::BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The package in `folder`.
///
/// # Errors
/// [`PackageError`].
pub fn look(folder: &Path) -> Result<Package, PackageError> {
    look_with(Path::new(CARGO), folder)
}

fn look_with(cargo: &Path, folder: &Path) -> Result<Package, PackageError> {
    let broken = |why: String| PackageError::Broken(why);
    // The names that Cargo gives are those without links.
    let Ok(manifest) = folder.join("Cargo.toml").canonicalize() else { return Err(PackageError::Absent) };
    let mut arguments: Vec<OsString> =
        ["metadata", "--no-deps", "--format-version", "1", "--manifest-path"].map(OsString::from).into();
    arguments.push(manifest.clone().into());
    let program = Program::new(cargo, arguments);
    let never = AtomicBool::new(false);
    let control = Control { cancel: &never, clock: &SystemClock::start() };
    let (end, out) = match run(&program, &control, LIMIT, MOST_OUTPUT) {
        Ok(Ran::Ended { end, out }) => (end, out),
        Ok(Ran::TimedOut | Ran::Cancelled) => return Err(broken(format!("cargo did not answer within {LIMIT:?}"))),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(PackageError::NoCargo),
        Err(error) => return Err(broken(format!("cargo does not start: {error}"))),
    };
    if end.how != Ending::Exited(0) {
        let said: Vec<&str> = end.last_words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        return Err(broken(said.join("; ")));
    }
    let metadata: Metadata =
        serde_json::from_slice(&out).map_err(|error| broken(format!("cargo's answer is not understood: {error}")))?;
    let is_meant = |package: &MetadataPackage| {
        package.manifest_path == manifest || package.manifest_path.canonicalize().is_ok_and(|path| path == manifest)
    };
    let Some(package) = metadata.packages.into_iter().find(is_meant) else {
        return Err(broken("it is a workspace; name the folder of one of its packages".to_owned()));
    };
    let benches = package.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "bench"));
    Ok(Package {
        name: package.name,
        folder: manifest.parent().unwrap_or(folder).to_owned(),
        benches: benches.map(|target| target.name).collect(),
        features: package.features.into_keys().collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{PackageError, look, look_with};

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    const MANIFEST: &str = "[package]\nname = \"fir\"\nedition = \"2021\"\n[features]\nsimd = []\n";

    #[test]
    fn a_package_is_found_with_the_targets_that_nobody_lists() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "Cargo.toml", MANIFEST);
        write(folder.path(), "src/lib.rs", "");
        for bench in ["one", "two"] {
            write(folder.path(), &format!("benches/{bench}.rs"), "fn main() {}");
        }
        let mut package = look(folder.path()).unwrap();
        package.benches.sort();
        assert_eq!((package.name.as_str(), package.benches), ("fir", vec!["one".to_owned(), "two".to_owned()]));
        assert_eq!(package.features, ["simd"]);
        assert!(!folder.path().join("Cargo.lock").exists(), "looking changes nothing");
    }

    #[test]
    fn folders_without_a_usable_package_say_why() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(look(folder.path()), Err(PackageError::Absent));
        assert_eq!(look(&folder.path().join("nowhere")), Err(PackageError::Absent));
        write(folder.path(), "Cargo.toml", "[workspace]\nmembers = [\"fir\"]\nresolver = \"3\"\n");
        write(folder.path(), "fir/Cargo.toml", MANIFEST);
        write(folder.path(), "fir/src/lib.rs", "");
        let why = look(folder.path()).unwrap_err().to_string();
        assert!(why.contains("it is a workspace"), "{why}");
        assert_eq!(look(&folder.path().join("fir")).unwrap().name, "fir");
        write(folder.path(), "Cargo.toml", "[package\n");
        assert!(matches!(look(folder.path()), Err(PackageError::Broken(_))));
    }

    #[test]
    fn without_cargo_nobody_can_tell() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "Cargo.toml", MANIFEST);
        let nowhere = folder.path().join("no-cargo");
        assert_eq!(look_with(&nowhere, folder.path()), Err(PackageError::NoCargo));
    }
}
