//! Writes one whole run: the tables, `run.json` and the caller's own files, or nothing at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hil_model::run::Run;
use hil_model::sample::Observations;

use crate::error::StoreError;
use crate::folder::{RunFolder, check_file_name};
use crate::{run_json, schema, sums, tables};

/// Writes runs into one folder of runs.
#[derive(Debug, Clone)]
pub struct RunWriter {
    out: PathBuf,
    keep_partial: bool,
}

impl RunWriter {
    /// Runs go to `out/<id>`.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self { out: out.into(), keep_partial: false }
    }

    /// Keeps the hidden folder of a run that could not be finished, for a look at what went wrong.
    #[must_use]
    pub fn keep_partial(mut self) -> Self {
        self.keep_partial = true;
        self
    }

    /// Writes a run and returns its folder, named by the run's id.
    ///
    /// `extra` are the names and contents of further files, such as `report.html`. `run.json` is written last,
    /// so that a folder with one is whole even under its hidden name.
    ///
    /// # Errors
    /// Before anything is written: [`StoreError::FileName`], [`StoreError::NotFinite`], [`StoreError::Duplicate`].
    /// Then the errors of [`RunFolder::create`], [`RunFolder::write`] and [`RunFolder::commit`].
    pub fn write(
        &self,
        run: &Run,
        observations: &[Observations],
        extra: &[(&str, &[u8])],
    ) -> Result<PathBuf, StoreError> {
        check_names(extra)?;
        let text = run_json::to_text(run)?;
        tables::expect_unique(observations)?;
        let mut folder = RunFolder::create(&self.out, &run.id)?;
        if self.keep_partial {
            folder.keep_partial();
        }
        let mut sums = String::new();
        for table in tables::encode(run, observations) {
            let (name, bytes) = table?;
            folder.write(&name, &bytes)?;
            sums += &sums::line(&name, &bytes);
        }
        folder.write(sums::NAME, sums.as_bytes())?;
        for (name, bytes) in extra {
            folder.write(name, bytes)?;
        }
        folder.write(run_json::NAME, text.as_bytes())?;
        folder.commit()
    }

    /// The folder of runs.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }
}

fn check_names(extra: &[(&str, &[u8])]) -> Result<(), StoreError> {
    let mut taken: BTreeSet<String> = schema::TABLES.iter().map(|spec| spec.table.file_name()).collect();
    taken.extend([run_json::NAME, sums::NAME].map(str::to_ascii_lowercase));
    for (name, _) in extra {
        check_file_name(name)?;
        if !taken.insert(name.to_ascii_lowercase()) {
            return Err(StoreError::FileName { name: (*name).to_owned(), why: "another file has this name" });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_names;

    #[test]
    fn extra_files_cannot_hide_a_file_of_the_run() {
        check_names(&[("report.html", b""), ("hil.log", b"")]).unwrap();
        for names in
            [["run.json", "a"], ["sha256sums", "a"], ["Iterations.parquet", "a"], ["a.log", "a.log"], ["../a", "b"]]
        {
            assert!(check_names(&names.map(|name| (name, b"".as_slice()))).is_err(), "{names:?}");
        }
    }
}
