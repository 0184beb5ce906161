//! Two stored runs beside each other: less is proved than in turns, and how little is said.
//!
//! Runs under different conditions are not compared: every row is invalid, with the difference. Counted figures are
//! compared exactly, answers item by item; times with an allowance for what differs from one run to the next.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use hil_model::comparison::{Change, ChangeReason};
use hil_model::estimate::Method;
use hil_model::gate::{Mode, Side};
use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::metric::Metric;
use hil_model::run::{CheckResult, Run};
use hil_model::sample::{Instructions, Observations};
use hil_model::scenario::{Check, Needs, Rule as Asks, Sampling, Scenario};
use hil_stats::history;
use hil_verdict::compare::compare;

use crate::args::GateArgs;
use crate::commands::gate::asked::{self, Asked};
use crate::commands::gate::compared::Compared;
use crate::commands::gate::figures::{self, Lack};
use crate::commands::gate::row::{self, Draft, Rule, Shown, because, empty, judge, without};
use crate::commands::gate::{fingerprint, unpaired};
use crate::commands::report;
use crate::error::CliError;
use crate::identity;

/// A stored run with its samples.
struct Stored {
    run: Run,
    observations: Vec<Observations>,
    scenarios: Vec<Scenario>,
}

impl Stored {
    fn read(folder: &Path) -> Result<Self, CliError> {
        let run = report::read(folder)?;
        let observations = hil_store::read_observations(folder).map_err(CliError::Stored)?;
        let scenarios = scenarios(&run.checks);
        Ok(Self { run, observations, scenarios })
    }

    fn of(&self, asked: &Asked<'_>) -> Option<&Observations> {
        self.observations.iter().find(|seen| seen.scenario == asked.scenario.id && seen.workload == *asked.workload)
    }

    fn asks(&self, asked: &Asked<'_>) -> bool {
        let own = self.scenarios.iter().filter(|scenario| scenario.id == asked.scenario.id);
        own.into_iter().flat_map(asked::of).any(|own| own.workload == asked.workload && own.metric == asked.metric)
    }
}

/// Compares the run in `candidate` with that in `baseline`.
///
/// # Errors
/// [`CliError::Stored`], [`CliError::NotARun`].
pub(super) fn run(args: &GateArgs, baseline: &Path, candidate: &Path) -> Result<Compared, CliError> {
    let (old, new) = (Stored::read(baseline)?, Stored::read(candidate)?);
    let foreign = fingerprint::difference(&old.run, &new.run);
    let earlier = earlier(&args.out, &old.run, &new.run);
    let mut drafts: Vec<Draft> = Vec::new();
    for asked in new.scenarios.iter().flat_map(asked::of) {
        let margin = args.margin_of(asked.metric);
        let rule = Rule { margin, alpha: hil_stats::ALPHA, control_alpha: hil_stats::ALPHA };
        drafts.extend(row(&asked, &old, &new, foreign.as_deref(), &earlier, rule));
    }
    for asked in old.scenarios.iter().flat_map(asked::of).filter(|asked| asked.gating && !new.asks(asked)) {
        let mut draft = empty(&asked, None);
        draft.row.place = None;
        because(&mut draft, Change::Invalid, &ChangeReason::Vanished);
        drafts.push(draft);
    }
    let side = |run: &Run| Side { name: run.id.to_string(), commit: None, run: Some(run.id.clone()) };
    Ok(Compared {
        id: identity::run_id(),
        started: identity::now(),
        seed: new.run.seed,
        interrupted: new.run.interrupted || old.run.interrupted,
        mode: Mode::Stored,
        baseline: Some(side(&old.run)),
        candidate: side(&new.run),
        drafts,
        checks: new.run.checks,
        errors: new.run.errors,
        environment: new.run.environment,
        noise: new.run.noise,
    })
}

/// The row of a figure that the candidate's run asks for; nothing for one that neither run has.
fn row(
    asked: &Asked<'_>,
    old: &Stored,
    new: &Stored,
    foreign: Option<&str>,
    earlier: &[Run],
    rule: Rule,
) -> Option<Draft> {
    let (baseline, candidate) = (old.of(asked), new.of(asked));
    let shown = Shown { baseline, candidate, control: None };
    if baseline.is_none() && candidate.is_none() {
        return None;
    }
    if !old.asks(asked) {
        return Some(without(asked, shown, "baseline", &Lack::NotThere("it was not asked".to_owned())));
    }
    let pair = baseline.zip(candidate);
    let differs = foreign
        .map(str::to_owned)
        .or_else(|| pair.and_then(|(old, new)| differ("evidence", &old.evidence, &new.evidence)))
        .or_else(|| pair.filter(|_| asked.metric == Metric::Instructions).and_then(counted_otherwise));
    if let Some(differs) = differs {
        let mut draft = without(asked, shown, "candidate", &Lack::Failed(String::new()));
        because(&mut draft, Change::Invalid, &ChangeReason::Foreign { differs });
        return Some(draft);
    }
    let sides = match row::both(asked, shown) {
        Ok(sides) => sides,
        Err(draft) => return draft.map(|draft| *draft),
    };
    let better = asked.metric.better();
    let mut draft = sides.draft(asked);
    let is_counted = sides.figures.iter().all(|figure| figure.method == Method::Counted);
    let is_metered = asked.metric.needs_meter();
    if figures::is_whole(asked.metric) || is_counted || is_metered {
        let ratio = if figures::is_whole(asked.metric) {
            figures::whole(asked, sides.candidate, sides.baseline)
        } else {
            Ok(figures::over(&sides.figures[1], &sides.figures[0]))
        };
        match ratio {
            Ok(ratio) => judge(&mut draft, &ratio, compare(&ratio, better, rule.margin, None), rule),
            Err(lack) => return Some(without(asked, shown, "candidate", &lack)),
        }
        return Some(draft);
    }
    let run_to_run = run_to_run(asked, earlier);
    let allowed = run_to_run.unwrap_or(unpaired::RUN_TO_RUN);
    let mut found = match unpaired::ratio(asked.metric, sides.candidate, sides.baseline, allowed) {
        Ok(found) => found,
        Err(lack) => return Some(without(asked, shown, "candidate", &lack)),
    };
    let source = match run_to_run {
        Some(_) => "from earlier runs under the same conditions".to_owned(),
        None => format!("fewer than {} earlier runs under the same conditions tell", history::LEAST_RUNS),
    };
    found.ratio.remark = found.ratio.remark.map(|remark| format!("{remark} ({source})"));
    draft.chance = Some(found.chance_of_worse(better, rule.margin));
    draft.row.smallest_seen = Some(found.smallest_seen()).filter(|seen| seen.is_finite());
    draft.row.starts = u32::try_from(found.ratio.samples).unwrap_or(u32::MAX);
    judge(&mut draft, &found.ratio, compare(&found.ratio, better, rule.margin, None), rule);
    Some(draft)
}

