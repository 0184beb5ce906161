//! A scenario becomes rounds in which a baseline, a candidate and a copy of the baseline take turns.
//!
//! Every round is a fresh start of every side, because the layout of code and memory is constant within a process
//! (Mytkowicz et al., ASPLOS 2009) and belongs to the difference of two builds as little as the weather. Within a round,
//! timed workloads run in short blocks of all three sides in balanced random order (duet benchmarking: Bulej et al., ICPE
//! 2020). All sides run equally often, the copy as often as the candidate: a process that runs less often than another
//! finds colder caches, and two copies of the same code would be told apart by that alone. Where the sides cannot be
//! alive together they take turns by starts, in balanced random order too. What needs a process of its own (memory,
//! throughput, metering) always takes turns by starts; answers, tables and reference errors are no samples, so each
//! side gives them once. Instructions and the heap are counted until two starts of a side agree.
//!
//! One looks after the first [`PairOptions::starts`] rounds, and again whenever their number has doubled, up to
//! [`PairOptions::most`]: what is decided then needs no more time.

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::id::{DatasetName, WorkloadId};
use hil_model::lab::{BenchInfo, Evidence};
use hil_model::pairs::{PairedJob, Round, Settling, Side, Turn};
use hil_model::plan::{Skipped, Step};
use hil_model::scenario::{Alert, Check, Code, Sampling, Scenario};
use hil_model::verdict::Reason;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256StarStar;

use crate::blocks::{every_order, orders};
use crate::steps::{self, Asked};
use crate::{MissingData, Options, amounts::Amounts, obstacle};

/// Starts of every side below which nothing can be said about how starts differ.
pub const LEAST_STARTS: u32 = Sampling::DEFAULT_STARTS;
/// Looks at most: each costs level.
pub const MOST_LOOKS: u32 = 7;
/// Blocks of a workload in one round: every order of the sides equally often.
pub const BLOCKS: u32 = 12;
/// In a quick run.
pub const QUICK_BLOCKS: u32 = 6;
/// Time of a block: many times what starting and stopping a clock takes, and short against whatever disturbs.
const BLOCK: Duration = Duration::from_millis(1);
/// A side comes to rest after the others within half of this time: all of a large cache is filled within a third of it.
const SETTLING: Settling = Settling { series: Duration::from_millis(60), blocks: QUICK_BLOCKS };
/// Sides, each of which may take as long as a run of its own.
const SIDES: u32 = 3;

/// What may be said about a paired job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairOptions {
    /// As for a run. A budget given here is that of all sides together.
    pub run: Options,
    /// Starts of every side before one looks for the first time; fewer than [`LEAST_STARTS`] are taken as that many.
    pub starts: u32,
    /// Starts of every side at most.
    pub most: u32,
    /// Whether all sides can be alive at the same time.
    pub together: bool,
}

impl PairOptions {
    /// Ten starts, and up to 320 where fewer decide nothing and the budget lasts: so many tell 2 % apart where the starts of
    /// one build differ by a tenth.
    #[must_use]
    pub fn new(run: Options, together: bool) -> Self {
        Self { run, starts: 10, most: 320, together }
    }

    /// After how many rounds of `evidence` one looks. What an emulated board counts may be exact, and two starts show it.
    fn looks(&self, evidence: Evidence) -> Vec<u32> {
        let first = self.starts.max(LEAST_STARTS);
        let exact = (evidence == Evidence::Emulated).then_some(2);
        let doubling = (0..MOST_LOOKS).map(|doublings| first.saturating_mul(1 << doublings));
        let mut looks: Vec<u32> = exact
            .into_iter()
            .chain(doubling.filter(|rounds| *rounds < self.most))
            .take(MOST_LOOKS as usize - 1)
            .collect();
        looks.push(self.most.max(first));
        looks
    }
}

