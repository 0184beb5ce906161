//! One job of suites, from building to the last start: the order of things, the budget, and what becomes of failures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hil_bench::control::Control;
use hil_bench::job::JobOutcome;
use hil_import::imported::{Format, Source};
use hil_import::observe;
use hil_model::id::WorkloadId;
use hil_model::plan::{Job, Start, Step, SuiteAmount};
use hil_model::run::RigFault;
use hil_model::sample::{Cut, Failure, Observations};
use hil_model::scenario::{Suite, SuiteFound};

use crate::compile::{BuildError, build};
use crate::event::Event;
use crate::start::{Bench, Started};

/// The name of the clock that criterion reads by default.
pub const CLOCK: &str = "criterion's wall clock";

/// What a job of suites amounts to.
#[derive(Debug)]
pub struct Outcome {
    /// As for any other job. An iteration stands for a sample of criterion, with the mean time of its iterations.
    pub job: JobOutcome,
    /// What the reader of the figures should know, one entry a workload with samples.
    pub samplings: Vec<Sampling>,
    /// What was built, in words.
    pub builds: Vec<String>,
}

/// How the samples of a workload came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampling {
    /// Whose.
    pub workload: WorkloadId,
    /// Process starts that gave samples.
    pub starts: u32,
    /// The most iterations that any one sample is the mean of.
    pub most_iterations: u64,
}

/// Whether a job is one of suites; its workloads are either all of them or none.
#[must_use]
pub fn is_of_suites(job: &Job) -> bool {
    job.workloads.iter().any(|(_, workload)| workload.code.suite().is_some())
}

/// Builds the suites of `job` and carries out its starts within its budget, of which building takes nothing.
///
/// `scratch` is an empty folder for criterion's files; the caller removes it. A start that is under way when the budget
/// ends is let finish, so a job overruns its budget by at most its timeout; one that is under way when the caller
/// wants to stop is ended. A workload that fails is over; the others go on.
pub fn run_job(job: &Job, scratch: &Path, control: &Control<'_>, events: &mut dyn FnMut(Event)) -> Outcome {
    let nothing = JobOutcome::nothing();
    let mut outcome = Outcome { job: nothing, samplings: Vec::new(), builds: Vec::new() };
    let fault = |phase: &str, message: String| {
        let (scenario, platform) = (job.scenario.clone(), job.platform.clone());
        Some(RigFault { scenario, platform, phase: phase.to_owned(), message })
    };
    let mut books: Vec<Book<'_>> = Vec::new();
    for (id, workload) in asked(job) {
        let Some((suite, found)) = workload.and_then(|suite| Some((suite, suite.found.as_ref()?))) else {
            outcome.job.fault = fault("load", format!("workload {id} is no suite of a package that is here"));
            return outcome;
        };
        let alike = |book: &&Book<'_>| {
            let same = |a: &SuiteFound, b: &SuiteFound| (&a.folder, &a.bench) == (&b.folder, &b.bench);
            same(book.found, found) && book.suite.features == suite.features
        };
        let program = match books.iter().find(alike).map(|book| book.program.clone()) {
            Some(program) => program,
            None => {
                let (package, bench) = (found.name.clone(), found.bench.clone());
                events(Event::Building { package, bench });
                match build(suite, found, control) {
                    Ok(built) => {
                        outcome.builds.push(built.words);
                        built.program
                    }
                    Err(BuildError::Cancelled) => {
                        outcome.job.interrupted = true;
                        return outcome;
                    }
                    Err(BuildError::Failed { message, lines }) => {
                        lines.into_iter().for_each(|line| events(Event::Compiler { line }));
                        outcome.job.fault = fault("build", message);
                        return outcome;
                    }
                }
            }
        };
        books.push(Book { id, suite, found, program, sources: Vec::new(), failure: None, cut: None });
    }
    if let Err(message) = all_starts(job, &mut books, scratch, control, events) {
        outcome.job.fault = fault("measure", message);
    }
    outcome.job.interrupted = books.iter().any(|book| book.cut == Some(Cut::User));
    outcome.samplings = books.iter().filter_map(Book::sampling).collect();
    outcome.job.observations = books.iter().map(|book| book.observations(job)).collect();
    outcome
}

/// The workloads that some start runs, each once; nothing beside one that is no suite.
fn asked(job: &Job) -> Vec<(&WorkloadId, Option<&Suite>)> {
    let steps = || job.starts.iter().flat_map(|start| &start.steps);
    let ids: BTreeSet<&WorkloadId> = steps().map(Step::workload).collect();
    let suite = |id: &WorkloadId| {
        let workload = job.workloads.iter().find(|(known, _)| known == id);
        workload.and_then(|(_, workload)| workload.code.suite())
    };
    ids.into_iter().map(|id| (id, suite(id))).collect()
}

