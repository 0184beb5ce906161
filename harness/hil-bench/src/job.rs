//! One job, from its first start to its last: the order of things, the budget, and what becomes of failures.
//!
//! The budget is time of this computer, but on an emulated board it is time of the board: how fast a computer emulates
//! must not decide how much is measured, or two runs would give two figures.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use hil_model::data::Dataset;
use hil_model::id::{DatasetName, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::plan::{Job, Start, Step};
use hil_model::run::RigFault;
use hil_model::sample::{Counter, Cut, Failure, Observations};
use hil_model::scenario::{Code, Workload};
use hil_wire::message::COMMAND_KERNEL;

use crate::bench::{Bench, End, Ending, Trouble};
use crate::control::{Control, Ear};
use crate::crash::printable;
use crate::event::Event;
use crate::life::{AgentLife, Input, Subject};
use crate::phase::Phase;
use crate::stop::Stop;

/// Where data sets come from.
pub trait Inputs {
    /// The data set of that name, if it is here.
    fn dataset(&self, name: &DatasetName) -> Option<&Dataset>;
}

/// No data sets at all.
#[derive(Debug, Clone, Copy)]
pub struct NoInputs;

impl Inputs for NoInputs {
    fn dataset(&self, _: &DatasetName) -> Option<&Dataset> {
        None
    }
}

/// What a job amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct JobOutcome {
    /// One entry a workload; none at all when no agent ever said who it is.
    pub observations: Vec<Observations>,
    /// What ended the job early, if it was the rig.
    pub fault: Option<RigFault>,
    /// What helps against the fault; means nothing without one.
    pub trouble: Trouble,
    /// Whether the caller ended the job early.
    pub interrupted: bool,
}

impl JobOutcome {
    /// That of a job which has not begun.
    #[must_use]
    pub fn nothing() -> Self {
        Self { observations: Vec::new(), fault: None, trouble: Trouble::Lasting, interrupted: false }
    }
}

/// Says which workloads are not decided by what was seen of all of them.
pub type Open<'o> = dyn FnMut(&[&Observations]) -> BTreeSet<WorkloadId> + 'o;

/// Nothing is open: a job is over when it was looked at once.
#[must_use]
pub fn look_once(_: &[&Observations]) -> BTreeSet<WorkloadId> {
    BTreeSet::new()
}

/// Runs every step of `job` on `bench`, within its budget.
///
/// After all starts, and again after each of the further lists, `open` is asked which workloads are not decided yet; only
/// those are measured on, and where none is open the job is done. A budget that ends there cuts nothing off: everything
/// that the first look needs has been seen.
///
/// An iteration that is under way when the budget ends is let finish, so a job overruns its budget by at most its
/// timeout; one that is counted is given what was left of the budget when it began. A workload that fails is over; the
/// others go on, in a new life of the agent where necessary. However a job ends, unless the rig is the cause: what was
/// measured is compared with the known answer once more.
pub fn run_job(
    job: &Job,
    bench: &dyn Bench,
    inputs: &dyn Inputs,
    control: &Control<'_>,
    open: &mut Open<'_>,
    events: &mut dyn FnMut(Event),
) -> JobOutcome {
    let mut outcome = JobOutcome::nothing();
    let fault = |phase: Phase, message: String| {
        let (scenario, platform) = (job.scenario.clone(), job.platform.clone());
        Some(RigFault { scenario, platform, phase: phase.to_string(), message })
    };
    let books = match books(job, inputs) {
        Ok(books) => books,
        Err(message) => {
            outcome.fault = fault(Phase::Load, message);
            return outcome;
        }
    };
    let ear = Ear::new(*control);
    let mut runner = Runner::new(job, bench, *control, &ear, events, books);
    match runner.all_looks(open) {
        Ok(()) | Err(Stop::BudgetSpent | Stop::Cancelled) => {}
        Err(Stop::Rig { phase, message, trouble }) => {
            outcome.fault = fault(phase, message);
            outcome.trouble = trouble;
        }
        // Failures are booked where they happen.
        Err(Stop::Failed(failure)) => outcome.fault = fault(Phase::Close, format!("{failure:?} of no workload")),
    }
    outcome.interrupted = runner.books.iter().any(|book| book.observations.cut == Some(Cut::User));
    if runner.clock.is_some() {
        outcome.observations = runner.books.into_iter().map(|book| book.observations).collect();
    }
    outcome
}

/// One book a workload, or why a workload cannot run.
pub(crate) fn books<'j>(job: &'j Job, inputs: &'j dyn Inputs) -> Result<Vec<Book<'j>>, String> {
    let book = |(id, workload)| subject(id, workload, inputs).map(|subject| Book::new(job, subject));
    job.workloads.iter().map(|(id, workload)| book((id, workload))).collect()
}

