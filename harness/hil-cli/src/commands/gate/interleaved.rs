//! Two trees, built and measured in turns with a control pair, scenario by scenario.
//!
//! What goes wrong on a side becomes rows that are not green: a tree that does not build, an agent that does not answer, a
//! program that is gone, code that crashes. Whatever was observed is kept as a run of the candidate, with the other sides
//! as workloads of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use hil_bench::bench::Bench;
use hil_bench::control::{Control, SystemClock};
use hil_bench::pairs::{PairsOutcome, Seen, run_pairs};
use hil_model::comparison::Change;
use hil_model::gate::Mode;
use hil_model::id::WorkloadId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_model::metric::Metric;
use hil_model::pairs::{PairedJob, Side};
use hil_model::plan::{Plan, Skipped};
use hil_model::run::Run;
use hil_model::sample::Observations;
use hil_model::scenario::Scenario;
use hil_model::verdict::Reason;
use hil_plan::pairs::{PairOptions, paired};
use hil_stats::sequential::Looks;

use crate::args::{GateArgs, RunArgs};
use crate::commands::gate::asked::{self, Asked};
use crate::commands::gate::compared::Compared;
use crate::commands::gate::figures::{self, Lack};
use crate::commands::gate::row::{self, Draft, Rule, Shown};
use crate::commands::gate::sides::{Tree, absent_programs};
use crate::commands::gate::turned::{no_bench, observed, others, say};
use crate::commands::gate::vanished;
use crate::error::CliError;
use crate::lab::{Seat, Setup};
use crate::show::Show;
use crate::stages::load::{self, Question};
use crate::stages::measure::{self, JobEnd, Sets};
use crate::stages::{estimate, judge};
use crate::surroundings::Surroundings;

/// How often copies of the same code may be told apart, over all control pairs of a gate together.
const CONTROL_LEVEL: f64 = 0.01;

/// What is kept of a gate that measured something.
pub(super) struct Kept {
    pub(super) run: Run,
    pub(super) observations: Vec<Observations>,
}

/// What is compared with what.
pub(super) struct Sides<'a> {
    pub(super) baseline: Tree,
    pub(super) candidate: Tree,
    /// What the candidate asks.
    pub(super) scenarios: Vec<Scenario>,
    /// What the baseline asks.
    pub(super) former: Vec<Scenario>,
    /// Why a side cannot run at all: it does not build.
    pub(super) broken: Option<(&'static str, String)>,
    pub(super) args: &'a GateArgs,
}

/// Measures both sides.
///
/// # Errors
/// Those of the lab, of data folders and of leases. What a side does wrong is no error.
pub(super) fn compare(
    mut sides: Sides<'_>,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<(Compared, Kept), CliError> {
    let args = sides.args.as_run();
    let mut baseline = None;
    let mut candidate = Setup::choose(args.lab.lab.as_deref(), None, None)?;
    if sides.broken.is_none() {
        let setup = |tree: &Tree, show: &mut Show| tree.setup(sides.args, &sides.scenarios, around, show);
        match setup(&sides.baseline, show) {
            Ok(setup) => baseline = Some(setup),
            Err(error) => sides.broken = Some(("baseline", private(error))),
        }
        match setup(&sides.candidate, show) {
            Ok(setup) => candidate = setup,
            Err(error) => sides.broken = Some(("candidate", private(error))),
        }
    }
    if let Some((side, why)) = &sides.broken {
        show.fault(&format!("the {side} cannot be measured: {why}"));
    }
    let question = load::ask(std::mem::take(&mut sides.scenarios), candidate, &args, around, show)?;
    let gate = Gate { sides: &sides, question: &question, baseline: baseline.as_ref(), args: &args };
    let jobs = gate.jobs();
    let plan = gate.plan(&jobs);
    let _held = measure::hold(&question, &plan, &args, around, cancel, show)?;
    let noise = measure::listen(&question, &plan, show);
    let mut turned = Vec::new();
    let count = jobs.iter().filter(|job| job.job.is_some()).count();
    let mut place = 0;
    for prepared in &jobs {
        let Some(job) = &prepared.job else { continue };
        place += 1;
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        turned.push((prepared, gate.turns(job, prepared, (place, count), cancel, show)));
    }
    let interrupted = cancel.load(Ordering::Relaxed) || turned.len() < count;
    let mut observed = observed(&turned, noise, interrupted);
    if sides.broken.is_some() {
        let faulted = question.scenarios.iter().map(|scenario| (scenario.id.clone(), JobEnd::Faulted));
        observed.ends.extend(faulted);
    }
    let findings = estimate::estimate(&question, &plan, &observed);
    let run = judge::judge(&question, &plan, &observed, &findings, &args, show);
    let mut drafts: Vec<Draft> = jobs.iter().flat_map(|prepared| gate.rows(prepared, &turned)).collect();
    drafts.extend(vanished::rows(&sides.former, &question.scenarios));
    let compared = Compared {
        id: run.id.clone(),
        started: run.started.clone(),
        seed: run.seed,
        interrupted,
        mode: Mode::Interleaved,
        baseline: Some(sides.baseline.side.clone()),
        candidate: hil_model::gate::Side { run: Some(run.id.clone()), ..sides.candidate.side.clone() },
        drafts,
        checks: run.checks.clone(),
        errors: run.errors.clone(),
        environment: run.environment.clone(),
        noise: run.noise.clone(),
    };
    let mut observations = observed.observations;
    observations.extend(turned.into_iter().flat_map(|(_, outcome)| others(outcome)));
    Ok((compared, Kept { run, observations }))
}

