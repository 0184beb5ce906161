//! What a gate decided: the content of `verdict.json`, the only authority for a gate.
//!
//! Whoever reports a gate reads this file and nothing else, and fails where it is absent or cannot be read. Nothing that
//! is missing is green: a scenario or a figure that the baseline has and the candidate lacks is a row of its own.
//! The rule of the format is that of [`crate::run`]: fields may be added with a minor version, none changes its meaning.

use std::collections::BTreeMap;
use std::fmt;

use crate::comparison::Change;
use crate::id::{PlatformId, RunId, ScenarioId, WorkloadId};
use crate::lab::Evidence;
use crate::metric::{Better, Metric, Statistic};
use crate::run::{CheckResult, Environment, Figure, FormatVersion, Noise, RigFault};
use crate::scenario::Place;
use crate::units::Unit;

/// The version that this build writes.
pub const FORMAT: FormatVersion = FormatVersion { major: 1, minor: 1 };

/// What the whole gate says, best first: the worst of its gating rows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Every gating row is proved not worse, and every declared limit is met.
    Pass,
    /// Something is not decided, and nothing is proved wrong.
    Inconclusive,
    /// A regression is proved and not acknowledged, or a declared limit is missed.
    Fail,
    /// Something could not be judged at all: the gate says nothing about the candidate.
    Invalid,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
        })
    }
}

/// How the two sides were set beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Both builds were measured in turns, with a control pair among them.
    Interleaved,
    /// Two stored runs; what they have in common decides how little can be proved.
    Stored,
    /// No baseline: the declared limits only.
    Limits,
}

/// One side of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Side {
    /// As the user named it: a git ref or the name of a stored run.
    pub name: String,
    /// The commit that it stands for, where it is one.
    pub commit: Option<String>,
    /// The stored run, where it is one.
    pub run: Option<RunId>,
}

/// What the rows are held against.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Policy {
    /// How much worse counts as a regression: 0.01 is 1 %.
    pub margin: f64,
    /// The same of metrics that have a margin of their own (since 1.1).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub margins: BTreeMap<Metric, f64>,
    /// Chance of a false regression over all gating rows together, which Holm's correction keeps.
    pub level: f64,
    /// What becomes of the gate when a gating row is not decided.
    pub on_inconclusive: OnInconclusive,
}

/// What becomes of the gate when a gating row is not decided.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OnInconclusive {
    /// It is said, and the exit code is that of success.
    #[default]
    Warn,
    /// The exit code says so.
    Fail,
}

/// Two copies of the same code, measured among the others.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct ControlPair {
    /// The scenario it was measured in.
    pub scenario: ScenarioId,
    /// The workload.
    pub workload: WorkloadId,
    /// What was observed.
    pub metric: Metric,
    /// One copy over the other; 1 when nothing disturbs. The interval is that by which the pair is judged, which all pairs of a
    /// gate share a level for.
    pub ratio: Option<Figure>,
    /// Whether the copies could not be told apart. When they could, the rows of its scenario are invalid.
    pub agrees: bool,
    /// The smallest change that the comparison could have seen: 0.01 is 1 %.
    pub smallest_seen: Option<f64>,
}

/// A regression that somebody answers for, until a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Acknowledged {
    /// Why it is taken.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `2027-01-31`.
    pub until: String,
    /// Whether that day has passed; then it acknowledges nothing.
    pub expired: bool,
}

/// One figure of both sides.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct GateRow {
    /// The scenario.
    pub scenario: ScenarioId,
    /// Its title.
    pub title: String,
    /// The kind of machine.
    pub platform: PlatformId,
    /// The workload.
    pub workload: WorkloadId,
    /// What was observed.
    pub metric: Metric,
    /// How observations became a figure.
    pub statistic: Statistic,
    /// Which way is better.
    pub better: Better,
    /// Symbol of the unit of both figures.
    pub unit: Unit,
    /// The baseline's figure.
    pub baseline: Option<Figure>,
    /// The candidate's figure.
    pub candidate: Option<Figure>,
    /// Candidate over baseline.
    pub ratio: Option<Figure>,
    /// How much worse counts as a regression of this row: 0.01 is 1 %.
    pub margin: f64,
    /// The smallest change that the comparison could have seen: 0.01 is 1 %.
    pub smallest_seen: Option<f64>,
    /// Pairs, or samples of the side that has fewer.
    pub pairs: u64,
    /// Starts of each side that they come from.
    pub starts: u32,
    /// What is proved.
    pub change: Change,
    /// Why, in words.
    pub reason: Option<String>,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// Whether the gate depends on it.
    pub gating: bool,
    /// Who answers for a regression, if somebody does.
    pub acknowledged: Option<Acknowledged>,
    /// Where the figures come from; nothing when there are none.
    pub evidence: Option<Evidence>,
    /// Where the scenario is written; nothing where only the baseline has it.
    pub place: Option<Place>,
}

/// Everything that a gate decided, and on what ground.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct GateVerdict {
    /// Version of this format.
    pub format: FormatVersion,
    /// Unique name of this gate's run.
    pub id: RunId,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Wall time from start to end, in seconds.
    pub seconds: f64,
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether the user stopped it. Then it is never a pass.
    pub interrupted: bool,
    /// How the sides were set beside each other.
    pub mode: Mode,
    /// What the gate compares with; nothing where only limits are held.
    pub baseline: Option<Side>,
    /// What it is about.
    pub candidate: Side,
    /// What the rows are held against.
    pub policy: Policy,
    /// What the whole gate says.
    pub decision: Decision,
    /// The same in one line, with the numbers of rows.
    pub summary: String,
    /// A command that repeats it.
    pub repeat: String,
    /// Control pairs, one a scenario and metric that was measured in turns.
    pub controls: Vec<ControlPair>,
    /// One entry a figure, in the order of the scenarios; those that only the baseline has come last.
    pub rows: Vec<GateRow>,
    /// The candidate's checks against their declared limits.
    pub checks: Vec<CheckResult>,
    /// Faults of the rig. They are not verdicts.
    pub errors: Vec<RigFault>,
    /// The machine and the build of the candidate.
    pub environment: Environment,
    /// How quiet the machine was when it began.
    pub noise: Noise,
}
