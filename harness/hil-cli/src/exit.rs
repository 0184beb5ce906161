//! Exit codes: one meaning each, documented in README.md and held by tests.

use std::process::ExitCode;

use hil_model::id::{ScenarioId, TargetId};
use hil_model::run::{Alarm, Run};
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
    /// 3: a target is missed.
    Missed,
    /// 6: there is nothing to compare with.
    NoBaseline,
    /// 4: inconclusive under `--strict`, not run although `--require` names it, or on a board that is quarantined.
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
        let unanswered = required.iter().any(|word| !is_answered(run, word));
        let quarantined = run.checks.iter().any(|check| check.reason_code.as_deref() == Some(QUARANTINED));
        if run.interrupted {
            Self::Interrupted
        } else if !run.errors.is_empty() || any(Outcome::Invalid) {
            Self::RigOrInvalid
        } else if any(Outcome::Fail) {
            Self::Missed
        } else if (strict && any(Outcome::Inconclusive)) || unanswered || quarantined {
            Self::Unproved
        } else {
            Self::Success
        }
    }
}

/// `hil_model::verdict::Reason::Quarantined`, as runs keep it: a board that should have answered did not.
const QUARANTINED: &str = "quarantined";

/// Whether everything that `word` names, a scenario or a target, was run; something must bear the name.
fn is_answered(run: &Run, word: &str) -> bool {
    let names = |scenario: &ScenarioId, target: Option<&TargetId>| {
        word == scenario.as_str() || target.is_some_and(|target| target.as_str() == word)
    };
    let mut checks = run.checks.iter().filter(|check| names(&check.scenario, check.target.as_ref())).peekable();
    let mut alerts = run.alerts.iter().filter(|alert| names(&alert.scenario, alert.target.as_ref())).peekable();
    (checks.peek().is_some() || alerts.peek().is_some())
        && checks.all(|check| !matches!(check.verdict, Outcome::NotRun | Outcome::NotApplicable))
        && alerts.all(|alert| alert.alarm != Alarm::Unknown)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;
    use hil_model::run::{CheckResult, RigFault, Run};
    use hil_model::verdict::Outcome;

    /// A run whose checks have these verdicts; the rest is that of a stored sample.
    fn run(verdicts: &[Outcome]) -> Run {
        let mut run: Run = serde_json::from_str(include_str!("../../../fixtures/store/v1/run.json")).unwrap();
        let check = CheckResult { target: None, ..run.checks[0].clone() };
        let with = |verdict: &Outcome| CheckResult { verdict: *verdict, ..check.clone() };
        run.checks = verdicts.iter().map(with).collect();
        (run.alerts, run.errors, run.interrupted) = (Vec::new(), Vec::new(), false);
        run
    }

    fn fault(run: &Run) -> RigFault {
        let check = &run.checks[0];
        let (scenario, platform) = (check.scenario.clone(), check.platform.clone());
        RigFault { scenario, platform, phase: "open".to_owned(), message: "gone".to_owned() }
    }

    #[test]
    fn the_first_that_applies_wins() {
        use Outcome::{Acceptable, Fail, Inconclusive, Invalid, NotApplicable, NotRun, Pass, Reported};
        let code = |verdicts: &[Outcome], strict| Exit::of_run(&run(verdicts), strict, &[]).code();
        assert_eq!(code(&[Pass, Acceptable, Reported, NotApplicable, NotRun, Inconclusive], false), 0);
        assert_eq!(code(&[Pass, Inconclusive], true), 4);
        assert_eq!(code(&[Inconclusive, Fail], true), 3);
        assert_eq!(code(&[Fail, Invalid, Inconclusive], true), 5);
        let mut faulted = run(&[Pass, Fail]);
        faulted.errors.push(fault(&faulted));
        assert_eq!(Exit::of_run(&faulted, false, &[]).code(), 5, "a fault of the rig comes before a miss");
        faulted.interrupted = true;
        assert_eq!(Exit::of_run(&faulted, false, &[]).code(), 130);
    }

    #[test]
    fn a_board_that_is_quarantined_makes_nothing_green() {
        let mut skipped = run(&[Outcome::Pass, Outcome::NotRun]);
        skipped.checks[1].reason_code = Some("quarantined".to_owned());
        assert_eq!(Exit::of_run(&skipped, false, &[]).code(), 4);
        let reason = hil_model::verdict::Reason::Quarantined { board: "b".into(), why: "w".into(), until: "u".into() };
        assert_eq!(reason.code(), super::QUARANTINED);
    }

    #[test]
    fn what_is_required_must_have_been_run_and_must_exist() {
        let required = |run: &Run, word: &str| Exit::of_run(run, false, &[word.to_owned()]).code();
        let passed = run(&[Outcome::Pass]);
        let scenario = passed.checks[0].scenario.to_string();
        assert_eq!(required(&passed, &scenario), 0);
        assert_eq!(required(&run(&[Outcome::Pass, Outcome::NotRun]), &scenario), 4);
        assert_eq!(required(&run(&[Outcome::NotApplicable]), &scenario), 4);
        assert_eq!(required(&passed, "no-such-scenario"), 4, "nothing missing is ever green");
        assert_eq!(required(&run(&[Outcome::Fail, Outcome::NotRun]), &scenario), 3);
    }
}