/// What is known about one workload.
struct Book<'j> {
    id: &'j WorkloadId,
    suite: &'j Suite,
    found: &'j SuiteFound,
    program: PathBuf,
    /// What each start gave, with its place in its round.
    sources: Vec<(u8, Source)>,
    failure: Option<Failure>,
    cut: Option<Cut>,
}

impl Book<'_> {
    fn sources(&self) -> Vec<&Source> {
        self.sources.iter().map(|(_, source)| source).collect()
    }

    fn sampling(&self) -> Option<Sampling> {
        let sources = self.sources();
        let starts = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let most_iterations = observe::most_iterations(&sources);
        (starts > 0).then(|| Sampling { workload: self.id.clone(), starts, most_iterations })
    }

    fn observations(&self, job: &Job) -> Observations {
        let mut seen = observe::observations(&job.scenario, self.id, Format::Criterion, &self.sources());
        // The samples were taken here and now; that another tool wrote them down changes nothing about that.
        seen.evidence = job.evidence;
        seen.clock.name = CLOCK.to_owned();
        for iteration in &mut seen.iterations {
            let of_start = self.sources.iter().find(|(_, source)| source.start == iteration.start);
            iteration.slot = of_start.map_or(0, |(slot, _)| *slot);
        }
        seen.failure = self.failure.clone();
        seen.cut = self.cut;
        seen
    }
}

fn all_starts(
    job: &Job,
    books: &mut [Book<'_>],
    scratch: &Path,
    control: &Control<'_>,
    events: &mut dyn FnMut(Event),
) -> Result<(), String> {
    let began = control.clock.now();
    let total = u32::try_from(job.starts.len()).unwrap_or(u32::MAX);
    for (number, start) in job.starts.iter().enumerate() {
        for step in &start.steps {
            let Step::Suite { workload, round, slot, amount } = step else {
                return Err(format!("the plan asks for {step:?}, which suites cannot do"));
            };
            let Some(at) = books.iter().position(|book| book.id == workload) else { continue };
            if books[at].failure.is_some() {
                continue;
            }
            let spent = control.clock.now().saturating_sub(began) >= job.budget;
            if control.cancelled() || spent {
                let cut = if control.cancelled() { Cut::User } else { Cut::Budget };
                if cut == Cut::Budget {
                    events(Event::BudgetSpent);
                }
                book_cut(books, &job.starts[number..], cut);
                return Ok(());
            }
            let done = u32::try_from(number).unwrap_or(u32::MAX);
            events(Event::StartBegan { workload: workload.clone(), done, total });
            let book = &mut books[at];
            let place = Place { scratch, number, round: *round, slot: *slot };
            if one_start(book, &place, *amount, job.timeout, control, events)? {
                book_cut(books, &job.starts[number..], Cut::User);
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Where a start stands in its job.
struct Place<'a> {
    scratch: &'a Path,
    number: usize,
    round: u32,
    slot: u8,
}

/// Carries out one start; whether the caller wanted to stop.
fn one_start(
    book: &mut Book<'_>,
    place: &Place<'_>,
    amount: SuiteAmount,
    limit: Duration,
    control: &Control<'_>,
    events: &mut dyn FnMut(Event),
) -> Result<bool, String> {
    let shown = format!("start-{}", place.number);
    let home = place.scratch.join(&shown);
    let bench = Bench { program: &book.program, suite: book.suite, found: book.found, amount, limit };
    let mut keep = |source: Source| book.sources.push((place.slot, Source { start: place.round, ..source }));
    match bench.start(&home, &shown, control) {
        Started::Measured(source) => keep(source),
        Started::Failed(failure, source) => {
            source.into_iter().for_each(&mut keep);
            events(Event::WorkloadFailed { workload: book.id.clone(), failure: failure.clone() });
            book.failure = Some(failure);
        }
        Started::Cancelled => return Ok(true),
        Started::Rig(message) => return Err(message),
    }
    // What a thousand starts leave behind need not lie about until the end of the job; the caller removes the rest.
    let _ = std::fs::remove_dir_all(&home);
    Ok(false)
}

/// The plan ended before `left`: something is missing of every workload in it.
fn book_cut(books: &mut [Book<'_>], left: &[Start], cut: Cut) {
    let missing: BTreeSet<&WorkloadId> = left.iter().flat_map(|start| &start.steps).map(Step::workload).collect();
    for book in books.iter_mut().filter(|book| missing.contains(book.id)) {
        book.cut = Some(cut);
    }
}
