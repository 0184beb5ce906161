//! What became of a figure from a baseline to a candidate: a word of its own, because no limit is involved.

use std::fmt;

/// How a candidate's figure lies to its baseline's, best first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Proved better by more than the margin.
    Improved,
    /// Proved not worse by more than the margin.
    Unchanged,
    /// Neither is proved.
    Inconclusive,
    /// Proved worse by more than the margin.
    Regressed,
    /// The comparison says nothing.
    Invalid,
}

impl Change {
    /// Every outcome, best first.
    pub const ALL: [Self; 5] = [Self::Improved, Self::Unchanged, Self::Inconclusive, Self::Regressed, Self::Invalid];
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Improved => "improved",
            Self::Unchanged => "unchanged",
            Self::Inconclusive => "inconclusive",
            Self::Regressed => "regressed",
            Self::Invalid => "invalid",
        })
    }
}

/// A comparison of one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is proved.
    pub change: Change,
    /// Why nothing is, or what else should be known.
    pub reason: Option<ChangeReason>,
}

/// Why a comparison came out as it did.
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeReason {
    /// Proved not worse, while an improvement by more than the margin is neither proved nor excluded.
    PerhapsBetter,
    /// The interval of the ratio reaches over the margin.
    Straddles,
    /// Two copies of the same code were told apart, so differences between any two sides mean nothing.
    ControlDisagrees {
        /// The ratio of the copies.
        ratio: f64,
    },
    /// Too few pairs to bound the ratio.
    TooFewPairs {
        /// Independent pairs.
        have: u64,
        /// Needed.
        need: u64,
    },
    /// The ratio is not a number that exists.
    NotFinite,
    /// Only the baseline has the figure.
    Vanished,
    /// Only the candidate has the figure, so there is nothing to compare it with.
    New,
    /// A side's code failed, or its figure could not be had.
    NoFigure {
        /// `baseline` or `candidate`.
        side: &'static str,
        /// What happened, in words.
        why: String,
    },
    /// The sides were measured under different conditions.
    Foreign {
        /// What differs, with both values.
        differs: String,
    },
    /// Too few starts of each side for an interval that could prove anything.
    TooFewStarts {
        /// Starts.
        have: u64,
        /// Needed, at least.
        need: u64,
    },
    /// It would be a regression by itself, and is not sure enough among so many.
    AmongMany {
        /// Figures that were tested together.
        rows: usize,
        /// Its probability, adjusted by Holm's rule.
        probability: f64,
        /// What that must not exceed.
        level: f64,
    },
}

impl ChangeReason {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PerhapsBetter => "perhaps-better",
            Self::Straddles => "straddles",
            Self::ControlDisagrees { .. } => "control-disagrees",
            Self::TooFewPairs { .. } => "too-few-pairs",
            Self::NotFinite => "not-finite",
            Self::Vanished => "vanished",
            Self::New => "new",
            Self::NoFigure { .. } => "no-figure",
            Self::Foreign { .. } => "foreign",
            Self::TooFewStarts { .. } => "too-few-starts",
            Self::AmongMany { .. } => "among-many",
        }
    }
}

impl fmt::Display for ChangeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerhapsBetter => write!(f, "proved not worse; perhaps better"),
            Self::Straddles => write!(f, "the interval reaches over the margin; more pairs may narrow it"),
            Self::ControlDisagrees { ratio } => {
                write!(f, "the control pair, two copies of the same code, differs by {:+.2} %", (ratio - 1.0) * 100.0)
            }
            Self::TooFewPairs { have, need } => write!(f, "{have} pairs are too few, {need} are needed"),
            Self::NotFinite => write!(f, "the ratio is not a finite number"),
            Self::Vanished => write!(f, "the baseline has this figure and the candidate does not"),
            Self::New => write!(f, "the baseline has no such figure"),
            Self::NoFigure { side, why } => write!(f, "the {side} has no figure: {why}"),
            Self::Foreign { differs } => write!(f, "measured under different conditions: {differs}"),
            Self::TooFewStarts { have, need } => {
                write!(
                    f,
                    "{have} starts are too few for this, more are needed (at least {need}): give it a larger budget"
                )
            }
            Self::AmongMany { rows, probability, level } => {
                write!(
                    f,
                    "worse by itself, but not sure enough among {rows} figures (Holm: {probability:.3}, at most {level})"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn outcomes_are_ordered_from_best_to_worst() {
        assert!(Change::ALL.is_sorted());
        assert!(Change::Invalid > Change::Regressed, "what says nothing must not look better than a regression");
    }
}
