//! What a figure proves about its target.
//!
//! A fault of the rig has no place here: it is an error of the run and never becomes one of these.

use std::fmt;
use std::time::Duration;

/// One check against its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What is proved.
    pub outcome: Outcome,
    /// Why; a plain pass speaks for itself.
    pub reason: Option<Reason>,
}

/// The closed set of verdicts. `Ord` ranks them: later is worse, and the worst part of a compound row is its verdict.
/// A figure without a limit claims nothing, so any verdict beside it says more.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// There is no limit; the figure is shown.
    Reported,
    /// The bound on the far side of the estimate meets the target.
    Pass,
    /// The question makes no sense on this bench.
    NotApplicable,
    /// Proved for the second tier only.
    Acceptable,
    /// What is needed to answer is not here.
    NotRun,
    /// The interval straddles the limit, and the budget is spent.
    Inconclusive,
    /// The near bound misses the target, or the result is wrong.
    Fail,
    /// Nothing was measured that could be judged: a crash, a timeout, too few samples, a dead counter.
    Invalid,
}

impl Outcome {
    /// Every outcome, best first.
    pub const ALL: [Self; 8] = [
        Self::Reported,
        Self::Pass,
        Self::NotApplicable,
        Self::Acceptable,
        Self::NotRun,
        Self::Inconclusive,
        Self::Fail,
        Self::Invalid,
    ];
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Reported => "reported",
            Self::NotApplicable => "not-applicable",
            Self::Acceptable => "acceptable",
            Self::NotRun => "not-run",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
        })
    }
}

/// Why a verdict is what it is. `Display` holds the advice.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The whole interval lies beyond the limit.
    Missed,
    /// The second tier is met, the first is not proved.
    SecondTierOnly,
    /// The interval straddles the limit.
    Straddles {
        /// Whether more budget could help.
        budget_spent: bool,
    },
    /// The result differs from the known answer.
    WrongResult {
        /// The first difference.
        detail: String,
    },
    /// A case of the table does not hold.
    BrokenCase {
        /// Cases that hold.
        held: u64,
        /// All cases.
        total: u64,
        /// The first that does not.
        first: String,
    },
    /// A step of an order is disproved or unproved.
    OrderStep {
        /// Such as `heun < rk4`.
        step: String,
        /// Disproved, not only unproved.
        disproved: bool,
    },
    /// The measured code ended itself.
    Crashed {
        /// How.
        detail: String,
    },
    /// An iteration did not return.
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// Too few observations to bound the figure.
    TooFewSamples {
        /// Independent observations.
        have: u64,
        /// Needed.
        need: u64,
        /// Whether the budget ended before they were taken.
        budget_spent: bool,
    },
    /// The clock stood still.
    ClockStuck {
        /// Its name.
        counter: String,
    },
    /// The figure is not a number that exists.
    NotFinite,
    /// The bench has fewer cores.
    TooFewCores {
        /// Asked for.
        needs: u32,
        /// Present.
        has: u32,
    },
    /// It takes longer than a quick run may.
    QuickRun,
    /// No bench of that platform is attached.
    NoBench {
        /// The platform.
        platform: String,
        /// What it takes to have one, where that is known.
        attach: Option<String>,
    },
    /// A bench of that platform is attached, and there is nothing to run on it.
    NoFirmware {
        /// The platform.
        platform: String,
        /// What is needed.
        needs: String,
    },
    /// The data set is not here.
    DataMissing {
        /// Its name.
        dataset: String,
        /// Where it comes from.
        origin: String,
        /// Its licence.
        licence: String,
    },
    /// The bench has nothing that observes this metric.
    CannotObserve {
        /// What would be needed.
        needs: String,
    },
    /// An error of the rig ended the job before this was measured.
    RigFault,
    /// The board is not used for a while, because everything that was tried on it failed.
    Quarantined {
        /// What tells it from all others.
        board: String,
        /// The last fault.
        why: String,
        /// Until when, RFC 3339 in UTC.
        until: String,
    },
    /// Two copies of the same workload, measured among the others, were told apart.
    ControlDisagrees {
        /// By how much, or what became of the copy.
        how: String,
    },
    /// The user stopped the run before this was measured.
    Interrupted,
}

