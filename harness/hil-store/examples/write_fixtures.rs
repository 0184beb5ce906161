//! Writes the stored sample runs of a format version: `fixtures/store/v1.4`, and the two relatives of `v1` from the future.
//!
//! Run once a version, then never again: the files stay as they are, so that today's reader is always tested
//! with what an earlier writer really wrote. Existing folders are left alone.
//!
//! - `v1`: the sample of `tests/sample/mod.rs`, written by the writer of format 1.0, which is gone;
//! - `v1.1`: the sample of format 1.1, written by the writer of that format, which is gone;
//! - `v1.2`: the sample of format 1.2, written by the writer of that format, which is gone;
//! - `v1.3`: the sample of format 1.3, written by the writer of that format, which is gone;
//! - `v1.4`: the sample of format 1.4, written by the writer of today;
//! - `v1-newer-minor`: the same from an imagined version 1.7, with columns and fields that 1.0 does not know, and
//!   without an optional column;
//! - `newer-major`: files from an imagined version 2.0, to be refused;
//! - `archive`: the figures of `v1.2` as the archive keeps them, in version 1.0 and the two from the future.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hil_store::archive::{Archive, Revision, entries};
use hil_store::schema::{KEY_FORMAT, KEY_TABLE};
use polars::prelude::{
    Column, DataFrame, KeyValueMetadata, NamedFrom, ParquetCompression, ParquetReader, ParquetWriter, SerReader, Series,
};
use sha2::Digest;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store");
    write_current(&root)?;
    write_newer_minor(&root)?;
    write_newer_major(&root)?;
    write_archive(&root)
}

fn write_archive(root: &Path) -> Result<(), Box<dyn Error>> {
    let Some(to) = fresh(root, "archive") else { return Ok(()) };
    let revision = Revision { commit: "ab".repeat(20), dirty: Some(false) };
    let archive = Archive::at(root.join("archive.tmp"));
    archive.append(&entries(&hil_store::read_run(&root.join("v1.2"))?, Some(&revision)))?;
    fs::create_dir(&to)?;
    for entry in fs::read_dir(archive.root().join("new"))? {
        fs::copy(entry?.path(), to.join("v1.0.parquet"))?;
    }
    fs::remove_dir_all(archive.root())?;
    let mut figures = read(&to.join("v1.0.parquet"))?.drop("target")?;
    let weather: Column = Series::new("weather".into(), vec!["fair"; figures.height()]).into();
    figures.with_column(weather)?;
    write_as(figures.clone(), &to.join("v1-newer-minor.parquet"), "figures", "1.7")?;
    write_as(figures, &to.join("newer-major.parquet"), "figures", "2.0")
}

fn write_current(root: &Path) -> Result<(), Box<dyn Error>> {
    let Some(to) = fresh(root, "v1.4") else { return Ok(()) };
    let run = sample::run()?;
    let path = hil_store::RunWriter::new(root).write(&run, &sample::observations()?, &[])?;
    Ok(fs::rename(path, to)?)
}

fn write_newer_minor(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v1"), fresh(root, "v1-newer-minor")) else { return Ok(()) };
    fs::create_dir(&to)?;
    for entry in fs::read_dir(&from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    let mut iterations = read(&from.join("iterations.parquet"))?;
    let celsius: Column = Series::new("celsius".into(), vec![40.5; iterations.height()]).into();
    iterations.with_column(celsius)?;
    write(iterations.drop("cycles")?, &to, "iterations", "1.7")?;
    let mut verdicts = read(&from.join("verdicts.parquet"))?;
    let owner: Column = Series::new("owner".into(), vec!["nobody"; verdicts.height()]).into();
    verdicts.with_column(owner)?;
    write(verdicts, &to, "verdicts", "1.7")?;

    seal(&to, &["iterations", "verdicts"])?;

    let mut run: serde_json::Value = serde_json::from_str(&fs::read_to_string(from.join("run.json"))?)?;
    run["format"] = "1.7".into();
    run["weather"] = serde_json::json!({"sky": ["clear", null]});
    run["environment"]["firmware"] = "2.0".into();
    run["checks"][0]["estimate"]["skew"] = 0.5.into();
    Ok(fs::write(to.join("run.json"), serde_json::to_string_pretty(&run)? + "\n")?)
}

fn write_newer_major(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v1"), fresh(root, "newer-major")) else { return Ok(()) };
    fs::create_dir(&to)?;
    fs::write(to.join("run.json"), "{\n  \"format\": \"2.0\",\n  \"run\": {\"name\": 7}\n}\n")?;
    fs::copy(from.join("SHA256SUMS"), to.join("SHA256SUMS"))?;
    write(read(&from.join("workloads.parquet"))?, &to, "workloads", "2.0")?;
    seal(&to, &["workloads"])
}

/// Replaces the sums of tables that were changed.
fn seal(folder: &Path, tables: &[&str]) -> Result<(), Box<dyn Error>> {
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

/// The folder of that name; nothing when it exists, because then it is frozen.
fn fresh(root: &Path, name: &str) -> Option<PathBuf> {
    let path = root.join(name);
    (!path.exists()).then_some(path)
}

fn read(path: &Path) -> Result<DataFrame, Box<dyn Error>> {
    Ok(ParquetReader::new(fs::File::open(path)?).finish()?)
}

fn write(frame: DataFrame, folder: &Path, table: &str, format: &str) -> Result<(), Box<dyn Error>> {
    write_as(frame, &folder.join(format!("{table}.parquet")), table, format)
}

fn write_as(mut frame: DataFrame, file: &Path, table: &str, format: &str) -> Result<(), Box<dyn Error>> {
    let pairs = [(KEY_TABLE, table), (KEY_FORMAT, format)];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    ParquetWriter::new(fs::File::create(file)?)
        .with_compression(ParquetCompression::Uncompressed)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(pairs)))
        .finish(&mut frame)?;
    Ok(())
}
