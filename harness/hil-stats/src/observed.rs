//! Observations as the plain numbers that the methods take: series by start, pairs, clusters.
//!
//! Nothing is left out but warm-up. How two sides become pairs is decided here:
//! iterations are paired by start and block, with the median of each side of the block; peaks and slices come
//! from starts of their own on each side, so the first start of one side is paired with the first of the other.

use std::collections::BTreeMap;

use hil_model::lab::Evidence;
use hil_model::metric::Metric;
use hil_model::sample::{Iteration, Observations, Peak, Slice};

use crate::paired::{First, Pair};
use crate::proportion::Cluster;
use crate::series::{Series, by_start, median};

/// What the metric has as one number an observation, by start; nothing for metrics of another form.
pub(crate) fn series(metric: Metric, seen: &Observations) -> Vec<Series> {
    match metric {
        Metric::Latency => by_start(seen.latencies().map(|(iteration, seconds)| (iteration.start, seconds))),
        Metric::CpuTime => by_start(seen.cpu_times().map(|(iteration, seconds)| (iteration.start, seconds))),
        Metric::Cycles => by_start(seen.cycles().map(|(iteration, cycles)| (iteration.start, cycles))),
        Metric::Throughput => by_start(seen.slices.iter().map(|slice| (slice.start, rate(slice)))),
        Metric::Memory => by_start(seen.peaks.iter().map(|peak| (peak.start, bytes(seen, peak)))),
        Metric::Heap => by_start(seen.heaps.iter().map(|heap| (heap.start, heap.bytes as f64))),
        Metric::Instructions
        | Metric::ModelSize
        | Metric::Accuracy
        | Metric::NumericalError
        | Metric::Power
        | Metric::Energy
        | Metric::BatteryLife
        | Metric::Conformance
        | Metric::Share => Vec::new(),
        Metric::Temperature => by_start(seen.temperatures.iter().map(|seen| (seen.start, seen.celsius))),
    }
}

/// The figures of two workloads side by side, in the order in which they ran.
pub(crate) fn pairs(metric: Metric, numerator: &Observations, denominator: &Observations) -> Vec<Pair> {
    match metric {
        Metric::Latency => by_block(numerator.latencies(), denominator.latencies()),
        Metric::CpuTime => by_block(numerator.cpu_times(), denominator.cpu_times()),
        Metric::Cycles => by_block(numerator.cycles(), denominator.cycles()),
        Metric::Throughput | Metric::Memory | Metric::Heap => {
            by_place(&series(metric, numerator), &series(metric, denominator))
        }
        Metric::Instructions
        | Metric::ModelSize
        | Metric::Accuracy
        | Metric::NumericalError
        | Metric::Power
        | Metric::Energy
        | Metric::BatteryLife
        | Metric::Conformance
        | Metric::Temperature
        | Metric::Share => Vec::new(),
    }
}

/// The samples of a profile in `part`, by group; nothing where no sample fell into it.
pub(crate) fn clusters_of_part(seen: &Observations, part: &str) -> Vec<Cluster> {
    let mut groups: BTreeMap<u32, Cluster> = BTreeMap::new();
    for share in &seen.shares {
        let cluster = groups.entry(share.group).or_insert(Cluster { trials: u64::from(share.of), successes: 0 });
        if share.part == part {
            cluster.successes += u64::from(share.samples);
        }
    }
    groups.into_values().collect()
}

/// The answers by group. An item that was answered more than once is one trial, right only if it always was.
pub(crate) fn clusters(seen: &Observations) -> BTreeMap<&str, Cluster> {
    let mut items: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for answer in &seen.answers {
        let right = items.entry((&answer.group, &answer.item)).or_insert(true);
        *right &= answer.predicted == answer.expected;
    }
    let mut clusters = BTreeMap::new();
    for ((group, _), right) in items {
        let cluster = clusters.entry(group).or_insert(Cluster { trials: 0, successes: 0 });
        cluster.trials += 1;
        cluster.successes += u64::from(right);
    }
    clusters
}

fn rate(slice: &Slice) -> f64 {
    slice.finished as f64 / slice.seconds
}

/// What counts of a peak: on a board the agent declares its own share, which is no part of the workload; on a computer it
/// is part of the process whose memory somebody has to provide.
fn bytes(seen: &Observations, peak: &Peak) -> f64 {
    if is_declared(seen) { peak.total.saturating_sub(peak.agent) as f64 } else { peak.total as f64 }
}

/// Whether the agent's share of memory is declared by a board.
pub(crate) fn is_declared(seen: &Observations) -> bool {
    matches!(seen.evidence, Evidence::Emulated | Evidence::Hardware)
}

/// What one side did in one block.
struct Block {
    values: Vec<f64>,
    slot: u8,
}

fn blocks<'a>(timed: impl Iterator<Item = (&'a Iteration, f64)>) -> BTreeMap<(u32, u32), Block> {
    let mut blocks = BTreeMap::new();
    for (iteration, seconds) in timed {
        let block = blocks
            .entry((iteration.start, iteration.block))
            .or_insert_with(|| Block { values: Vec::new(), slot: iteration.slot });
        block.values.push(seconds);
    }
    blocks
}

fn by_block<'a>(
    numerator: impl Iterator<Item = (&'a Iteration, f64)>,
    denominator: impl Iterator<Item = (&'a Iteration, f64)>,
) -> Vec<Pair> {
    let (numerator, denominator) = (blocks(numerator), blocks(denominator));
    let sides = numerator.iter().filter_map(|(key, above)| Some((key, above, denominator.get(key)?)));
    sides
        .map(|(&(start, _), above, below)| Pair {
            start,
            numerator: median(&above.values),
            denominator: median(&below.values),
            first: first(above.slot, below.slot),
        })
        .collect()
}

fn by_place(numerator: &[Series], denominator: &[Series]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (above, below) in numerator.iter().zip(denominator) {
        for (&numerator, &denominator) in above.values.iter().zip(&below.values) {
            let first = first(above.start, below.start);
            pairs.push(Pair { start: above.start, numerator, denominator, first });
        }
    }
    pairs
}

fn first<T: Ord>(numerator: T, denominator: T) -> First {
    match numerator.cmp(&denominator) {
        std::cmp::Ordering::Less => First::Numerator,
        std::cmp::Ordering::Greater => First::Denominator,
        std::cmp::Ordering::Equal => First::Unknown,
    }
}
