//! Imported figures as the content of a run: reading the files, judging them against scenarios, or only reporting them.

pub mod judged;
pub mod read;
pub mod reported;

use hil_import::escape::{escaped, listed, shortened};
use hil_import::imported::Imported;
use hil_model::run::{AlertResult, CheckResult};
use hil_model::sample::Observations;

/// The part of a run that the imported files decide.
#[derive(Debug, Default)]
pub struct Judged {
    /// Raw samples.
    pub observations: Vec<Observations>,
    /// Rows of the run.
    pub checks: Vec<CheckResult>,
    /// Alerts of the scenarios.
    pub alerts: Vec<AlertResult>,
    /// What the reader of the run should know.
    pub remarks: Vec<String>,
}

/// The names of all benchmarks, as many as fit into a message.
fn names(imported: &Imported) -> String {
    let names: Vec<String> = imported.benchmarks.iter().map(|benchmark| shortened(&benchmark.name, 100)).collect();
    listed(&names)
}

/// A benchmark's name on one line, as it is shown.
fn shown(name: &str) -> String {
    escaped(name)
}
