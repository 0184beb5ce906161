//! How two builds are measured in turns, before anything is done: like [`crate::plan`], for three sides at once.
//!
//! The third side is a second copy of the baseline. What it differs by from the first is what the comparison mistakes
//! for a difference of the code.

use std::fmt;
use std::time::Duration;

use crate::id::{PlatformId, ScenarioId, WorkloadId};
use crate::lab::Evidence;
use crate::plan::{Job, Start, Step};
use crate::scenario::Workload;

/// What is set beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What is compared with.
    Baseline,
    /// What the comparison is about.
    Candidate,
    /// A second copy of the baseline.
    Control,
}

impl Side {
    /// All of them; each stands at its [`Side::index`].
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Candidate, Self::Control];

    /// Its place in an array with one entry a side.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Baseline => 0,
            Self::Candidate => 1,
            Self::Control => 2,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Baseline => "baseline",
            Self::Candidate => "candidate",
            Self::Control => "control",
        })
    }
}

/// One scenario, measured on every side.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedJob {
    /// The question.
    pub scenario: ScenarioId,
    /// The kind of bench.
    pub platform: PlatformId,
    /// What its figures count as.
    pub evidence: Evidence,
    /// Time that everything may take, all sides together.
    pub budget: Duration,
    /// Longest time for a single iteration.
    pub timeout: Duration,
    /// What each side calls the same workloads, one entry a side; they differ where a command does.
    pub workloads: [Vec<(WorkloadId, Workload)>; 3],
    /// How long the iterations of one block shall take together, at least. All sides of a comparison run equally many.
    pub block: Duration,
    /// How a side comes to rest after a turn of another; nothing where there are no caches that could be cold.
    pub settling: Option<Settling>,
    /// In order. Every side has one life in a round, and none that outlasts it.
    pub rounds: Vec<Round>,
}

/// How it is found out how many iterations after a turn of another side are slow because the caches are cold. So many are
/// then run before every block and not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// For how long every side runs once, uncounted, to find it out.
    pub series: Duration,
    /// Blocks of a round that remain for a workload whose blocks take so much longer.
    pub blocks: u32,
}

/// One fresh start of every side.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// From 0; kept as the start of every sample.
    pub index: u32,
    /// Whether the lives of all sides overlap. Otherwise each ends before the next begins.
    pub together: bool,
    /// Whether one looks afterwards what is decided.
    pub look: bool,
    /// In order. Exactly one side is busy at a time.
    pub turns: Vec<Turn>,
}

/// One step of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub side: Side,
    /// What it is asked to do.
    pub step: Step,
}

impl PairedJob {
    /// What one side does of it, as a job of its own.
    #[must_use]
    pub fn job_of(&self, side: Side) -> Job {
        let of_side = |round: &Round| Start {
            index: round.index,
            steps: round.turns.iter().filter(|turn| turn.side == side).map(|turn| turn.step.clone()).collect(),
        };
        Job {
            scenario: self.scenario.clone(),
            platform: self.platform.clone(),
            evidence: self.evidence,
            budget: self.budget,
            timeout: self.timeout,
            workloads: self.workloads[side.index()].clone(),
            starts: self.rounds.iter().map(of_side).collect(),
            further: Vec::new(),
        }
    }

    /// How often one looks at most.
    #[must_use]
    pub fn looks(&self) -> u32 {
        u32::try_from(self.rounds.iter().filter(|round| round.look).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Side;

    #[test]
    fn every_side_stands_at_its_index() {
        for (index, side) in Side::ALL.into_iter().enumerate() {
            assert_eq!(side.index(), index, "{side}");
        }
    }
}
