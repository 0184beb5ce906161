//! `SHA256SUMS`: what the bytes of the tables were when the run was written.
//!
//! It shows that raw observations are those of the run, and keeps damaged bytes away from the Parquet decoder.
//! The format is that of `sha256sum`, so `sha256sum -c SHA256SUMS` checks a run without this program. It protects
//! against accidents, not against somebody who writes both a table and its sum.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::file;

/// Name of the file in the run's folder.
pub(crate) const NAME: &str = "SHA256SUMS";

/// The line of one file: the sum in hexadecimal, two spaces, the name.
pub(crate) fn line(name: &str, bytes: &[u8]) -> String {
    format!("{}  {name}\n", sum(bytes))
}

pub(crate) fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The sums of a run that was written earlier.
pub(crate) struct Sums(HashMap<String, String>);

impl Sums {
    /// Reads the sums in a run's folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, StoreError> {
        let text = file::read_text(&folder.join(NAME))?;
        let line = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned()));
        Ok(Self(text.lines().filter_map(line).collect()))
    }

    /// Whether a file of this name was written.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Succeeds when `bytes` are what was written to the file at `path`.
    pub(crate) fn expect(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match self.0.get(name.as_ref()) {
            Some(written) if *written == sum(bytes) => Ok(()),
            _ => Err(StoreError::Damaged { path: path.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_format_is_that_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.parquet\n";
        assert_eq!(line("a.parquet", b""), empty);
    }
}
