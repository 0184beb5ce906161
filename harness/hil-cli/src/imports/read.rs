//! Reading files to import: no more of each than its reader takes, and nothing outside the folder that was named.

use std::fs;
use std::path::Path;

use hil_import::criterion::Folder;
use hil_import::error::{ErrorKind, ImportError, MAX_FILE_LEN};

use crate::error::CliError;
use crate::files;
use crate::show::print_err;

/// Folders within each other that are looked into; criterion makes four.
const MAX_DEPTH: usize = 32;

/// Content of a file, or as much of it as tells that it is too large.
pub fn file(path: &Path) -> Result<Vec<u8>, CliError> {
    files::read(path, MAX_FILE_LEN).map_err(|source| CliError::Read { path: path.to_owned(), source })
}

/// Every folder below `dir` that holds a measurement of criterion, or should, in a steady order.
pub fn measurements(dir: &Path) -> Result<Vec<Folder>, CliError> {
    let mut folders = Vec::new();
    walk(dir, 0, &mut folders)?;
    if folders.is_empty() {
        let why = "the folder holds no measurement of criterion (benchmark.json and sample.json)";
        let error = ImportError::of_file(&dir.to_string_lossy(), ErrorKind::NotThisFormat(why));
        print_err(&format!("problem: {error}"));
        return Err(CliError::Imports { count: 1 });
    }
    Ok(folders)
}

/// Links to folders are not followed, so a loop of links ends nowhere.
fn walk(dir: &Path, depth: usize, folders: &mut Vec<Folder>) -> Result<(), CliError> {
    let failed = |source| CliError::Read { path: dir.to_owned(), source };
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(dir).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let label = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let has = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
    // `change` holds criterion's own comparison of two measurements, and estimates only.
    let is_cut_off = has("estimates.json") || has("tukey.json") || (entries.is_empty() && label == "new");
    if has("benchmark.json") || has("sample.json") || (is_cut_off && label != "change") {
        let part = |name: &str| if has(name) { file(&dir.join(name)).map(Some) } else { Ok(None) };
        let (benchmark, sample) = (part("benchmark.json")?, part("sample.json")?);
        folders.push(Folder { path: dir.to_string_lossy().into_owned(), label, benchmark, sample });
    }
    for entry in entries {
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        // `report` holds plots.
        if is_folder && entry.file_name() != "report" && depth < MAX_DEPTH {
            walk(&entry.path(), depth + 1, folders)?;
        }
    }
    Ok(())
}
