//! What happens while a job runs, for terminals and logs. Nothing that matters is only here.

use hil_model::id::WorkloadId;
use hil_model::sample::Failure;

use crate::phase::Phase;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A life of the agent begins.
    StartBegan {
        /// From 0.
        start: u32,
        /// How many there will be.
        starts: u32,
    },
    /// A step begins.
    StepBegan {
        /// Whose.
        workload: WorkloadId,
        /// What is done.
        phase: Phase,
    },
    /// A step goes on.
    Progress {
        /// Whose.
        workload: WorkloadId,
        /// What is done.
        phase: Phase,
        /// Iterations, slices, items or cases so far in this step.
        done: u32,
        /// All of them; 0 where that is not known before the end.
        total: u32,
    },
    /// The agent's board is flashed and booted, or let go: how far that is.
    GettingReady {
        /// Without control characters.
        line: String,
    },
    /// A line that the agent, or the code in it, wrote to standard error.
    AgentLog {
        /// Without control characters.
        line: String,
    },
    /// The agent ended otherwise than asked.
    AgentGone {
        /// How.
        how: String,
    },
    /// A workload failed; its remaining steps are left out.
    WorkloadFailed {
        /// Which.
        workload: WorkloadId,
        /// How.
        failure: Failure,
    },
    /// The memory figure of a workload may be too large, because the system cannot tell it from the agent's own.
    MemoryIsUpperBound {
        /// Whose.
        workload: WorkloadId,
        /// The figure, in bytes.
        total: u64,
    },
    /// The instructions of a workload could not be counted; everything else goes on.
    NotCounted {
        /// Whose.
        workload: WorkloadId,
        /// Why.
        why: String,
    },
    /// After a turn of another build a side needs some iterations to be as fast as it is; they are run and not counted.
    Settles {
        /// Whose.
        workload: WorkloadId,
        /// Before each block.
        iterations: u32,
        /// What they took when that was found out.
        seconds: f64,
    },
    /// Somebody looked at what was measured; what is open is measured on.
    LooksOn {
        /// The look that comes next, from 2.
        look: u32,
        /// How often will be looked at most.
        looks: u32,
        /// What is not decided.
        open: Vec<WorkloadId>,
    },
    /// The budget ended before the plan did.
    BudgetSpent,
}
