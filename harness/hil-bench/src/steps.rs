//! What each step of a plan asks of the agent, and how its answers are booked.

use std::time::Duration;

use hil_model::data::Dataset;
use hil_model::id::{DatasetName, TableName};
use hil_model::metric::Metric;
use hil_model::plan::{Start, Step};
use hil_model::sample::{Answer, Case, Deviation, Failure, Iteration, OwnCost, Peak, Temperature};
use hil_wire::message::{MemoryUse, Sample};

use crate::crash::printable;
use crate::event::Event;
use crate::job::{Book, Runner};
use crate::life::{AgentLife, Input, Subject};
use crate::phase::Phase;
use crate::spread::spread;
use crate::stop::Stop;

/// How long the iterations of one request shall take together: short enough to keep budgets and to react to the
/// caller, long enough that the requests in between cost nothing.
const CHUNK: Duration = Duration::from_millis(100);
/// A chunk is at most this many times the chunk before it, because the pace is known only from there.
const GROWTH: u32 = 16;
/// Iterations of one request at most.
const MAX_CHUNK: u32 = 4096;
/// Iterations of one step beyond which time alone asks for no more: enough for a p99.9, and little to store.
const MOST: u32 = 20_000;

/// Iterations of one step.
struct Batch {
    phase: Phase,
    start: u32,
    block: u32,
    slot: u8,
    iterations: u32,
    at_least: Duration,
}

impl<'c> Runner<'_, 'c, '_> {
    /// Does one step for the workload with number `at`.
    pub(crate) fn do_step(
        &mut self,
        life: &mut Option<AgentLife<'c>>,
        at: usize,
        start: u32,
        step: &Step,
    ) -> Result<(), Stop> {
        let workload = step.workload().clone();
        (self.events)(Event::StepBegan { workload, phase: phase_of(step) });
        if let Step::Throughput { workers, slices, slice, .. } = step {
            // It needs several agents at once, and opens them itself.
            return self.throughput(at, start, *workers, *slices, *slice);
        }
        match step {
            Step::Count { .. } if self.is_counted(at) => return Ok(()),
            Step::Heap { .. } if self.is_heap_known(at) => return Ok(()),
            _ => {}
        }
        if life.is_none() {
            *life = Some(self.open()?);
        }
        let Some(life) = life else { return Ok(()) };
        match step {
            Step::Verify { .. } => life.verify(&self.books[at].subject),
            Step::WarmUp { iterations, .. } => {
                let (phase, at_least) = (Phase::WarmUp, Duration::ZERO);
                let batch = Batch { phase, start, block: 0, slot: 0, iterations: *iterations, at_least };
                self.iterate(life, at, &batch)
            }
            Step::Measure { block, slot, iterations, at_least, .. } => {
                let (phase, block, slot) = (Phase::Measure, *block, *slot);
                let batch = Batch { phase, start, block, slot, iterations: *iterations, at_least: *at_least };
                self.iterate(life, at, &batch)
            }
            Step::Answer { dataset, most, .. } => self.answer(life, at, dataset, *most),
            Step::Conform { table, .. } => self.conform(life, at, table),
            Step::Deviate { .. } => self.deviate(life, at),
            Step::Weigh { .. } => self.weigh(life, at),
            Step::Temperature { .. } => self.temperature(life, at, start),
            Step::Profile { .. } => self.profile(life, at),
            Step::DutyCycle { sleep, period, periods, .. } => {
                self.duty_cycle(life, at, start, (sleep, *period, *periods))
            }
            Step::Count { .. } => self.count(life, at, start),
            Step::Heap { iterations, .. } => self.heap(life, at, start, *iterations),
            Step::Memory { .. } => self.memory(life, at, start),
            Step::Suite { .. } => Err(Stop::lasting(Phase::Load, "agents run no suites")),
            Step::Throughput { .. } => Ok(()),
        }
    }

    pub(crate) fn progress(&mut self, at: usize, phase: Phase, done: u32, total: u32) {
        let workload = self.books[at].subject.id.clone();
        (self.events)(Event::Progress { workload, phase, done, total });
    }

