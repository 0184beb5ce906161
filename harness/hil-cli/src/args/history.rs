//! The command line of `hil history`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hil_model::id::{PlatformId, ScenarioId, WorkloadId};
use hil_model::metric::Statistic;

use crate::args::ArchiveArg;

/// `hil history`.
#[derive(Debug, Args)]
#[command(
    after_help = "Figures of runs with --quick, of interrupted runs and of those with an injected fault are left out unless \
    --all asks for them. Figures that came about under other conditions (processor, system, compiler, version of hil) are a \
    series of their own. Ends with 2 when there is no figure of what is asked for."
)]
pub struct HistoryArgs {
    /// A metric such as latency or power, a target such as LAN-16, or a scenario; everything without it
    #[arg(value_name = "METRIC|TARGET|SCENARIO")]
    pub what: Option<String>,
    /// Only this scenario
    #[arg(long, value_name = "ID", value_parser = |text: &str| ScenarioId::new(text))]
    pub scenario: Option<ScenarioId>,
    /// Only this kind of machine
    #[arg(long, value_name = "PLATFORM", value_parser = |text: &str| PlatformId::new(text))]
    pub platform: Option<PlatformId>,
    /// Only this workload
    #[arg(long, value_name = "ID", value_parser = |text: &str| WorkloadId::new(text))]
    pub workload: Option<WorkloadId>,
    /// Only this statistic, such as p95
    #[arg(long, value_name = "NAME", value_parser = parse_statistic)]
    pub statistic: Option<Statistic>,
    /// Only runs since this day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    pub since: Option<String>,
    /// Only the newest figures of each series
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Also figures of runs that were cut short, interrupted or had a fault injected
    #[arg(long)]
    pub all: bool,
    /// Folder of run folders, whose archive is read
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// Another archive than theirs.
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = HistoryFormat::Text)]
    pub format: HistoryFormat,
}

/// How a history is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// For people
    Text,
    /// One JSON object a series and line, figures in base units
    Json,
    /// One row a figure, figures in base units
    Csv,
}

fn parse_statistic(text: &str) -> Result<Statistic, String> {
    Statistic::find(text).ok_or_else(|| format!("known: {}, ratio", Statistic::NAMES.join(", ")))
}

/// Reads a day that exists.
fn parse_day(text: &str) -> Result<String, String> {
    let day: jiff::civil::Date = text.parse().map_err(|_| "give a day such as 2026-01-31".to_owned())?;
    // jiff reads times behind the day as well.
    if day.to_string() == text { Ok(day.to_string()) } else { Err("give a day such as 2026-01-31".to_owned()) }
}