/// What an agent understands of a workload.
fn subject<'j>(id: &'j WorkloadId, workload: &'j Workload, inputs: &'j dyn Inputs) -> Result<Subject<'j>, String> {
    let (kernel, input) = match (&workload.code, &workload.dataset) {
        (Code::Kernel(kernel), None) => (kernel.as_str(), Input::BuiltIn),
        (Code::Kernel(kernel), Some(name)) => match inputs.dataset(name) {
            Some(dataset) if !dataset.items.is_empty() => (kernel.as_str(), Input::Items(dataset)),
            Some(_) => return Err(format!("data set {name} has no items; see `hil data verify`")),
            None => return Err(format!("data set {name} is not here; see `hil data list`")),
        },
        (Code::Command(argv), _) => (COMMAND_KERNEL, Input::Command(argv.join("\0").into_bytes())),
        (Code::Criterion(_), _) => {
            return Err("a suite is no kernel; agents run kernels and commands".to_owned());
        }
    };
    Ok(Subject { id, kernel, input })
}

/// What is known about one workload.
pub(crate) struct Book<'j> {
    pub(crate) subject: Subject<'j>,
    pub(crate) observations: Observations,
    /// Seconds of one iteration, as last seen.
    pub(crate) pace: Option<f64>,
    /// The start that the next iteration belongs to, and its position there.
    pub(crate) position: (u32, u32),
    /// Iterations whose ticks have been added up, and their sum.
    counted: Cell<(usize, u64)>,
}

impl<'j> Book<'j> {
    fn new(job: &Job, subject: Subject<'j>) -> Self {
        let clock = Counter { name: String::new(), hz: 1.0 };
        let mut observations = Observations::new(job.scenario.clone(), subject.id.clone(), job.evidence, clock);
        observations.answers_planned = answers_planned(job, &subject);
        Self { subject, observations, pace: None, position: (0, 0), counted: Cell::new((0, 0)) }
    }

    /// Ticks of all iterations so far, of those that warm up as well, and of all periods of duty cycles.
    fn ticks(&self) -> u64 {
        let (counted, sum) = self.counted.get();
        let new = self.observations.iterations.get(counted..).unwrap_or_default();
        let sum = new.iter().fold(sum, |sum, iteration| sum.saturating_add(iteration.ticks));
        self.counted.set((self.observations.iterations.len(), sum));
        let periods = self.observations.metering.iter().flat_map(|metering| &metering.periods);
        periods.fold(sum, |sum, period| sum.saturating_add(period.ended - period.began))
    }
}

/// Every item with a right answer is answered once in each step that asks for it, as long as the step wants no fewer.
fn answers_planned(job: &Job, subject: &Subject<'_>) -> u64 {
    let Input::Items(dataset) = &subject.input else { return 0 };
    let labelled = dataset.items.iter().filter(|item| item.expected.is_some()).count() as u64;
    let of_step = |step: &Step| match step {
        Step::Answer { workload, most, .. } if workload == subject.id => {
            Some(most.map_or(labelled, |most| labelled.min(u64::from(most))))
        }
        _ => None,
    };
    job.starts.iter().flat_map(|start| &start.steps).filter_map(of_step).sum()
}

/// A job under way.
pub(crate) struct Runner<'j, 'c, 'e> {
    pub(crate) job: &'j Job,
    pub(crate) bench: &'c dyn Bench,
    control: Control<'c>,
    /// How sessions hear of the caller's wish to stop.
    ear: &'c Ear<'c>,
    pub(crate) events: &'e mut dyn FnMut(Event),
    began: Duration,
    /// The agents' clock, once the first of them has said what it is.
    pub(crate) clock: Option<Counter>,
    pub(crate) books: Vec<Book<'j>>,
}

impl<'j, 'c, 'e> Runner<'j, 'c, 'e> {
    /// Before the first start.
    pub(crate) fn new(
        job: &'j Job,
        bench: &'c dyn Bench,
        control: Control<'c>,
        ear: &'c Ear<'c>,
        events: &'e mut dyn FnMut(Event),
        books: Vec<Book<'j>>,
    ) -> Self {
        Self { job, bench, control, ear, events, began: control.clock.now(), clock: None, books }
    }
}

impl<'c> Runner<'_, 'c, '_> {
    fn all_looks(&mut self, open: &mut Open<'_>) -> Result<(), Stop> {
        let job = self.job;
        self.all_starts(&job.starts, None)?;
        for (look, starts) in (2..).zip(&job.further) {
            let mut open = open(&self.books.iter().map(|book| &book.observations).collect::<Vec<_>>());
            // What failed is decided.
            let failed = |book: &&Book<'_>| book.observations.failure.is_some();
            for book in self.books.iter().filter(failed) {
                open.remove(book.subject.id);
            }
            if open.is_empty() {
                break;
            }
            (self.events)(Event::LooksOn { look, looks: job.looks(), open: open.iter().cloned().collect() });
            self.all_starts(starts, Some(&open))?;
        }
        Ok(())
    }

