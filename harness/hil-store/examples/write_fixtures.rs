//! Writes the stored sample runs of a format version: `fixtures/store/v2.0`, and the relatives of `v1` and of it from the future.
//!
//! Run once a version, then never again: the files stay as they are, so that today's reader is always tested
//! with what an earlier writer really wrote. Existing folders are left alone.
//!
//! - `v1`: the sample of `tests/sample/mod.rs`, written by the writer of format 1.0, which is gone;
//! - `v1.1`: the sample of format 1.1, written by the writer of that format, which is gone;
//! - `v1.2`: the sample of format 1.2, written by the writer of that format, which is gone;
//! - `v1.3`: the sample of format 1.3, written by the writer of that format, which is gone;
//! - `v2.0`: the sample of format 2.0, written by the writer of today;
//! - `v1-newer-minor`: the same from an imagined version 1.7, with columns and fields that 1.0 does not know, and
//!   without an optional column;
//! - `v2-newer-minor`: tables of the sample `v2.0` from an imagined version 2.7, likewise, written by polars alone;
//! - `newer-major`: files from a version 2.0 that was imagined before there was one, whose `run.json` is to be refused;
//! - `newer-major-3`: files of the sample `v2.0`, a table among them from an imagined version 3.0, to be refused;
//! - `archive`: the figures of `v1.2` as the archive keeps them, in version 1.0 and the two from the future.

#[path = "../tests/altered/mod.rs"]
mod altered;
#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hil_store::archive::{Archive, Revision, entries};
use polars::prelude::{Column, DataFrame, NamedFrom, Series};

use self::altered::{copy, read, seal, write, write_as};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store");
    write_current(&root)?;
    write_newer_minor(&root)?;
    write_newer_minor_of_2(&root)?;
    write_newer_major(&root)?;
    write_newer_major_3(&root)?;
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
    let figures = with(read(&to.join("v1.0.parquet"))?.drop("target")?, "weather", "fair")?;
    write_as(figures.clone(), &to.join("v1-newer-minor.parquet"), "figures", "1.7")?;
    write_as(figures, &to.join("newer-major.parquet"), "figures", "2.0")
}

fn write_current(root: &Path) -> Result<(), Box<dyn Error>> {
    let Some(to) = fresh(root, "v2.0") else { return Ok(()) };
    let run = sample::run()?;
    let path = hil_store::RunWriter::new(root).write(&run, &sample::observations()?, &[])?;
    Ok(fs::rename(path, to)?)
}

fn write_newer_minor(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v1"), fresh(root, "v1-newer-minor")) else { return Ok(()) };
    copy(&from, &to)?;
    let iterations = read(&from.join("iterations.parquet"))?.drop("cycles")?;
    write(with(iterations, "celsius", 40.5)?, &to, "iterations", "1.7")?;
    write(with(read(&from.join("verdicts.parquet"))?, "owner", "nobody")?, &to, "verdicts", "1.7")?;
    seal(&to, &["iterations", "verdicts"])?;

    let mut run: serde_json::Value = serde_json::from_str(&fs::read_to_string(from.join("run.json"))?)?;
    run["format"] = "1.7".into();
    run["weather"] = serde_json::json!({"sky": ["clear", null]});
    run["environment"]["firmware"] = "2.0".into();
    run["checks"][0]["estimate"]["skew"] = 0.5.into();
    Ok(fs::write(to.join("run.json"), serde_json::to_string_pretty(&run)? + "\n")?)
}

fn write_newer_minor_of_2(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v2.0"), fresh(root, "v2-newer-minor")) else { return Ok(()) };
    copy(&from, &to)?;
    let iterations = read(&from.join("iterations.parquet"))?.drop("cycles")?;
    write(with(iterations, "celsius", 40.5)?, &to, "iterations", "2.7")?;
    write(with(read(&from.join("codes.parquet"))?, "noise", 0.5)?, &to, "codes", "2.7")?;
    seal(&to, &["iterations", "codes"])
}

/// The table with one column more, in which every value is the same.
fn with<T: Copy>(mut frame: DataFrame, name: &str, value: T) -> Result<DataFrame, Box<dyn Error>>
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    let column: Column = Series::new(name.into(), vec![value; frame.height()]).into();
    frame.with_column(column)?;
    Ok(frame)
}

fn write_newer_major(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v1"), fresh(root, "newer-major")) else { return Ok(()) };
    fs::create_dir(&to)?;
    fs::write(to.join("run.json"), "{\n  \"format\": \"2.0\",\n  \"run\": {\"name\": 7}\n}\n")?;
    fs::copy(from.join("SHA256SUMS"), to.join("SHA256SUMS"))?;
    write(read(&from.join("workloads.parquet"))?, &to, "workloads", "2.0")?;
    seal(&to, &["workloads"])
}

fn write_newer_major_3(root: &Path) -> Result<(), Box<dyn Error>> {
    let (from, Some(to)) = (root.join("v2.0"), fresh(root, "newer-major-3")) else { return Ok(()) };
    fs::create_dir(&to)?;
    for name in ["run.json", "SHA256SUMS"] {
        fs::copy(from.join(name), to.join(name))?;
    }
    write(read(&from.join("workloads.parquet"))?, &to, "workloads", "3.0")?;
    seal(&to, &["workloads"])
}

/// The folder of that name; nothing when it exists, because then it is frozen.
fn fresh(root: &Path, name: &str) -> Option<PathBuf> {
    let path = root.join(name);
    (!path.exists()).then_some(path)
}
