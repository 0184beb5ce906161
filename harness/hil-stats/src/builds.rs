//! Two builds that were measured in turns: from the observations of both sides to a ratio of the second over the first.
//!
//! The figure of a block is the median of its iterations; blocks of the same start and number make pairs
//! ([`crate::restarted`]). Readings that stand on one or two ticks of the clock have a median that jumps from tick to tick;
//! there the figure is their mean, after those beyond two ticks of the median have been moved to that distance (the
//! estimate of Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964), in one
//! step from the median). Where the middle half of a block reads the same tick, nothing tells where in that tick the truth
//! lies, and one tick is added to the uncertainty. Other statistics have one figure a start, and pair starts.
//!
//! On a board, a figure that is the same in every start of a side is counted, not sampled (see [`crate::counted`]), and
//! counted figures are compared exactly. Where two starts of the same build differ on an emulated board, the figure is not
//! what it was taken for: it is demoted to samples, and says so.

use std::collections::BTreeMap;

use hil_model::estimate::{Estimate, Finding};
use hil_model::lab::Evidence;
use hil_model::metric::{Better, Metric, Statistic};
use hil_model::pairs::Side;
use hil_model::sample::{Failure, Iteration, Observations};

use crate::error::StatsError;
use crate::paired::{First, Pair};
use crate::restarted::Restarted;
use crate::series::{self, Series};
use crate::{counted, observed, power, quantile};

/// Ticks beyond which a reading counts as if it were no farther.
const FAR: f64 = 2.0;

/// What one side is to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    kind: Kind,
    /// Why it is not exact although it should be.
    demoted: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Exact(Estimate),
    Sampled(Restarted),
}

/// Why there is no ratio: on which side, and what is there instead. Without a side it is the two together.
#[derive(Debug, Clone, PartialEq)]
pub struct NoRatio {
    /// Whose doing it is.
    pub side: Option<Side>,
    /// What happened.
    pub finding: Finding,
}

impl Ratio {
    /// `above` over `below`, with an interval whose ends err with `alpha` each at most.
    #[must_use]
    pub fn estimate(&self, alpha: f64) -> Estimate {
        match &self.kind {
            Kind::Exact(estimate) => estimate.clone(),
            Kind::Sampled(restarted) => {
                let mut estimate = restarted.estimate(alpha);
                if self.demoted {
                    let remarks = ["two starts of the same build differ: sampled, not counted".to_owned()];
                    estimate.remark = Some(remarks.into_iter().chain(estimate.remark).collect::<Vec<_>>().join("; "));
                }
                estimate
            }
        }
    }

    /// The smallest level at which `above` is proved worse than `below` by more than `margin` (0.01 is 1 %), for
    /// corrections of several comparisons.
    #[must_use]
    pub fn p_worse(&self, better: Better, margin: f64) -> f64 {
        match (&self.kind, better) {
            (Kind::Exact(exact), Better::Lower) => if_not(exact.value > 1.0 + margin),
            (Kind::Exact(exact), Better::Higher) => if_not(exact.value < 1.0 / (1.0 + margin)),
            (Kind::Sampled(restarted), Better::Lower) => restarted.p_above(1.0 + margin),
            (Kind::Sampled(restarted), Better::Higher) => restarted.p_below(1.0 / (1.0 + margin)),
        }
    }

    /// Fresh starts behind it.
    #[must_use]
    pub fn starts(&self) -> u64 {
        match &self.kind {
            Kind::Exact(exact) => exact.samples,
            Kind::Sampled(restarted) => restarted.starts() as u64,
        }
    }

    /// Whether it is exact, so that no margin is needed and no control.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.kind, Kind::Exact(_))
    }

    /// Whether two starts of the same build differed where they should not have.
    #[must_use]
    pub fn is_demoted(&self) -> bool {
        self.demoted
    }
}

fn if_not(proved: bool) -> f64 {
    if proved { 0.0 } else { 1.0 }
}

/// The ratio of `above` over `below` (the candidate or the control over the baseline); `side` names the former.
///
/// # Errors
/// [`NoRatio`] for code that failed, for what the bench cannot observe, and for too little of it.
pub fn ratio(
    metric: Metric,
    statistic: Statistic,
    side: Side,
    above: &Observations,
    below: &Observations,
) -> Result<Ratio, NoRatio> {
    for (side, seen) in [(Side::Baseline, below), (side, above)] {
        usable(metric, seen).map_err(|finding| NoRatio { side: Some(side), finding })?;
    }
    let no_ratio = |error: StatsError| NoRatio {
        side: None,
        finding: match error {
            StatsError::TooFew { have, need } => Finding::TooFew { have, need },
            other => Finding::CannotObserve { needs: format!("figures that can be divided: {other}") },
        },
    };
    let exact = [above, below].map(|seen| exact(metric, statistic, seen));
    if let [Some((above, starts)), Some((below, others))] = exact {
        let value = if above == below { 1.0 } else { above / below };
        return Ok(Ratio { kind: Kind::Exact(counted::exactly(value, starts.min(others) as u64)), demoted: false });
    }
    let demoted = above.evidence == Evidence::Emulated && starts_of(above).min(starts_of(below)) >= 2;
    let (pairs, resolution) = pairs(metric, statistic, above, below);
    let restarted = Restarted::of(&pairs, resolution).map_err(no_ratio)?;
    Ok(Ratio { kind: Kind::Sampled(restarted), demoted })
}

