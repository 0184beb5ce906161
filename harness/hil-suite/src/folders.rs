//! The measurements of criterion below a folder, as their reader wants them.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use hil_import::criterion::Folder;
use hil_import::error::MAX_FILE_LEN;

/// Folders within each other that are looked into; criterion makes four.
const MAX_DEPTH: usize = 32;

/// Every folder below `dir` that holds a measurement of criterion, or should, in a steady order. `shown` stands for `dir`
/// in the names of the files.
///
/// # Errors
/// What the system says about a folder or a file that cannot be read.
pub fn measurements(dir: &Path, shown: &str) -> io::Result<Vec<Folder>> {
    let mut folders = Vec::new();
    walk(dir, shown, 0, &mut folders)?;
    Ok(folders)
}

/// Links to folders are not followed, so a loop of links ends nowhere.
fn walk(dir: &Path, shown: &str, depth: usize, folders: &mut Vec<Folder>) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(dir)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let label = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let has = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
    // `change` holds criterion's own comparison of two measurements, and estimates only.
    let is_cut_off = has("estimates.json") || has("tukey.json") || (entries.is_empty() && label == "new");
    if has("benchmark.json") || has("sample.json") || (is_cut_off && label != "change") {
        let part = |name: &str| if has(name) { file(&dir.join(name)).map(Some) } else { Ok(None) };
        let (benchmark, sample) = (part("benchmark.json")?, part("sample.json")?);
        folders.push(Folder { path: shown.to_owned(), label, benchmark, sample });
    }
    for entry in entries {
        // `report` holds plots.
        if entry.file_type()?.is_dir() && entry.file_name() != "report" && depth < MAX_DEPTH {
            let below = format!("{shown}/{}", entry.file_name().to_string_lossy());
            walk(&entry.path(), &below, depth + 1, folders)?;
        }
    }
    Ok(())
}

/// One byte more than its reader takes, which tells that a file is too large.
fn file(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for somebody to write into it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE_LEN as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