/// What counted instructions, where that differs: another counter may count otherwise, and where it knows other vector
/// instructions, other code is counted.
fn counted_otherwise((old, new): (&Observations, &Observations)) -> Option<String> {
    fn counted(seen: &Observations) -> Option<&Instructions> {
        seen.counts.iter().find_map(|count| count.outcome.as_ref().ok())
    }
    let (old, new) = (counted(old)?, counted(new)?);
    differ("counter of instructions", &old.counter, &new.counter)
        .or_else(|| differ("set of vector instructions where they are counted", &old.counted_with, &new.counted_with))
}

/// Names what is not the same.
fn differ<T: PartialEq + fmt::Display>(what: &str, old: &T, new: &T) -> Option<String> {
    (old != new).then(|| format!("the {what} was {old} and is {new}"))
}

/// Runs in `out` under the conditions of the candidate, without the two that are compared.
fn earlier(out: &Path, old: &Run, new: &Run) -> Vec<Run> {
    let runs = hil_store::list_runs(out).unwrap_or_default();
    let others = runs.into_iter().filter(|(id, _)| *id != old.id && *id != new.id);
    let read = others.filter_map(|(_, folder)| hil_store::read_run(&folder).ok());
    read.filter(|run| !run.interrupted && fingerprint::difference(run, new).is_none()).collect()
}

/// What runs of this figure differ by, from the prediction interval of earlier ones; nothing where they are too few.
fn run_to_run(asked: &Asked<'_>, earlier: &[Run]) -> Option<f64> {
    let is_same = |check: &&CheckResult| {
        check.scenario == asked.scenario.id
            && check.workload == *asked.workload
            && check.metric == asked.metric
            && check.versus.is_none()
    };
    // One statistic for all: the one that the candidate's first check of this figure has.
    let statistic =
        asked.scenario.checks.iter().find(|check| check.metric == asked.metric && check.versus.is_none())?;
    let value = |run: &Run| {
        let check = run.checks.iter().filter(is_same).find(|check| check.statistic == statistic.statistic)?;
        Some(check.estimate.as_ref()?.value * check.unit.scale)
    };
    let values: Vec<f64> = earlier.iter().filter_map(value).collect();
    let prediction = history::predict(&values, 1).ok()?;
    Some(prediction.upper / prediction.level - 1.0).filter(|share| share.is_finite())
}

/// What a run's checks say about its scenarios.
fn scenarios(checks: &[CheckResult]) -> Vec<Scenario> {
    let mut all: Vec<Scenario> = Vec::new();
    let mut places: BTreeMap<ScenarioId, usize> = BTreeMap::new();
    for result in checks {
        let place = *places.entry(result.scenario.clone()).or_insert_with(|| {
            all.push(Scenario {
                id: result.scenario.clone(),
                title: result.title.clone(),
                file: result.place.file.clone(),
                platform: result.platform.clone(),
                workloads: BTreeMap::new(),
                sampling: Sampling {
                    warmup: Sampling::DEFAULT_WARMUP,
                    min_samples: None,
                    starts: Sampling::DEFAULT_STARTS,
                    looks: Sampling::DEFAULT_LOOKS,
                    pairs: None,
                    budget: Sampling::DEFAULT_BUDGET,
                    timeout: Sampling::DEFAULT_TIMEOUT,
                },
                checks: Vec::new(),
                alerts: Vec::new(),
                side_by_side: Vec::new(),
            });
            all.len() - 1
        });
        if let Some(scenario) = all.get_mut(place) {
            scenario.checks.push(asks(result, result.workload.clone()));
        }
    }
    all
}

fn asks(result: &CheckResult, workload: WorkloadId) -> Check {
    Check {
        target: result.target.clone(),
        metric: result.metric,
        statistic: result.statistic,
        workload,
        versus: result.versus.clone(),
        rule: Asks::Report,
        needs: Needs::default(),
        part: result.part.clone(),
        note: None,
        place: result.place.clone(),
    }
}
