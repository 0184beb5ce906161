//! The steps of each start: timed workloads interleaved, memory alone in its process, throughput on every worker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_model::id::{TableName, WorkloadId};
use hil_model::lab::{BenchInfo, Evidence};
use hil_model::metric::{Metric, Statistic};
use hil_model::plan::{Start, Step};
use hil_model::scenario::{Alert, Check, Rule, Scenario, Suite, Workers};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256StarStar;

use crate::Options;
use crate::amounts::{Amounts, SLICE};
use crate::blocks::{every_order, orders};
use crate::control::Control;
use crate::power;

/// Sets the order of further looks apart from that of the first.
const FURTHER: u64 = 0x6c6f_6f6b;

/// The starts that answer `checks` and `alerts` on `bench`; empty when there is nothing to run.
pub(crate) fn starts(
    scenario: &Scenario,
    checks: &[&Check],
    alerts: &[&Alert],
    bench: &BenchInfo,
    options: &Options,
    control: Option<&Control>,
) -> Vec<Start> {
    let amounts = Amounts::of(&scenario.sampling, options);
    let asked = Asked::of(checks, alerts);
    let mut rng = Xoshiro256StarStar::seed_from_u64(options.seed ^ hash(scenario.id.as_str()));
    // What takes little comes first, so that a budget that ends early does not starve it; timed iterations, of which any
    // number is worth something, come last.
    let mut lists = memory_alone(&asked, &amounts, &mut rng);
    let told = once(&asked);
    // A start of a board takes longer than most of these answers; a process of this computer costs nothing.
    lists.extend(if bench.evidence == Evidence::Host { told } else { together(told) });
    lists.extend(heaps(&asked, &amounts));
    lists.extend(counts(&asked, &amounts));
    lists.extend(throughput(scenario, &asked, &amounts, bench, &mut rng));
    lists.extend(metered(scenario, &asked, &amounts, bench, options, &mut rng));
    lists.extend(answers(scenario, &asked, &amounts));
    let suites: Vec<&WorkloadId> =
        asked.timed.keys().filter(|workload| suite_of(scenario, workload).is_some()).collect();
    // Readers of scenarios refuse a mixture, so these are all or none.
    if suites.is_empty() {
        lists.extend(timed(&asked, &amounts, control, &mut rng));
    } else {
        lists.extend(suite_starts(scenario, &suites, &amounts, &mut rng));
    }
    (0..).zip(lists).map(|(index, steps)| Start { index, steps }).collect()
}

/// For each further look at the timed iterations of `checks` that ask for something, the starts that measure as often again as
/// all looks before it, from number `first` on. None for a quick run, which shall end soon.
pub(crate) fn further(
    scenario: &Scenario,
    checks: &[&Check],
    first: usize,
    options: &Options,
    control: Option<&Control>,
) -> Vec<Vec<Start>> {
    let can_be_open = |check: &&&Check| check.metric.is_timed() && check.rule != Rule::Report;
    let asked = Asked::of(&checks.iter().filter(can_be_open).copied().collect::<Vec<_>>(), &[]);
    if options.quick || asked.timed.is_empty() {
        return Vec::new();
    }
    let amounts = Amounts::of(&scenario.sampling, options);
    let mut rng = Xoshiro256StarStar::seed_from_u64(options.seed ^ hash(scenario.id.as_str()) ^ FURTHER);
    let mut index = u32::try_from(first).unwrap_or(u32::MAX)..;
    let mut look = |look: u32| {
        // 1, 2, 4 times what the first look has.
        let times = 1 << (look - 2);
        let lists: Vec<_> = (0..times).flat_map(|_| timed(&asked, &amounts, control, &mut rng)).collect();
        // In this order, because the side that is asked first gives one away where the other has ended.
        lists.into_iter().zip(index.by_ref()).map(|(steps, index)| Start { index, steps }).collect()
    };
    (2..=scenario.sampling.looks).map(&mut look).collect()
}

