//! Exit codes: one meaning each, documented in README.md and held by tests.

use std::process::ExitCode;

use hil_model::run::Run;
use hil_model::verdict::Outcome;

/// How `hil` ends. Where several apply, the first in this list wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 2: the command line or a scenario is wrong; nothing was run.
    Usage,
    /// 1: `hil` itself failed, for example because the run folder could not be written.
    Internal,
    /// 130: the user stopped it; what was measured until then is kept.
    Interrupted,
    /// 5: a fault of the rig, or a measurement that is invalid.
    RigOrInvalid,
    /// 3: a target is missed, or a regression is proved.
    Missed,
    /// 6: there is no baseline to compare with.
    NoBaseline,
    /// 4: inconclusive under `--strict`, or not run although `--require` names it.
    Unproved,
    /// 0: everything else.
    Success,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Internal => 1,
            Self::Interrupted => 130,
            Self::RigOrInvalid => 5,
            Self::Missed => 3,
            Self::NoBaseline => 6,
            Self::Unproved => 4,
            Self::Success => 0,
        }
    }

    /// What a finished run amounts to. `required` are scenario ids and targets that must have been run.
    #[must_use]
    pub fn of_run(run: &Run, strict: bool, required: &[String]) -> Self {
        let any = |outcome| run.checks.iter().any(|check| check.verdict == outcome);
        let unanswered = run.checks.iter().any(|check| {
            let named = required.iter().any(|word| {
                word == check.scenario.as_str() || check.target.as_ref().is_some_and(|target| target.as_str() == word)
            });
            named && matches!(check.verdict, Outcome::NotRun | Outcome::NotApplicable)
        });
        if run.interrupted {
            Self::Interrupted
        } else if !run.errors.is_empty() || any(Outcome::Invalid) {
            Self::RigOrInvalid
        } else if any(Outcome::Fail) {
            Self::Missed
        } else if (strict && any(Outcome::Inconclusive)) || unanswered {
            Self::Unproved
        } else {
            Self::Success
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
