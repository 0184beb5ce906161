//! Run: the plan becomes raw samples. The only stage that takes long, holds the host, and can be interrupted.
//!
//! Jobs of this computer come first, alone, because nothing may disturb them. Then every board does its own jobs, in
//! their order, next to the other boards (`boards`). What is observed is put together in the order of the plan, so it does
//! not matter what ran at the same time. `claims` says what a run needs for itself.

mod boards;
mod claims;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use hil_bench::control::{Control, SystemClock};
use hil_bench::job::{Inputs, JobOutcome};
use hil_model::data::Dataset;
use hil_model::id::{DatasetName, ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::plan::{Job, Plan};
use hil_model::run::{Noise, RigFault};
use hil_model::sample::{Counter, Observations};
use hil_model::units::Unit;
use hil_model::verdict::Reason;
use hil_suite::job::Sampling;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::lab::Seat;
use crate::noise;
use crate::show::Show;
use crate::stages::load::Question;
use crate::stages::voice::{self, Voice};
use crate::stages::{images, level, suites};
use crate::surroundings::Surroundings;

/// Everything that was observed.
#[derive(Debug)]
pub struct Observed {
    /// Raw samples, one entry a scenario and workload; those of one scenario stand together.
    pub observations: Vec<Observations>,
    /// Faults of the rig.
    pub faults: Vec<RigFault>,
    /// How each job ended; jobs that never began are absent.
    pub ends: BTreeMap<ScenarioId, JobEnd>,
    /// Why jobs were not begun although nobody stopped the run.
    pub set_aside: BTreeMap<ScenarioId, Reason>,
    /// Whether the user stopped the run.
    pub interrupted: bool,
    /// How quiet the machine was.
    pub noise: Noise,
    /// Clocks that timed iterations.
    pub clocks: Vec<String>,
    /// What was measured and is not this program, in words: suites that were built, and images of boards.
    pub builds: Vec<String>,
    /// How the samples of criterion suites came about.
    pub samplings: BTreeMap<ScenarioId, Vec<Sampling>>,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// As planned, or with a failure of the measured code, or with its budget spent.
    Finished,
    /// The user stopped it.
    Interrupted,
    /// The rig failed.
    Faulted,
    /// It was not begun, because its board is not to be used.
    SetAside,
}

/// What one job came to.
#[derive(Debug)]
struct Done {
    outcome: JobOutcome,
    samplings: Option<Vec<Sampling>>,
    builds: Vec<String>,
    set_aside: Option<Reason>,
}

impl Done {
    fn of(outcome: JobOutcome) -> Self {
        Self { outcome, samplings: None, builds: Vec::new(), set_aside: None }
    }

    fn set_aside(reason: Reason) -> Self {
        Self { set_aside: Some(reason), ..Self::of(JobOutcome::nothing()) }
    }

    fn end(&self) -> JobEnd {
        match (&self.set_aside, &self.outcome.fault, self.outcome.interrupted) {
            (Some(_), _, _) => JobEnd::SetAside,
            (None, Some(_), _) => JobEnd::Faulted,
            (None, None, true) => JobEnd::Interrupted,
            (None, None, false) => JobEnd::Finished,
        }
    }

    /// In a few words.
    fn words(&self) -> String {
        match self.end() {
            JobEnd::SetAside => "not run".to_owned(),
            JobEnd::Faulted => "rig fault".to_owned(),
            JobEnd::Interrupted => "interrupted".to_owned(),
            JobEnd::Finished => voice::in_words(&self.outcome.observations),
        }
    }
}

impl Observed {
    /// How the job of this scenario ended.
    #[must_use]
    pub fn end_of(&self, scenario: &ScenarioId) -> Option<JobEnd> {
        self.ends.get(scenario).copied()
    }

    /// How the samples of this scenario's criterion suites came about.
    #[must_use]
    pub fn samplings_of(&self, scenario: &ScenarioId) -> &[Sampling] {
        self.samplings.get(scenario).map_or(&[], Vec::as_slice)
    }

    /// What was observed for this scenario.
    #[must_use]
    pub fn of(&self, scenario: &ScenarioId) -> &[Observations] {
        let is_of = |seen: &Observations| seen.scenario == *scenario;
        let first = self.observations.iter().position(is_of).unwrap_or(self.observations.len());
        let rest = &self.observations[first..];
        &rest[..rest.iter().take_while(|seen| is_of(seen)).count()]
    }

    /// Adds what the next job of the plan came to.
    fn add(&mut self, job: &Job, done: Done) {
        self.ends.insert(job.scenario.clone(), done.end());
        for seen in &done.outcome.observations {
            let clock = in_words(&seen.clock);
            if !self.clocks.contains(&clock) {
                self.clocks.push(clock);
            }
        }
        self.interrupted |= done.outcome.interrupted;
        self.observations.extend(done.outcome.observations);
        self.faults.extend(done.outcome.fault);
        self.builds.extend(done.builds);
        self.samplings.extend(done.samplings.map(|samplings| (job.scenario.clone(), samplings)));
        self.set_aside.extend(done.set_aside.map(|reason| (job.scenario.clone(), reason)));
    }
}

/// Waits for this host and every real board of the plan, or fails at once where the user wants that. They are held until
/// the value goes.
///
/// # Errors
/// [`CliError::Lease`].
pub fn hold<'q>(
    question: &'q Question,
    plan: &Plan,
    args: &RunArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<impl Sized + use<'q>, CliError> {
    claims::take(question, plan, args, around, cancel, show)
}

