//! What other tools measured, as plain data: names as they were written, times in seconds, nothing computed.

use std::collections::BTreeMap;

use crate::error::{ErrorKind, ImportError, MAX_BENCHMARKS};

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The folder `target/criterion` of criterion.rs.
    Criterion,
    /// `hyperfine --export-json`.
    Hyperfine,
    /// `--benchmark_format=json` of Google Benchmark.
    GoogleBenchmark,
    /// Bencher Metric Format.
    Bmf,
    /// The data of github-action-benchmark.
    GithubActionBenchmark,
}

impl Format {
    /// The name on the command line; may stand in an id.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Criterion => "criterion",
            Self::Hyperfine => "hyperfine",
            Self::GoogleBenchmark => "google-benchmark",
            Self::Bmf => "bmf",
            Self::GithubActionBenchmark => "github-action-benchmark",
        }
    }

    /// Whether each sample is a process of its own. Otherwise the samples of a source come from one process, and not they
    /// but the sources are the observations.
    #[must_use]
    pub fn samples_are_processes(self) -> bool {
        match self {
            Self::Hyperfine => true,
            Self::Criterion | Self::GoogleBenchmark | Self::Bmf | Self::GithubActionBenchmark => false,
        }
    }
}

/// Everything that one or more files say.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Imported {
    /// What wrote them.
    pub format: Format,
    /// In the order of the files; names are unique.
    pub benchmarks: Vec<Benchmark>,
    /// What the reader of the figures should know about the files.
    pub remarks: Vec<String>,
}

/// One benchmark.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Benchmark {
    /// As written, control characters included: see [`crate::escape`].
    pub name: String,
    /// The unit as the file states it, or as its format fixes it.
    pub unit: String,
    /// Raw samples, grouped by the process that took them; empty where the format keeps none.
    pub sources: Vec<Source>,
    /// Figures that the other tool computed.
    pub stated: Vec<Stated>,
}

/// The samples that one process took.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Source {
    /// Which one: `new`, `base` or a saved baseline of criterion; otherwise the format's name.
    pub label: String,
    /// From 0; samples of one start come from one process and are not independent.
    pub start: u32,
    /// In the order in which they were taken.
    pub samples: Vec<Sample>,
    /// Why the samples are those of something that went wrong, if they are.
    pub failure: Option<Failed>,
}

/// One sample: so many iterations took so long together.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Sample {
    /// From 1.
    pub iterations: u64,
    /// Elapsed seconds of all of them; finite and not negative.
    pub seconds: f64,
    /// Processor seconds of all of them.
    pub cpu_seconds: Option<f64>,
}

/// How a measured program went wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failed {
    /// It said so: another exit status than 0, or a message.
    Reported(String),
    /// It was ended by a signal.
    Killed(String),
}

/// A figure that the other tool computed. Its samples are gone, so nothing can be proved with it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Stated {
    /// What was measured, in the tool's words.
    pub measure: String,
    /// Its unit, in the tool's words; empty where the format has none.
    pub unit: String,
    /// The figure.
    pub value: f64,
    /// Lower end of an interval whose meaning the format leaves open.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// What else the tool says about it, such as `± 3 %`.
    pub spread: Option<String>,
}

impl Sample {
    /// Seconds of one iteration, on average.
    #[must_use]
    pub fn per_iteration(&self) -> f64 {
        per(self.seconds, self.iterations)
    }

    /// Processor seconds of one iteration, on average.
    #[must_use]
    pub fn cpu_per_iteration(&self) -> Option<f64> {
        self.cpu_seconds.map(|seconds| per(seconds, self.iterations))
    }
}

#[expect(clippy::cast_precision_loss, reason = "readers refuse counts above 2^53")]
fn per(seconds: f64, iterations: u64) -> f64 {
    seconds / iterations as f64
}

impl Benchmark {
    /// The sources with this label.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Vec<&Source> {
        self.sources.iter().filter(|source| source.label == label).collect()
    }
}

impl Imported {
    /// Adds what another file of the same format says: its samples come from further process starts.
    ///
    /// # Errors
    /// [`ErrorKind::TooMany`], and [`ErrorKind::Duplicate`] for a benchmark without samples that both have, because two stated figures cannot be joined.
    pub fn join(&mut self, other: Self, file: &str) -> Result<(), ImportError> {
        let starts = self.benchmarks.iter().flat_map(|benchmark| &benchmark.sources).map(|source| source.start + 1);
        let first = starts.max().unwrap_or(0);
        let names = self.benchmarks.iter().enumerate().map(|(position, known)| (known.name.clone(), position));
        let positions: BTreeMap<String, usize> = names.collect();
        for mut benchmark in other.benchmarks {
            for source in &mut benchmark.sources {
                source.start = source.start.saturating_add(first);
            }
            match positions.get(&benchmark.name).and_then(|position| self.benchmarks.get_mut(*position)) {
                None => self.benchmarks.push(benchmark),
                Some(known) if !known.sources.is_empty() && !benchmark.sources.is_empty() => {
                    known.sources.extend(benchmark.sources);
                    known.stated.extend(benchmark.stated);
                }
                Some(_) => return Err(ImportError::of_file(file, ErrorKind::Duplicate(benchmark.name))),
            }
        }
        for remark in other.remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
        self.expect_few(file)
    }

    /// Succeeds when the benchmarks of `file` fit into one run.
    pub(crate) fn expect_few(&self, file: &str) -> Result<(), ImportError> {
        match self.benchmarks.len() {
            0..=MAX_BENCHMARKS => Ok(()),
            many => Err(ImportError::of_file(file, ErrorKind::TooMany(many))),
        }
    }

    /// Itself, when its benchmarks fit into one run.
    pub(crate) fn few(self, file: &str) -> Result<Self, ImportError> {
        self.expect_few(file).map(|()| self)
    }
}
