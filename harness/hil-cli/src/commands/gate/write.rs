//! What a gate leaves behind: the run with its verdict, and the verdict with its reports where they were asked for.
//!
//! A verdict of an earlier gate must not pass for that of this one, so it is removed before anything else is done: whoever
//! finds no `verdict.json` knows that the gate came to no end.

use std::path::{Path, PathBuf};

use hil_model::gate::GateVerdict;
use hil_store::archive::Archive;
use hil_store::verdict_json;

use crate::args::GateArgs;
use crate::commands::gate::interleaved::Kept;
use crate::error::CliError;
use crate::show::Show;
use crate::stages::append;

/// Removes what an earlier gate left where this one will write.
///
/// # Errors
/// [`CliError::Write`] when it cannot be removed.
pub(super) fn forget(args: &GateArgs) -> Result<(), CliError> {
    let Some(folder) = &args.artefacts else { return Ok(()) };
    for name in std::iter::once(verdict_json::NAME).chain(REPORTS) {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(CliError::Write { path, source });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Files that `hil_report::gate::artefacts` writes; a test holds them.
const REPORTS: [&str; 6] = ["report.html", "report.md", "comment.md", "summary.md", "junit.xml", "annotations.txt"];

/// Writes everything and returns where the verdict is: in the run's folder, or, where nothing was measured, in one of its own.
///
/// # Errors
/// [`CliError::Store`], [`CliError::Report`], [`CliError::Write`].
pub(super) fn write(
    verdict: &GateVerdict,
    kept: Option<&Kept>,
    args: &GateArgs,
    remembered: &Archive,
    show: &mut Show,
) -> Result<PathBuf, CliError> {
    let text = verdict_json::to_text(verdict)?;
    let place = match kept {
        Some(Kept { run, observations }) => {
            let more = [(verdict_json::NAME, text.as_bytes())];
            append::keep(run, observations, &more, (&args.out, args.keep, remembered), show)?.join(verdict_json::NAME)
        }
        None => {
            let folder = args.out.join(verdict.id.as_str());
            make(&folder)?;
            let path = folder.join(verdict_json::NAME);
            hil_store::write_atomically(&path, text.as_bytes())?;
            path
        }
    };
    if let Some(folder) = &args.artefacts {
        make(folder)?;
        reports(verdict, folder)?;
        // Last, because whoever reads it may start at once.
        hil_store::write_atomically(&folder.join(verdict_json::NAME), text.as_bytes())?;
    }
    Ok(place)
}

fn make(folder: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder).map_err(|source| CliError::Write { path: folder.to_owned(), source })
}

fn reports(verdict: &GateVerdict, folder: &Path) -> Result<(), CliError> {
    let artefacts = hil_report::gate::artefacts(verdict).map_err(|error| CliError::Report(error.to_string()))?;
    for artefact in artefacts {
        hil_store::write_atomically(&folder.join(artefact.name), artefact.text.as_bytes())?;
    }
    Ok(())
}
