//! What was observed, raw: nothing is averaged, trimmed or corrected here, so a verdict can always be recomputed.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::id::{ScenarioId, TableName, WorkloadId};
use crate::lab::Evidence;
use crate::metric::Metric;
use crate::power::Metering;

/// Everything that one workload of one scenario showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    /// The question.
    pub scenario: ScenarioId,
    /// The part of it.
    pub workload: WorkloadId,
    /// What the figures count as.
    pub evidence: Evidence,
    /// The counter that times iterations.
    pub clock: Counter,
    /// What reading the counters costs, one entry a start.
    pub own_costs: Vec<OwnCost>,
    /// Timed iterations, warm-up included, in the order in which they ran.
    pub iterations: Vec<Iteration>,
    /// Slices of closed-loop throughput.
    pub slices: Vec<Slice>,
    /// Largest memory use, one entry a start that was asked for it.
    pub peaks: Vec<Peak>,
    /// Largest sum of bytes alive on the heap, one entry a start that was asked for it.
    pub heaps: Vec<Heap>,
    /// Instructions of one iteration, one entry a start that was asked for them.
    pub counts: Vec<Count>,
    /// How warm the processor was, one entry a start that was asked for it.
    pub temperatures: Vec<Temperature>,
    /// Answers to the items of a data set.
    pub answers: Vec<Answer>,
    /// Answers that the plan asks for; fewer are a part of the data set, which is not the data set.
    pub answers_planned: u64,
    /// Outcomes of tables of cases.
    pub cases: Vec<Case>,
    /// How far results are off their reference.
    pub deviations: Vec<Deviation>,
    /// Samples of a profile, by part and group.
    pub shares: Vec<Share>,
    /// Bytes of the model's weights, where the kernel states them.
    pub weight_bytes: Option<u64>,
    /// Its power, where it was metered.
    pub metering: Option<Metering>,
    /// Metrics that the machine was asked for and cannot observe.
    pub unobservable: BTreeSet<Metric>,
    /// Why observing ended early, if the measured code was the cause.
    pub failure: Option<Failure>,
    /// Why the plan for this workload was not carried out to its end, if it was not.
    pub cut: Option<Cut>,
}

/// Why the plan for a workload was not carried out to its end. A part of what was planned proves only what holds
/// whatever the rest would have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The budget ended before the plan did.
    Budget,
    /// The user stopped the run.
    User,
}

/// A counter of the machine that runs the agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// Such as `monotonic` or `cyccnt`.
    pub name: String,
    /// Ticks per second of the named time base.
    pub hz: f64,
}

impl Counter {
    /// The cycle counter of a Cortex-M core (Armv7-M Architecture Reference Manual, C1.8.8: `DWT_CYCCNT`).
    pub const CYCCNT: &'static str = "cyccnt";

    /// Whether a tick is a cycle of the processor, whatever its frequency.
    #[must_use]
    pub fn counts_cycles(&self) -> bool {
        self.name == Self::CYCCNT
    }
}

/// What an empty iteration costs on each counter, to be subtracted from raw readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnCost {
    /// Which life of the agent.
    pub start: u32,
    /// Ticks of the clock.
    pub ticks: u64,
    /// Nanoseconds of processor time.
    pub cpu_ns: Option<u64>,
    /// Processor cycles (the time-stamp counter on a desktop).
    pub cycles: Option<u64>,
}

/// One timed iteration; readings are raw, own cost included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iteration {
    /// Which life of the agent.
    pub start: u32,
    /// Which block of a comparison; 0 without one.
    pub block: u32,
    /// Place within the block.
    pub slot: u8,
    /// Position among all iterations of this workload in this start.
    pub index: u32,
    /// Run, kept, not counted.
    pub warmup: bool,
    /// Ticks of the clock.
    pub ticks: u64,
    /// Nanoseconds of processor time.
    pub cpu_ns: Option<u64>,
    /// Processor cycles.
    pub cycles: Option<u64>,
}

/// What all workers together finished in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// Which life of the agents.
    pub start: u32,
    /// Position in time.
    pub index: u32,
    /// Agents that ran side by side.
    pub workers: u32,
    /// Iterations finished by all of them.
    pub finished: u64,
    /// Length.
    pub seconds: f64,
}

/// How often samples of a profile fell into one part of the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: String,
    /// Samples of one group depend on each other, such as those of one step of training.
    pub group: u32,
    /// Samples of this group in this part.
    pub samples: u32,
    /// Samples of this group in all parts.
    pub of: u32,
}

/// How warm the processor was when the iterations of one start were over.
#[derive(Debug, Clone, PartialEq)]
pub struct Temperature {
    /// Which life of the agent.
    pub start: u32,
    /// The sensor, such as `coretemp`.
    pub sensor: String,
    /// Its reading in degrees Celsius.
    pub celsius: f64,
}

/// Largest memory use of one start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// Which life of the agent.
    pub start: u32,
    /// Peak resident set of the whole process (or static + stack + heap of a board), in bytes.
    pub total: u64,
    /// The part that the agent needed before the workload ran, in bytes.
    pub agent: u64,
    /// Whether the system cannot tell the workload's part from the agent's: then the workload needed at most `total`.
    pub upper_bound_only: bool,
}

