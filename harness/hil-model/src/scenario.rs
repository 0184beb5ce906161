//! A question, fully resolved: every default filled in, every name checked, every unit fitting.
//!
//! What was typed, with its places in the file, is the business of the reader of scenario files; what a
//! scenario *means* is here. Nothing in these types is optional because it might have been forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::id::{DatasetName, KernelName, PlatformId, ScenarioId, TableName, TargetId, WorkloadId};
use crate::limit::Limit;
use crate::metric::{Metric, Statistic};
use crate::units::{Energy, Quantity, Time};

/// One scenario file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Unique name.
    pub id: ScenarioId,
    /// One line for people.
    pub title: String,
    /// The file it was read from, as the user named it.
    pub file: String,
    /// The kind of machine that the question is about.
    pub platform: PlatformId,
    /// What is run, by id; never empty.
    pub workloads: BTreeMap<WorkloadId, Workload>,
    /// How much is run.
    pub sampling: Sampling,
    /// What is asked of the figures; never empty.
    pub checks: Vec<Check>,
    /// What shall raise an alarm.
    pub alerts: Vec<Alert>,
    /// Which workloads a report shows side by side.
    pub side_by_side: Vec<SideBySide>,
}

/// Workloads that a report shows side by side, with the figures that checks ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// One line for people.
    pub title: String,
    /// What the others are compared with.
    pub baseline: WorkloadId,
    /// The others, at least one, in the order in which they are shown.
    pub workloads: Vec<WorkloadId>,
}

/// One thing to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// The code.
    pub code: Code,
    /// Its input; kernels fall back on their own known-answer input without one.
    pub dataset: Option<DatasetName>,
    /// Agents that run at the same time when throughput is measured.
    pub workers: Workers,
    /// Run once a period and sleep in between, as a battery-powered product does.
    pub duty_cycle: Option<DutyCycle>,
    /// The battery that battery life is stated for.
    pub battery: Option<Battery>,
}

/// Where the code of a workload comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A kernel that the platform's agent lists.
    Kernel(KernelName),
    /// One benchmark of a criterion suite.
    Criterion(Box<Suite>),
    /// A program and its arguments, started anew for every iteration; no shell is involved.
    Command(Vec<String>),
}

impl Code {
    /// The suite, if that is what it is.
    #[must_use]
    pub fn suite(&self) -> Option<&Suite> {
        match self {
            Self::Criterion(suite) => Some(suite),
            Self::Kernel(_) | Self::Command(_) => None,
        }
    }
}

/// One benchmark of a criterion suite, and how the suite is built and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// The folder of the Cargo package, as written.
    pub package: String,
    /// Bench target, as written; absent where the package has only one.
    pub bench: Option<String>,
    /// What was found in that folder; nothing where nobody could look, and then the suite cannot be run.
    pub found: Option<SuiteFound>,
    /// Full id of the benchmark in the suite, such as `filters/fir/16`; absent where the suite measures only one.
    pub benchmark: Option<String>,
    /// A regular expression of the ids that each process start measures; without one, only `benchmark`.
    pub filter: Option<String>,
    /// Features of the package that are switched on beside its default ones.
    pub features: Vec<String>,
    /// Time that criterion warms up for; what the suite itself asks for where absent.
    pub warm_up_time: Option<Duration>,
    /// Time that criterion measures for; what the suite itself asks for where absent.
    pub measurement_time: Option<Duration>,
    /// Samples that criterion takes in one process start; what the suite itself asks for where absent.
    pub sample_size: Option<u32>,
}

/// The package of a suite on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteFound {
    /// Its folder. A private name: it must not get into a stored run.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The bench target that is meant.
    pub bench: String,
}

/// How many agents run a throughput workload side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// One for each core of the platform.
    EveryCore,
    /// That many.
    Fixed(u32),
}

/// A duty cycle: one iteration, then sleep for the rest of the period.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyCycle {
    /// From the start of one iteration to the start of the next.
    pub period: Quantity<Time>,
    /// The platform's name of the sleep mode.
    pub sleep: String,
}

