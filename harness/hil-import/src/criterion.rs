//! criterion.rs: the files below `target/criterion`.
//!
//! Each measurement is a folder `<benchmark>/<label>/`, where the label is `new` (the last run), `base` (what the next run is
//! compared with) or the name of a saved baseline, with `benchmark.json` (the name) and `sample.json` (per sample,
//! the iterations and the time of all of them together). criterion's own estimates stand beside them and are not read:
//! they can be computed again, with intervals that do not take the samples for independent.
//!
//! Layouts, from files that criterion 0.3.0, 0.5.1 and 0.8.2 wrote (`fixtures/import/criterion`): the oldest keeps
//! `sample.json` as `[iters, times]` without keys, the others as an object with the sampling mode. The files do not name the
//! unit; nanoseconds of wall time, criterion's default, are taken for granted, and a remark says so.

use std::collections::BTreeMap;

use crate::error::{ErrorKind, ImportError, MAX_BENCHMARKS};
use crate::imported::{Benchmark, Format, Imported, Sample, Source};
use crate::json::{COUNT, Document, Node, count};

/// The label of the last run.
pub const NEWEST: &str = "new";

/// A folder that holds one measurement, or should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The folder, as the user named it.
    pub path: String,
    /// Its own name.
    pub label: String,
    /// Content of `benchmark.json`, if the file is there.
    pub benchmark: Option<Vec<u8>>,
    /// Content of `sample.json`, if the file is there.
    pub sample: Option<Vec<u8>>,
}

/// Reads the measurements of one `target/criterion`: one process start.
///
/// # Errors
/// Everything that is wrong with any of the folders; one error a folder.
pub fn read(folders: &[Folder]) -> Result<Imported, Vec<ImportError>> {
    let mut errors = Vec::new();
    let mut benchmarks: Vec<Benchmark> = Vec::new();
    let mut positions = BTreeMap::new();
    for folder in folders {
        match measurement(folder) {
            Err(error) => errors.push(error),
            Ok((name, source)) => {
                let position = *positions.entry(name.clone()).or_insert_with(|| {
                    let (unit, sources) = ("ns".to_owned(), Vec::new());
                    benchmarks.push(Benchmark { name: name.clone(), unit, sources, stated: Vec::new() });
                    benchmarks.len() - 1
                });
                let sources = &mut benchmarks[position].sources;
                if sources.iter().any(|known| known.label == source.label) {
                    let file = file_of(folder, BENCHMARK);
                    errors
                        .push(ImportError::of_file(&file, ErrorKind::Duplicate(format!("{name} ({})", source.label))));
                } else {
                    sources.push(source);
                }
            }
        }
    }
    if benchmarks.len() > MAX_BENCHMARKS {
        let folder = folders.first().map_or("", |folder| &folder.path);
        errors.push(ImportError::of_file(folder, ErrorKind::TooMany(benchmarks.len())));
    }
    if errors.is_empty() {
        let remark = "criterion's files name no unit; nanoseconds of wall time, its default, are taken for granted";
        Ok(Imported { format: Format::Criterion, benchmarks, remarks: vec![remark.to_owned()] })
    } else {
        Err(errors)
    }
}

const BENCHMARK: &str = "benchmark.json";
const SAMPLE: &str = "sample.json";

fn file_of(folder: &Folder, name: &str) -> String {
    format!("{}/{name}", folder.path)
}

fn measurement(folder: &Folder) -> Result<(String, Source), ImportError> {
    let run_again = "run the suite again, or remove the folder";
    let part = |name, bytes: &Option<Vec<u8>>| {
        let file = file_of(folder, name);
        match bytes {
            Some(bytes) => Ok((file, bytes.clone())),
            None => Err(ImportError::of_file(&file, ErrorKind::Missing(run_again))),
        }
    };
    let (file, bytes) = part(BENCHMARK, &folder.benchmark)?;
    let document = Document::parse(&file, &bytes)?;
    let name = name(&document.root())?;
    let (file, bytes) = part(SAMPLE, &folder.sample)?;
    let document = Document::parse(&file, &bytes)?;
    let samples = samples(&document.root())?;
    Ok((name, Source { label: folder.label.clone(), start: 0, samples, failure: None }))
}

/// `full_id`, which later versions write; else the parts that it is made of.
fn name(benchmark: &Node<'_>) -> Result<String, ImportError> {
    if let Some(id) = benchmark.find("full_id")? {
        return Ok(id.name()?.to_owned());
    }
    let mut name = benchmark.get("group_id")?.name()?.to_owned();
    for key in ["function_id", "value_str"] {
        if let Some(part) = benchmark.find(key)? {
            name.push('/');
            name.push_str(part.name()?);
        }
    }
    Ok(name)
}

fn samples(root: &Node<'_>) -> Result<Vec<Sample>, ImportError> {
    let (iters, times) = if root.is_object() {
        if let Some(mode) = root.find("sampling_mode")? {
            sampling_mode(&mode)?;
        }
        (root.get("iters")?, root.get("times")?)
    } else if root.is_list() {
        without_keys(root)?
    } else {
        return Err(root.error(ErrorKind::NotThisFormat("samples of criterion are an object or a list")));
    };
    let n_iterations = iters.amounts(COUNT, count)?;
    let nanoseconds = times.amounts("a time in nanoseconds, from 0 to 10^18", is_time)?;
    if n_iterations.len() != nanoseconds.len() {
        let (n_left, n_right) = (n_iterations.len(), nanoseconds.len());
        return Err(root.error(ErrorKind::Uneven { left: "iters", n_left, right: "times", n_right }));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`count` takes whole numbers from 1 to 2^53 only"
    )]
    let sample = |(iterations, nanoseconds): (f64, f64)| Sample {
        iterations: iterations as u64,
        seconds: nanoseconds / 1e9,
        cpu_seconds: None,
    };
    Ok(n_iterations.into_iter().zip(nanoseconds).map(sample).collect())
}

/// `[iters, times]`.
fn without_keys<'d>(root: &Node<'d>) -> Result<(Node<'d>, Node<'d>), ImportError> {
    match root.items()?.as_slice() {
        [iters, times] => Ok((iters.clone(), times.clone())),
        _ => Err(root.error(ErrorKind::NotThisFormat("a list of iterations and a list of times are wanted"))),
    }
}

/// Both modes are read alike: what counts is the number of iterations that each sample states.
fn sampling_mode(mode: &Node<'_>) -> Result<(), ImportError> {
    match mode.text()? {
        "Linear" | "Flat" => Ok(()),
        found => {
            let (found, wanted) = (found.to_owned(), "a sampling mode; Linear and Flat are known");
            Err(mode.error(ErrorKind::UnknownWord { found, wanted }))
        }
    }
}

fn is_time(nanoseconds: f64) -> bool {
    (0.0..=1e18).contains(&nanoseconds)
}
