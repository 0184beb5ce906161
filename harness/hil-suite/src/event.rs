//! What happens while suites are built and run, for terminals and logs. Nothing that matters is only here.

use hil_model::id::WorkloadId;
use hil_model::sample::Failure;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Cargo builds a bench target; nothing is done where it is built already.
    Building {
        /// The package.
        package: String,
        /// The bench target.
        bench: String,
    },
    /// A line of what Cargo and the compiler say about a suite that does not build.
    Compiler {
        /// Without control characters and without the package's folder.
        line: String,
    },
    /// A process start begins.
    StartBegan {
        /// Whose.
        workload: WorkloadId,
        /// Starts of all workloads that are behind.
        done: u32,
        /// All of them.
        total: u32,
    },
    /// A workload failed; its remaining starts are left out.
    WorkloadFailed {
        /// Which.
        workload: WorkloadId,
        /// How.
        failure: Failure,
    },
    /// The budget ended before the plan did.
    BudgetSpent,
}
