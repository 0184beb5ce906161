//! What can answer a question: the benches at hand, and the facts about their kinds of machine.

use std::collections::BTreeMap;

use crate::id::{KernelName, PlatformId};
use crate::power::Meter;

/// Where a figure comes from. It is printed beside every figure and never upgraded.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Measured on the hardware that the target names.
    Hardware,
    /// Computed by an emulated board; never a measurement of hardware.
    Emulated,
    /// Measured on this computer.
    Host,
    /// Read from a recording of an earlier run.
    Replayed,
    /// Rendered by a processor that stands in for a GPU.
    SoftwareGpu,
    /// Read from the files of another benchmark tool; where and how it was measured is not known.
    Imported,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Hardware => "hardware",
            Self::Emulated => "emulated",
            Self::Host => "host",
            Self::Replayed => "replayed",
            Self::SoftwareGpu => "software-gpu",
            Self::Imported => "imported",
        })
    }
}

/// How a kind of machine is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The agent is a child process of the harness.
    Process,
    /// The agent is firmware behind a debug probe.
    Probe,
    /// The agent is a program on a phone.
    Phone,
}

/// Facts about a kind of machine, from `targets/boards/<platform>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// The name that scenarios use in `[on] platform`.
    pub platform: PlatformId,
    /// One line for people.
    pub title: String,
    /// How it is reached.
    pub reach: Reach,
    /// The chip on it, whose facts are in `targets/boards/chips/<chip>.toml`.
    #[serde(default)]
    pub chip: Option<String>,
    /// What it takes to have one, for kinds of machine that are neither here nor emulated.
    #[serde(default)]
    pub attach: Option<String>,
}

/// Whether instructions can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counting {
    /// They can.
    Here,
    /// They cannot without this.
    Needs(String),
}

/// One thing that is attached and can run an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchInfo {
    /// The kind of machine.
    pub platform: PlatformId,
    /// What its figures count as.
    pub evidence: Evidence,
    /// Processor cores that the agent can use.
    pub cores: u32,
    /// What it measures its power with; nothing for a bench that cannot.
    pub meter: Option<Meter>,
    /// Whether the instructions of its agents can be counted.
    pub counting: Counting,
    /// What its agent offers; nothing where that is not known before it runs.
    pub kernels: Option<Vec<KernelName>>,
}

impl BenchInfo {
    /// A bench without a meter that counts no instructions.
    #[must_use]
    pub fn new(platform: PlatformId, evidence: Evidence, cores: u32) -> Self {
        let counting = Counting::Needs("this computer: instructions are counted of its own programs".to_owned());
        Self { platform, evidence, cores, meter: None, counting, kernels: None }
    }

    /// The same where instructions are counted, or with what that needs.
    #[must_use]
    pub fn with_counting(self, counting: Counting) -> Self {
        Self { counting, ..self }
    }

    /// The same with what it measures its power with.
    #[must_use]
    pub fn with_meter(self, meter: Option<Meter>) -> Self {
        Self { meter, ..self }
    }
}

/// What is attached right now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lab {
    /// At most one bench a platform is used in a run: the first that fits.
    pub benches: Vec<BenchInfo>,
    /// Kinds of machine that are here and can run no agent, each with what is needed.
    pub lacking: BTreeMap<PlatformId, String>,
    /// Kinds of machine that are not here, each with what it takes to have one.
    pub wanted: BTreeMap<PlatformId, String>,
}

impl Lab {
    /// The bench that answers questions about `platform`.
    #[must_use]
    pub fn bench_for(&self, platform: &PlatformId) -> Option<&BenchInfo> {
        self.benches.iter().find(|bench| bench.platform == *platform)
    }
}
