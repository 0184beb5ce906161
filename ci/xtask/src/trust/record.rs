//! What is written down of each comparison: enough to compute every rule again.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The workloads, as the program of `ci/trust-workloads` names them.
pub const WORKLOADS: [&str; 5] = ["integer", "pointers", "allocation", "files", "sleep"];

/// What else the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regime {
    /// Nothing of ours.
    Quiet,
    /// One process that never waits.
    BusyCore,
    /// As many of them as there are cores, and one that writes to the disk all the time.
    BusyAll,
}

impl Regime {
    /// Every regime.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::BusyCore, Self::BusyAll];
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quiet => "quiet",
            Self::BusyCore => "one busy core",
            Self::BusyAll => "busy cores and disk",
        })
    }
}

/// How the candidate differs from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Not at all: it is a copy of the same file.
    Copy,
    /// In its memory layout: the same object code, linked in another order of sections.
    Layout,
    /// In its amount of work.
    Slower,
}

impl Kind {
    /// Whether both sides do the same work.
    pub fn is_unchanged(self) -> bool {
        self != Self::Slower
    }
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What else the machine does.
    pub regime: Regime,
    /// How the candidate differs.
    pub kind: Kind,
    /// The workload; nothing for a run of all metrics.
    pub workload: Option<String>,
    /// Thousandths of the baseline's work that the candidate does.
    pub permille: u32,
    /// The layouts of baseline and candidate.
    pub layouts: [u32; 2],
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum Line {
    /// Somebody began, or went on.
    Session(Session),
    /// Instructions of the workloads.
    Truth(Truth),
    /// One comparison.
    Comparison(Box<Comparison>),
    /// A measurement that must not be green.
    Control(Control),
}

/// Under which conditions the lines behind it were measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Seconds since 1970.
    pub at: u64,
    /// Seed of the plan.
    pub seed: u64,
    /// Which plan.
    pub plan: String,
    /// SHA-256 of the programs: `hil`, and the workloads as built.
    pub programs: [String; 2],
    /// What `hil --version` says.
    pub version: String,
    /// What `hyperfine --version` says, where it is installed.
    pub hyperfine: Option<String>,
    /// The machine.
    pub machine: Machine,
}

/// The machine, without its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor as it calls itself.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Operating system and its kernel's version.
    pub system: String,
    /// Whether a hypervisor is seen, where that can be told.
    pub is_virtual: Option<bool>,
}

/// Instructions that one more iteration executes, at the base amount and scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// What counted.
    pub tool: String,
    /// The workload.
    pub workload: String,
    /// Thousandths of the base amount.
    pub permille: u32,
    /// Instructions of an unscaled iteration.
    pub base: f64,
    /// Instructions of a scaled one.
    pub scaled: f64,
}

/// One comparison by all rules that took part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Its place in the plan.
    pub index: u64,
    /// What is compared.
    pub subject: Subject,
    /// Seconds since 1970.
    pub at: u64,
    /// How long all of it took.
    pub seconds: f64,
    /// Cores that processes other than ours kept busy meanwhile; nothing where that cannot be told.
    pub others: Option<f64>,
    /// Cores that a hypervisor gave to others meanwhile; nothing where that cannot be told.
    pub stolen: Option<f64>,
    /// What the gate said.
    pub gate: Gate,
    /// Times in sequence: all of the baseline, then all of the candidate.
    pub sequence: Option<Times>,
    /// Times in turns.
    pub turns: Option<Turns>,
    /// Whole processes as hyperfine times them, in nanoseconds.
    pub processes: Option<Times>,
}

/// Times of both sides in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Of the baseline.
    pub baseline: Vec<u64>,
    /// Of the candidate.
    pub candidate: Vec<u64>,
}

/// Times of pairs in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// Both sides, pair by pair.
    #[serde(flatten)]
    pub times: Times,
    /// Whether the candidate ran first in a pair.
    pub candidate_first: Vec<bool>,
}

/// What a call of `hil gate` came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its exit code; nothing when a signal ended it.
    pub exit: Option<i32>,
    /// The decision of `verdict.json`; nothing when there is none.
    pub decision: Option<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether every control pair agreed; nothing when there is none.
    pub control_agrees: Option<bool>,
    /// Faults of the rig, in words.
    pub errors: Vec<String>,
    /// Wall time of the call.
    pub seconds: f64,
}

impl Gate {
    /// The rows that the decision depends on; the others are witnesses.
    pub fn gating(&self) -> impl Iterator<Item = &Row> + Clone {
        self.rows.iter().filter(|row| row.gating)
    }

    /// The only one of them; nothing when there are none or several.
    pub fn only(&self) -> Option<&Row> {
        let mut rows = self.gating();
        rows.next().filter(|_| rows.next().is_none())
    }
}

/// A row of `verdict.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The scenario.
    pub scenario: String,
    /// Its metric and statistic.
    pub figure: String,
    /// `improved`, `unchanged`, `inconclusive`, `regressed` or `invalid`.
    pub change: String,
    /// Why, as a word.
    pub reason: Option<String>,
    /// The margin that it was judged with.
    pub margin: f64,
    /// The ratio and the ends of its interval.
    pub ratio: [Option<f64>; 3],
    /// Pairs that it rests on.
    pub pairs: u64,
    /// The smallest change that it could have seen.
    pub smallest_seen: Option<f64>,
    /// Whether the decision depends on it.
    pub gating: bool,
}

/// A measurement that must not be green.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Which.
    pub name: String,
    /// What was done, in words.
    pub about: String,
    /// What the gate said.
    pub gate: Gate,
    /// Whether it was held back, as it must be.
    pub is_held: bool,
}