/// The largest sum of bytes that were alive on the heap at once in the iterations of one start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heap {
    /// Which life of the agent.
    pub start: u32,
    /// As they were asked for, over all threads, without what the agent took before.
    pub bytes: u64,
}

/// The instructions of one iteration in one start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Which life of the agent.
    pub start: u32,
    /// What was counted, or why nothing could be.
    pub outcome: Result<Instructions, String>,
}

/// Instructions, and what they are instructions of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instructions {
    /// How many, over all threads.
    pub number: u64,
    /// What counted them, such as `callgrind-3.19.0`.
    pub counter: String,
    /// The widest vector instructions that the agent found while it was counted, such as `avx2`.
    pub counted_with: String,
    /// Those that it finds when it is timed. Where they are others, other code is timed than is counted.
    pub timed_with: String,
}

/// One answer to one item of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The item, as its manifest names it.
    pub item: String,
    /// The cluster it belongs to: a speaker, a student. Items of one cluster are not independent.
    pub group: String,
    /// The right class.
    pub expected: u32,
    /// The class with the highest score.
    pub predicted: u32,
}

/// One case of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The table.
    pub table: TableName,
    /// Its name.
    pub name: String,
    /// Nothing when it holds, otherwise what was wrong.
    pub broken: Option<String>,
}

/// How far the result of one case is off its reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The case, as the kernel names it.
    pub name: String,
    /// The relative error; 0 is agreement, and infinity is what no number can express, such as a NaN on one side only.
    pub error: f64,
}

/// The measured code failed. It becomes a verdict, never an error of the rig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It ended itself: a panic, a signal of its own making, an exit.
    Crashed {
        /// The panic message with file and line, the signal's name, or the exit status.
        detail: String,
    },
    /// One iteration did not return in time.
    TimedOut {
        /// The limit that it exceeded.
        after: Duration,
    },
    /// Its result differs from the known answer.
    WrongResult {
        /// The first difference.
        detail: String,
    },
    /// The clock that times it stood still.
    ClockStuck {
        /// Its name.
        counter: String,
    },
}

impl Observations {
    /// Nothing observed yet.
    #[must_use]
    pub fn new(scenario: ScenarioId, workload: WorkloadId, evidence: Evidence, clock: Counter) -> Self {
        Self {
            scenario,
            workload,
            evidence,
            clock,
            own_costs: Vec::new(),
            iterations: Vec::new(),
            slices: Vec::new(),
            peaks: Vec::new(),
            heaps: Vec::new(),
            counts: Vec::new(),
            temperatures: Vec::new(),
            answers: Vec::new(),
            answers_planned: 0,
            cases: Vec::new(),
            deviations: Vec::new(),
            shares: Vec::new(),
            weight_bytes: None,
            metering: None,
            unobservable: BTreeSet::new(),
            failure: None,
            cut: None,
        }
    }

    /// Elapsed seconds of every counted iteration, own cost subtracted, with the iteration they come from.
    ///
    /// A reading below the own cost becomes zero: the iteration was shorter than the clock can tell.
    pub fn latencies(&self) -> impl Iterator<Item = (&Iteration, f64)> {
        self.counted().map(|iteration| {
            let own = self.own_cost(iteration.start).map_or(0, |cost| cost.ticks);
            #[expect(clippy::cast_precision_loss, reason = "an iteration of 2^53 ticks would last 104 days at 1 GHz")]
            let seconds = iteration.ticks.saturating_sub(own) as f64 / self.clock.hz;
            (iteration, seconds)
        })
    }

    /// Processor seconds of every counted iteration, own cost subtracted; empty where the machine cannot tell.
    pub fn cpu_times(&self) -> impl Iterator<Item = (&Iteration, f64)> {
        self.counted().filter_map(|iteration| {
            let own = self.own_cost(iteration.start).and_then(|cost| cost.cpu_ns).unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "2^53 ns are 104 days")]
            let seconds = iteration.cpu_ns?.saturating_sub(own) as f64 / 1e9;
            Some((iteration, seconds))
        })
    }

    /// Cycles of the processor of every counted iteration, own cost subtracted; empty where the clock counts something else.
    ///
    /// The time-stamp counter of a desktop processor is no such clock: it runs at one rate, whatever the processor does.
    pub fn cycles(&self) -> impl Iterator<Item = (&Iteration, f64)> {
        let counts = self.clock.counts_cycles();
        self.counted().filter(move |_| counts).map(|iteration| {
            let own = self.own_cost(iteration.start).map_or(0, |cost| cost.ticks);
            #[expect(clippy::cast_precision_loss, reason = "an iteration of 2^53 cycles would last 104 days at 1 GHz")]
            let cycles = iteration.ticks.saturating_sub(own) as f64;
            (iteration, cycles)
        })
    }

    fn counted(&self) -> impl Iterator<Item = &Iteration> {
        self.iterations.iter().filter(|iteration| !iteration.warmup)
    }

    fn own_cost(&self, start: u32) -> Option<&OwnCost> {
        self.own_costs.iter().find(|cost| cost.start == start)
    }
}
