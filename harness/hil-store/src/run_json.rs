//! `run.json`: a run as JSON, for scripts and for this program.
//!
//! Guarantees: fields stand in the order of [`Run`], every field is present, the text ends with a line break, and
//! what is written reads back equal. Older and newer minor versions are read, unknown fields ignored; another
//! major version is refused; a file of a newer version is never written over.

use std::path::{Path, PathBuf};

use hil_model::id::RunId;
use hil_model::run::{FORMAT, Figure, FormatVersion, Run};
use schemars::generate::SchemaSettings;

use crate::error::StoreError;
use crate::file::{inside, read_text, write_atomically};

/// Name of the file in the run's folder.
pub const NAME: &str = "run.json";

/// What identifies a run, readable in every minor version.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Header {
    pub(crate) id: RunId,
    pub(crate) started: String,
}

/// The run as pretty JSON.
///
/// # Errors
/// [`StoreError::NotFinite`] names a figure that JSON cannot carry; [`StoreError::Newer`] for a run that was read
/// from a newer version, because its unknown fields would be lost.
pub fn to_text(run: &Run) -> Result<String, StoreError> {
    if run.format > FORMAT {
        return Err(StoreError::Newer { path: PathBuf::from(NAME), found: run.format, known: FORMAT });
    }
    expect_finite(run)?;
    let mut text = serde_json::to_string_pretty(run).map_err(|error| json_error(Path::new(NAME), &error))?;
    text.push('\n');
    Ok(text)
}

/// Reads a run from text; `origin` names it in errors.
///
/// # Errors
/// [`StoreError::Json`] with line and column, [`StoreError::Major`].
pub fn from_text(text: &str, origin: &Path) -> Result<Run, StoreError> {
    header(text, origin)?;
    serde_json::from_str(text).map_err(|error| json_error(origin, &error))
}

/// Reads a run; `path` is its folder or the file itself.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Io`], [`StoreError::NotUtf8`], [`StoreError::Json`],
/// [`StoreError::Major`].
pub fn read(path: &Path) -> Result<Run, StoreError> {
    let path = inside(path, NAME);
    from_text(&read_text(&path)?, &path)
}

/// Writes a run to a file, replacing one of the same or an older version.
///
/// # Errors
/// [`StoreError::Newer`] when the file there is newer; the errors of [`to_text`] and of
/// [`write_atomically`]. A file that is not a run is an error, too: it is not ours.
pub fn write(path: &Path, run: &Run) -> Result<(), StoreError> {
    match read_text(path) {
        Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error),
        Ok(text) => {
            let found = version(&text, path)?;
            if found > FORMAT {
                return Err(StoreError::Newer { path: path.to_owned(), found, known: FORMAT });
            }
        }
    }
    write_atomically(path, to_text(run)?.as_bytes())
}

/// The JSON Schema (draft 2020-12) of what [`to_text`] writes.
#[must_use]
pub fn schema() -> serde_json::Value {
    // What is written, not what is accepted: scripts may rely on every field being there.
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Run>();
    schema.insert("$id".to_owned(), format!("urn:hilbench:run:{FORMAT}").into());
    schema.insert("title".to_owned(), format!("Hilbench run, format {FORMAT}").into());
    schema.to_value()
}

/// Reads what identifies a run, and refuses another major version before anything else can be misread.
pub(crate) fn header(text: &str, origin: &Path) -> Result<Header, StoreError> {
    let found = version(text, origin)?;
    if found.major != FORMAT.major {
        return Err(StoreError::Major { path: origin.to_owned(), found, oldest: FORMAT.major, known: FORMAT });
    }
    serde_json::from_str(text).map_err(|error| json_error(origin, &error))
}

fn version(text: &str, origin: &Path) -> Result<FormatVersion, StoreError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: FormatVersion,
    }
    let version: Version = serde_json::from_str(text).map_err(|error| json_error(origin, &error))?;
    Ok(version.format)
}

fn json_error(path: &Path, error: &serde_json::Error) -> StoreError {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let place = format!(" at line {line} column {column}");
    // It repeats what stands in the file.
    let message = hil_model::text::shown(message.strip_suffix(&place).unwrap_or(&message));
    StoreError::Json { path: path.to_owned(), line, column, message }
}

/// JSON has no infinity and no NaN, and `null` in their place would not read back.
fn expect_finite(run: &Run) -> Result<(), StoreError> {
    let expect = |value: Option<f64>, place: &dyn Fn() -> String| match value {
        Some(value) if !value.is_finite() => Err(StoreError::NotFinite { place: place() }),
        _ => Ok(()),
    };
    expect(Some(run.seconds), &|| "the duration of the run".to_owned())?;
    for (value, name) in [(run.noise.load, "load"), (run.noise.steal, "steal"), (run.noise.busy, "busy")] {
        expect(value, &|| format!("noise: {name}"))?;
    }
    let figure = |figure: &Option<Figure>, owner: &dyn Fn() -> String| {
        let Some(figure) = figure else { return Ok(()) };
        let parts = [
            (Some(figure.value), "value"),
            (figure.lower, "lower"),
            (figure.upper, "upper"),
            (Some(figure.confidence), "confidence"),
            (Some(figure.effective_samples), "effective_samples"),
        ];
        parts.into_iter().try_for_each(|(value, name)| expect(value, &|| format!("{}: {name}", owner())))
    };
    for check in &run.checks {
        let owner = || format!("check {} {} of {}", check.metric, check.statistic, check.scenario);
        figure(&check.estimate, &owner)?;
    }
    run.alerts.iter().try_for_each(|alert| {
        figure(&alert.estimate, &|| format!("alert {} {} of {}", alert.metric, alert.when, alert.scenario))
    })
}
