//! Append: the run goes to disk, whole or not at all, its figures into the archive, and old runs make room.

use std::path::{Path, PathBuf};

use hil_model::run::Run;
use hil_model::sample::Observations;
use hil_report::view::View;
use hil_store::RunWriter;
use hil_store::archive::Archive;

use crate::args::RunArgs;
use crate::distributions;
use crate::error::CliError;
use crate::show::Show;
use crate::stages::archive;
use crate::stages::measure::Observed;
use crate::supplies;

/// Name of the report in a run folder.
pub const REPORT: &str = "report.html";
/// Name of the log in a run folder.
pub const LOG: &str = "hil.log";

/// Writes the run folder and returns its path.
///
/// # Errors
/// [`CliError::Store`], [`CliError::Report`]; then there is no folder of this run.
pub fn append(
    run: &Run,
    observed: &Observed,
    args: &RunArgs,
    remembered: &Archive,
    show: &mut Show,
) -> Result<PathBuf, CliError> {
    keep(run, &observed.observations, &[], (&args.out, args.keep, remembered), show)
}

/// Writes a run folder with `more` files into the folder of runs `into`, of which that many are kept; its figures go into the archive and stay.
///
/// # Errors
/// [`CliError::Store`], [`CliError::Report`]; then there is no folder of this run.
pub fn keep(
    run: &Run,
    observations: &[Observations],
    more: &[(&str, &[u8])],
    into: (&Path, u16, &Archive),
    show: &mut Show,
) -> Result<PathBuf, CliError> {
    let distributions = distributions::of(observations);
    let view = View::new(run, &distributions).with_supplies(supplies::of(observations));
    let report = hil_report::render::html::render(&view).map_err(|error| CliError::Report(error.to_string()))?;
    let mut extra = vec![(REPORT, report.as_bytes()), (LOG, show.log().as_bytes())];
    extra.extend(more);
    let (out, most, remembered) = into;
    let folder = RunWriter::new(out).write(run, observations, &extra)?;
    archive::remember(run, out, remembered, show);
    match hil_store::retain(out, usize::from(most), &run.id) {
        Ok(removed) => {
            for path in removed {
                show.detail(1, &format!("removed the old run {}", path.display()));
            }
        }
        // The run itself is safe; room can be made next time.
        Err(error) => show.warn(&format!("old runs are kept: {error}")),
    }
    Ok(folder)
}
