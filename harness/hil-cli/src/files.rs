//! Scenario files: which ones are meant, and reading them. What is in them is the business of `hil-scenario`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use hil_model::id::KernelName;
use hil_model::scenario::Scenario;
use hil_scenario::{Embedded, Input, Known, Loaded, MAX_FILE_LEN, Severity};

use crate::args::{Files, Format};
use crate::bases::Bases;
use crate::boards;
use crate::error::CliError;
use crate::show::{Show, print_err};

/// Where scenarios are looked for when none are named.
pub const DEFAULT_FOLDER: &str = "scenarios";

/// Reads the scenarios that `files` means, `--only` applied. `kernels` are those that the agents list; what cannot be
/// known is not checked.
///
/// # Errors
/// [`CliError::Scenarios`] after every problem of every file has been printed; errors of reading and of `--only`.
pub fn scenarios(files: &Files, kernels: Option<Vec<KernelName>>, show: &mut Show) -> Result<Vec<Scenario>, CliError> {
    read_all(files, kernels, Bases::with_packages(), show)
}

/// The same for figures that come from elsewhere: the packages of suites need not be here.
///
/// # Errors
/// As for [`scenarios`].
pub fn scenarios_of_imports(
    files: &Files,
    kernels: Option<Vec<KernelName>>,
    show: &mut Show,
) -> Result<Vec<Scenario>, CliError> {
    read_all(files, kernels, Bases::default(), show)
}

fn read_all(
    files: &Files,
    kernels: Option<Vec<KernelName>>,
    bases: Bases,
    show: &mut Show,
) -> Result<Vec<Scenario>, CliError> {
    let known = Known {
        platforms: boards::known()?.into_iter().map(|known| known.board.platform).collect(),
        kernels,
        datasets: hil_data::manifests().into_iter().map(|manifest| manifest.name).collect(),
    };
    let loaded = match meant(files) {
        Meant::OnDisk(paths) => {
            let loaded = hil_scenario::load(&on_disk(&paths)?, &known, &bases);
            bases.told().iter().for_each(|told| show.note(&format!("note: {told}")));
            loaded
        }
        Meant::BuiltIn => {
            show.note(&format!(
                "note: no folder {DEFAULT_FOLDER} here, so the built-in scenarios are meant; `hil init` writes a first one of yours"
            ));
            hil_scenario::load(&hil_scenario::embedded_inputs(), &known, &Embedded)
        }
    };
    report(&loaded, show);
    if loaded.has_errors() {
        let errors = loaded.problems.iter().filter(|problem| problem.severity == Severity::Error);
        return Err(CliError::Scenarios { count: errors.count() });
    }
    let mut scenarios = hil_plan::select(loaded.scenarios, &files.only)?;
    scenarios.iter_mut().for_each(keep_folders_private);
    Ok(scenarios)
}

/// What the words of the command line mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// These files and folders.
    OnDisk(Vec<PathBuf>),
    /// No file is named and this folder has no scenarios.
    BuiltIn,
}

/// Which scenarios are meant: those that are named, those of this folder, or the built-in ones.
#[must_use]
pub fn meant(files: &Files) -> Meant {
    if !files.files.is_empty() {
        Meant::OnDisk(files.files.clone())
    } else if Path::new(DEFAULT_FOLDER).is_dir() {
        Meant::OnDisk(vec![PathBuf::from(DEFAULT_FOLDER)])
    } else {
        Meant::BuiltIn
    }
}

/// Places go into the stored run, where the names of this machine's folders have no business: a file below the current
/// folder keeps its path from there, any other keeps its name only.
fn keep_folders_private(scenario: &mut Scenario) {
    let here = std::env::current_dir().ok();
    let public = |file: &str| {
        let path = Path::new(file);
        let below = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
        let leads_out = path.is_absolute() || path.components().any(|part| part == std::path::Component::ParentDir);
        let shown = match (below, leads_out) {
            (Some(below), _) => below,
            (None, true) => Path::new(path.file_name().unwrap_or_default()),
            (None, false) => path,
        };
        shown.to_string_lossy().into_owned()
    };
    scenario.file = public(&scenario.file);
    for check in &mut scenario.checks {
        check.place.file = public(&check.place.file);
    }
    for alert in &mut scenario.alerts {
        alert.place.file = public(&alert.place.file);
    }
}

fn report(loaded: &Loaded, show: &mut Show) {
    for problem in &loaded.problems {
        show.event("problem", problem.to_json());
    }
    if !loaded.problems.is_empty() && show.format() == Format::Text {
        // anstream takes the colours out where standard error does not want them.
        print_err(hil_scenario::render(&loaded.problems, &loaded.sources, true).trim_end());
    }
}

/// The files that `paths` mean: a file is itself, a folder is every `*.toml` below it but in folders that start with `_`
/// (shared parts) or `.`.
fn on_disk(paths: &[PathBuf]) -> Result<Vec<Input>, CliError> {
    let mut inputs = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|source| CliError::Read { path: path.clone(), source })?;
        if !metadata.is_dir() {
            inputs.push(input(path)?);
            continue;
        }
        let mut files = Vec::new();
        walk(path, &mut files)?;
        if files.is_empty() {
            return Err(CliError::NoScenarios(path.clone()));
        }
        for file in files {
            inputs.push(input(&file)?);
        }
    }
    Ok(inputs)
}

/// Collects scenario files in a steady order. Links to folders are not followed, so a loop of links ends nowhere.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let failed = |source| CliError::Read { path: folder.to_owned(), source };
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(folder).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with(['_', '.']);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && !hidden {
            walk(&entry.path(), files)?;
        } else if !kind.is_dir() && !hidden && Path::new(&name).extension().is_some_and(|end| end == "toml") {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn input(path: &Path) -> Result<Input, CliError> {
    let bytes = read(path, MAX_FILE_LEN).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    Ok(Input::new(path.to_string_lossy(), bytes))
}

/// Reads one byte more than `most`, which tells that a file is too large: a hundred megabytes are refused, not loaded.
pub fn read(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    head(path, most as u64 + 1)
}

/// The largest program that is read, in bytes: debug information makes files many times larger than any flash.
const MAX_PROGRAM: usize = 256 << 20;

/// Reads a program for a board.
///
/// # Errors
/// [`CliError::Read`], also for what is no regular file; [`CliError::TooLarge`].
pub fn program(path: &Path) -> Result<Vec<u8>, CliError> {
    let path = path.to_owned();
    match read(&path, MAX_PROGRAM) {
        Err(source) => Err(CliError::Read { path, source }),
        Ok(bytes) if bytes.len() > MAX_PROGRAM => Err(CliError::TooLarge { path, most: MAX_PROGRAM }),
        Ok(bytes) => Ok(bytes),
    }
}

/// The first `most` bytes of a regular file.
///
/// # Errors
/// What the system says.
pub fn head(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    // Opening a pipe would wait for somebody to write into it.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
