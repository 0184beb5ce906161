//! The words of a gate: how decisions and changes are called, marked and explained.
//!
//! Neither is ever told by colour alone: each has a word, and each change a mark of its own.

use hil_model::comparison::Change;
use hil_model::gate::Decision;
use hil_model::metric::Better;

/// Every change, worst first, an improvement before what did not change: it is news.
pub const CHANGES: [Change; 5] =
    [Change::Invalid, Change::Regressed, Change::Inconclusive, Change::Improved, Change::Unchanged];

/// The decision as a headline.
#[must_use]
pub fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "PASS",
        Decision::Inconclusive => "INCONCLUSIVE",
        Decision::Fail => "FAIL",
        Decision::Invalid => "INVALID",
    }
}

/// The change as people read it.
#[must_use]
pub fn change(change: Change) -> &'static str {
    match change {
        Change::Improved => "improved",
        Change::Unchanged => "unchanged",
        Change::Inconclusive => "inconclusive",
        Change::Regressed => "regressed",
        Change::Invalid => "invalid",
    }
}

/// A mark that differs in shape from all others.
#[must_use]
pub fn mark(change: Change, unicode: bool) -> char {
    match (change, unicode) {
        (Change::Improved, true) => '▲',
        (Change::Improved, false) => '^',
        (Change::Unchanged, true) => '✓',
        (Change::Unchanged, false) => '=',
        (Change::Inconclusive, _) => '?',
        (Change::Regressed, true) => '✗',
        (Change::Regressed, false) => 'x',
        (Change::Invalid, _) => '!',
    }
}

/// What the change says.
#[must_use]
pub fn change_meaning(change: Change) -> &'static str {
    match change {
        Change::Improved => "Proved better by more than the margin: the whole interval lies beyond it.",
        Change::Unchanged => "Proved not worse by more than the margin: the worse end of the interval lies within it.",
        Change::Inconclusive => "Neither is proved: the interval reaches over the margin. This is not a pass.",
        Change::Regressed => "Proved worse by more than the margin: the whole interval lies beyond it.",
        Change::Invalid => {
            "The comparison says nothing: a side crashed or has no figure, there are too few pairs, two copies of the same \
             code were told apart, or the sides were measured under different conditions. It ranks worse than regressed."
        }
    }
}

/// Which way is better, in words.
#[must_use]
pub fn better(better: Better) -> &'static str {
    match better {
        Better::Lower => "lower is better",
        Better::Higher => "higher is better",
    }
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, change, mark};
    use hil_model::comparison::Change;

    #[test]
    fn no_two_changes_share_a_word_or_a_mark_and_none_is_left_out() {
        for all in Change::ALL {
            assert!(CHANGES.contains(&all), "{all}");
        }
        for unicode in [true, false] {
            for (i, a) in CHANGES.into_iter().enumerate() {
                for b in CHANGES.into_iter().skip(i + 1) {
                    assert_ne!(mark(a, unicode), mark(b, unicode));
                    assert_ne!(change(a), change(b));
                }
            }
        }
    }
}
