//! hyperfine: the file of `--export-json`.
//!
//! `results[]` with `command`, `times[]` in seconds (absent in files of very old versions), `exit_codes[]`, and the means of
//! user and system time, whose single values are not kept. Every time is that of a process of its own, so one file is
//! one start with as many samples. Checked with files of hyperfine 1.15 (`fixtures/import/hyperfine`).

use std::collections::BTreeSet;

use crate::error::{ErrorKind, ImportError};
use crate::imported::{Benchmark, Failed, Format, Imported, Sample, Source, Stated};
use crate::json::{Document, NOT_NEGATIVE, Node, not_negative};

/// Reads the file named `file`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = Document::parse(file, bytes)?;
    let results = document.root().get("results")?;
    let items = results.items()?;
    if items.is_empty() {
        return Err(results.error(ErrorKind::Empty));
    }
    let mut names = BTreeSet::new();
    let mut benchmarks = Vec::new();
    for item in items {
        let command = item.get("command")?;
        let name = command.name()?;
        if !names.insert(name) {
            return Err(command.error(ErrorKind::Duplicate(name.to_owned())));
        }
        benchmarks.push(benchmark(&item, name)?);
    }
    Imported { format: Format::Hyperfine, benchmarks, remarks: Vec::new() }.few(file)
}

fn benchmark(result: &Node<'_>, name: &str) -> Result<Benchmark, ImportError> {
    let mut stated = Vec::new();
    for measure in ["mean", "stddev", "median", "user", "system", "min", "max"] {
        if let Some(node) = result.find(measure)? {
            let value = node.amount(NOT_NEGATIVE, not_negative)?;
            stated.push(Stated {
                measure: measure.to_owned(),
                unit: "s".to_owned(),
                value,
                lower: None,
                upper: None,
                spread: None,
            });
        }
    }
    let sources = match result.find("times")? {
        None if stated.is_empty() => return Err(result.error(ErrorKind::NoKey("times"))),
        None => Vec::new(),
        Some(times) => vec![source(result, &times)?],
    };
    Ok(Benchmark { name: name.to_owned(), unit: "s".to_owned(), sources, stated })
}

fn source(result: &Node<'_>, times: &Node<'_>) -> Result<Source, ImportError> {
    let seconds = times.amounts("a time in seconds, from 0 to 10^9", is_time)?;
    let failure = match result.find("exit_codes")? {
        None => None,
        Some(codes) => {
            let items = codes.items_or_null()?;
            if items.len() != seconds.len() {
                let (n_left, n_right) = (seconds.len(), items.len());
                return Err(codes.error(ErrorKind::Uneven { left: "times", n_left, right: "exit_codes", n_right }));
            }
            failure(&items)?
        }
    };
    let sample = |seconds| Sample { iterations: 1, seconds, cpu_seconds: None };
    let samples = seconds.into_iter().map(sample).collect();
    Ok(Source { label: Format::Hyperfine.name().to_owned(), start: 0, samples, failure })
}

/// How many runs did not end well; a run that ended by a signal has no code.
fn failure(codes: &[Option<Node<'_>>]) -> Result<Option<Failed>, ImportError> {
    let (mut killed, mut failed, mut first) = (0, 0, 0.0);
    for code in codes {
        match code {
            None => killed += 1,
            Some(code) => {
                let code = code.amount("an exit code", |code| code.fract() == 0.0)?;
                if code != 0.0 {
                    first = if failed == 0 { code } else { first };
                    failed += 1;
                }
            }
        }
    }
    let runs = codes.len();
    Ok(match (killed, failed) {
        (0, 0) => None,
        (0, _) => Some(Failed::Reported(format!("{failed} of {runs} runs failed, the first with exit code {first}"))),
        _ => Some(Failed::Killed(format!("{killed} of {runs} runs were ended by a signal"))),
    })
}

fn is_time(seconds: f64) -> bool {
    (0.0..=1e9).contains(&seconds)
}
