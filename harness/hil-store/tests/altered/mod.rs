//! Tables of a stored run, changed as another version or an accident would have left them.

use std::error::Error;
use std::fs;
use std::path::Path;

use hil_store::schema::{KEY_FORMAT, KEY_TABLE};
use polars::prelude::{DataFrame, KeyValueMetadata, ParquetCompression, ParquetReader, ParquetWriter, SerReader};
use sha2::Digest;

type AnyError = Box<dyn Error>;

/// Copies the files of a run into a folder that is not there yet.
pub fn copy(from: &Path, to: &Path) -> Result<(), AnyError> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// A table as any reader of Parquet sees it.
pub fn read(path: &Path) -> Result<DataFrame, AnyError> {
    Ok(ParquetReader::new(fs::File::open(path)?).finish()?)
}

/// Writes a table of a run as a version of the format.
pub fn write(frame: DataFrame, folder: &Path, table: &str, format: &str) -> Result<(), AnyError> {
    write_as(frame, &folder.join(format!("{table}.parquet")), table, format)
}

/// Writes a table to a file of any name.
pub fn write_as(mut frame: DataFrame, file: &Path, table: &str, format: &str) -> Result<(), AnyError> {
    let pairs = [(KEY_TABLE, table), (KEY_FORMAT, format)];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    ParquetWriter::new(fs::File::create(file)?)
        .with_compression(ParquetCompression::Uncompressed)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(pairs)))
        .finish(&mut frame)?;
    Ok(())
}

/// Replaces the sums of tables that were changed.
pub fn seal(folder: &Path, tables: &[&str]) -> Result<(), AnyError> {
    let path = folder.join("SHA256SUMS");
    let mut text = String::new();
    for line in fs::read_to_string(&path)?.lines() {
        let (mut sum, name) = line.split_once("  ").map(|(sum, name)| (sum.to_owned(), name)).unwrap_or_default();
        if tables.iter().any(|table| name == format!("{table}.parquet")) {
            let bytes = sha2::Sha256::digest(fs::read(folder.join(name))?);
            sum = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        }
        text += &format!("{sum}  {name}\n");
    }
    Ok(fs::write(path, text)?)
}
