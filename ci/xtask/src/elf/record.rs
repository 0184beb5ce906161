//! `fixtures/elf/record.toml`: what the committed files were built with, and what is in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::FOLDER;
use super::build::Built;
use super::toolchain::Toolchain;

/// The file of the record.
pub const FILE: &str = "record.toml";

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What the compiler said of its version.
    pub compiler: String,
    /// What the linker said of its version.
    pub linker: String,
    /// SHA-256 of each file, by name.
    pub sha256: BTreeMap<String, String>,
}

impl Record {
    /// The record of a build.
    pub fn of(toolchain: &Toolchain, built: &[Built]) -> Self {
        let sums = built.iter().map(|Built { program, bytes }| (program.file.to_owned(), sha256(bytes)));
        Self { compiler: toolchain.compiler.clone(), linker: toolchain.linker.clone(), sha256: sums.collect() }
    }

    /// Reads the committed record.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub fn read(root: &Path) -> Result<Self> {
        let failed = || format!("failed to read {FOLDER}/{FILE}");
        let text = fs::read_to_string(root.join(FOLDER).join(FILE)).with_context(failed)?;
        toml::from_str(&text).with_context(failed)
    }

    /// Replaces the committed record.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(FOLDER).join(FILE);
        fs::write(&path, self.text()).with_context(|| format!("failed to write {}", path.display()))
    }

    fn text(&self) -> String {
        let mut text = "# Written by `cargo xtask elf --update`, compared by `cargo xtask elf --check`.\n".to_owned();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "compiler = {:?}\nlinker = {:?}\n\n[sha256]", self.compiler, self.linker);
        for (file, sum) in &self.sha256 {
            let _ = writeln!(text, "{file:?} = {sum:?}");
        }
        text
    }
}

/// SHA-256 of `bytes` in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Record, sha256};

    #[test]
    fn a_record_reads_as_it_was_written() {
        let record = Record {
            compiler: "rustc 1 (\"x\")".to_owned(),
            linker: "LLD 2".to_owned(),
            sha256: [("a.elf".to_owned(), sha256(b"abc"))].into(),
        };
        assert_eq!(toml::from_str::<Record>(&record.text()).unwrap(), record);
    }

    #[test]
    fn the_sum_is_that_of_fips_180() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