/// Plans the comparison of two builds by `scenario` on `bench`; `missing` are the data sets that are known but not
/// here. Nothing when there is nothing to run; the list says what cannot be answered here, and why.
#[must_use]
pub fn paired(
    scenario: &Scenario,
    bench: &BenchInfo,
    missing: &BTreeMap<DatasetName, MissingData>,
    options: &PairOptions,
) -> (Option<PairedJob>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    let mut answerable = Vec::new();
    for (position, check) in scenario.checks.iter().enumerate() {
        match suite(scenario, check).or_else(|| obstacle(scenario, check, bench, missing, &options.run)) {
            None => answerable.push(check),
            Some(reason) => skipped.push(Skipped { scenario: scenario.id.clone(), check: Some(position), reason }),
        }
    }
    let no_alerts: &[&Alert] = &[];
    let asked = Asked::of(&answerable, no_alerts);
    // What takes turns by starts has as many of them as what is timed has at the first look.
    let sampling = Sampling { starts: options.starts.max(LEAST_STARTS), ..scenario.sampling.clone() };
    let amounts = Amounts::of(&sampling, &options.run);
    let mut rng = Xoshiro256StarStar::seed_from_u64(options.run.seed ^ steps::hash(scenario.id.as_str()));
    let mut rounds = told(scenario, &asked, &amounts);
    rounds.extend(by_starts(scenario, &asked, &amounts, bench, options, &mut rng));
    rounds.extend(timed(&asked, &amounts, bench, options, &mut rng));
    let rounds: Vec<Round> =
        (0..).zip(rounds).map(|(index, (together, look, turns))| Round { index, together, look, turns }).collect();
    if rounds.is_empty() {
        return (None, skipped);
    }
    let workloads: Vec<_> = scenario.workloads.iter().map(|(id, workload)| (id.clone(), workload.clone())).collect();
    let job = PairedJob {
        scenario: scenario.id.clone(),
        platform: bench.platform.clone(),
        evidence: bench.evidence,
        budget: options.run.budget.unwrap_or(scenario.sampling.budget * SIDES),
        timeout: scenario.sampling.timeout,
        workloads: [workloads.clone(), workloads.clone(), workloads],
        block: BLOCK,
        settling: (bench.evidence == Evidence::Host && options.together).then_some(SETTLING),
        rounds,
    };
    (Some(job), skipped)
}

/// Suites are programs with a harness of their own, which nobody can interleave.
fn suite(scenario: &Scenario, check: &Check) -> Option<Reason> {
    let is_suite = |id: &&WorkloadId| {
        scenario.workloads.get(*id).is_some_and(|workload| matches!(workload.code, Code::Criterion(_)))
    };
    let needs = || "an agent: criterion suites cannot take turns block by block".to_owned();
    check.workloads().iter().any(is_suite).then(|| Reason::CannotObserve { needs: needs() })
}

/// Whether the lives overlap, whether one looks afterwards, and the turns.
type Unnumbered = (bool, bool, Vec<Turn>);

/// What is no sample: the baseline and the candidate give it once each, one after the other. What is counted is given until
/// it is known to be the same in every start.
fn told(scenario: &Scenario, asked: &Asked, amounts: &Amounts) -> Vec<Unnumbered> {
    let mut lists = steps::once(asked);
    lists.extend(steps::heaps(asked, amounts));
    lists.extend(steps::counts(asked, amounts));
    lists.extend(steps::answers(scenario, asked, amounts));
    let sides = [Side::Baseline, Side::Candidate];
    lists.into_iter().map(|list| (false, false, in_order(&sides, |_| list.clone()))).collect()
}

/// What needs a process of its own: all sides take turns.
fn by_starts(
    scenario: &Scenario,
    asked: &Asked,
    amounts: &Amounts,
    bench: &BenchInfo,
    options: &PairOptions,
    rng: &mut impl Rng,
) -> Vec<Unnumbered> {
    let mut lists = steps::memory_alone(asked, amounts, rng);
    lists.extend(steps::throughput(scenario, asked, amounts, bench, rng));
    lists.extend(steps::metered(scenario, asked, amounts, bench, &options.run, rng));
    let count = u32::try_from(lists.len()).unwrap_or(u32::MAX);
    let turns = |order: Vec<usize>, list: &Vec<Step>| in_order(&sides(&order), |_| list.clone());
    lists
        .iter()
        .zip(orders(Side::ALL.len(), count, rng))
        .map(|(list, order)| (false, false, turns(order, list)))
        .collect()
}

fn sides(order: &[usize]) -> Vec<Side> {
    order.iter().filter_map(|place| Side::ALL.get(*place).copied()).collect()
}

