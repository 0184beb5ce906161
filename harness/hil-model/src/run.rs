//! What is kept of a run: the content of `run.json`.
//!
//! Rule of the format: fields may be added (minor version), none is renamed, removed or given another meaning
//! without a new major version. A reader accepts every minor version of its major, newer ones included, and
//! ignores fields that it does not know; a writer never writes over a file of a newer version.

use crate::estimate::Method;
use crate::id::{PlatformId, RunId, ScenarioId, TargetId, WorkloadId};
use crate::lab::Evidence;
use crate::metric::{Metric, Statistic};
use crate::scenario::{Place, Severity};
use crate::units::Unit;
use crate::verdict::Outcome;

/// The version that this build writes.
pub const FORMAT: FormatVersion = FormatVersion { major: 1, minor: 0 };

/// Version of the format of `run.json`, written as `"1.0"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FormatVersion {
    /// Changes when old readers would misread.
    pub major: u16,
    /// Changes when something is added.
    pub minor: u16,
}

impl TryFrom<String> for FormatVersion {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        let (major, minor) = parts.ok_or_else(|| format!("{text:?} is not a format version such as \"1.0\""))?;
        Ok(Self { major, minor })
    }
}

impl From<FormatVersion> for String {
    fn from(version: FormatVersion) -> String {
        version.to_string()
    }
}

impl std::fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl schemars::JsonSchema for FormatVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FormatVersion".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]+\\.[0-9]+$"})
    }
}

/// One execution of `hil run`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Run {
    /// Version of this format.
    pub format: FormatVersion,
    /// Unique name of the run.
    pub id: RunId,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Wall time from start to end, in seconds.
    pub seconds: f64,
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Whether `--quick` cut the samples.
    pub quick: bool,
    /// The fault that was injected on purpose; its figures say nothing about the code.
    pub fault: Option<String>,
    /// The machine and the build.
    pub environment: Environment,
    /// How quiet the machine was when the run began.
    pub noise: Noise,
    /// One entry a check, in the order of the scenarios.
    pub checks: Vec<CheckResult>,
    /// One entry an alert.
    pub alerts: Vec<AlertResult>,
    /// Faults of the rig. They are not verdicts.
    pub errors: Vec<RigFault>,
    /// Data sets that were used.
    pub data: Vec<DataUsed>,
    /// Which workloads are to be shown side by side; their figures are those of the checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub side_by_side: Vec<Shown>,
}

/// Workloads of a scenario that are to be shown side by side.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Shown {
    /// The scenario.
    pub scenario: ScenarioId,
    /// The kind of machine that was asked about.
    pub platform: PlatformId,
    /// One line for people.
    pub title: String,
    /// What the others are compared with.
    pub baseline: WorkloadId,
    /// The others.
    pub workloads: Vec<WorkloadId>,
}

/// The machine and the build. Host, user and path names are left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Environment {
    /// Version of `hil`.
    pub hil: String,
    /// Operating system and its kernel version.
    pub os: String,
    /// Instruction set.
    pub arch: String,
    /// Processor model.
    pub cpu: String,
    /// Logical cores that this process may use.
    pub cores: u32,
    /// Physical memory, in bytes.
    pub memory_bytes: u64,
    /// Compiler that built `hil`.
    pub rustc: String,
    /// Counters that time iterations, by platform.
    pub clocks: Vec<String>,
    /// What was measured and is not `hil` itself: package, bench target, features and compiler of each suite; the image of
    /// each board with the flash and RAM that it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<String>,
}

/// How quiet the machine is. Absent figures could not be read on this system.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Noise {
    /// Runnable tasks, one-minute average.
    pub load: Option<f64>,
    /// Frequency governor of the cores.
    pub governor: Option<String>,
    /// Share of time that the hypervisor gave to others, over a short probe.
    pub steal: Option<f64>,
    /// Share of time that other processes used, over the same probe.
    pub busy: Option<f64>,
    /// Warnings in words, with what to do.
    pub warnings: Vec<String>,
}