/// Every pair of the two sides, and the relative step that the clock cannot see.
#[must_use]
pub fn pairs(metric: Metric, statistic: Statistic, above: &Observations, below: &Observations) -> (Vec<Pair>, f64) {
    match (metric, statistic) {
        (Metric::Latency, Statistic::Median | Statistic::Percentile(500) | Statistic::Ratio) => {
            by_block((above.latencies(), 1.0 / above.clock.hz), (below.latencies(), 1.0 / below.clock.hz))
        }
        (Metric::Cycles, Statistic::Median | Statistic::Percentile(500) | Statistic::Ratio) => {
            by_block((above.cycles(), 1.0), (below.cycles(), 1.0))
        }
        // Processor time counts nanoseconds at the finest.
        (Metric::CpuTime, Statistic::Median | Statistic::Percentile(500) | Statistic::Ratio) => {
            by_block((above.cpu_times(), 1e-9), (below.cpu_times(), 1e-9))
        }
        (Metric::Throughput, _) => (by_place(&observed::series(metric, above), &observed::series(metric, below)), 0.0),
        _ => {
            let [above, below] = [above, below].map(|seen| of_starts(metric, statistic, seen));
            let pair = |(start, above): (&u32, &f64)| {
                let (numerator, denominator) = (*above, *below.get(start)?);
                Some(Pair { start: *start, numerator, denominator, first: First::Unknown })
            };
            (above.iter().filter_map(pair).collect(), 0.0)
        }
    }
}

/// Fails for a side whose code failed, or that cannot observe the metric.
fn usable(metric: Metric, seen: &Observations) -> Result<(), Finding> {
    if let Some(failure) = &seen.failure {
        return Err(Finding::Failed(failure.clone()));
    }
    if seen.unobservable.contains(&metric) {
        return Err(Finding::CannotObserve { needs: format!("a machine that tells {metric}") });
    }
    let mut counted = seen.iterations.iter().filter(|iteration| !iteration.warmup).peekable();
    let stuck = |counter: &str| Err(Finding::Failed(Failure::ClockStuck { counter: counter.to_owned() }));
    if counted.peek().is_none() {
        return Ok(());
    }
    match metric {
        Metric::Latency | Metric::Cycles if counted.all(|iteration| iteration.ticks == 0) => stuck(&seen.clock.name),
        Metric::CpuTime if counted.all(|iteration| iteration.cpu_ns.unwrap_or(0) == 0) => stuck("processor time"),
        _ => Ok(()),
    }
}

fn starts_of(seen: &Observations) -> usize {
    let timed = seen.iterations.iter().filter(|iteration| !iteration.warmup).map(|iteration| iteration.start);
    timed.chain(seen.peaks.iter().map(|peak| peak.start)).collect::<std::collections::BTreeSet<_>>().len()
}

/// The figure that every start of a board gives alike, with their number; nothing where there is none.
fn exact(metric: Metric, statistic: Statistic, seen: &Observations) -> Option<(f64, usize)> {
    if !observed::is_declared(seen) || metric.needs_meter() {
        return None;
    }
    let starts = observed::series(metric, seen);
    let same = starts.len() >= 2 && starts.windows(2).all(|pair| pair[0].values == pair[1].values);
    // Real boards have a clock that may be too coarse to show what varies; one that counts cycles of them is not.
    let long = seen.evidence == Evidence::Emulated || starts.iter().all(|start| start.values.len() >= 2);
    let value = of_start(statistic, starts.first()?)?;
    (same && long && value.is_finite() && value > 0.0).then_some((value, starts.len()))
}

/// One figure a start.
fn of_starts(metric: Metric, statistic: Statistic, seen: &Observations) -> BTreeMap<u32, f64> {
    if metric.needs_meter() {
        return metered(metric, statistic, seen);
    }
    let starts = observed::series(metric, seen);
    starts.iter().filter_map(|series| Some((series.start, of_start(statistic, series)?))).collect()
}