/// An error in words that may be kept: the names of this computer's folders stay out of verdicts.
fn private(error: CliError) -> String {
    match &error {
        CliError::Read { path, source } => {
            format!("{}: {source}", path.file_name().unwrap_or_default().to_string_lossy())
        }
        CliError::Image { path, why } | CliError::ImageFile { path, why } => {
            format!("{}: {why}", path.file_name().unwrap_or_default().to_string_lossy())
        }
        _ => error.to_string(),
    }
}

/// What a scenario comes to before it is measured.
pub(super) struct Prepared<'q> {
    pub(super) scenario: &'q Scenario,
    /// Nothing when there is nothing to measure.
    job: Option<PairedJob>,
    skipped: Vec<Skipped>,
    /// Why a workload cannot be measured on one side, which then is told apart from the other.
    absent: BTreeMap<WorkloadId, (&'static str, Lack)>,
}

struct Gate<'q> {
    sides: &'q Sides<'q>,
    question: &'q Question,
    baseline: Option<&'q Setup>,
    args: &'q RunArgs,
}

impl<'q> Gate<'q> {
    fn jobs(&self) -> Vec<Prepared<'q>> {
        self.question.scenarios.iter().map(|scenario| self.prepare(scenario)).collect()
    }

    fn prepare(&self, scenario: &'q Scenario) -> Prepared<'q> {
        let mut prepared = Prepared { scenario, job: None, skipped: Vec::new(), absent: BTreeMap::new() };
        let lab = self.question.lab.bench_for(&scenario.platform);
        let (Some(info), Some(baseline)) = (lab, self.baseline) else { return prepared };
        if self.sides.broken.is_some() || self.is_damaged(scenario) {
            return prepared;
        }
        for (side, tree) in [("baseline", &self.sides.baseline), ("candidate", &self.sides.candidate)] {
            for (workload, program) in absent_programs(scenario, &tree.folder) {
                let why = format!("its tree has no program {program}");
                let lack = if side == "baseline" { Lack::NotThere(why) } else { Lack::Failed(why) };
                prepared.absent.insert(workload, (side, lack));
            }
        }
        let former = baseline.lab().bench_for(&scenario.platform).cloned();
        let lacking = |here: &BenchInfo, there: Option<&BenchInfo>| kernels_missing(scenario, here, there);
        for workload in lacking(info, former.as_ref()) {
            let why = "its agent has no such kernel".to_owned();
            prepared.absent.insert(workload, ("candidate", Lack::Failed(why)));
        }
        for workload in former.as_ref().map_or_else(Vec::new, |former| lacking(former, Some(info))) {
            let why = "its agent has no such kernel".to_owned();
            prepared.absent.insert(workload, ("baseline", Lack::NotThere(why)));
        }
        let together = info.evidence != Evidence::Hardware;
        let mut comparable = scenario.clone();
        comparable.checks.retain(|check| {
            let mut asked = std::iter::once(&check.workload).chain(check.versus.as_ref());
            !asked.any(|workload| prepared.absent.contains_key(workload))
        });
        let run =
            hil_plan::Options { seed: self.question.seed, quick: self.question.quick, budget: self.args.amount.budget };
        let options = PairOptions::new(run, together);
        let (job, skipped) = paired(&comparable, info, &self.question.missing, &options);
        prepared.job = job;
        // Positions are those of all checks.
        let place = |skip: Skipped| {
            let check = skip.check.and_then(|at| comparable.checks.get(at))?;
            let check = scenario.checks.iter().position(|other| other == check);
            Some(Skipped { check, ..skip })
        };
        prepared.skipped = skipped.into_iter().filter_map(place).collect();
        let one_sided = scenario.checks.iter().enumerate().filter(|(_, check)| !comparable.checks.contains(check));
        prepared.skipped.extend(one_sided.map(|(at, check)| Skipped {
            scenario: scenario.id.clone(),
            check: Some(at),
            reason: Reason::CannotObserve {
                needs: format!("both sides to have {}; `hil run` holds its limit", check.workload),
            },
        }));
        prepared
    }

    fn is_damaged(&self, scenario: &Scenario) -> bool {
        self.question.faults.iter().any(|fault| fault.scenario == scenario.id)
    }

    /// What the candidate does of it, as a plan: for leases, and for the verdicts on its declared limits.
    fn plan(&self, jobs: &[Prepared<'_>]) -> Plan {
        let options =
            hil_plan::Options { seed: self.question.seed, quick: self.question.quick, budget: self.args.amount.budget };
        let whole = hil_plan::plan(&self.question.scenarios, &self.question.lab, &self.question.missing, &options);
        let of_side = jobs.iter().filter_map(|prepared| prepared.job.as_ref()).map(|job| job.job_of(Side::Candidate));
        let mut skipped: Vec<Skipped> = whole.skipped.into_iter().filter(|skip| skip.check.is_none()).collect();
        skipped.extend(jobs.iter().flat_map(|prepared| prepared.skipped.clone()));
        Plan { seed: self.question.seed, jobs: of_side.collect(), skipped }
    }

    /// Measures one scenario.
    fn turns(
        &self,
        job: &PairedJob,
        prepared: &Prepared<'_>,
        place: (usize, usize),
        cancel: &AtomicBool,
        show: &mut Show,
    ) -> PairsOutcome {
        let (position, count) = place;
        show.begin(position, count, job.scenario.as_str(), &prepared.scenario.title);
        let began = show.elapsed();
        let outcome = match self.benches(job) {
            Err((side, message)) => no_bench(job, side, message),
            Ok(benches) => {
                let control = Control { cancel, clock: &SystemClock::start() };
                let inputs = Sets(&self.question.datasets);
                let benches = benches.each_ref().map(|bench| &**bench);
                let mut open = |seen: &Seen<'_>| self.open(prepared.scenario, job, seen);
                run_pairs(job, benches, &inputs, &control, &mut open, &mut |side, event| say(show, side, &event))
            }
        };
        let words = match (&outcome.fault, outcome.interrupted) {
            (Some(_), _) => "rig fault".to_owned(),
            (None, true) => "interrupted".to_owned(),
            (None, false) => format!("{} rounds, {} looks", outcome.rounds, outcome.looks),
        };
        show.end(position, count, job.scenario.as_str(), show.elapsed() - began, &words);
        if let Some((_, fault)) = &outcome.fault {
            show.fault(&format!("{} on {}, {}: {}", fault.scenario, fault.platform, fault.phase, fault.message));
        }
        outcome
    }

    fn benches(&self, job: &PairedJob) -> Result<[Box<dyn Bench>; 3], (Side, String)> {
        let gone = || "the bench of the plan is gone".to_owned();
        let of = |setup: &Setup, side: Side| {
            let seat: Option<&Seat> = setup.seats_of(&job.platform).next();
            setup.bench(seat.ok_or_else(|| (side, gone()))?).map_err(|message| (side, message))
        };
        let baseline = self.baseline.ok_or_else(|| (Side::Baseline, gone()))?;
        let candidate = &self.question.setup;
        Ok([of(baseline, Side::Baseline)?, of(candidate, Side::Candidate)?, of(baseline, Side::Control)?])
    }

    /// What one row may err: the level of a look, and for control pairs theirs.
    fn rule(&self, job: &PairedJob, metric: Metric) -> Rule {
        let looks = Looks(job.looks());
        Rule {
            margin: self.sides.args.margin_of(metric),
            alpha: looks.each(self.sides.args.level.min(hil_stats::ALPHA)),
            control_alpha: looks.each(CONTROL_LEVEL / 2.0 / f64::from(self.gating())),
        }
    }

    /// Figures that the gate depends on.
    fn gating(&self) -> u32 {
        let of = |scenario: &Scenario| asked::of(scenario).iter().filter(|asked| asked.gating).count();
        u32::try_from(self.question.scenarios.iter().map(of).sum::<usize>()).unwrap_or(u32::MAX).max(1)
    }

    /// Workloads some gating figure of which is not decided yet. A regression has to be sure among all figures, so it is
    /// looked at as strictly as the first of them would be.
    fn open(&self, scenario: &Scenario, job: &PairedJob, seen: &Seen<'_>) -> BTreeSet<WorkloadId> {
        let is_open = |asked: &Asked<'_>| {
            let of = |side: Side| seen.of(side, asked.workload);
            let shown =
                Shown { baseline: of(Side::Baseline), candidate: of(Side::Candidate), control: of(Side::Control) };
            let Some(draft) = row::interleaved(asked, shown, self.rule(job, asked.metric)) else { return false };
            let sure = draft.chance.is_some_and(|chance| {
                Looks(job.looks()).all(chance) * f64::from(self.gating()) <= self.sides.args.level
            });
            match draft.row.change {
                Change::Improved | Change::Unchanged => false,
                Change::Regressed => !sure,
                // More starts can bring what is missing; code that failed is closed by whoever ran it.
                Change::Inconclusive | Change::Invalid => true,
            }
        };
        // What is set beside each other as a whole was told before the first look, and no more starts bring more of it.
        let can_be_open = |asked: &&Asked<'_>| asked.gating && !figures::is_whole(asked.metric);
        let asked = asked::of(scenario);
        asked.iter().filter(can_be_open).filter(|asked| is_open(asked)).map(|asked| asked.workload.clone()).collect()
    }

    /// The rows of a scenario.
    fn rows(&self, prepared: &Prepared<'_>, turned: &[(&Prepared<'_>, PairsOutcome)]) -> Vec<Draft> {
        let outcome = turned.iter().find(|(of, _)| of.scenario.id == prepared.scenario.id).map(|(_, outcome)| outcome);
        asked::of(prepared.scenario).iter().filter_map(|asked| self.row(asked, prepared, outcome)).collect()
    }

    fn row(&self, asked: &Asked<'_>, prepared: &Prepared<'_>, outcome: Option<&PairsOutcome>) -> Option<Draft> {
        let nothing = Shown { baseline: None, candidate: None, control: None };
        let missing = |side, lack: &Lack| Some(row::without(asked, nothing, side, lack));
        if let Some((side, why)) = &self.sides.broken {
            return missing(side, &Lack::Failed(why.clone()));
        }
        if let Some((side, lack)) = prepared.absent.get(asked.workload) {
            return missing(side, lack);
        }
        // What nothing here can answer is no row: its checks say what is needed.
        let is_skipped = |at: usize| prepared.skipped.iter().any(|skip| skip.check == Some(at));
        let mut wanting = prepared.scenario.checks.iter().enumerate().filter(|(_, check)| {
            (check.metric == asked.metric || !asked.gating)
                && (check.workload == *asked.workload || check.versus.as_ref() == Some(asked.workload))
        });
        let is_answerable = prepared.job.is_some() && wanting.any(|(at, _)| !is_skipped(at));
        if self.is_damaged(prepared.scenario) {
            return missing("candidate", &Lack::Failed("its data set is damaged".to_owned()));
        }
        if !is_answerable && !self.is_order(asked, prepared) {
            return None;
        }
        let Some(outcome) = outcome else {
            return missing("candidate", &Lack::Failed("the gate was stopped before".to_owned()));
        };
        if let Some((side, fault)) = &outcome.fault {
            let side = if *side == Side::Candidate { "candidate" } else { "baseline" };
            return missing(side, &Lack::Failed(format!("{}: {}", fault.phase, fault.message)));
        }
        let of = |side: Side| outcome.of(side, asked.workload);
        let shown = Shown { baseline: of(Side::Baseline), candidate: of(Side::Candidate), control: of(Side::Control) };
        let job = prepared.job.as_ref()?;
        let mut draft = row::interleaved(asked, shown, self.rule(job, asked.metric))?;
        // Every look could have ended it.
        draft.chance = draft.chance.map(|chance| Looks(job.looks()).all(chance));
        Some(draft)
    }

    /// Whether the figure belongs to an order of workloads, which is measured where the scenario is.
    fn is_order(&self, asked: &Asked<'_>, prepared: &Prepared<'_>) -> bool {
        let in_order = prepared.scenario.checks.iter().any(
            |check| matches!(&check.rule, hil_model::scenario::Rule::Order(order) if order.contains(asked.workload)),
        );
        prepared.job.is_some() && in_order
    }
}

/// Workloads whose kernel `here` has not although `there` has it.
fn kernels_missing(scenario: &Scenario, here: &BenchInfo, there: Option<&BenchInfo>) -> Vec<WorkloadId> {
    let Some(own) = &here.kernels else { return Vec::new() };
    let other = there.and_then(|there| there.kernels.as_ref());
    let is_missing = |code: &hil_model::scenario::Code| match code {
        hil_model::scenario::Code::Kernel(kernel) => {
            !own.contains(kernel) && other.is_some_and(|other| other.contains(kernel))
        }
        _ => false,
    };
    scenario.workloads.iter().filter(|(_, workload)| is_missing(&workload.code)).map(|(id, _)| id.clone()).collect()
}
