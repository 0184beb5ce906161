//! `hil import`: what another tool measured becomes a stored run, with the evidence `imported`.
//!
//! Nothing is stored when any file has a problem: all of them are told, and the exit code is 2.

use std::path::{Path, PathBuf};

use hil_import::error::ImportError;
use hil_import::imported::{Format as Source, Imported};
use hil_import::{bmf, criterion, github_action, google_benchmark, hyperfine};
use hil_model::run::{FORMAT, Noise, Run};

use crate::args::{Files, Format, ImportCommand, ImportInto, ImportedFiles};
use crate::error::CliError;
use crate::exit::Exit;
use crate::imports::{Judged, judged, read, reported};
use crate::lab::Setup;
use crate::show::{Show, clean, print_err};
use crate::stages::{append, archive, render};
use crate::surroundings::Surroundings;
use crate::{environment, files, identity};

/// Name of the file in a run folder that holds what was imported, as it was read.
pub const IMPORTED: &str = "imported.json";

/// Imports.
pub fn import(command: &ImportCommand, around: &Surroundings) -> Result<Exit, CliError> {
    match command {
        ImportCommand::Criterion { dirs, scenario, baseline, strict, into } => {
            let mut show = Show::new(into.format, 0);
            let scenarios = match scenario.as_slice() {
                [] => None,
                paths => {
                    let meant = Files { files: paths.to_vec(), only: Vec::new() };
                    Some(files::scenarios_of_imports(
                        &meant,
                        Setup::choose(None, None, None)?.learn_kernels()?,
                        &mut show,
                    )?)
                }
            };
            let one = |dir: &Path| Ok(criterion::read(&read::measurements(dir)?).map_err(Problems::from));
            let imported = all(dirs, one, &mut show)?;
            let judged = match scenarios {
                Some(scenarios) => judged::judge(&imported, &scenarios, baseline)?,
                None => reported::report(&imported, baseline, &origin(dirs))?,
            };
            store(&imported, judged, (into, *strict), around, &mut show)
        }
        ImportCommand::Hyperfine(args) => single(args, hyperfine::read, around),
        ImportCommand::GoogleBenchmark(args) => single(args, google_benchmark::read, around),
        ImportCommand::Bmf(args) => single(args, bmf::read, around),
        ImportCommand::GithubActionBenchmark(args) => single(args, github_action::read, around),
    }
}

/// A format of which each file stands alone.
fn single(
    args: &ImportedFiles,
    reader: fn(&str, &[u8]) -> Result<Imported, ImportError>,
    around: &Surroundings,
) -> Result<Exit, CliError> {
    let ImportedFiles { files, into } = args;
    let mut show = Show::new(into.format, 0);
    let one = |path: &Path| {
        let bytes = read::file(path)?;
        Ok(reader(&path.to_string_lossy(), &bytes).map_err(Problems::from))
    };
    let imported = all(files, one, &mut show)?;
    let label = imported.format.name();
    let judged = reported::report(&imported, label, &origin(files))?;
    store(&imported, judged, (into, false), around, &mut show)
}

/// Everything that is wrong with one path.
struct Problems(Vec<ImportError>);

impl From<ImportError> for Problems {
    fn from(error: ImportError) -> Self {
        Self(vec![error])
    }
}

impl From<Vec<ImportError>> for Problems {
    fn from(errors: Vec<ImportError>) -> Self {
        Self(errors)
    }
}

/// Reads every path and joins what they say; tells all problems of all paths.
fn all(
    paths: &[PathBuf],
    one: impl Fn(&Path) -> Result<Result<Imported, Problems>, CliError>,
    show: &mut Show,
) -> Result<Imported, CliError> {
    let mut problems = Vec::new();
    let mut joined: Option<Imported> = None;
    for path in paths {
        match (one(path)?, &mut joined) {
            (Err(Problems(errors)), _) => problems.extend(errors),
            (Ok(imported), None) => joined = Some(imported),
            (Ok(imported), Some(known)) => problems.extend(known.join(imported, &path.to_string_lossy()).err()),
        }
    }
    for problem in &problems {
        let (text, file, place) = (problem.to_string(), &problem.file, &problem.place);
        show.event("problem", serde_json::json!({ "text": clean(&text), "file": clean(file), "place": clean(place) }));
        if show.format() == Format::Text {
            print_err(&format!("problem: {}", clean(&text)));
        }
    }
    match joined {
        Some(imported) if problems.is_empty() => Ok(imported),
        _ => Err(CliError::Imports { count: problems.len() }),
    }
}

/// The first path without its folders, whose names have no business in a stored run.
fn origin(paths: &[PathBuf]) -> String {
    // `.` and `..` have no name.
    let name = paths.first().and_then(|path| path.file_name()).unwrap_or("imported".as_ref());
    hil_import::escape::shortened(&name.to_string_lossy(), 100)
}

/// Makes the run, writes its folder, shows it.
fn store(
    imported: &Imported,
    judged: Judged,
    (into, strict): (&ImportInto, bool),
    around: &Surroundings,
    show: &mut Show,
) -> Result<Exit, CliError> {
    let remembered = archive::open(&into.archive, &into.out)?;
    let Judged { observations, checks, alerts, remarks } = judged;
    let mut environment = environment::unknown();
    environment.clocks = vec![format!("{} (imported)", imported.format.name())];
    let unknown = format!(
        "these figures were imported from {}: the machine, how quiet it was and how the code was built are not known",
        tool(imported.format)
    );
    let warnings: Vec<String> = [unknown].into_iter().chain(imported.remarks.iter().cloned()).chain(remarks).collect();
    for warning in &warnings {
        show.warn(warning);
    }
    let run = Run {
        format: FORMAT,
        id: identity::run_id(),
        started: identity::now(),
        seconds: 0.0,
        seed: 0,
        interrupted: false,
        quick: false,
        fault: None,
        environment,
        noise: Noise { load: None, governor: None, steal: None, busy: None, warnings },
        checks,
        alerts,
        errors: Vec::new(),
        data: Vec::new(),
        side_by_side: Vec::new(),
    };
    let text = serde_json::to_string(imported).map_err(|error| CliError::Report(error.to_string()))?;
    let folder =
        append::keep(&run, &observations, &[(IMPORTED, text.as_bytes())], (&into.out, into.keep, &remembered), show)?;
    let format = show.format();
    render::render(&run, &folder, format, around, show);
    Ok(Exit::of_run(&run, strict, &[]))
}

fn tool(format: Source) -> &'static str {
    match format {
        Source::Criterion => "criterion's files",
        Source::Hyperfine => "files of hyperfine",
        Source::GoogleBenchmark => "files of Google Benchmark",
        Source::Bmf => "files in Bencher Metric Format",
        Source::GithubActionBenchmark => "data of github-action-benchmark",
    }
}