impl Reason {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::SecondTierOnly => "second-tier-only",
            Self::Straddles { .. } => "straddles",
            Self::WrongResult { .. } => "wrong-result",
            Self::BrokenCase { .. } => "broken-case",
            Self::OrderStep { .. } => "order-step",
            Self::Crashed { .. } => "crashed",
            Self::TimedOut { .. } => "timeout",
            Self::TooFewSamples { .. } => "too-few-samples",
            Self::ClockStuck { .. } => "clock-stuck",
            Self::NotFinite => "not-finite",
            Self::TooFewCores { .. } => "too-few-cores",
            Self::QuickRun => "quick-run",
            Self::NoBench { .. } => "no-bench",
            Self::NoFirmware { .. } => "no-firmware",
            Self::DataMissing { .. } => "data-missing",
            Self::CannotObserve { .. } => "cannot-observe",
            Self::RigFault => "rig-fault",
            Self::Quarantined { .. } => "quarantined",
            Self::ControlDisagrees { .. } => "control-disagrees",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missed => write!(f, "the whole interval misses the limit"),
            Self::SecondTierOnly => write!(f, "only the second tier is proved"),
            Self::Straddles { budget_spent: true } => {
                write!(f, "the interval straddles the limit and the budget is spent; give more with --budget")
            }
            Self::Straddles { budget_spent: false } => {
                write!(f, "the interval straddles the limit; more samples or starts may narrow it")
            }
            Self::WrongResult { detail } => write!(f, "wrong result: {detail}"),
            Self::BrokenCase { held, total, first } => write!(f, "{held} of {total} cases hold; first broken: {first}"),
            Self::OrderStep { step, disproved: true } => write!(f, "{step} is disproved"),
            Self::OrderStep { step, disproved: false } => write!(f, "{step} is not proved"),
            Self::Crashed { detail } => write!(f, "crashed: {detail}"),
            Self::TimedOut { after } => write!(f, "timeout: one iteration did not return within {after:?}"),
            Self::TooFewSamples { have, need, budget_spent } => {
                write!(f, "{have} samples are too few, {need} are needed")?;
                if *budget_spent { write!(f, "; the budget ran out, give more with --budget") } else { Ok(()) }
            }
            Self::ClockStuck { counter } => write!(f, "the counter {counter} did not move"),
            Self::NotFinite => write!(f, "the figure is not a finite number"),
            Self::TooFewCores { needs, has } => write!(f, "needs {needs} cores, the bench has {has}"),
            Self::QuickRun => write!(f, "quick runs leave it out; run it without --quick"),
            Self::NoBench { platform, attach } => {
                write!(f, "needs a bench of platform {platform}; none is attached")?;
                attach.as_ref().map_or(Ok(()), |attach| write!(f, " (it takes {attach})"))
            }
            Self::NoFirmware { platform, needs } => write!(f, "needs firmware for {platform}: {needs}"),
            Self::DataMissing { dataset, origin, licence } => {
                write!(f, "needs data set {dataset} ({licence}) from {origin}; fetch it and run `hil data add DIR`")
            }
            Self::CannotObserve { needs } => write!(f, "needs {needs}"),
            Self::RigFault => write!(f, "the rig failed before this was measured; see errors"),
            Self::Quarantined { board, why, until } => write!(
                f,
                "board {board} is quarantined until {until} ({why}); when it is in order, `hil doctor --release {board}`"
            ),
            Self::ControlDisagrees { how } => write!(
                f,
                "the control pair, two copies of the same workload in the same blocks, {how}; on a quieter machine, measure again"
            ),
            Self::Interrupted => write!(f, "the run was interrupted before this was measured"),
        }
    }
}

impl Verdict {
    /// A proof, which needs no reason.
    pub const PASS: Self = Self { outcome: Outcome::Pass, reason: None };
    /// A figure without a limit.
    pub const REPORTED: Self = Self { outcome: Outcome::Reported, reason: None };

    /// An outcome and why.
    #[must_use]
    pub fn because(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, reason: Some(reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn the_worst_part_of_a_row_is_its_verdict() {
        assert_eq!([Outcome::Pass, Outcome::Inconclusive, Outcome::Fail].into_iter().max(), Some(Outcome::Fail));
        assert!(Outcome::ALL.is_sorted(), "ALL is listed best first");
        assert!(Outcome::Invalid > Outcome::Fail, "a crash must not look better than a miss");
    }
}