    /// The steps of these starts; those of `open` workloads alone where it names any.
    fn all_starts(&mut self, list: &[Start], open: Option<&BTreeSet<WorkloadId>>) -> Result<(), Stop> {
        let is_open = |step: &Step| open.is_none_or(|open| open.contains(step.workload()));
        let starts = list.last().map_or(0, |last| last.index.saturating_add(1));
        for (number, start) in list.iter().enumerate() {
            (self.events)(Event::StartBegan { start: start.index, starts });
            let left = list.get(number..).unwrap_or_default();
            let mut life = None;
            for (at, step) in start.steps.iter().enumerate().filter(|(_, step)| is_open(step)) {
                let Err(stop) = self.step(&mut life, start.index, step) else { continue };
                match stop {
                    Stop::BudgetSpent => {
                        (self.events)(Event::BudgetSpent);
                        if open.is_none() {
                            self.book_cut(Cut::Budget, left, at, &|_| true);
                        }
                        self.end_life(life, start.index, None)?;
                    }
                    Stop::Cancelled => {
                        self.book_cut(Cut::User, left, at, &|workload| open.is_none_or(|open| open.contains(workload)));
                        // Nobody waits for an agent that has measured nothing.
                        if !self.measured_in(start.index).is_empty() {
                            self.end_life(life, start.index, Some(step.workload()))?;
                        }
                    }
                    Stop::Failed(_) | Stop::Rig { .. } => {}
                }
                return Err(stop);
            }
            self.end_life(life, start.index, None)?;
        }
        Ok(())
    }

