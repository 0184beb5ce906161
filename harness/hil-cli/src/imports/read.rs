//! Reading files to import: no more of each than its reader takes, and nothing outside the folder that was named.

use std::path::Path;

use hil_import::criterion::Folder;
use hil_import::error::{ErrorKind, ImportError, MAX_FILE_LEN};

use crate::error::CliError;
use crate::files;
use crate::show::print_err;

/// Content of a file, or as much of it as tells that it is too large.
pub fn file(path: &Path) -> Result<Vec<u8>, CliError> {
    files::read(path, MAX_FILE_LEN).map_err(|source| CliError::Read { path: path.to_owned(), source })
}

/// Every folder below `dir` that holds a measurement of criterion, or should, in a steady order.
pub fn measurements(dir: &Path) -> Result<Vec<Folder>, CliError> {
    let folders = hil_suite::folders::measurements(dir, &dir.to_string_lossy())
        .map_err(|source| CliError::Read { path: dir.to_owned(), source })?;
    if folders.is_empty() {
        let why = "the folder holds no measurement of criterion (benchmark.json and sample.json)";
        let error = ImportError::of_file(&dir.to_string_lossy(), ErrorKind::NotThisFormat(why));
        print_err(&format!("problem: {error}"));
        return Err(CliError::Imports { count: 1 });
    }
    Ok(folders)
}
