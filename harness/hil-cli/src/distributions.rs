//! The values behind latency figures, as the report's plots want them: one entry a process start.

use std::collections::BTreeMap;

use hil_model::metric::Metric;
use hil_model::sample::{Iteration, Observations};
use hil_report::distribution::Distribution;

/// The distributions of everything that was timed.
#[must_use]
pub fn of(observations: &[Observations]) -> Vec<Distribution> {
    let timed = observations.iter().filter(|seen| !seen.iterations.is_empty());
    timed
        .flat_map(|seen| {
            let distribution = |metric, starts| Distribution {
                scenario: seen.scenario.clone(),
                workload: seen.workload.clone(),
                metric,
                starts,
            };
            [
                distribution(Metric::Latency, by_start(seen.latencies())),
                distribution(Metric::CpuTime, by_start(seen.cpu_times())),
            ]
        })
        .filter(|distribution| !distribution.starts.is_empty())
        .collect()
}

fn by_start<'a>(values: impl Iterator<Item = (&'a Iteration, f64)>) -> Vec<Vec<f64>> {
    let mut starts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (iteration, value) in values {
        starts.entry(iteration.start).or_default().push(value);
    }
    starts.into_values().collect()
}
