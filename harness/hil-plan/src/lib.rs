//! Scenarios, a lab and a seed become a plan: which agent is started how often, and what it does in which order.
//!
//! Guarantees: the same arguments give the same plan; the two sides of a comparison are interleaved in short
//! blocks whose order is random but balanced, so that a drift of the machine hits both alike; every check that
//! nothing here can answer is listed with what is needed. No clock, no file, no environment.
//!
//! Left to others: running it (`hil-bench`) and finding out what is attached (`hil-cli`).

#![forbid(unsafe_code)]

mod amounts;
mod blocks;
mod control;
mod counting;
pub mod pairs;
mod power;
mod select;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_model::id::{DatasetName, WorkloadId};
use hil_model::lab::{BenchInfo, Evidence, Lab};
use hil_model::plan::{Job, Plan, Skipped, Start, Step};
use hil_model::scenario::{Alert, Check, Code, Scenario, Suite, Workload};
use hil_model::verdict::Reason;

pub use select::{NothingSelected, select};

/// What the user may say about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Seed of the order of blocks.
    pub seed: u64,
    /// Fewer samples: enough to see that everything works and to prove clear cases.
    pub quick: bool,
    /// Instead of each scenario's own budget.
    pub budget: Option<Duration>,
}

/// How a data set that is not here could be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingData {
    /// Where it comes from.
    pub origin: String,
    /// Its licence.
    pub licence: String,
}

/// Plans a run of `scenarios` on `lab`; `missing` are the data sets that are known but not here.
#[must_use]
pub fn plan(
    scenarios: &[Scenario],
    lab: &Lab,
    missing: &BTreeMap<DatasetName, MissingData>,
    options: &Options,
) -> Plan {
    let mut plan = Plan { seed: options.seed, jobs: Vec::new(), skipped: Vec::new() };
    for scenario in scenarios {
        let Some(bench) = lab.bench_for(&scenario.platform) else {
            let platform = scenario.platform.to_string();
            let reason = match lab.lacking.get(&scenario.platform) {
                Some(needs) => Reason::NoFirmware { platform, needs: needs.clone() },
                None => Reason::NoBench { platform, attach: lab.wanted.get(&scenario.platform).cloned() },
            };
            plan.skipped.push(Skipped { scenario: scenario.id.clone(), check: None, reason });
            continue;
        };
        let mut answerable = Vec::new();
        for (position, check) in scenario.checks.iter().enumerate() {
            match obstacle(scenario, check, bench, missing, options) {
                None => answerable.push(check),
                Some(reason) => {
                    plan.skipped.push(Skipped { scenario: scenario.id.clone(), check: Some(position), reason });
                }
            }
        }
        let is_open = |alert: &&Alert| {
            scenario.workloads.get(&alert.workload).is_none_or(|workload| {
                workload_obstacle(workload, bench, missing).is_none()
                    && power::obstacle(alert.metric, workload, bench).is_none()
                    && counting::obstacle(alert.metric, workload, bench, options).is_none()
            })
        };
        let alerts: Vec<&Alert> = scenario.alerts.iter().filter(is_open).collect();
        let control = control::of(scenario, &answerable, bench.evidence);
        let starts = steps::starts(scenario, &answerable, &alerts, bench, options, control.as_ref());
        if starts.is_empty() {
            continue;
        }
        let further = steps::further(scenario, &answerable, starts.len(), options, control.as_ref());
        plan.jobs.push(Job {
            scenario: scenario.id.clone(),
            platform: bench.platform.clone(),
            evidence: bench.evidence,
            budget: options.budget.unwrap_or(scenario.sampling.budget),
            timeout: scenario.sampling.timeout,
            workloads: workloads(scenario, control.as_ref(), &starts),
            starts,
            further,
        });
    }
    plan
}

/// The workloads of a scenario that some step names, and the copy of one of them that serves as a control. What no step names
/// may lack its data set, and must not keep the others from running.
fn workloads(scenario: &Scenario, control: Option<&control::Control>, starts: &[Start]) -> Vec<(WorkloadId, Workload)> {
    let named: BTreeSet<&WorkloadId> = starts.iter().flat_map(|start| &start.steps).map(Step::workload).collect();
    let copy = control.and_then(|control| Some((control.copy.clone(), scenario.workloads.get(&control.of)?.clone())));
    let own = scenario.workloads.iter().map(|(id, workload)| (id.clone(), workload.clone()));
    own.chain(copy).filter(|(id, _)| named.contains(id)).collect()
}

/// Why this check is not answered on this bench, if it is not.
fn obstacle(
    scenario: &Scenario,
    check: &Check,
    bench: &BenchInfo,
    missing: &BTreeMap<DatasetName, MissingData>,
    options: &Options,
) -> Option<Reason> {
    if check.needs.full_run && options.quick {
        return Some(Reason::QuickRun);
    }
    if let Some(needs) = check.needs.cores
        && needs > bench.cores
    {
        return Some(Reason::TooFewCores { needs, has: bench.cores });
    }
    check.workloads().into_iter().find_map(|id| {
        let workload = scenario.workloads.get(id)?;
        power::obstacle(check.metric, workload, bench)
            .or_else(|| counting::obstacle(check.metric, workload, bench, options))
            .or_else(|| workload_obstacle(workload, bench, missing))
    })
}

fn workload_obstacle(
    workload: &Workload,
    bench: &BenchInfo,
    missing: &BTreeMap<DatasetName, MissingData>,
) -> Option<Reason> {
    if let Code::Criterion(suite) = &workload.code {
        return suite_obstacle(suite, bench);
    }
    if let (Code::Kernel(kernel), Some(offered)) = (&workload.code, &bench.kernels)
        && !offered.contains(kernel)
    {
        return Some(Reason::CannotObserve { needs: format!("kernel {kernel} in the agent of {}", bench.platform) });
    }
    if let Some(dataset) = &workload.dataset
        && let Some(MissingData { origin, licence }) = missing.get(dataset)
    {
        let (dataset, origin, licence) = (dataset.to_string(), origin.clone(), licence.clone());
        return Some(Reason::DataMissing { dataset, origin, licence });
    }
    None
}

/// Suites are programs of this computer, built from a package that must be here.
fn suite_obstacle(suite: &Suite, bench: &BenchInfo) -> Option<Reason> {
    if bench.evidence != Evidence::Host {
        return Some(Reason::CannotObserve {
            needs: "this computer: criterion suites run on no other bench".to_owned(),
        });
    }
    let needs = || format!("cargo, and the package {:?} beside the scenario or in the working folder", suite.package);
    suite.found.is_none().then(|| Reason::CannotObserve { needs: needs() })
}
