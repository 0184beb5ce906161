//! Why something was not carried on.

use hil_model::sample::Failure;

use crate::bench::Trouble;
use crate::phase::Phase;

/// The reasons. Only the first is about the measured code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stop {
    /// The measured code failed: its workload is over, the others go on.
    Failed(Failure),
    /// The rig failed: the job is over.
    Rig {
        /// What was being done.
        phase: Phase,
        /// What happened and what to do.
        message: String,
        /// What helps.
        trouble: Trouble,
    },
    /// The budget is spent: the job is over.
    BudgetSpent,
    /// The caller wants to stop: the job is over.
    Cancelled,
}

impl Stop {
    pub(crate) fn rig(phase: Phase, message: impl Into<String>) -> Self {
        Self::Rig { phase, message: message.into(), trouble: Trouble::Passing }
    }

    /// A fault that stays, however often the same is tried.
    pub(crate) fn lasting(phase: Phase, message: impl Into<String>) -> Self {
        Self::Rig { phase, message: message.into(), trouble: Trouble::Lasting }
    }
}
