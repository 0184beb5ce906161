//! Google Benchmark: the file of `--benchmark_out` with `--benchmark_out_format=json`.
//!
//! `benchmarks[]`: entries with `run_type` `iteration` are measurements, one a repetition, each the mean of many
//! iterations; those with `aggregate` are figures that the tool computed from them, and are kept as such. Before 1.5 there
//! was no `run_type`, and aggregates are told by the ends of their names. All repetitions come from one process. Checked
//! with files of Google Benchmark 1.7.1 (`fixtures/import/google-benchmark`).

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{ErrorKind, ImportError};
use crate::imported::{Benchmark, Failed, Format, Imported, Sample, Source, Stated};
use crate::json::{COUNT, Document, NOT_NEGATIVE, Node, count, finite, not_negative};
use crate::units;

/// Reads the file named `file`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = Document::parse(file, bytes)?;
    let list = document.root().get("benchmarks")?;
    let items = list.items()?;
    if items.is_empty() {
        return Err(list.error(ErrorKind::Empty));
    }
    let mut benchmarks: Vec<Entry> = Vec::new();
    let mut positions = BTreeMap::new();
    for item in items {
        let name = item.find("run_name")?.map_or_else(|| item.get("name"), Ok)?.name()?.to_owned();
        let aggregate = aggregate(&item)?;
        let name = match &aggregate {
            // Old files have no `run_name`: the name of an aggregate is that of its benchmark with an ending.
            Some(kind) => name.strip_suffix(&format!("_{kind}")).map_or(name.clone(), ToOwned::to_owned),
            None => name,
        };
        let position = *positions.entry(name).or_insert_with_key(|name| {
            benchmarks.push(Entry::new(name.clone()));
            benchmarks.len() - 1
        });
        let entry = &mut benchmarks[position];
        match aggregate {
            Some(kind) => entry.benchmark.stated.extend(stated(&item, &kind)?),
            None => entry.add(&item)?,
        }
    }
    let benchmarks = benchmarks.into_iter().map(|entry| entry.benchmark).collect();
    Imported { format: Format::GoogleBenchmark, benchmarks, remarks: remarks(&document.root())? }.few(file)
}

/// A benchmark and the repetitions of it that have been seen.
struct Entry {
    benchmark: Benchmark,
    repetitions: BTreeSet<u64>,
}

impl Entry {
    fn new(name: String) -> Self {
        let benchmark = Benchmark { name, unit: String::new(), sources: Vec::new(), stated: Vec::new() };
        Self { benchmark, repetitions: BTreeSet::new() }
    }

    /// Adds one repetition.
    fn add(&mut self, item: &Node<'_>) -> Result<(), ImportError> {
        if let Some(index) = item.find("repetition_index")? {
            let repetition = index.amount("a whole number from 0", |index| index == 0.0 || count(index))?;
            if !self.repetitions.insert(repetition.to_bits()) {
                return Err(
                    index.error(ErrorKind::Duplicate(format!("{}, repetition {repetition}", self.benchmark.name)))
                );
            }
        }
        if self.benchmark.sources.is_empty() {
            let label = Format::GoogleBenchmark.name().to_owned();
            self.benchmark.sources.push(Source { label, start: 0, samples: Vec::new(), failure: None });
        }
        let failure = failure(item)?;
        let Some(source) = self.benchmark.sources.first_mut() else { return Ok(()) };
        if failure.is_some() {
            // The times of a benchmark that gave up are zeros.
            source.failure = failure;
            return Ok(());
        }
        let (unit, scale) = time_unit(item)?;
        let iterations = item.get("iterations")?.amount(COUNT, count)?;
        let total = |key| seconds(&item.get(key)?, scale).map(|seconds| seconds * iterations);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`count` takes whole numbers from 1 to 2^53 only"
        )]
        let n_iterations = iterations as u64;
        let (real, cpu) = (total("real_time")?, total("cpu_time")?);
        source.samples.push(Sample { iterations: n_iterations, seconds: real, cpu_seconds: Some(cpu) });
        unit.clone_into(&mut self.benchmark.unit);
        Ok(())
    }
}

