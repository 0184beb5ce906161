//! The file of acknowledgements: found, read, and its mistakes said with their places.

use std::path::{Path, PathBuf};

use hil_scenario::{Acknowledgement, Input, MAX_FILE_LEN};

use crate::error::CliError;
use crate::files;
use crate::show::{Show, print_err};

/// The file of a folder.
const DEFAULT_FILE: &str = "hil-acknowledged.toml";

/// The entries of the file that is `given`, else of that of the current folder, if there is one.
///
/// # Errors
/// [`CliError::Acknowledgements`] after every problem has been printed; [`CliError::Read`].
pub(super) fn read(given: Option<&Path>) -> Result<Vec<Acknowledgement>, CliError> {
    let here = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
    let Some(file) = given.map(Path::to_owned).or_else(here) else { return Ok(Vec::new()) };
    let bytes = files::read(&file, MAX_FILE_LEN).map_err(|source| CliError::Read { path: file.clone(), source })?;
    hil_scenario::acknowledgements(&Input::new(file.to_string_lossy(), bytes)).map_err(|(problems, sources)| {
        print_err(hil_scenario::render(&problems, &sources, true).trim_end());
        CliError::Acknowledgements { count: problems.len() }
    })
}

/// Says which entries speak of no figure of this gate, and where they stand.
pub(super) fn say_idle(idle: &[&Acknowledgement], show: &mut Show) {
    for entry in idle {
        let Acknowledgement { file, line, column, scenario, metric, .. } = entry;
        let workload = entry.workload.as_ref().map_or(String::new(), |workload| format!(", workload {workload}"));
        show.warn(&format!(
            "{file}:{line}:{column}: this entry speaks of no figure of this gate: {scenario}{workload}, {metric}"
        ));
    }
}