/// Asks how quiet this machine is, and says it.
pub fn listen(question: &Question, plan: &Plan, show: &mut Show) -> Noise {
    let mut noise = noise::probe(question.environment.cores);
    if plan.jobs.iter().all(|job| job.evidence == Evidence::Emulated) {
        // What else this computer does decides how long an emulated board takes, and no figure of it.
        noise.warnings.clear();
    }
    show.note(&format!("noise: {}", noise::in_words(&noise)));
    for warning in &noise.warnings {
        show.warn(warning);
    }
    noise
}

/// Runs every job of the plan.
///
/// # Errors
/// [`CliError::Lease`] when the host or a board is held by another run, [`CliError::State`] when it cannot be told which
/// boards are not to be used.
pub fn measure(
    question: &Question,
    plan: &Plan,
    args: &RunArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<Observed, CliError> {
    let claims = claims::take(question, plan, args, around, cancel, show)?;
    let noise = listen(question, plan, show);
    let mut observed = Observed {
        observations: Vec::new(),
        faults: Vec::new(),
        ends: BTreeMap::new(),
        set_aside: BTreeMap::new(),
        interrupted: false,
        noise,
        clocks: Vec::new(),
        builds: Vec::new(),
        samplings: BTreeMap::new(),
    };
    let mut done: Vec<Option<Done>> = Vec::new();
    for (position, job) in (1..).zip(&plan.jobs) {
        let is_here = seat_of(question, job).is_none_or(|seat| seat.as_board().is_none());
        let begins = is_here && !cancel.load(Ordering::Relaxed);
        done.push(begins.then(|| run_here(question, plan, job, position, cancel, show)));
    }
    let boards = claims.boards;
    for (position, one) in boards::run(question, plan, boards, args, around, cancel, show)? {
        done[position] = Some(one);
    }
    observed.interrupted = done.iter().any(Option::is_none);
    for (job, done) in plan.jobs.iter().zip(done) {
        if let Some(done) = done {
            if done.set_aside.is_none() {
                images::tell(seat_of(question, job), &mut observed.builds, show);
            }
            observed.add(job, done);
        }
    }
    Ok(observed)
}

/// The seat that the job of a plan runs on.
fn seat_of<'q>(question: &'q Question, job: &Job) -> Option<&'q Seat> {
    question.seats().iter().find(|seat| seat.info.platform == job.platform)
}

/// A job on this computer, which nothing else may disturb.
fn run_here(
    question: &Question,
    plan: &Plan,
    job: &Job,
    position: usize,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Done {
    let count = plan.jobs.len();
    show.begin(position, count, job.scenario.as_str(), question.title_of(&job.scenario));
    let began = show.elapsed();
    let done = if hil_suite::job::is_of_suites(job) {
        let outcome = suites::run_job(job, cancel, show);
        Done { samplings: Some(outcome.samplings), builds: outcome.builds, ..Done::of(outcome.job) }
    } else {
        let bench = question.bench(&job.platform);
        let mut voice = Voice::new(job);
        Done::of(match bench {
            Ok(bench) => {
                let control = Control { cancel, clock: &SystemClock::start() };
                let inputs = Sets(&question.datasets);
                let mut open = |seen: &[&Observations]| still_open(question, plan, job, seen);
                let tell = &mut |event| voice.say(show, &event);
                hil_bench::job::run_job(job, &*bench, &inputs, &control, &mut open, tell)
            }
            Err(message) => no_bench(job, message),
        })
    };
    finish(position, count, job, &done, show.elapsed() - began, show);
    done
}

/// What of a job is not decided by what was seen.
fn still_open(question: &Question, plan: &Plan, job: &Job, seen: &[&Observations]) -> BTreeSet<WorkloadId> {
    let scenario = question.scenarios.iter().find(|scenario| scenario.id == job.scenario);
    scenario.map_or_else(BTreeSet::new, |scenario| level::open(scenario, plan, job, seen))
}

/// Tells how a job ended.
fn finish(position: usize, count: usize, job: &Job, done: &Done, seconds: f64, show: &mut Show) {
    show.end(position, count, job.scenario.as_str(), seconds, &done.words());
    if let Some(fault) = &done.outcome.fault {
        show.fault(&format!("{} on {}, {}: {}", fault.scenario, fault.platform, fault.phase, fault.message));
    }
}

/// A job that cannot begin.
fn no_bench(job: &Job, message: String) -> JobOutcome {
    let (scenario, platform) = (job.scenario.clone(), job.platform.clone());
    let fault = RigFault { scenario, platform, phase: "open".to_owned(), message };
    JobOutcome { fault: Some(fault), ..JobOutcome::nothing() }
}

/// A clock with its rate in a unit that keeps the number short: `monotonic, 1 GHz`.
pub fn in_words(clock: &Counter) -> String {
    if clock.name == hil_suite::job::CLOCK {
        // Its rate is only how finely the times are kept here.
        return clock.name.clone();
    }
    let unit = ["GHz", "MHz", "kHz", "Hz"].into_iter().filter_map(Unit::find).find(|unit| clock.hz >= unit.scale);
    unit.map_or_else(
        || format!("{}, {} Hz", clock.name, clock.hz),
        |unit| format!("{}, {} {unit}", clock.name, unit.from_base(clock.hz)),
    )
}

/// The loaded data sets, as the bench asks for them.
pub struct Sets<'a>(pub &'a BTreeMap<DatasetName, Dataset>);

impl Inputs for Sets<'_> {
    fn dataset(&self, name: &DatasetName) -> Option<&Dataset> {
        self.0.get(name)
    }
}
