//! What was imported, as observations that the usual statistics can judge, and what it cannot answer.
//!
//! An imported sample is mostly the mean of many iterations. Its time is kept per iteration, in ticks of a clock that is
//! fine enough to lose nothing. A mean of iterations hides the slow ones, so percentiles and the largest value are not
//! answered from it; and two benchmarks that ran one after another are no pair.

use hil_model::estimate::Finding;
use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::sample::{Counter, Failure, Iteration, Observations};
use hil_model::scenario::{Check, Rule};

use crate::escape::shortened;
use crate::imported::{Failed, Format, Source};

/// Ticks per second of imported times: femtoseconds, because benchmarks of one instruction take parts of a nanosecond.
const FINE: f64 = 1e15;

/// Ticks per second where a sample is so long that femtoseconds would not fit.
const COARSE: f64 = 1e9;

/// Processor times are kept in whole nanoseconds; below this many the rounding would be seen.
const LEAST_CPU_SECONDS: f64 = 1e-6;

/// The samples of `sources`, one start each.
#[must_use]
pub fn observations(scenario: &ScenarioId, workload: &WorkloadId, format: Format, sources: &[&Source]) -> Observations {
    let samples = || sources.iter().flat_map(|source| &source.samples);
    let longest = samples().map(crate::imported::Sample::per_iteration).fold(0.0, f64::max);
    let hz = if longest < 9_000.0 { FINE } else { COARSE };
    let clock = Counter { name: format!("{} (imported)", format.name()), hz };
    let mut observations = Observations::new(scenario.clone(), workload.clone(), Evidence::Imported, clock);
    let keeps_cpu = keeps_cpu_time(sources);
    for source in sources {
        for (index, sample) in (0..).zip(&source.samples) {
            observations.iterations.push(Iteration {
                start: source.start,
                block: 0,
                slot: 0,
                index,
                warmup: false,
                ticks: whole(sample.per_iteration() * hz),
                cpu_ns: sample.cpu_per_iteration().filter(|_| keeps_cpu).map(|seconds| whole(seconds * 1e9)),
                cycles: None,
            });
        }
        observations.failure = observations.failure.or_else(|| source.failure.as_ref().map(failure));
    }
    observations
}

fn failure(failed: &Failed) -> Failure {
    match failed {
        Failed::Reported(message) => Failure::WrongResult { detail: shortened(message, 200) },
        Failed::Killed(message) => Failure::Crashed { detail: shortened(message, 200) },
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "readers keep times from 0 to 10^9 s")]
fn whole(amount: f64) -> u64 {
    amount.round() as u64
}

fn keeps_cpu_time(sources: &[&Source]) -> bool {
    let mut samples = sources.iter().flat_map(|source| &source.samples);
    samples.all(|sample| sample.cpu_per_iteration().is_some_and(|seconds| seconds >= LEAST_CPU_SECONDS))
}

/// The most iterations that any one sample of `sources` is the mean of.
#[must_use]
pub fn most_iterations(sources: &[&Source]) -> u64 {
    sources.iter().flat_map(|source| &source.samples).map(|sample| sample.iterations).max().unwrap_or(0)
}

/// Why a check cannot be answered from `sources`, if it cannot.
#[must_use]
pub fn obstacle(check: &Check, format: Format, sources: &[&Source]) -> Option<Finding> {
    if check.versus.is_some() || matches!(check.rule, Rule::Order(_)) {
        let needs = "a run that interleaves both sides; imported ones ran one after another".to_owned();
        return Some(Finding::CannotObserve { needs });
    }
    unanswerable(check.metric, check.statistic, format, sources)
}

/// Why this figure cannot be computed from `sources`, if it cannot.
#[must_use]
pub fn unanswerable(metric: Metric, statistic: Statistic, format: Format, sources: &[&Source]) -> Option<Finding> {
    let needs = match metric {
        Metric::Latency | Metric::CpuTime if sources.iter().any(|source| source.failure.is_some()) => return None,
        Metric::CpuTime if !keeps_cpu_time(sources) => {
            format!("processor times of at least 1 us in every sample; these {} files have none", format.name())
        }
        Metric::Latency | Metric::CpuTime => {
            let most = most_iterations(sources);
            let hides = match statistic {
                Statistic::Mean | Statistic::Median | Statistic::Percentile(500) => false,
                Statistic::Percentile(_)
                | Statistic::Max
                | Statistic::Proportion
                | Statistic::Ratio
                | Statistic::Exact => most > 1,
            };
            if !hides {
                return None;
            }
            format!("samples of single iterations; these are means of up to {most}, which hide the slow ones")
        }
        Metric::Cycles
        | Metric::Instructions
        | Metric::Throughput
        | Metric::Memory
        | Metric::Heap
        | Metric::ModelSize
        | Metric::Accuracy
        | Metric::NumericalError
        | Metric::Power
        | Metric::Energy
        | Metric::BatteryLife
        | Metric::Conformance
        | Metric::Temperature
        | Metric::Share => format!("a run by hil; files of {} do not tell {metric}", format.name()),
    };
    Some(Finding::CannotObserve { needs })
}

/// What the reader of a figure from `sources` should know.
#[must_use]
pub fn remark(format: Format, sources: &[&Source]) -> String {
    let starts = sources.len();
    let most = most_iterations(sources);
    let mut parts = vec![format!("imported from {}", format.name())];
    match format {
        Format::Hyperfine => parts.push("each sample is a process of its own, one after another".to_owned()),
        Format::Criterion | Format::GoogleBenchmark | Format::Bmf | Format::GithubActionBenchmark => {
            let processes = if starts == 1 { "one process".to_owned() } else { format!("{starts} processes") };
            parts.push(format!("its samples come from {processes} and are not independent"));
        }
    }
    if most > 1 {
        parts.push(format!("each is the mean of up to {most} iterations"));
    }
    parts.join("; ")
}
