//! `verdict.json`: what a gate decided as JSON, for scripts, reporters and this program.
//!
//! Guarantees: those of [`crate::run_json`]: fields stand in the order of [`GateVerdict`], every field is present, what is
//! written reads back equal, other minor versions are read and another major version is refused.

use std::path::Path;

use hil_model::gate::{FORMAT, GateVerdict};
use hil_model::run::{Figure, FormatVersion};
use schemars::generate::SchemaSettings;

use crate::error::StoreError;
use crate::file::{inside, read_text};

/// Name of the file.
pub const NAME: &str = "verdict.json";

/// The verdict as pretty JSON.
///
/// # Errors
/// [`StoreError::NotFinite`] names a figure that JSON cannot carry.
pub fn to_text(verdict: &GateVerdict) -> Result<String, StoreError> {
    expect_finite(verdict)?;
    let mut text = serde_json::to_string_pretty(verdict).map_err(|error| json_error(Path::new(NAME), &error))?;
    text.push('\n');
    Ok(text)
}

/// Reads a verdict from text; `origin` names it in errors.
///
/// # Errors
/// [`StoreError::Json`] with line and column, [`StoreError::Major`].
pub fn from_text(text: &str, origin: &Path) -> Result<GateVerdict, StoreError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: FormatVersion,
    }
    let failed = |error| json_error(origin, &error);
    let Version { format: found } = serde_json::from_str(text).map_err(failed)?;
    if found.major != FORMAT.major {
        return Err(StoreError::Major { path: origin.to_owned(), found, oldest: FORMAT.major, known: FORMAT });
    }
    serde_json::from_str(text).map_err(failed)
}

/// Reads a verdict; `path` is the file itself, or the folder that holds it.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Io`], [`StoreError::NotUtf8`], [`StoreError::Json`], [`StoreError::Major`].
pub fn read(path: &Path) -> Result<GateVerdict, StoreError> {
    let path = inside(path, NAME);
    from_text(&read_text(&path)?, &path)
}

/// The JSON Schema (draft 2020-12) of what [`to_text`] writes.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<GateVerdict>();
    schema.insert("$id".to_owned(), format!("urn:hilbench:verdict:{FORMAT}").into());
    schema.insert("title".to_owned(), format!("Hilbench gate verdict, format {FORMAT}").into());
    schema.to_value()
}

fn json_error(path: &Path, error: &serde_json::Error) -> StoreError {
    let message = hil_model::text::shown(&error.to_string());
    StoreError::Json { path: path.to_owned(), line: error.line(), column: error.column(), message }
}

/// JSON has no infinity and no NaN, and `null` in their place would not read back.
fn expect_finite(verdict: &GateVerdict) -> Result<(), StoreError> {
    let expect = |values: &[Option<f64>], place: &dyn Fn() -> String| {
        let finite = values.iter().flatten().all(|value| value.is_finite());
        if finite { Ok(()) } else { Err(StoreError::NotFinite { place: place() }) }
    };
    let of = |figure: &Option<Figure>| {
        figure.as_ref().map_or([None; 5], |figure| {
            let Figure { value, lower, upper, confidence, effective_samples, .. } = figure;
            [Some(*value), *lower, *upper, Some(*confidence), Some(*effective_samples)]
        })
    };
    let policy = &verdict.policy;
    expect(&[Some(verdict.seconds), Some(policy.margin), Some(policy.level)], &|| "the gate".to_owned())?;
    policy
        .margins
        .iter()
        .try_for_each(|(metric, margin)| expect(&[Some(*margin)], &|| format!("the margin of {metric}")))?;
    let noise = &verdict.noise;
    expect(&[noise.load, noise.steal, noise.busy], &|| "noise".to_owned())?;
    for row in &verdict.rows {
        let values = [of(&row.baseline), of(&row.candidate), of(&row.ratio)].concat();
        let place = || format!("{} of {}", row.metric, row.scenario);
        expect(&values, &place)?;
        expect(&[Some(row.margin), row.smallest_seen], &place)?;
    }
    for control in &verdict.controls {
        let place = || format!("control pair, {} of {}", control.metric, control.scenario);
        expect(&of(&control.ratio), &place)?;
        expect(&[control.smallest_seen], &place)?;
    }
    verdict.checks.iter().try_for_each(|check| {
        expect(&of(&check.estimate), &|| format!("check {} {} of {}", check.metric, check.statistic, check.scenario))
    })
}
