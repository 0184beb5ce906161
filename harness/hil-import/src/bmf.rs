//! Bencher Metric Format: one number, perhaps with two ends, a benchmark and measure.
//!
//! `{"<benchmark>": {"<measure>": {"value": .., "lower_value": .., "upper_value": ..}}}`, after the JSON Schema that Bencher
//! publishes at <https://bencher.dev/bmf.json>. The format fixes the units of the measures that Bencher knows and states
//! none for others; what the two ends bound depends on the tool that wrote them, so they prove nothing.

use crate::error::{ErrorKind, ImportError};
use crate::imported::{Benchmark, Format, Imported, Stated};
use crate::json::{Document, FINITE, NOT_NEGATIVE, Node, finite, not_negative};

/// The measures whose unit Bencher fixes.
const UNITS: [(&str, &str); 2] = [("latency", "ns"), ("throughput", "/s")];

/// Reads the file named `file`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = Document::parse(file, bytes)?;
    let root = document.root();
    let entries = root.entries()?;
    if entries.is_empty() {
        return Err(root.error(ErrorKind::NotThisFormat("there is no benchmark in it")));
    }
    let benchmarks = entries.into_iter().map(|(name, node)| benchmark(name, &node)).collect::<Result<_, _>>()?;
    Imported { format: Format::Bmf, benchmarks, remarks: Vec::new() }.few(file)
}

fn benchmark(name: &str, node: &Node<'_>) -> Result<Benchmark, ImportError> {
    if name.is_empty() {
        return Err(node.error(ErrorKind::NoName));
    }
    let mut stated = Vec::new();
    for (measure, node) in node.entries()? {
        let end = |key| node.find(key)?.map(|node| node.amount(FINITE, finite)).transpose();
        let unit = UNITS.iter().find(|(known, _)| *known == measure).map_or("", |(_, unit)| unit);
        let value = node.get("value")?;
        stated.push(Stated {
            measure: measure.to_owned(),
            unit: unit.to_owned(),
            // Nothing is known about the range of measures without a unit.
            value: if unit.is_empty() {
                value.amount(FINITE, finite)?
            } else {
                value.amount(NOT_NEGATIVE, not_negative)?
            },
            lower: end("lower_value")?,
            upper: end("upper_value")?,
            spread: None,
        });
    }
    if stated.is_empty() {
        return Err(node.error(ErrorKind::NotThisFormat("the benchmark has no measure")));
    }
    Ok(Benchmark { name: name.to_owned(), unit: String::new(), sources: Vec::new(), stated })
}