/// The kind of aggregate that an entry is, if it is one.
fn aggregate(item: &Node<'_>) -> Result<Option<String>, ImportError> {
    if let Some(run_type) = item.find("run_type")? {
        return match run_type.text()? {
            "iteration" => Ok(None),
            "aggregate" => Ok(Some(item.get("aggregate_name")?.name()?.to_owned())),
            found => {
                let (found, wanted) = (found.to_owned(), "a run type; iteration and aggregate are known");
                Err(run_type.error(ErrorKind::UnknownWord { found, wanted }))
            }
        };
    }
    let name = item.get("name")?.name()?;
    let kinds = ["mean", "median", "stddev", "cv", "BigO", "RMS"];
    let ends_with = |kind: &&str| name.strip_suffix(kind).is_some_and(|name| name.ends_with('_'));
    Ok(kinds.into_iter().find(ends_with).map(ToOwned::to_owned))
}

/// The times of an aggregate; a proportion, such as the coefficient of variation, is none.
fn stated(item: &Node<'_>, kind: &str) -> Result<Vec<Stated>, ImportError> {
    let is_time = match item.find("aggregate_unit")? {
        Some(unit) => unit.text()? == "time",
        None => kind != "cv",
    };
    if !is_time || failure(item)?.is_some() {
        return Ok(Vec::new());
    }
    let mut stated = Vec::new();
    for key in ["real_time", "cpu_time"] {
        if let Some(node) = item.find(key)? {
            let (unit, _) = time_unit(item)?;
            stated.push(Stated {
                measure: format!("{key} {kind}"),
                unit: unit.to_owned(),
                value: node.amount("a finite number", finite)?,
                lower: None,
                upper: None,
                spread: None,
            });
        }
    }
    Ok(stated)
}

fn failure(item: &Node<'_>) -> Result<Option<Failed>, ImportError> {
    // `error_occurred` up to 1.7; `skipped` with a word since 1.8.
    let is_set = |key| Ok(item.find(key)?.is_some_and(|node| !node.is_false()));
    if !is_set("error_occurred")? && !is_set("skipped")? {
        return Ok(None);
    }
    let message = match item.find("error_message")? {
        Some(message) => message.text()?,
        None => item.find("skip_message")?.map_or(Ok("it gives no reason"), |message| message.text())?,
    };
    Ok(Some(Failed::Reported(message.to_owned())))
}

fn time_unit<'d>(item: &Node<'d>) -> Result<(&'d str, f64), ImportError> {
    // Absent in files of the oldest versions, which write nanoseconds.
    let Some(node) = item.find("time_unit")? else { return Ok(("ns", 1e-9)) };
    let unit = node.text()?;
    let scale = units::seconds(unit).ok_or_else(|| {
        let wanted = "a unit of time; ns, us, ms and s are known";
        node.error(ErrorKind::UnknownWord { found: unit.to_owned(), wanted })
    })?;
    Ok((unit, scale))
}

fn seconds(node: &Node<'_>, scale: f64) -> Result<f64, ImportError> {
    let seconds = node.amount(NOT_NEGATIVE, not_negative)? * scale;
    if seconds > 1e9 {
        let wanted = "a time of one iteration, from 0 to 10^9 s";
        return Err(node.error(ErrorKind::NotAnAmount { found: format!("{seconds} s"), wanted }));
    }
    Ok(seconds)
}

/// What the file says about its own build and machine, without their names.
fn remarks(root: &Node<'_>) -> Result<Vec<String>, ImportError> {
    let Some(context) = root.find("context")? else { return Ok(Vec::new()) };
    let mut remarks = Vec::new();
    if let Some(build) = context.find("library_build_type")?
        && build.text()? == "debug"
    {
        remarks.push("the benchmark library was a debug build, which costs time of its own".to_owned());
    }
    Ok(remarks)
}