/// What the checks want to know, as sets, so that two checks of one figure do not measure it twice.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// With the samples that the most demanding statistic of each wants.
    pub(crate) timed: BTreeMap<WorkloadId, u32>,
    pub(crate) memory: BTreeSet<WorkloadId>,
    throughput: BTreeSet<WorkloadId>,
    answers: BTreeSet<WorkloadId>,
    tables: BTreeSet<(WorkloadId, TableName)>,
    /// Whose heap is counted.
    heaps: BTreeSet<WorkloadId>,
    /// Whose instructions are counted.
    counted: BTreeSet<WorkloadId>,
    /// Whose power is metered.
    metered: BTreeSet<WorkloadId>,
    deviations: BTreeSet<WorkloadId>,
    weighed: BTreeSet<WorkloadId>,
    profiled: BTreeSet<WorkloadId>,
    /// After whose iterations the temperature is read.
    warmed: BTreeSet<WorkloadId>,
}

impl Asked {
    pub(crate) fn of(checks: &[&Check], alerts: &[&Alert]) -> Self {
        let mut asked = Self::default();
        for check in checks {
            if let Rule::Conforms(table) = &check.rule {
                asked.tables.insert((check.workload.clone(), table.clone()));
            }
            for workload in check.workloads() {
                asked.note(check.metric, check.statistic, workload);
            }
        }
        for alert in alerts {
            asked.note(alert.metric, alert.statistic, &alert.workload);
        }
        asked
    }

    fn note(&mut self, metric: Metric, statistic: Statistic, workload: &WorkloadId) {
        let set = match metric {
            Metric::Latency | Metric::CpuTime | Metric::Cycles | Metric::Temperature => {
                if metric == Metric::Temperature {
                    self.warmed.insert(workload.clone());
                }
                let samples = self.timed.entry(workload.clone()).or_default();
                *samples = (*samples).max(statistic.default_samples());
                return;
            }
            Metric::Heap => &mut self.heaps,
            Metric::Instructions => &mut self.counted,
            Metric::Memory => &mut self.memory,
            Metric::Throughput => &mut self.throughput,
            Metric::Accuracy => &mut self.answers,
            Metric::NumericalError => &mut self.deviations,
            Metric::Power | Metric::Energy | Metric::BatteryLife => &mut self.metered,
            Metric::ModelSize => &mut self.weighed,
            Metric::Share => &mut self.profiled,
            // A table has a step of its own.
            Metric::Conformance => return,
        };
        set.insert(workload.clone());
    }
}

/// Starts for what is no sample and needs no data: tables, errors against a reference, sizes of models, profiles.
pub(crate) fn once(asked: &Asked) -> Vec<Vec<Step>> {
    let conform = |(workload, table): &(WorkloadId, TableName)| {
        vec![Step::Conform { workload: workload.clone(), table: table.clone() }]
    };
    let deviate = |workload: &WorkloadId| vec![Step::Deviate { workload: workload.clone() }];
    let weigh = |workload: &WorkloadId| vec![Step::Weigh { workload: workload.clone() }];
    let told = asked.tables.iter().map(conform).chain(asked.deviations.iter().map(deviate));
    let profile = |workload: &WorkloadId| vec![Step::Profile { workload: workload.clone() }];
    told.chain(asked.weighed.iter().map(weigh)).chain(asked.profiled.iter().map(profile)).collect()
}

/// Starts that count the heap. One iteration takes all that any takes, once the first has set things up.
pub(crate) fn heaps(asked: &Asked, amounts: &Amounts) -> Vec<Vec<Step>> {
    let of = |workload: &WorkloadId| {
        let heap = vec![Step::Heap { workload: workload.clone(), iterations: amounts.warmup.max(1) }];
        std::iter::repeat_n(heap, amounts.counts())
    };
    asked.heaps.iter().flat_map(of).collect()
}

/// Starts that count instructions, which have nothing to do with each other. What is the same in two of them is known; the
/// others are there for what is not.
pub(crate) fn counts(asked: &Asked, amounts: &Amounts) -> Vec<Vec<Step>> {
    let of = |workload: &WorkloadId| {
        let count = vec![Step::Count { workload: workload.clone() }];
        std::iter::repeat_n(count, amounts.counts())
    };
    asked.counted.iter().flat_map(of).collect()
}

