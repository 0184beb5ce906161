//! The words of a report: how verdicts and evidence are called, marked and explained.
//!
//! A verdict is never told by colour alone: each has a word and a mark of its own.

use hil_model::lab::Evidence;
use hil_model::run::Alarm;
use hil_model::scenario::Severity;
use hil_model::verdict::Outcome;

/// The verdict as people read it.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Reported => "reported",
        Outcome::NotApplicable => "not applicable",
        Outcome::Acceptable => "acceptable",
        Outcome::NotRun => "not run",
        Outcome::Inconclusive => "inconclusive",
        Outcome::Fail => "fail",
        Outcome::Invalid => "invalid",
    }
}

/// A mark that differs in shape from all others.
#[must_use]
pub fn mark(outcome: Outcome, unicode: bool) -> char {
    match (outcome, unicode) {
        (Outcome::Pass, true) => '✓',
        (Outcome::Pass, false) => '+',
        (Outcome::Fail, true) => '✗',
        (Outcome::Fail, false) => 'x',
        (Outcome::Reported, true) => '·',
        (Outcome::Reported, false) => '.',
        (Outcome::NotApplicable, true) => '–',
        (Outcome::NotApplicable, false) => '-',
        (Outcome::NotRun, true) => '○',
        (Outcome::NotRun, false) => 'o',
        (Outcome::Acceptable, _) => '~',
        (Outcome::Inconclusive, _) => '?',
        (Outcome::Invalid, _) => '!',
    }
}

/// What the verdict says.
#[must_use]
pub fn outcome_meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "Proved: the end of the interval that is nearest to the limit still meets it.",
        Outcome::Reported => "There is no limit; the figure is shown and nothing is claimed.",
        Outcome::NotApplicable => {
            "The question makes no sense on this bench, such as eight cores on a machine with two."
        }
        Outcome::Acceptable => "Proved for the second tier of the target only.",
        Outcome::NotRun => "What is needed to answer is not here. The reason names it. This is not a pass.",
        Outcome::Inconclusive => "The interval lies on both sides of the limit, so neither pass nor fail is proved.",
        Outcome::Fail => "Disproved: the whole interval misses the limit, or the result is wrong.",
        Outcome::Invalid => {
            "Nothing was measured that could be judged: the measured code crashed or timed out, there are too few \
             samples, or a counter stood still. It ranks worse than fail."
        }
    }
}

/// What the evidence label says about a figure.
#[must_use]
pub fn evidence_meaning(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Hardware => "Measured on the hardware that the target names.",
        Evidence::Emulated => "Computed by an emulated board from a documented model; not a measurement of hardware.",
        Evidence::Host => "Measured on the computer that ran Hilbench.",
        Evidence::Replayed => "Read from a recording of an earlier run; nothing was measured now.",
        Evidence::SoftwareGpu => "Rendered by a processor that stands in for a GPU; says nothing about a GPU's speed.",
        Evidence::Imported => {
            "Read from the files of another benchmark tool; where and how it was measured is not known."
        }
    }
}

/// Every evidence label, strongest first.
pub const EVIDENCE: [Evidence; 6] = [
    Evidence::Hardware,
    Evidence::Host,
    Evidence::Emulated,
    Evidence::Replayed,
    Evidence::SoftwareGpu,
    Evidence::Imported,
];

/// Whether a figure with this label must carry it wherever the figure itself stands.
#[must_use]
pub fn is_stand_in(evidence: Evidence) -> bool {
    match evidence {
        Evidence::Hardware | Evidence::Host => false,
        Evidence::Emulated | Evidence::Replayed | Evidence::SoftwareGpu | Evidence::Imported => true,
    }
}

/// Whether an alarm is raised, in words.
#[must_use]
pub fn alarm(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Raised => "raised",
        Alarm::Quiet => "quiet",
        Alarm::Unknown => "unknown",
    }
}

/// How bad an alarm would be, in words.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

/// `1 check`, `2 checks`.
#[must_use]
pub fn counted<N: std::fmt::Display + PartialEq + From<u8>>(n: N, one: &str) -> String {
    if n == N::from(1) { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, mark, outcome};

    #[test]
    fn no_two_verdicts_share_a_word_or_a_mark() {
        for unicode in [true, false] {
            for (i, a) in Outcome::ALL.into_iter().enumerate() {
                for b in Outcome::ALL.into_iter().skip(i + 1) {
                    assert_ne!(mark(a, unicode), mark(b, unicode));
                    assert_ne!(outcome(a), outcome(b));
                }
            }
        }
    }
}