/// A battery.
#[derive(Debug, Clone, PartialEq)]
pub struct Battery {
    /// Usable energy.
    pub capacity: Quantity<Energy>,
    /// Where the figure comes from; shown beside what is computed with it.
    pub why: String,
}

/// How much is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampling {
    /// Iterations that are run and kept, but not counted, at the start of every process.
    pub warmup: u32,
    /// Counted iterations below which no verdict is given; without a number, what the statistic needs.
    pub min_samples: Option<u32>,
    /// Process starts (boots, on a board) that the iterations are spread over.
    pub starts: u32,
    /// How often it is looked at whether checks of timed iterations are decided, 1 for once at the end: before each further
    /// look, what is still open is measured as often again as before it. The looks share the level of the intervals.
    pub looks: u32,
    /// Pairs that a comparison of times takes over all starts; without a number, enough to find a small difference.
    pub pairs: Option<u32>,
    /// Time that the whole scenario may take on its bench.
    pub budget: Duration,
    /// Longest time that a single iteration may take before the agent is stopped; of a suite, a process start.
    pub timeout: Duration,
}

impl Sampling {
    /// Warm-up iterations unless the scenario says otherwise.
    pub const DEFAULT_WARMUP: u32 = 20;
    /// Process starts unless the scenario says otherwise: fewer than five cannot show that starts differ
    /// (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013).
    pub const DEFAULT_STARTS: u32 = 5;
    /// Looks unless the scenario says otherwise.
    pub const DEFAULT_LOOKS: u32 = 1;
    /// Budget unless the scenario says otherwise.
    pub const DEFAULT_BUDGET: Duration = Duration::from_secs(60);
    /// Longest iteration unless the scenario says otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
}

/// One metric, one statistic, one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The row of the catalogue that it answers.
    pub target: Option<TargetId>,
    /// What is observed.
    pub metric: Metric,
    /// How observations become a figure.
    pub statistic: Statistic,
    /// Whose observations.
    pub workload: WorkloadId,
    /// The other side of a ratio. The ratio says how many times better `workload` is: for a metric where
    /// less is better it is `versus / workload`, otherwise `workload / versus`; so 2 x is always twice as good.
    pub versus: Option<WorkloadId>,
    /// What is asked of the figure.
    pub rule: Rule,
    /// What it takes for the question to be asked.
    pub needs: Needs,
    /// The part of the work that a share is about; nothing for other metrics.
    pub part: Option<String>,
    /// A remark shown beside the figure, such as where a limit comes from.
    pub note: Option<String>,
    /// Where it is written.
    pub place: Place,
}

impl Check {
    /// Every workload that it looks at.
    #[must_use]
    pub fn workloads(&self) -> Vec<&WorkloadId> {
        match &self.rule {
            Rule::Order(order) => order.iter().collect(),
            Rule::Limit { .. } | Rule::Conforms(_) | Rule::Report => {
                std::iter::once(&self.workload).chain(&self.versus).collect()
            }
        }
    }
}

/// What is asked of a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// It must meet the limit; meeting only the second tier is acceptable.
    Limit {
        /// The target.
        limit: Limit,
        /// The second tier.
        acceptable: Option<Limit>,
    },
    /// Each workload's figure must be below that of the next, proved pair by pair.
    Order(Vec<WorkloadId>),
    /// Every case of the table must hold.
    Conforms(TableName),
    /// Nothing: the figure is shown.
    Report,
}

/// What it takes to ask a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Processor cores.
    pub cores: Option<u32>,
    /// More time than a quick run has.
    pub full_run: bool,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// A condition that shall raise an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The row of the catalogue that it answers.
    pub target: Option<TargetId>,
    /// What is observed.
    pub metric: Metric,
    /// How observations become a figure.
    pub statistic: Statistic,
    /// Whose observations.
    pub workload: WorkloadId,
    /// Whether the figure is how much worse it is than the median of earlier runs under the same conditions: percentage
    /// points of what is a share itself, otherwise a share of that median.
    pub drift: bool,
    /// The alarm is raised for figures that meet this: `"> 50 ms"`.
    pub when: Limit,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is written.
    pub place: Place,
}

/// How bad an alarm is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth acting on.
    Warning,
    /// Worth waking somebody.
    Critical,
}