    /// Runs and times a batch of iterations, in chunks.
    fn iterate(&mut self, life: &mut AgentLife<'c>, at: usize, batch: &Batch) -> Result<(), Stop> {
        life.verify_once(&self.books[at].subject)?;
        self.calibrate(life, at, batch.start)?;
        let first_item = self.first_item(at, batch);
        let share = share_of_an_item(&self.books[at].subject.input, batch.iterations);
        let hz = life.info.clock.hz;
        let (mut done, mut last, mut seconds) = (0, 0, 0.0);
        loop {
            let left = match batch.iterations.checked_sub(done) {
                Some(left) if left > 0 => {
                    self.check()?;
                    left
                }
                // What was asked for is done. The rest is welcome, and worth no more than the time there is.
                _ if seconds < batch.at_least.as_secs_f64() && done < MOST && self.check().is_ok() => MOST - done,
                _ => return Ok(()),
            };
            let book = &mut self.books[at];
            // How fast a side is decides how often it is asked, and never which items it gets.
            let count = chunk_size(book, last).min(share - done % share).min(left);
            life.give(&book.subject, first_item + number(done / share))?;
            let mut samples = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
            let result = life.session.run(batch.phase, book.subject.kernel, count, &mut |sample| samples.push(sample));
            // What came before a failure is kept.
            book_samples(book, batch, &samples, hz);
            result?;
            done += count;
            last = count;
            #[expect(clippy::cast_precision_loss, reason = "a pace needs no 53 bits")]
            let taken = samples.iter().map(|sample| sample.ticks as f64).sum::<f64>() / hz;
            seconds += taken;
            self.progress(at, batch.phase, done, batch.iterations.max(done));
        }
    }

    /// Measures the cost of reading the counters once in a life, and makes sure that the clock moves.
    fn calibrate(&mut self, life: &mut AgentLife<'c>, at: usize, start: u32) -> Result<(), Stop> {
        let book = &mut self.books[at];
        let Some(calibration) = life.calibrate_once(&book.subject)? else { return Ok(()) };
        if !calibration.clock_moves {
            return Err(Stop::Failed(Failure::ClockStuck { counter: life.info.clock.name.clone() }));
        }
        let Sample { ticks, cpu_ns, cycles } = calibration.least;
        let costs = &mut book.observations.own_costs;
        // A second life within one start does not make a second cost: the lesser of the two is the better estimate.
        match costs.iter_mut().find(|cost| cost.start == start) {
            Some(cost) => {
                cost.ticks = cost.ticks.min(ticks);
                cost.cpu_ns = cost.cpu_ns.min(cpu_ns);
                cost.cycles = cost.cycles.min(cycles);
            }
            None => costs.push(OwnCost { start, ticks, cpu_ns, cycles }),
        }
        Ok(())
    }

    /// The item that a batch begins with. Both sides of a block get the same one; the starts that run this workload in
    /// this way are spread over the set, and each block of a start goes on where the one before it ended.
    fn first_item(&self, at: usize, batch: &Batch) -> usize {
        let Subject { id, input, .. } = &self.books[at].subject;
        let Input::Items(dataset) = input else { return 0 };
        let alike =
            |start: &&Start| start.steps.iter().any(|step| step.workload() == *id && phase_of(step) == batch.phase);
        let starts = self.job.starts.iter().filter(alike);
        let place = starts.clone().position(|start| start.index == batch.start).unwrap_or(0);
        let stride = dataset.items.len().div_ceil(starts.count().max(1));
        let items_of_a_batch = batch.iterations.div_ceil(share_of_an_item(input, batch.iterations));
        place * stride + number(batch.block) * number(items_of_a_batch)
    }