/// One check and its verdict. Figures are in `unit`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct CheckResult {
    /// The row of the catalogue.
    pub target: Option<TargetId>,
    /// The scenario.
    pub scenario: ScenarioId,
    /// Its title.
    pub title: String,
    /// The kind of machine that was asked about.
    pub platform: PlatformId,
    /// The workload.
    pub workload: WorkloadId,
    /// The other side, for a ratio.
    pub versus: Option<WorkloadId>,
    /// The part of the work that a share is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What was observed.
    pub metric: Metric,
    /// How observations became a figure.
    pub statistic: Statistic,
    /// The figure, unless there is none.
    pub estimate: Option<Figure>,
    /// Symbol of the unit of the figures.
    pub unit: Unit,
    /// The limit as written; `order ...`, `conforms ...` or nothing for the other forms.
    pub limit: Option<String>,
    /// The second tier as written.
    pub acceptable: Option<String>,
    /// What is proved.
    pub verdict: Outcome,
    /// Why, in words.
    pub reason: Option<String>,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// The smallest difference that a comparison could have seen, by its control pair: 0.01 is 1 %. Nothing for figures
    /// that compare nothing, and where there was no control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_seen: Option<f64>,
    /// Where the figure comes from; nothing when there is none.
    pub evidence: Option<Evidence>,
    /// Observations behind the figure.
    pub samples: u64,
    /// A remark from the scenario.
    pub note: Option<String>,
    /// Where the check is written.
    pub place: Place,
}

/// A figure with its interval, in the unit of its check.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Figure {
    /// Point estimate.
    pub value: f64,
    /// Lower end, if the samples bound it.
    pub lower: Option<f64>,
    /// Upper end, if the samples bound it.
    pub upper: Option<f64>,
    /// Probability that the interval covers the truth.
    pub confidence: f64,
    /// Independent observations that the samples are worth.
    pub effective_samples: f64,
    /// How it was computed.
    pub method: Method,
    /// Something that the reader should know.
    pub remark: Option<String>,
}

/// Whether an alarm is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Alarm {
    /// The whole interval meets the condition.
    Raised,
    /// The whole interval does not.
    Quiet,
    /// The interval straddles the threshold, or there is no figure.
    Unknown,
}

/// One alert. What the first files of this format lack reads as absent, `main` or zero.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct AlertResult {
    /// The row of the catalogue.
    pub target: Option<TargetId>,
    /// The scenario.
    pub scenario: ScenarioId,
    /// The workload.
    #[serde(default = "WorkloadId::main")]
    pub workload: WorkloadId,
    /// What was observed.
    pub metric: Metric,
    /// How observations became a figure.
    pub statistic: Option<Statistic>,
    /// The condition as written.
    pub when: String,
    /// How bad it would be.
    pub severity: Severity,
    /// Whether it is.
    pub alarm: Alarm,
    /// Whether the figure is how much worse it is than in earlier runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drift: bool,
    /// Why nobody knows, where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The figure, unless there is none.
    pub estimate: Option<Figure>,
    /// Symbol of its unit.
    pub unit: Unit,
    /// Where the figure comes from; nothing when there is none.
    pub evidence: Option<Evidence>,
    /// Observations behind the figure.
    #[serde(default)]
    pub samples: u64,
    /// Where the alert is written.
    pub place: Option<Place>,
}

/// A fault of the rig.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct RigFault {
    /// The scenario it ended.
    pub scenario: ScenarioId,
    /// The platform it happened on.
    pub platform: PlatformId,
    /// The phase: open, handshake, verify, sample, ...
    pub phase: String,
    /// What happened and what to do.
    pub message: String,
}

/// A data set that was used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct DataUsed {
    /// Name of its manifest.
    pub name: String,
    /// Items that were used.
    pub items: u64,
    /// SHA-256 of its list of sums, or of its single file.
    pub sha256: String,
    /// Licence, as an SPDX expression.
    pub licence: String,
    /// Who is to be credited, and for what.
    pub attribution: String,
}

#[cfg(test)]
mod tests {
    use super::FormatVersion;

    #[test]
    fn format_versions_read_back_and_compare() {
        let newer = FormatVersion::try_from("1.12".to_owned()).unwrap();
        assert!(newer > super::FORMAT);
        assert_eq!(newer.to_string(), "1.12");
        for bad in ["1", "1.", "a.b", "1.0.0", ""] {
            assert!(FormatVersion::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
