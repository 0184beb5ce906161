//! `hil report`: a stored run is rendered again, from its own raw samples.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use hil_model::run::Run;
use hil_report::render::{html, junit, markdown};
use hil_report::view::View;
use hil_store::StoreError;

use crate::args::ReportArgs;
use crate::distributions;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_err, print_out};
use crate::stages::render::table;
use crate::supplies;
use crate::surroundings::Surroundings;

/// Renders a stored run into the files that were asked for, or as a table.
pub fn report(args: &ReportArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let folder = find(args.run.as_deref(), &args.out)?;
    let run = read(&folder)?;
    let observations = hil_store::read_observations(&folder).map_err(CliError::Stored)?;
    let distributions = distributions::of(&observations);
    let view = View::new(&run, &distributions).with_supplies(supplies::of(&observations));
    let mut written = false;
    if let Some(path) = &args.html {
        let text = html::render(&view).map_err(|error| CliError::Report(error.to_string()))?;
        written = write(path, &text)?;
    }
    if let Some(path) = &args.markdown {
        written = write(path, &markdown::render(&view))?;
    }
    if let Some(path) = &args.junit {
        written = write(path, &junit::render(&view))?;
    }
    if !written {
        print_out(&table(&run, around));
    }
    Ok(Exit::Success)
}

/// The run folder that is meant: a path, a name below `--out`, or the latest.
pub fn find(run: Option<&Path>, out: &Path) -> Result<PathBuf, CliError> {
    match run {
        Some(named) if named.is_dir() => Ok(named.to_owned()),
        Some(named) => {
            let below = out.join(named);
            if below.is_dir() { Ok(below) } else { Err(CliError::NoRun(clean(&named.display().to_string()))) }
        }
        None => {
            let latest = hil_store::list_runs(out).map_err(CliError::Stored)?.pop();
            let none = || CliError::NoRun(format!("below {}", clean(&out.display().to_string())));
            latest.map(|(_, folder)| folder).ok_or_else(none)
        }
    }
}

/// The run in a folder.
pub fn read(folder: &Path) -> Result<Run, CliError> {
    hil_store::read_run(folder).map_err(|error| match error {
        StoreError::NotFound { .. } => CliError::NotARun(folder.to_owned()),
        error => CliError::Stored(error),
    })
}

/// Writes to a file, or to standard output for `-`. A file appears whole or not at all; a link is followed; what is no
/// file, such as a pipe or a device, is written to as it is.
pub fn write(path: &Path, text: &str) -> Result<bool, CliError> {
    if path.as_os_str() == "-" {
        print_out(text);
        return Ok(true);
    }
    let failed = |source| CliError::Write { path: path.to_owned(), source };
    match std::fs::canonicalize(path) {
        Ok(target) if target.is_file() => hil_store::write_atomically(&target, text.as_bytes())?,
        Ok(target) => {
            let mut file = std::fs::OpenOptions::new().append(true).open(target).map_err(failed)?;
            file.write_all(text.as_bytes()).map_err(failed)?;
        }
        Err(_) => hil_store::write_atomically(path, text.as_bytes())?,
    }
    print_err(&format!("wrote {}", clean(&path.display().to_string())));
    Ok(true)
}
