//! Run: the plan becomes raw samples. The only stage that takes long, holds the host, and can be interrupted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use hil_bench::control::{Control, SystemClock};
use hil_bench::job::{Inputs, JobOutcome};
use hil_model::data::Dataset;
use hil_model::id::{DatasetName, ScenarioId};
use hil_model::plan::{Job, Plan};
use hil_model::run::{Noise, RigFault};
use hil_model::sample::{Counter, Observations};
use hil_model::units::Unit;
use hil_suite::job::Sampling;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::lease::Lease;
use crate::noise;
use crate::show::Show;
use crate::stages::load::Question;
use crate::stages::suites;
use crate::stages::voice::{self, Voice};
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
    /// Whether the user stopped the run.
    pub interrupted: bool,
    /// How quiet the machine was.
    pub noise: Noise,
    /// Clocks that timed iterations.
    pub clocks: Vec<String>,
    /// What was built, in words.
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
}

/// Runs every job of the plan, one after another.
///
/// # Errors
/// [`CliError::Lease`] when the host is held by another run, [`CliError::OwnProgram`].
pub fn measure(
    question: &Question,
    plan: &Plan,
    args: &RunArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<Observed, CliError> {
    let holder = format!("process {}, hil run {} since {}", std::process::id(), question.id, question.started);
    let _lease = Lease::take(&around.lease, &holder, !args.no_wait, cancel, |holder| {
        show.note(&format!("waiting: this host is held by {holder}"));
    })?;
    let noise = noise::probe(question.environment.cores);
    show.note(&format!("noise: {}", noise::in_words(&noise)));
    for warning in &noise.warnings {
        show.warn(warning);
    }
    let mut observed = Observed {
        observations: Vec::new(),
        faults: Vec::new(),
        ends: BTreeMap::new(),
        interrupted: false,
        noise,
        clocks: Vec::new(),
        builds: Vec::new(),
        samplings: BTreeMap::new(),
    };
    for (position, job) in (1..).zip(&plan.jobs) {
        if cancel.load(Ordering::Relaxed) {
            observed.interrupted = true;
            break;
        }
        let title = question.title_of(&job.scenario);
        show.begin(position, plan.jobs.len(), job.scenario.as_str(), title);
        let began = show.elapsed();
        let outcome = if hil_suite::job::is_of_suites(job) {
            let outcome = suites::run_job(job, cancel, show);
            observed.samplings.insert(job.scenario.clone(), outcome.samplings);
            observed.builds.extend(outcome.builds);
            outcome.job
        } else {
            run_job(question, job, cancel, show)
        };
        for seen in &outcome.observations {
            let clock = in_words(&seen.clock);
            if !observed.clocks.contains(&clock) {
                observed.clocks.push(clock);
            }
        }
        let (end, words) = match (&outcome.fault, outcome.interrupted) {
            (Some(_), _) => (JobEnd::Faulted, "rig fault".to_owned()),
            (None, true) => (JobEnd::Interrupted, "interrupted".to_owned()),
            (None, false) => (JobEnd::Finished, voice::in_words(&outcome.observations)),
        };
        observed.interrupted |= outcome.interrupted;
        observed.observations.extend(outcome.observations);
        observed.ends.insert(job.scenario.clone(), end);
        show.end(position, plan.jobs.len(), job.scenario.as_str(), show.elapsed() - began, &words);
        if let Some(fault) = outcome.fault {
            show.fault(&format!("{} on {}, {}: {}", fault.scenario, fault.platform, fault.phase, fault.message));
            observed.faults.push(fault);
        }
    }
    Ok(observed)
}

fn run_job(question: &Question, job: &Job, cancel: &AtomicBool, show: &mut Show) -> JobOutcome {
    let bench = match question.bench(&job.platform) {
        Ok(bench) => bench,
        Err(message) => {
            let fault = RigFault {
                scenario: job.scenario.clone(),
                platform: job.platform.clone(),
                phase: "open".to_owned(),
                message,
            };
            return JobOutcome { fault: Some(fault), ..JobOutcome::nothing() };
        }
    };
    let control = Control { cancel, clock: &SystemClock::start() };
    let mut voice = Voice::new(job, show);
    hil_bench::job::run_job(job, &*bench, &Sets(&question.datasets), &control, &mut |event| voice.say(&event))
}

/// A clock with its rate in a unit that keeps the number short: `monotonic, 1 GHz`.
fn in_words(clock: &Counter) -> String {
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
struct Sets<'a>(&'a BTreeMap<DatasetName, Dataset>);

impl Inputs for Sets<'_> {
    fn dataset(&self, name: &DatasetName) -> Option<&Dataset> {
        self.0.get(name)
    }
}
