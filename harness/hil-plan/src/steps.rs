//! The steps of each start: timed workloads interleaved, memory alone in its process, throughput on every worker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_model::id::{TableName, WorkloadId};
use hil_model::lab::BenchInfo;
use hil_model::metric::{Metric, Statistic};
use hil_model::plan::{Start, Step};
use hil_model::scenario::{Alert, Check, Rule, Scenario, Suite, Workers};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256StarStar;

use crate::Options;
use crate::amounts::{Amounts, SLICE};
use crate::blocks::orders;
use crate::control::{Control, EVERY};
use crate::power;

/// Every workload that a check looks at.
pub(crate) fn involved(check: &Check) -> Vec<&WorkloadId> {
    match &check.rule {
        Rule::Order(order) => order.iter().collect(),
        Rule::Limit { .. } | Rule::Conforms(_) | Rule::Report => {
            std::iter::once(&check.workload).chain(check.versus.as_ref()).collect()
        }
    }
}

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
    lists.extend(tables_and_deviations(&asked));
    lists.extend(throughput(scenario, &asked, &amounts, bench, &mut rng));
    lists.extend(metered(scenario, &asked, &amounts, options, &mut rng));
    lists.extend(answers(scenario, &asked));
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

/// What the checks want to know, as sets, so that two checks of one figure do not measure it twice.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// With the samples that the most demanding statistic of each wants.
    pub(crate) timed: BTreeMap<WorkloadId, u32>,
    pub(crate) memory: BTreeSet<WorkloadId>,
    throughput: BTreeSet<WorkloadId>,
    answers: BTreeSet<WorkloadId>,
    tables: BTreeSet<(WorkloadId, TableName)>,
    /// Whose power is metered.
    metered: BTreeSet<WorkloadId>,
    deviations: BTreeSet<WorkloadId>,
}

impl Asked {
    pub(crate) fn of(checks: &[&Check], alerts: &[&Alert]) -> Self {
        let mut asked = Self::default();
        for check in checks {
            if let Rule::Conforms(table) = &check.rule {
                asked.tables.insert((check.workload.clone(), table.clone()));
            }
            for workload in involved(check) {
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
            Metric::Latency | Metric::CpuTime => {
                let samples = self.timed.entry(workload.clone()).or_default();
                *samples = (*samples).max(statistic.default_samples());
                return;
            }
            Metric::Memory => &mut self.memory,
            Metric::Throughput => &mut self.throughput,
            Metric::Accuracy => &mut self.answers,
            Metric::NumericalError => &mut self.deviations,
            Metric::Power | Metric::Energy | Metric::BatteryLife => &mut self.metered,
            // Nothing to run: a table has its own step, and the other needs what no bench has.
            Metric::Conformance | Metric::ModelSize => return,
        };
        set.insert(workload.clone());
    }
}

/// Starts that go through the tables and the reference errors.
pub(crate) fn tables_and_deviations(asked: &Asked) -> Vec<Vec<Step>> {
    let conform = |(workload, table): &(WorkloadId, TableName)| {
        vec![Step::Conform { workload: workload.clone(), table: table.clone() }]
    };
    let deviate = |workload: &WorkloadId| vec![Step::Deviate { workload: workload.clone() }];
    asked.tables.iter().map(conform).chain(asked.deviations.iter().map(deviate)).collect()
}

/// Starts that answer data sets.
pub(crate) fn answers(scenario: &Scenario, asked: &Asked) -> Vec<Vec<Step>> {
    let of = |workload: &WorkloadId| {
        let dataset = scenario.workloads.get(workload)?.dataset.clone()?;
        let workload = workload.clone();
        Some(vec![Step::Verify { workload: workload.clone() }, Step::Answer { workload, dataset }])
    };
    asked.answers.iter().filter_map(of).collect()
}

/// Starts that time iterations. A peak of memory is read at their end where only one workload runs in them.
fn timed(asked: &Asked, amounts: &Amounts, control: Option<&Control>, rng: &mut impl Rng) -> Vec<Vec<Step>> {
    let mut workloads: Vec<(&WorkloadId, u32)> =
        asked.timed.iter().map(|(workload, samples)| (workload, amounts.iterations(*samples))).collect();
    if workloads.is_empty() {
        return Vec::new();
    }
    // The sides of a comparison get the same number of iterations on the same input, whatever time that takes them.
    let (blocks, at_least) = if workloads.len() > 1 { (amounts.blocks, Duration::ZERO) } else { (1, amounts.at_least) };
    // The copy comes last, and runs as often in its blocks as what it is a copy of.
    let copy = control.filter(|_| workloads.len() > 1).and_then(|control| {
        let (_, samples) = workloads.iter().find(|(workload, _)| **workload == control.of)?;
        Some((&control.copy, *samples))
    });
    let compared = workloads.len();
    workloads.extend(copy);
    let mut lists = Vec::new();
    for _ in 0..amounts.starts {
        let mut steps = Vec::new();
        for (workload, _) in &workloads {
            steps.push(Step::Verify { workload: (*workload).clone() });
            steps.push(Step::WarmUp { workload: (*workload).clone(), iterations: amounts.warmup });
        }
        // The copy is put in at a random and balanced place, so that the order of the others stays as balanced as it is.
        let copied = if copy.is_some() { blocks.div_ceil(EVERY) } else { 0 };
        let mut places = orders(workloads.len(), copied, rng).into_iter();
        for (block, mut order) in (0..).zip(orders(compared, blocks, rng)) {
            if block % EVERY == 0
                && let Some(place) = places.next().and_then(|places| places.first().copied())
            {
                order.insert(place, compared);
            }
            for (slot, side) in (0..).zip(order) {
                let (workload, iterations) = workloads[side];
                let iterations = iterations.div_ceil(blocks);
                steps.push(Step::Measure { workload: workload.clone(), block, slot, iterations, at_least });
            }
        }
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

/// Starts that meter power, each with one workload.
pub(crate) fn metered(
    scenario: &Scenario,
    asked: &Asked,
    amounts: &Amounts,
    options: &Options,
    rng: &mut impl Rng,
) -> Vec<Vec<Step>> {
    let workloads: Vec<&WorkloadId> = asked.metered.iter().collect();
    let budget = options.budget.unwrap_or(scenario.sampling.budget);
    taking_turns(&workloads, amounts.starts, rng, |id| {
        let warm_up = Step::WarmUp { workload: id.clone(), iterations: amounts.warmup };
        let mut steps = vec![Step::Verify { workload: id.clone() }, warm_up];
        let cycle = scenario.workloads.get(id).and_then(|workload| workload.duty_cycle.as_ref());
        steps.extend(power::cycles(id, cycle, amounts, budget));
        steps
    })
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
