//! The Cargo packages that suites name, as Cargo knows them. Each folder is looked at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use hil_scenario::{Lookup, Package};
use hil_suite::package::PackageError;

/// What Cargo has said, by folder: the workloads of a scenario mostly share one.
#[derive(Debug, Default)]
pub struct Packages(RefCell<BTreeMap<String, Lookup>>);

impl Packages {
    /// The package in `folder`.
    pub fn look(&self, folder: &str) -> Lookup {
        self.0.borrow_mut().entry(folder.to_owned()).or_insert_with(|| ask(Path::new(folder))).clone()
    }
}

fn ask(folder: &Path) -> Lookup {
    match hil_suite::package::look(folder) {
        Ok(package) => Lookup::Found(Package {
            name: package.name,
            folder: package.folder.to_string_lossy().into_owned(),
            benches: package.benches,
            features: package.features,
        }),
        Err(PackageError::Absent) => Lookup::Absent,
        Err(PackageError::NoCargo) => Lookup::Unknown,
        Err(PackageError::Broken(why)) => Lookup::Broken(why),
    }
}