fn in_order(sides: &[Side], steps: impl Fn(u8) -> Vec<Step>) -> Vec<Turn> {
    let of_side = |(slot, side): (u8, &Side)| {
        let side = *side;
        steps(slot).into_iter().map(move |step| Turn { side, step }).collect::<Vec<_>>()
    };
    (0..).zip(sides).flat_map(of_side).collect()
}

/// Rounds that time iterations.
fn timed(
    asked: &Asked,
    amounts: &Amounts,
    bench: &BenchInfo,
    options: &PairOptions,
    rng: &mut impl Rng,
) -> Vec<Unnumbered> {
    if asked.timed.is_empty() {
        return Vec::new();
    }
    let looks = options.looks(bench.evidence);
    let most = looks.last().copied().unwrap_or(0);
    let starts = options.starts.max(LEAST_STARTS);
    let blocks = if options.run.quick { QUICK_BLOCKS } else { BLOCKS };
    // Every look shall find the samples that the statistics want, over all starts before it.
    let timed: Vec<Timed<'_>> = asked
        .timed
        .iter()
        .map(|(workload, samples)| {
            let each = amounts.samples(*samples).div_ceil(starts);
            Timed { workload, warmup: amounts.warmup, iterations: each.div_ceil(blocks).max(1) }
        })
        .collect();
    let mut places = orders(Side::ALL.len(), most, rng).into_iter();
    (1..=most)
        .map(|round| {
            let look = looks.contains(&round);
            let order = sides(&places.next().unwrap_or_default());
            let peak = memory(asked, &timed);
            let turns = if options.together {
                let mut turns = interleaved(&timed, &order, blocks, rng);
                turns.extend(in_order(&order, |_| peak.iter().cloned().collect()));
                turns
            } else {
                alone(&timed, &order, blocks, peak.as_ref())
            };
            (options.together, look, turns)
        })
        .collect()
}

/// A timed workload, and what a block of it has.
struct Timed<'a> {
    workload: &'a WorkloadId,
    warmup: u32,
    iterations: u32,
}

impl Timed<'_> {
    fn prepare(&self) -> [Step; 2] {
        let workload = self.workload.clone();
        [Step::Verify { workload: workload.clone() }, Step::WarmUp { workload, iterations: self.warmup }]
    }

    fn measure(&self, block: u32, slot: u8, blocks: u32) -> Step {
        let (workload, iterations) = (self.workload.clone(), self.iterations.saturating_mul(blocks));
        Step::Measure { workload, block, slot, iterations, at_least: Duration::ZERO }
    }
}

/// A round with all sides alive: for every block, all workloads in a random order, each on all sides one after the other.
fn interleaved(timed: &[Timed<'_>], order: &[Side], blocks: u32, rng: &mut impl Rng) -> Vec<Turn> {
    let mut turns = in_order(order, |_| timed.iter().flat_map(Timed::prepare).collect());
    let mut plans: Vec<_> = timed.iter().map(|_| every_order(Side::ALL.len(), blocks, rng).into_iter()).collect();
    for (block, workloads) in (0..blocks).zip(orders(timed.len(), blocks, rng)) {
        for which in workloads {
            let (Some(timed), Some(plan)) = (timed.get(which), plans.get_mut(which)) else { continue };
            for (slot, side) in (0..).zip(sides(&plan.next().unwrap_or_default())) {
                turns.push(Turn { side, step: timed.measure(block, slot, 1) });
            }
        }
    }
    turns
}

/// A round in which one side follows the other: all iterations of a workload are one block.
fn alone(timed: &[Timed<'_>], order: &[Side], blocks: u32, peak: Option<&Step>) -> Vec<Turn> {
    in_order(order, |slot| {
        let measure = timed.iter().map(|timed| timed.measure(0, slot, blocks));
        timed.iter().flat_map(Timed::prepare).chain(measure).chain(peak.cloned()).collect()
    })
}

/// Reading the peak of a life whose only workload is one that is asked for it.
fn memory(asked: &Asked, timed: &[Timed<'_>]) -> Option<Step> {
    let [Timed { workload, .. }] = timed else { return None };
    asked.memory.contains(*workload).then(|| Step::Memory { workload: (*workload).clone() })
}