    /// Answers the items of a data set that have a right answer, or as many of them as are wanted at `most`.
    fn answer(
        &mut self,
        life: &mut AgentLife<'c>,
        at: usize,
        name: &DatasetName,
        most: Option<u32>,
    ) -> Result<(), Stop> {
        life.verify_once(&self.books[at].subject)?;
        let dataset: &Dataset = match &self.books[at].subject.input {
            Input::Items(dataset) if dataset.name == *name => dataset,
            Input::Items(_) | Input::BuiltIn | Input::Command(_) => {
                return Err(Stop::rig(Phase::Answer, format!("the workload has no data set {name}")));
            }
        };
        let labelled: Vec<_> = dataset
            .items
            .iter()
            .enumerate()
            .filter_map(|(number, item)| item.expected.map(|expected| (number, item, expected)))
            .collect();
        let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let chosen = spread(labelled.len(), most);
        let total = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
        for (done, place) in (1..).zip(chosen) {
            self.check()?;
            let (number, item, expected) = labelled[place];
            let book = &mut self.books[at];
            let predicted = life.answer(&book.subject, number)?;
            let answer = Answer { item: item.name.clone(), group: item.group.clone(), expected, predicted };
            book.observations.answers.push(answer);
            self.progress(at, Phase::Answer, done, total);
        }
        Ok(())
    }

    /// Goes through a table of cases.
    fn conform(&mut self, life: &mut AgentLife<'c>, at: usize, table: &TableName) -> Result<(), Stop> {
        let book = &mut self.books[at];
        life.verify_once(&book.subject)?;
        let cases = &mut book.observations.cases;
        let before = cases.len();
        let known = life.session.conform(book.subject.kernel, table.as_str(), &mut |name, broken| {
            cases.push(Case { table: table.clone(), name: printable(name), broken: broken.map(printable) });
        });
        let done = u32::try_from(cases.len() - before).unwrap_or(u32::MAX);
        if known == Ok(false) {
            // What is asked for does not exist: nothing is wrong with the code or with the rig.
            book.observations.unobservable.insert(Metric::Conformance);
        }
        self.progress(at, Phase::Conform, done, 0);
        known.map(drop)
    }

    /// Goes through the cases that the kernel compares with its reference, on the first item of its data set if it has one.
    fn deviate(&mut self, life: &mut AgentLife<'c>, at: usize) -> Result<(), Stop> {
        let book = &mut self.books[at];
        life.verify_once(&book.subject)?;
        life.give(&book.subject, 0)?;
        let deviations = &mut book.observations.deviations;
        let before = deviations.len();
        let has_reference = life.session.deviate(book.subject.kernel, &mut |name, error| {
            deviations.push(Deviation { name: printable(name), error });
        });
        let done = u32::try_from(deviations.len() - before).unwrap_or(u32::MAX);
        if has_reference == Ok(false) {
            // What is asked for does not exist: nothing is wrong with the code or with the rig.
            book.observations.unobservable.insert(Metric::NumericalError);
        }
        self.progress(at, Phase::Deviate, done, 0);
        has_reference.map(drop)
    }

    /// Has a profile of the work taken, on the first item of its data set if it has one.
    fn profile(&mut self, life: &mut AgentLife<'c>, at: usize) -> Result<(), Stop> {
        let book = &mut self.books[at];
        life.verify_once(&book.subject)?;
        life.give(&book.subject, 0)?;
        let shares = &mut book.observations.shares;
        let has_one = life.session.profile(book.subject.kernel, &mut |share| shares.push(share))?;
        if !has_one {
            book.observations.unobservable.insert(Metric::Share);
        }
        self.progress(at, Phase::Profile, 1, 1);
        Ok(())
    }

    /// Asks how large the weights of the model are.
    fn weigh(&mut self, life: &mut AgentLife<'c>, at: usize) -> Result<(), Stop> {
        let book = &mut self.books[at];
        // The size of a model that does not work is nobody's target.
        life.verify_once(&book.subject)?;
        book.observations.weight_bytes = life.session.weigh(book.subject.kernel)?;
        if book.observations.weight_bytes.is_none() {
            book.observations.unobservable.insert(Metric::ModelSize);
        }
        self.progress(at, Phase::Weigh, 1, 1);
        Ok(())
    }

