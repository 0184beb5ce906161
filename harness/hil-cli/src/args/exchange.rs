//! The command lines of `hil import` and `hil export`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{ArchiveArg, Format};

/// `hil import`: one subcommand a format.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Folders that criterion.rs wrote; several are several process starts
    Criterion {
        /// `target/criterion`, or a copy of it
        #[arg(value_name = "DIR", required = true)]
        dirs: Vec<PathBuf>,
        /// Scenario files, or folders of them, whose criterion workloads are judged; all benchmarks are reported without
        #[arg(long, value_name = "FILE|DIR")]
        scenario: Vec<PathBuf>,
        /// The measurement of each benchmark that counts: new, base or a saved baseline
        #[arg(long, value_name = "NAME", default_value = hil_import::criterion::NEWEST)]
        baseline: String,
        /// An inconclusive check ends in exit code 4
        #[arg(long)]
        strict: bool,
        /// What to do with it.
        #[command(flatten)]
        into: ImportInto,
    },
    /// Files of `hyperfine --export-json`
    Hyperfine(ImportedFiles),
    /// Files of Google Benchmark's `--benchmark_out_format=json`
    GoogleBenchmark(ImportedFiles),
    /// Files in Bencher Metric Format
    Bmf(ImportedFiles),
    /// Lists for a custom tool of github-action-benchmark, or its data.js
    GithubActionBenchmark(ImportedFiles),
}

/// Files of a tool.
#[derive(Debug, Args)]
pub struct ImportedFiles {
    /// The files; several are several process starts
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What to do with it.
    #[command(flatten)]
    pub into: ImportInto,
}

/// Where an imported run goes.
#[derive(Debug, Args)]
pub struct ImportInto {
    /// Folder that run folders are written into
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// Where figures are remembered.
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Run folders to keep there; older ones are removed
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: u16,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `hil export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The format to write
    pub format: ExportFormat,
    /// Run folder, or the name of a run below --out; the latest one without it
    pub run: Option<PathBuf>,
    /// Folder of run folders
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// File to write; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// github-action-benchmark: the tool that the list is for
    #[arg(long, value_enum, default_value_t = Tool::CustomSmallerIsBetter)]
    pub tool: Tool,
    /// csv: one row a sample instead of one a check
    #[arg(long)]
    pub samples: bool,
}

/// What `hil export` can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Bencher Metric Format
    Bmf,
    /// The list of a custom tool of github-action-benchmark
    GithubActionBenchmark,
    /// OpenMetrics text
    Openmetrics,
    /// Comma-separated values
    Csv,
}

/// The custom tools of github-action-benchmark, by their names there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// Figures of which less is better
    #[value(name = "customSmallerIsBetter")]
    CustomSmallerIsBetter,
    /// Figures of which more is better
    #[value(name = "customBiggerIsBetter")]
    CustomBiggerIsBetter,
}
