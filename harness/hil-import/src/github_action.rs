//! github-action-benchmark: what a custom tool hands to the action, and the `data.js` that the action keeps.
//!
//! The first is `[{"name", "unit", "value", "range"?, "extra"?}]`; the second is `window.BENCHMARK_DATA = {"entries":
//! {"<suite>": [{"benches": [..]}]}}` with one item a commit, of which the last is the newest and the only one that is read.
//! The action turns texts into numbers, so `"value": "12.5"` is a value. There are no samples, and what `range` means is left
//! to the tool that wrote it.

use std::collections::BTreeSet;

use crate::error::{ErrorKind, ImportError};
use crate::imported::{Benchmark, Format, Imported, Stated};
use crate::json::{self, Document, Node};
use crate::units;

/// What `data.js` begins with.
const PREFIX: &str = "window.BENCHMARK_DATA";

/// Reads the file named `file`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = json::text(file, bytes)?;
    let script = text.trim_start().strip_prefix(PREFIX).map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
    let end = text.trim_end().trim_end_matches(';').len();
    let document = match script {
        None => Document::parse_part(file, text, 0)?,
        // Offsets stay those of the whole file, so that places are right.
        Some(rest) => Document::parse_part(file, &text[..end], (text.len() - rest.len()).min(end))?,
    };
    let root = document.root();
    let mut reader = Reader::default();
    if root.is_list() {
        reader.benches(&root, None)?;
    } else {
        reader.history(&root.get("entries")?)?;
    }
    if reader.benchmarks.is_empty() {
        return Err(root.error(ErrorKind::NotThisFormat("there is no benchmark in it")));
    }
    Imported { format: Format::GithubActionBenchmark, benchmarks: reader.benchmarks, remarks: reader.remarks }.few(file)
}

#[derive(Default)]
struct Reader {
    benchmarks: Vec<Benchmark>,
    names: BTreeSet<String>,
    remarks: Vec<String>,
}

impl Reader {
    /// The newest item of each suite.
    fn history(&mut self, entries: &Node<'_>) -> Result<(), ImportError> {
        let suites = entries.entries()?;
        let several = suites.len() > 1;
        for (suite, node) in suites {
            let commits = node.items()?;
            let Some((newest, older)) = commits.split_last() else { return Err(node.error(ErrorKind::Empty)) };
            if !older.is_empty() {
                let suite = crate::escape::shortened(suite, 100);
                self.remarks.push(format!("suite {suite}: the newest of {} entries is imported", commits.len()));
            }
            self.benches(&newest.get("benches")?, several.then_some(suite))?;
        }
        Ok(())
    }

    fn benches(&mut self, list: &Node<'_>, suite: Option<&str>) -> Result<(), ImportError> {
        for item in list.items()? {
            let node = item.get("name")?;
            let name = node.name()?;
            let name = suite.map_or_else(|| name.to_owned(), |suite| format!("{suite}/{name}"));
            if !self.names.insert(name.clone()) {
                return Err(node.error(ErrorKind::Duplicate(name)));
            }
            let unit = item.get("unit")?.text()?.to_owned();
            let stated = Stated {
                measure: "value".to_owned(),
                unit: unit.clone(),
                value: value(&item.get("value")?, units::understood(&unit).is_some())?,
                lower: None,
                upper: None,
                spread: item.find("range")?.map(|range| range.number_or_text()).transpose()?,
            };
            self.benchmarks.push(Benchmark { name, unit, sources: Vec::new(), stated: vec![stated] });
        }
        Ok(())
    }
}

/// A time or a rate is not negative; what another unit counts is not known.
fn value(node: &Node<'_>, is_amount: bool) -> Result<f64, ImportError> {
    let text = node.number_or_text()?;
    let (wanted, fits): (_, fn(f64) -> bool) =
        if is_amount { (json::NOT_NEGATIVE, json::not_negative) } else { (json::FINITE, json::finite) };
    match text.trim().parse::<f64>() {
        Ok(number) if fits(number) => Ok(number),
        _ => Err(node.error(ErrorKind::NotAnAmount { found: crate::escape::shortened(&text, 40), wanted })),
    }
}
