//! What the user is told of a running job: how far it is, what it does, what went wrong.

use hil_bench::event::Event;
use hil_model::id::WorkloadId;
use hil_model::plan::{Job, Step};
use hil_model::sample::{Failure, Observations};

use crate::show::Show;

/// Turns the events of one job into progress and details.
pub struct Voice {
    /// Work of the steps that are behind, in iterations, slices and items alike.
    behind: u64,
    /// Work of the current step that is done.
    current: u64,
    total: u64,
}

impl Voice {
    /// The voice of `job`, or of one more attempt at it.
    pub fn new(job: &Job) -> Self {
        // What a further look takes is not known before, so the total grows with what is seen.
        let steps = job.starts.iter().flat_map(|start| &start.steps);
        Self { behind: 0, current: 0, total: steps.map(work).sum() }
    }

    /// Tells what happened to the job that `show` speaks of.
    pub fn say(&mut self, show: &mut Show, event: &Event) {
        match event {
            Event::StartBegan { start, starts } => {
                show.detail(1, &format!("start {} of {starts}", start + 1));
            }
            Event::StepBegan { workload, phase } => {
                self.behind += std::mem::take(&mut self.current);
                show.detail(2, &format!("{workload}: {phase}"));
            }
            Event::Progress { workload, phase, done, .. } => {
                self.current = u64::from(*done);
                // A data set's length is not part of the plan, so the total grows with what is seen.
                self.total = self.total.max(self.behind + self.current);
                show.progress(self.behind + self.current, self.total, &format!("{workload}: {phase}"));
            }
            Event::GettingReady { line } => show.detail(1, &format!("board: {line}")),
            Event::AgentLog { line } => show.detail(1, &format!("agent: {line}")),
            Event::AgentGone { how } => show.detail(1, &format!("the agent is gone: {how}")),
            Event::WorkloadFailed { workload, failure } => {
                show.detail(1, &format!("{workload}: {}", failure_in_words(failure)));
            }
            Event::MemoryIsUpperBound { workload, total } => {
                show.detail(1, &format!("{workload}: its memory use is at most {total} B"));
            }
            Event::NotCounted { workload, why } => {
                show.detail(0, &format!("{workload}: its instructions cannot be counted: {why}"));
            }
            Event::LooksOn { look, looks, open } => {
                let open = open.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                show.detail(0, &format!("not decided yet: {open}; measuring on, look {look} of {looks}"));
            }
            Event::Settles { workload, iterations, seconds } => {
                show.detail(1, &settling_in_words(workload, *iterations, *seconds));
            }
            Event::BudgetSpent => show.detail(0, "the budget is spent; judging what there is"),
        }
    }
}

/// What comes before each block of a workload, and why.
pub(crate) fn settling_in_words(workload: &WorkloadId, iterations: u32, seconds: f64) -> String {
    let plural = if iterations == 1 { "" } else { "s" };
    let time = 1e3 * seconds;
    format!(
        "{workload}: {iterations} iteration{plural} ({time:.1} ms) before each block are not counted, its caches are cold"
    )
}

/// The work of a step, in iterations, slices or items.
fn work(step: &Step) -> u64 {
    match step {
        Step::WarmUp { iterations, .. } | Step::Measure { iterations, .. } => u64::from(*iterations),
        Step::Throughput { slices, .. } => u64::from(*slices),
        Step::Suite { .. } => 1,
        Step::Verify { .. }
        | Step::Answer { .. }
        | Step::Conform { .. }
        | Step::Deviate { .. }
        | Step::Weigh { .. }
        | Step::Temperature { .. }
        | Step::Profile { .. }
        | Step::Count { .. }
        | Step::Heap { .. }
        | Step::DutyCycle { .. }
        | Step::Memory { .. } => 0,
    }
}

/// What a finished job amounts to, in a few words.
pub fn in_words(observations: &[Observations]) -> String {
    let failures = observations.iter().filter_map(|seen| seen.failure.as_ref());
    if let Some(failure) = failures.into_iter().next() {
        return failure_in_words(failure);
    }
    let sum = |count: fn(&Observations) -> usize| observations.iter().map(count).sum::<usize>();
    let parts = [
        (sum(|seen| seen.latencies().count()), "iterations"),
        (sum(|seen| seen.counts.len()), "counts of instructions"),
        (sum(|seen| seen.heaps.len()), "counts of the heap"),
        (sum(|seen| seen.slices.len()), "slices of throughput"),
        (sum(|seen| seen.answers.len()), "answers"),
        (sum(|seen| seen.cases.len()), "cases"),
        (sum(|seen| seen.deviations.len()), "deviations from a reference"),
        (sum(|seen| usize::from(seen.weight_bytes.is_some())), "sizes of models"),
        (sum(|seen| usize::from(!seen.shares.is_empty())), "profiles"),
        (sum(|seen| seen.metering.as_ref().map_or(0, |metering| metering.periods.len())), "metered periods"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    if words.is_empty() { "nothing observed".to_owned() } else { words.join(", ") }
}

/// A failure in a few words.
pub fn failure_in_words(failure: &Failure) -> String {
    match failure {
        Failure::Crashed { detail } => format!("crashed: {detail}"),
        Failure::TimedOut { after } => format!("timeout after {after:?}"),
        Failure::WrongResult { detail } => format!("wrong result: {detail}"),
        Failure::ClockStuck { counter } => format!("the counter {counter} did not move"),
    }
}