/// The same steps in one start, but for profiles: each is taken of code that nothing else has warmed.
fn together(starts: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let (alone, shared): (Vec<_>, Vec<_>) =
        starts.into_iter().partition(|steps| steps.iter().any(|step| matches!(step, Step::Profile { .. })));
    let shared: Vec<Step> = shared.into_iter().flatten().collect();
    Some(shared).filter(|steps| !steps.is_empty()).into_iter().chain(alone).collect()
}

/// Starts that answer data sets.
pub(crate) fn answers(scenario: &Scenario, asked: &Asked, amounts: &Amounts) -> Vec<Vec<Step>> {
    let of = |workload: &WorkloadId| {
        let dataset = scenario.workloads.get(workload)?.dataset.clone()?;
        let (workload, most) = (workload.clone(), amounts.answers);
        Some(vec![Step::Verify { workload: workload.clone() }, Step::Answer { workload, dataset, most }])
    };
    asked.answers.iter().filter_map(of).collect()
}

/// Starts that time iterations. A peak of memory is read at their end where only one workload runs in them.
fn timed(asked: &Asked, amounts: &Amounts, control: Option<&Control>, rng: &mut impl Rng) -> Vec<Vec<Step>> {
    let is_alone = asked.timed.len() == 1;
    let iterations = |samples| {
        if is_alone { amounts.iterations(samples) } else { amounts.iterations_beside_others(samples) }
    };
    let mut workloads: Vec<(&WorkloadId, u32)> =
        asked.timed.iter().map(|(workload, samples)| (workload, iterations(*samples))).collect();
    if workloads.is_empty() {
        return Vec::new();
    }
    // The sides of a comparison get the same number of iterations on the same input, whatever time that takes them.
    let (blocks, at_least) = if workloads.len() > 1 { (amounts.blocks, Duration::ZERO) } else { (1, amounts.at_least) };
    // The copy comes last, and runs as often as what it is a copy of.
    let copy = control.filter(|_| workloads.len() > 1).and_then(|control| {
        let (_, samples) = workloads.iter().find(|(workload, _)| **workload == control.of)?;
        Some((&control.copy, *samples))
    });
    workloads.extend(copy);
    let mut lists = Vec::new();
    for _ in 0..amounts.starts {
        let mut steps = Vec::new();
        for (workload, _) in &workloads {
            steps.push(Step::Verify { workload: (*workload).clone() });
            steps.push(Step::WarmUp { workload: (*workload).clone(), iterations: amounts.warmup });
        }
        for (block, order) in (0..).zip(every_order(workloads.len(), blocks, rng)) {
            for (slot, side) in (0..).zip(order) {
                let (workload, iterations) = workloads[side];
                let iterations = iterations.div_ceil(blocks);
                steps.push(Step::Measure { workload: workload.clone(), block, slot, iterations, at_least });
            }
        }
        // What ran in turns has warmed the processor together.
        let warmed = workloads.iter().filter(|(workload, _)| asked.warmed.contains(*workload));
        steps.extend(warmed.map(|(workload, _)| Step::Temperature { workload: (*workload).clone() }));
        if let [(workload, _)] = workloads.as_slice()
            && asked.memory.contains(*workload)
        {
            steps.push(Step::Memory { workload: (*workload).clone() });
        }
        lists.push(steps);
    }
    lists
}

/// Starts that run one workload only, to see what memory that one needs.
pub(crate) fn memory_alone(asked: &Asked, amounts: &Amounts, rng: &mut impl Rng) -> Vec<Vec<Step>> {
    let seen_when_timed = |workload: &WorkloadId| asked.timed.len() == 1 && asked.timed.contains_key(workload);
    let alone: Vec<&WorkloadId> = asked.memory.iter().filter(|workload| !seen_when_timed(workload)).collect();
    taking_turns(&alone, amounts.starts, rng, |workload| {
        vec![
            Step::Verify { workload: workload.clone() },
            Step::WarmUp { workload: workload.clone(), iterations: amounts.warmup.max(1) },
            Step::Memory { workload: workload.clone() },
        ]
    })
}