    /// Reads how warm the processor is.
    fn temperature(&mut self, life: &mut AgentLife<'c>, at: usize, start: u32) -> Result<(), Stop> {
        let observations = &mut self.books[at].observations;
        match life.session.temperature()? {
            Some((sensor, celsius)) => observations.temperatures.push(Temperature { start, sensor, celsius }),
            None => drop(observations.unobservable.insert(Metric::Temperature)),
        }
        Ok(())
    }

    /// Reads the largest memory use of this life.
    fn memory(&mut self, life: &mut AgentLife<'c>, at: usize, start: u32) -> Result<(), Stop> {
        let book = &mut self.books[at];
        life.verify_once(&book.subject)?;
        let Some(memory) = life.session.memory(book.subject.kernel)? else {
            book.observations.unobservable.insert(Metric::Memory);
            return Ok(());
        };
        let MemoryUse { total, agent, upper_bound_only } = memory;
        book.observations.peaks.push(Peak { start, total, agent, upper_bound_only });
        if upper_bound_only {
            let workload = book.subject.id.clone();
            (self.events)(Event::MemoryIsUpperBound { workload, total });
        }
        Ok(())
    }
}

fn phase_of(step: &Step) -> Phase {
    match step {
        Step::Verify { .. } => Phase::Verify,
        Step::WarmUp { .. } => Phase::WarmUp,
        Step::Measure { .. } | Step::Suite { .. } => Phase::Measure,
        Step::Throughput { .. } => Phase::Throughput,
        Step::Answer { .. } => Phase::Answer,
        Step::Conform { .. } => Phase::Conform,
        Step::Deviate { .. } => Phase::Deviate,
        Step::Weigh { .. } => Phase::Weigh,
        Step::Temperature { .. } => Phase::Temperature,
        Step::Profile { .. } => Phase::Profile,
        Step::DutyCycle { .. } => Phase::DutyCycle,
        Step::Count { .. } => Phase::Count,
        Step::Heap { .. } | Step::Memory { .. } => Phase::Memory,
    }
}

fn number(n: u32) -> usize {
    usize::try_from(n).unwrap_or(0)
}

/// Iterations of a batch that one item gets: every item shall have its turn, if there are iterations enough.
fn share_of_an_item(input: &Input<'_>, iterations: u32) -> u32 {
    let items = match input {
        Input::Items(dataset) => u32::try_from(dataset.items.len()).unwrap_or(u32::MAX),
        Input::BuiltIn | Input::Command(_) => 1,
    };
    iterations.div_ceil(items.max(1)).max(1)
}

/// How many iterations to ask for next, given the size of the chunk before.
fn chunk_size(book: &Book<'_>, last: u32) -> u32 {
    let Some(seconds) = book.pace else { return 1 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let fitting = (CHUNK.as_secs_f64() / seconds.max(1e-9)) as u32;
    let grown = if last == 0 { MAX_CHUNK } else { last.saturating_mul(GROWTH) };
    fitting.min(grown).clamp(1, MAX_CHUNK)
}

/// Books samples as iterations and takes note of their pace.
fn book_samples(book: &mut Book<'_>, batch: &Batch, samples: &[Sample], hz: f64) {
    if book.position.0 != batch.start {
        book.position = (batch.start, 0);
    }
    let mut ticks_in_all = 0u64;
    for Sample { ticks, cpu_ns, cycles } in samples.iter().copied() {
        let (start, index) = book.position;
        let Batch { block, slot, phase, .. } = *batch;
        let warmup = phase == Phase::WarmUp;
        book.observations.iterations.push(Iteration { start, block, slot, index, warmup, ticks, cpu_ns, cycles });
        book.position.1 = index.saturating_add(1);
        ticks_in_all = ticks_in_all.saturating_add(ticks);
    }
    if !samples.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "a pace needs no 53 bits")]
        let seconds = ticks_in_all as f64 / samples.len() as f64 / hz;
        book.pace = Some(seconds);
    }
}