    /// The numbers of the workloads that were timed in this start and have not failed.
    pub(crate) fn measured_in(&self, start: u32) -> Vec<usize> {
        let measured = |book: &Book<'_>| {
            let of_start = book.observations.iterations.iter().rev().take_while(|iteration| iteration.start == start);
            let metered = book.observations.metering.iter().flat_map(|metering| &metering.periods);
            book.observations.failure.is_none()
                && (of_start.into_iter().any(|iteration| !iteration.warmup)
                    || metered.into_iter().any(|period| period.start == start))
        };
        (0..self.books.len()).filter(|at| measured(&self.books[*at])).collect()
    }

    /// One step. A failure of the measured code is booked here and does not stop the others.
    pub(crate) fn step(&mut self, life: &mut Option<AgentLife<'c>>, start: u32, step: &Step) -> Result<(), Stop> {
        let Some(at) = self.books.iter().position(|book| book.subject.id == step.workload()) else {
            return Err(Stop::lasting(Phase::Load, format!("the plan names no workload {}", step.workload())));
        };
        if self.books[at].observations.failure.is_some() {
            return Ok(());
        }
        self.check()?;
        match self.do_step(life, at, start, step) {
            Err(Stop::Failed(failure)) => {
                self.book_failure(at, failure);
                self.bury_if_dead(life);
                Ok(())
            }
            Err(stop) => {
                self.bury_if_dead(life);
                Err(stop)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Stops when the caller wants to or the budget is spent.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.control.cancelled() {
            return Err(Stop::Cancelled);
        }
        if self.budget_left().is_zero() {
            return Err(Stop::BudgetSpent);
        }
        Ok(())
    }

    pub(crate) fn budget_left(&self) -> Duration {
        self.job.budget.saturating_sub(self.spent())
    }

    /// What of the budget is spent: the sum of what was timed on an emulated board, time of this computer elsewhere.
    fn spent(&self) -> Duration {
        match (self.job.evidence, &self.clock) {
            (Evidence::Emulated, Some(clock)) => {
                #[expect(clippy::cast_precision_loss, reason = "a budget needs no 53 bits")]
                let seconds = self.books.iter().map(Book::ticks).sum::<u64>() as f64 / clock.hz;
                Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
            (Evidence::Emulated, None) => Duration::ZERO,
            _ => self.control.clock.now().saturating_sub(self.began),
        }
    }

    /// A new life of the agent.
    pub(crate) fn open(&mut self) -> Result<AgentLife<'c>, Stop> {
        let events = &mut *self.events;
        let mut tell = |line: String| events(Event::GettingReady { line: printable(&line) });
        let life = AgentLife::open(self.bench, self.ear.control(), self.job.timeout, &mut tell)?;
        self.meet(life)
    }

    /// A new life of an agent on another bench than the job's, which is given `timeout` for an iteration.
    pub(crate) fn open_on(
        &mut self,
        bench: &dyn Bench,
        timeout: Duration,
        tell: &mut dyn FnMut(String),
    ) -> Result<AgentLife<'c>, Stop> {
        let life = AgentLife::open(bench, self.ear.control(), timeout, tell)?;
        self.meet(life)
    }

    /// All agents of a job have the same clock.
    fn meet(&mut self, life: AgentLife<'c>) -> Result<AgentLife<'c>, Stop> {
        let clock = self.clock.get_or_insert_with(|| {
            for book in &mut self.books {
                book.observations.clock = life.info.clock.clone();
            }
            life.info.clock.clone()
        });
        if *clock != life.info.clock {
            return Err(Stop::rig(
                Phase::Handshake,
                format!("the agent's clock was {clock:?} before and is {:?} now", life.info.clock),
            ));
        }
        Ok(life)
    }

    /// Checks once more that what was measured gives right results, and ends the agent. `unfinished` is the workload
    /// whose request the caller's wish to stop may have left without its answer.
    ///
    /// The caller's wish to stop is not heard here: figures count only with this check.
    pub(crate) fn end_life(
        &mut self,
        mut life: Option<AgentLife<'c>>,
        start: u32,
        unfinished: Option<&WorkloadId>,
    ) -> Result<(), Stop> {
        self.ear.close();
        let result = self.last_checks(&mut life, start, unfinished);
        self.ear.open();
        result?;
        if let Some(life) = life {
            let events = &mut *self.events;
            let end = life.close(&mut |line| events(Event::GettingReady { line: printable(&line) }));
            self.report_end(&end);
        }
        Ok(())
    }

    fn last_checks(
        &mut self,
        life: &mut Option<AgentLife<'c>>,
        start: u32,
        unfinished: Option<&WorkloadId>,
    ) -> Result<(), Stop> {
        let unfinished = unfinished.and_then(|id| self.books.iter().position(|book| book.subject.id == id));
        if let Some((at, alive)) = unfinished.zip(life.as_mut()) {
            let result = alive.catch_up(self.control.clock, self.job.timeout);
            self.book_last(life, at, result)?;
        }
        for at in self.measured_in(start) {
            let Some(alive) = life.as_mut() else { break };
            let result = alive.verify(&self.books[at].subject);
            self.book_last(life, at, result)?;
        }
        Ok(())
    }

    /// Books what became of a last check.
    fn book_last(&mut self, life: &mut Option<AgentLife<'c>>, at: usize, result: Result<(), Stop>) -> Result<(), Stop> {
        let Err(stop) = result else { return Ok(()) };
        self.bury_if_dead(life);
        let Stop::Failed(failure) = stop else { return Err(stop) };
        self.book_failure(at, failure);
        Ok(())
    }

    fn book_failure(&mut self, at: usize, failure: Failure) {
        let book = &mut self.books[at];
        (self.events)(Event::WorkloadFailed { workload: book.subject.id.clone(), failure: failure.clone() });
        book.observations.failure = Some(failure);
    }

    /// The plan ended in or before step `at` of the first of the starts that are `left`: something is missing of everything
    /// from there on. `counts` says whether a workload is missed at all.
    pub(crate) fn book_cut(&mut self, cut: Cut, left: &[Start], at: usize, counts: &dyn Fn(&WorkloadId) -> bool) {
        let of = |(number, start): (usize, &'_ Start)| {
            let skip = if number == 0 { at } else { 0 };
            start.steps.iter().skip(skip).map(|step| step.workload().clone()).collect::<Vec<_>>()
        };
        let missing: BTreeSet<WorkloadId> = left.iter().enumerate().flat_map(of).collect();
        for book in self.books.iter_mut().filter(|book| missing.contains(book.subject.id) && counts(book.subject.id)) {
            book.observations.cut = Some(cut);
        }
    }

    /// Takes note of an agent that has ended, so that the next step gets a new one.
    fn bury_if_dead(&mut self, life: &mut Option<AgentLife<'c>>) {
        let dead = life.take_if(|life| life.session.is_over());
        if let Some(end) = dead.and_then(|mut life| life.session.take_end()) {
            self.report_end(&end);
        }
    }

    pub(crate) fn report_end(&mut self, end: &End) {
        for line in end.last_words.lines().filter(|line| !line.trim().is_empty()) {
            (self.events)(Event::AgentLog { line: printable(line) });
        }
        let how = match &end.how {
            Ending::Exited(0) => return,
            Ending::Exited(status) => format!("exited with status {status}"),
            Ending::Crashed { signal } => format!("crashed with {signal}"),
            Ending::KilledFromOutside { signal } => format!("killed from outside with {signal}"),
            Ending::RigFailed(_) => "ended by a fault of the rig".to_owned(),
            Ending::Stopped => "stopped by force".to_owned(),
        };
        (self.events)(Event::AgentGone { how });
    }
}