/// Starts that count what all workers finish. Each worker is verified and warmed up by whoever runs the step.
pub(crate) fn throughput(
    scenario: &Scenario,
    asked: &Asked,
    amounts: &Amounts,
    bench: &BenchInfo,
    rng: &mut impl Rng,
) -> Vec<Vec<Step>> {
    let workloads: Vec<&WorkloadId> = asked.throughput.iter().collect();
    taking_turns(&workloads, amounts.starts, rng, |workload| {
        let workers = match scenario.workloads.get(workload).map(|workload| workload.workers) {
            Some(Workers::Fixed(workers)) => workers,
            Some(Workers::EveryCore) | None => bench.cores,
        };
        vec![Step::Throughput { workload: workload.clone(), workers, slices: amounts.slices, slice: SLICE }]
    })
}

/// Starts that meter power. On this computer each has one workload; on a board, where a start takes longer than what is
/// metered in it, each has all of them, in an order that is random and balanced over the starts.
pub(crate) fn metered(
    scenario: &Scenario,
    asked: &Asked,
    amounts: &Amounts,
    bench: &BenchInfo,
    options: &Options,
    rng: &mut impl Rng,
) -> Vec<Vec<Step>> {
    let workloads: Vec<&WorkloadId> = asked.metered.iter().collect();
    let budget = options.budget.unwrap_or(scenario.sampling.budget);
    let turns = taking_turns(&workloads, amounts.starts, rng, |id| {
        let warm_up = Step::WarmUp { workload: id.clone(), iterations: amounts.warmup };
        let mut steps = vec![Step::Verify { workload: id.clone() }, warm_up];
        let cycle = scenario.workloads.get(id).and_then(|workload| workload.duty_cycle.as_ref());
        steps.extend(power::cycles(id, cycle, amounts, budget));
        steps
    });
    if bench.evidence == Evidence::Host {
        return turns;
    }
    turns.chunks(workloads.len().max(1)).map(<[Vec<Step>]>::concat).collect()
}

fn suite_of<'s>(scenario: &'s Scenario, workload: &WorkloadId) -> Option<&'s Suite> {
    scenario.workloads.get(workload)?.code.suite()
}

/// Process starts of suites. In each round every workload has one, in an order that is random and balanced, so that a
/// drift of the machine hits all of them alike and neighbours can be compared.
fn suite_starts(
    scenario: &Scenario,
    workloads: &[&WorkloadId],
    amounts: &Amounts,
    rng: &mut impl Rng,
) -> Vec<Vec<Step>> {
    let mut lists = Vec::new();
    for (round, order) in (0..).zip(orders(workloads.len(), amounts.starts, rng)) {
        for (slot, side) in (0..).zip(order) {
            let workload = workloads[side].clone();
            let Some(suite) = suite_of(scenario, &workload) else { continue };
            lists.push(vec![Step::Suite { workload, round, slot, amount: amounts.of_suite(suite) }]);
        }
    }
    lists
}

/// `starts` starts of each workload, in rounds whose order is random and balanced: workloads that cannot share a
/// process take turns, so that a drift of the machine hits all of them alike.
fn taking_turns(
    workloads: &[&WorkloadId],
    starts: u32,
    rng: &mut impl Rng,
    steps: impl Fn(&WorkloadId) -> Vec<Step>,
) -> Vec<Vec<Step>> {
    if workloads.is_empty() {
        return Vec::new();
    }
    let rounds = orders(workloads.len(), starts, rng);
    rounds.into_iter().flatten().map(|side| steps(workloads[side])).collect()
}

/// FNV-1a, so that each scenario has its own order whatever else is run beside it.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use hil_model::id::WorkloadId;
    use hil_model::plan::Step;

    use super::together;

    #[test]
    fn what_is_only_told_shares_a_start_and_a_profile_does_not() {
        let workload = WorkloadId::main;
        let (deviate, weigh) = (Step::Deviate { workload: workload() }, Step::Weigh { workload: workload() });
        let profile = Step::Profile { workload: workload() };
        let apart = vec![vec![deviate.clone()], vec![profile.clone()], vec![weigh.clone()]];
        assert_eq!(together(apart), [vec![deviate, weigh], vec![profile.clone()]]);
        assert_eq!(together(vec![vec![profile.clone()]]), [[profile]]);
        assert!(together(Vec::new()).is_empty());
    }
}