fn of_start(statistic: Statistic, series: &Series) -> Option<f64> {
    let value = match (statistic, statistic.quantile()) {
        (_, Some(q)) => quantile::point(&series::sorted(std::slice::from_ref(series)), q)?,
        (Statistic::Mean, None) => series::mean(std::slice::from_ref(series)),
        (Statistic::Max, None) => series.values.iter().copied().fold(f64::NAN, f64::max),
        (_, None) => series::median(&series.values),
    };
    value.is_finite().then_some(value)
}

/// What each start's periods alone amount to.
fn metered(metric: Metric, statistic: Statistic, seen: &Observations) -> BTreeMap<u32, f64> {
    let Some(metering) = &seen.metering else { return BTreeMap::new() };
    let starts: std::collections::BTreeSet<u32> = metering.periods.iter().map(|period| period.start).collect();
    let of_start = |start: u32| {
        let mut alone = Observations { iterations: Vec::new(), ..seen.clone() };
        alone.metering.as_mut()?.periods.retain(|period| period.start == start);
        Some((start, power::figure(metric, statistic, &alone).ok()?.value))
    };
    starts.into_iter().filter_map(of_start).filter(|(_, value)| value.is_finite()).collect()
}

/// What one side did in one block.
struct Block {
    values: Vec<f64>,
    slot: u8,
}

type Blocks = BTreeMap<(u32, u32), Block>;

fn blocks<'a>(timed: impl Iterator<Item = (&'a Iteration, f64)>) -> Blocks {
    let mut blocks = Blocks::new();
    for (iteration, seconds) in timed {
        let key = (iteration.start, iteration.block);
        let block = blocks.entry(key).or_insert_with(|| Block { values: Vec::new(), slot: iteration.slot });
        block.values.push(seconds);
    }
    for block in blocks.values_mut() {
        block.values.sort_unstable_by(f64::total_cmp);
    }
    blocks
}

/// Pairs of the blocks that both sides have, each side with the length of its clock's tick.
fn by_block<'a>(
    above: (impl Iterator<Item = (&'a Iteration, f64)>, f64),
    below: (impl Iterator<Item = (&'a Iteration, f64)>, f64),
) -> (Vec<Pair>, f64) {
    let (numerators, denominators) = (blocks(above.0), blocks(below.0));
    let (mut pairs, mut coarse) = (Vec::new(), Vec::new());
    for (key, numerator) in &numerators {
        let Some(denominator) = denominators.get(key) else { continue };
        let first = match numerator.slot.cmp(&denominator.slot) {
            std::cmp::Ordering::Less => First::Numerator,
            std::cmp::Ordering::Greater => First::Denominator,
            std::cmp::Ordering::Equal => First::Unknown,
        };
        let sides = [(numerator, above.1), (denominator, below.1)];
        let [numerator, denominator] = sides.map(|(block, tick)| middle(&block.values, tick));
        coarse.push(sides.map(|(block, tick)| unseen(&block.values, tick)).iter().sum());
        pairs.push(Pair { start: key.0, numerator, denominator, first });
    }
    (pairs, if coarse.is_empty() { 0.0 } else { series::median(&coarse) })
}

/// The middle of ascending readings: their median, or on few ticks the mean with far readings moved near.
fn middle(sorted: &[f64], tick: f64) -> f64 {
    let median = series::median(sorted);
    match middle_half(sorted) {
        Some(spread) if spread < 1.5 * tick => {
            let near = sorted.iter().map(|value| value.clamp(median - FAR * tick, median + FAR * tick));
            near.sum::<f64>() / sorted.len() as f64
        }
        _ => median,
    }
}

/// How far the middle half of ascending readings reaches; nothing for too few to have one.
fn middle_half(sorted: &[f64]) -> Option<f64> {
    let at = |fourths: usize| sorted.get(sorted.len() * fourths / 4).copied();
    (sorted.len() >= 4).then(|| Some(at(3)? - at(1)?)).flatten()
}

/// The relative step that a block cannot see: a tick of its median, where its middle half reads the same, or where it has
/// too few readings to tell.
fn unseen(sorted: &[f64], tick: f64) -> f64 {
    let seen = middle_half(sorted).is_some_and(|spread| spread > 0.5 * tick);
    if seen { 0.0 } else { tick / series::median(sorted) }
}

/// Values of starts that both sides have, by their place in the start.
fn by_place(above: &[Series], below: &[Series]) -> Vec<Pair> {
    let below: BTreeMap<u32, &Series> = below.iter().map(|series| (series.start, series)).collect();
    let mut pairs = Vec::new();
    for above in above {
        let Some(below) = below.get(&above.start) else { continue };
        for (&numerator, &denominator) in above.values.iter().zip(&below.values) {
            pairs.push(Pair { start: above.start, numerator, denominator, first: First::Unknown });
        }
    }
    pairs
}
