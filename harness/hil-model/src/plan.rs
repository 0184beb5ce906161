//! What will be done, step by step, before anything is done.
//!
//! A plan is a value: it can be printed, compared and tested. Running it needs nothing that is not in it.

use std::time::Duration;

use crate::id::{DatasetName, PlatformId, ScenarioId, TableName, WorkloadId};
use crate::lab::Evidence;
use crate::scenario::Workload;
use crate::verdict::Reason;

/// Everything one `hil run` will do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// All randomness of the plan comes from it.
    pub seed: u64,
    /// In the order in which they run; one bench runs one job at a time.
    pub jobs: Vec<Job>,
    /// Scenarios that nothing here can answer, each with what is needed.
    pub skipped: Vec<Skipped>,
}

impl Plan {
    /// What is run of this scenario.
    #[must_use]
    pub fn job_of(&self, scenario: &ScenarioId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.scenario == *scenario)
    }

    /// Why the check at that position of a scenario is not run, if it is not.
    #[must_use]
    pub fn skips(&self, scenario: &ScenarioId, position: usize) -> Option<&Skipped> {
        let is_meant = |skip: &&Skipped| skip.scenario == *scenario && skip.check.is_none_or(|check| check == position);
        self.skipped.iter().find(is_meant)
    }
}

/// One scenario on one bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The question.
    pub scenario: ScenarioId,
    /// The bench.
    pub platform: PlatformId,
    /// What its figures count as.
    pub evidence: Evidence,
    /// Time that all its starts together may take.
    pub budget: Duration,
    /// Longest time for a single iteration.
    pub timeout: Duration,
    /// The workloads that the steps name.
    pub workloads: Vec<(WorkloadId, Workload)>,
    /// Process starts (boots), in order. Within one, the agent is not restarted.
    pub starts: Vec<Start>,
    /// More starts, for what is still open when one has looked; one list for each further look, in order.
    pub further: Vec<Vec<Start>>,
}

impl Job {
    /// How often is looked at what was measured, the last time included.
    #[must_use]
    pub fn looks(&self) -> u32 {
        u32::try_from(self.further.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// One life of the agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// From 0; kept with every sample.
    pub index: u32,
    /// In order.
    pub steps: Vec<Step>,
}

/// One thing that the agent is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Compare the kernel's result with its known answer; nothing counts unless this holds.
    Verify {
        /// Whose.
        workload: WorkloadId,
    },
    /// Run without counting.
    WarmUp {
        /// Whose.
        workload: WorkloadId,
        /// How often.
        iterations: u32,
    },
    /// Run and time each iteration.
    Measure {
        /// Whose.
        workload: WorkloadId,
        /// Blocks of one comparison carry the same number on both sides.
        block: u32,
        /// Place within the block: 0 ran first.
        slot: u8,
        /// How often, at least.
        iterations: u32,
        /// Go on until the iterations have taken this long together: five hundred fast ones would be over within a
        /// single hiccup of the system, and then say little about any other moment.
        at_least: Duration,
    },
    /// Run in a closed loop on several agents and count what is finished in each slice of time.
    Throughput {
        /// Whose.
        workload: WorkloadId,
        /// Agents side by side.
        workers: u32,
        /// Slices that are counted.
        slices: u32,
        /// Length of one.
        slice: Duration,
    },
    /// Answer the items of a data set.
    Answer {
        /// Whose.
        workload: WorkloadId,
        /// The items.
        dataset: DatasetName,
        /// No more of them than this, spread over the set; all of them without it.
        most: Option<u32>,
    },
    /// Go through a table of cases.
    Conform {
        /// Whose.
        workload: WorkloadId,
        /// The table.
        table: TableName,
    },
    /// Start the process of a criterion suite and read what it has measured. It is the only step of its start.
    Suite {
        /// Whose.
        workload: WorkloadId,
        /// Starts of one round stand next to each other in time; comparisons pair them.
        round: u32,
        /// Place within the round: 0 ran first.
        slot: u8,
        /// How much is measured.
        amount: SuiteAmount,
    },
    /// Go through the cases that the kernel compares with its reference.
    Deviate {
        /// Whose.
        workload: WorkloadId,
    },
    /// Ask how large the weights of the kernel's model are.
    Weigh {
        /// Whose.
        workload: WorkloadId,
    },
    /// Take a profile: where the time of the work goes.
    Profile {
        /// Whose.
        workload: WorkloadId,
    },
    /// Read how warm the processor is.
    Temperature {
        /// After whose iterations.
        workload: WorkloadId,
    },
    /// Run once a period, sleep in between, and meter the power meanwhile.
    DutyCycle {
        /// Whose.
        workload: WorkloadId,
        /// The agent's name of the sleep mode.
        sleep: String,
        /// From the start of one iteration to the start of the next; zero for no pause.
        period: Duration,
        /// How often.
        periods: u32,
    },
    /// Start another agent that counts, and count the instructions of one iteration; left out where starts before it have
    /// counted the same already.
    Count {
        /// Whose.
        workload: WorkloadId,
    },
    /// Start another agent that counts its heap, run it, and read the largest sum of bytes that were alive in an iteration.
    Heap {
        /// Whose.
        workload: WorkloadId,
        /// How often it runs.
        iterations: u32,
    },
    /// Read the largest memory use of this start so far.
    Memory {
        /// The only workload of this start.
        workload: WorkloadId,
    },
}

impl Step {
    /// The workload that the step runs.
    #[must_use]
    pub fn workload(&self) -> &WorkloadId {
        match self {
            Self::Verify { workload }
            | Self::WarmUp { workload, .. }
            | Self::Measure { workload, .. }
            | Self::Throughput { workload, .. }
            | Self::Answer { workload, .. }
            | Self::Conform { workload, .. }
            | Self::Suite { workload, .. }
            | Self::Deviate { workload }
            | Self::Weigh { workload }
            | Self::Temperature { workload }
            | Self::Profile { workload }
            | Self::DutyCycle { workload, .. }
            | Self::Count { workload }
            | Self::Heap { workload, .. }
            | Self::Memory { workload } => workload,
        }
    }
}

/// How much criterion measures in one process start; what is absent is left to the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SuiteAmount {
    /// Time to warm up.
    pub warm_up: Option<Duration>,
    /// Time to measure.
    pub measurement: Option<Duration>,
    /// Samples to take.
    pub samples: Option<u32>,
}

/// A check or a whole scenario that will not be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The question.
    pub scenario: ScenarioId,
    /// The check's position in the scenario; all of them when absent.
    pub check: Option<usize>,
    /// `NotRun` or `NotApplicable` reasons.
    pub reason: Reason,
}
