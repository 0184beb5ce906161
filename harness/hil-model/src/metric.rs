//! What can be measured, and how many observations become one figure.

use std::fmt;

use crate::units::{Dimension, Unit};

/// What a check is about. Its dimension decides which units a limit may have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Elapsed time of one iteration.
    Latency,
    /// Processor time of one iteration, without the time it waited.
    CpuTime,
    /// Cycles of the processor for one iteration, where the clock counts them.
    Cycles,
    /// Instructions that the processor executes for one iteration, counted while it is emulated.
    Instructions,
    /// Iterations finished per second in a closed loop on the stated number of workers.
    Throughput,
    /// Largest memory in use: peak resident set of a process, or static + stack + heap of a board.
    Memory,
    /// Largest sum of bytes on the heap that are alive at once in an iteration.
    Heap,
    /// Size of the model's weights.
    ModelSize,
    /// Share of a data set's items that are answered correctly.
    Accuracy,
    /// Largest difference from the reference, relative to the largest reference value.
    NumericalError,
    /// Average power at the load side of the shunt.
    Power,
    /// Energy of one iteration.
    Energy,
    /// Time until the stated battery is empty.
    BatteryLife,
    /// Share of a table's cases that the kernel conforms to.
    Conformance,
    /// How warm the processor is after the iterations of a start.
    Temperature,
    /// Share of the time of the work that goes into a part of it, from the samples of a profile.
    Share,
}

/// Which direction of a metric is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better, as for latency.
    Lower,
    /// More is better, as for accuracy.
    Higher,
}

impl Metric {
    /// Every metric, in the order in which lists show them.
    pub const ALL: [Self; 16] = [
        Self::Latency,
        Self::CpuTime,
        Self::Cycles,
        Self::Instructions,
        Self::Throughput,
        Self::Memory,
        Self::Heap,
        Self::ModelSize,
        Self::Accuracy,
        Self::NumericalError,
        Self::Power,
        Self::Energy,
        Self::BatteryLife,
        Self::Conformance,
        Self::Temperature,
        Self::Share,
    ];

    /// The name as written in a scenario.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::CpuTime => "cpu_time",
            Self::Cycles => "cycles",
            Self::Instructions => "instructions",
            Self::Throughput => "throughput",
            Self::Memory => "memory",
            Self::Heap => "heap",
            Self::ModelSize => "model_size",
            Self::Accuracy => "accuracy",
            Self::NumericalError => "numerical_error",
            Self::Power => "power",
            Self::Energy => "energy",
            Self::BatteryLife => "battery_life",
            Self::Conformance => "conformance",
            Self::Temperature => "temperature",
            Self::Share => "share",
        }
    }

    /// The metric of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What it counts.
    #[must_use]
    pub fn dimension(self) -> Dimension {
        match self {
            Self::Latency | Self::CpuTime | Self::BatteryLife => Dimension::Time,
            Self::Cycles => Dimension::Cycles,
            Self::Instructions => Dimension::Instructions,
            Self::Throughput => Dimension::Rate,
            Self::Memory | Self::Heap | Self::ModelSize => Dimension::Information,
            Self::Accuracy | Self::Conformance | Self::Share => Dimension::Proportion,
            Self::NumericalError => Dimension::RelativeError,
            Self::Power => Dimension::Power,
            Self::Energy => Dimension::Energy,
            Self::Temperature => Dimension::Temperature,
        }
    }

    /// Whether one iteration gives one observation of it.
    #[must_use]
    pub fn is_timed(self) -> bool {
        matches!(self, Self::Latency | Self::CpuTime | Self::Cycles)
    }

    /// Whether it takes a bench with a meter to observe it.
    #[must_use]
    pub fn needs_meter(self) -> bool {
        matches!(self, Self::Power | Self::Energy | Self::BatteryLife)
    }

    /// Whether it is a figure of a duty cycle: what is taken awake and asleep together.
    #[must_use]
    pub fn needs_duty_cycle(self) -> bool {
        matches!(self, Self::Power | Self::BatteryLife)
    }

    /// The good direction.
    #[must_use]
    pub fn better(self) -> Better {
        match self {
            Self::Throughput | Self::Accuracy | Self::BatteryLife | Self::Conformance => Better::Higher,
            Self::Latency
            | Self::CpuTime
            | Self::Cycles
            | Self::Instructions
            | Self::Memory
            | Self::Heap
            | Self::ModelSize
            | Self::NumericalError
            | Self::Power
            | Self::Energy
            | Self::Temperature
            | Self::Share => Better::Lower,
        }
    }

    /// The unit for a figure that has no limit to take it from: the largest in which the value is at least one.
    #[must_use]
    pub fn display_unit(self, base: f64) -> Unit {
        let choices: &[&str] = match self.dimension() {
            Dimension::Time if self == Self::BatteryLife => &["h"],
            Dimension::Time => &["s", "ms", "us", "ns"],
            Dimension::Information => &["MB", "KB", "B"],
            Dimension::Power => &["W", "mW", "uW"],
            Dimension::Energy => &["J", "mJ", "uJ"],
            Dimension::Frequency => &["MHz"],
            Dimension::Rate => &["/s"],
            Dimension::Proportion => &["%"],
            Dimension::Ratio => &["x"],
            Dimension::Drain => &["%/h"],
            Dimension::Temperature => &["degC"],
            Dimension::Cycles => &["cycles"],
            Dimension::Instructions => &["instructions"],
            Dimension::Count => &["n"],
            Dimension::RelativeError => &["rel"],
        };
        let units = || choices.iter().filter_map(|symbol| Unit::find(symbol));
        units().find(|unit| unit.from_base(base.abs()) >= 1.0).or_else(|| units().next_back()).unwrap_or(Unit {
            symbol: "",
            dimension: self.dimension(),
            scale: 1.0,
        })
    }

    /// Whether `statistic` is a meaningful summary of this metric.
    #[must_use]
    pub fn allows(self, statistic: Statistic) -> bool {
        match self {
            Self::Latency | Self::CpuTime | Self::Cycles => {
                !matches!(statistic, Statistic::Proportion | Statistic::Exact)
            }
            Self::Throughput | Self::Power | Self::Energy => {
                matches!(statistic, Statistic::Mean | Statistic::Median | Statistic::Ratio)
            }
            Self::BatteryLife => statistic == Statistic::Mean,
            Self::Memory | Self::Heap => matches!(statistic, Statistic::Max | Statistic::Ratio),
            // Degrees Celsius have no natural zero, so a ratio of them means nothing.
            Self::Temperature => statistic == Statistic::Max,
            Self::ModelSize | Self::Instructions => matches!(statistic, Statistic::Exact | Statistic::Ratio),
            Self::Accuracy | Self::Share => statistic == Statistic::Proportion,
            Self::NumericalError => matches!(statistic, Statistic::Max | Statistic::Ratio),
            Self::Conformance => statistic == Statistic::Exact,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How many observations become one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Statistic {
    /// The value below which the given thousandths of all observations lie: 950 for p95.
    Percentile(u16),
    /// The arithmetic mean.
    Mean,
    /// The value in the middle.
    Median,
    /// The largest observation.
    Max,
    /// Successes over trials.
    Proportion,
    /// The median of paired ratios between two workloads.
    Ratio,
    /// A value that is counted, not sampled.
    Exact,
}

impl Statistic {
    /// The statistics a scenario may name.
    pub const NAMES: [&'static str; 10] =
        ["p50", "p90", "p95", "p99", "p99.9", "mean", "median", "max", "proportion", "exact"];

    /// The statistic of that name: `"p95"`, `"mean"`, ...
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "median" => Self::Median,
            "max" => Self::Max,
            "proportion" => Self::Proportion,
            "ratio" => Self::Ratio,
            "exact" => Self::Exact,
            "p99.9" => Self::Percentile(999),
            _ => {
                let digits = name.strip_prefix('p')?;
                let percent: u16 = digits.parse().ok()?;
                // "p050" and "p+5" are not how anybody writes a percentile.
                if !(1..=99).contains(&percent) || percent.to_string() != digits {
                    return None;
                }
                Self::Percentile(percent * 10)
            }
        })
    }

    /// Observations that are planned for this statistic unless a scenario asks for more.
    ///
    /// Percentiles: enough that a true exceedance rate of half the allowed one is proved in about nine runs of ten
    /// (p95: 87 % at 500), from the binomial distribution of exceedances. Medians and means: enough for ten batches of
    /// ten. The largest value and counted figures gain nothing from a plan of their own.
    #[must_use]
    pub fn default_samples(self) -> u32 {
        match self {
            // An interval of the median exists from 5 samples on; 100 make it narrow.
            Self::Percentile(..=500) | Self::Median | Self::Mean | Self::Ratio => 100,
            Self::Percentile(501..=900) => 200,
            Self::Percentile(901..=950) => 500,
            Self::Percentile(951..=990) => 3000,
            Self::Percentile(991..) => 30_000,
            Self::Max => 100,
            Self::Proportion | Self::Exact => 1,
        }
    }

    /// The quantile in (0, 1) that a percentile stands for.
    #[must_use]
    pub fn quantile(self) -> Option<f64> {
        match self {
            Self::Percentile(thousandths) => Some(f64::from(thousandths) / 1000.0),
            Self::Median => Some(0.5),
            Self::Mean | Self::Max | Self::Proportion | Self::Ratio | Self::Exact => None,
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(thousandths) if thousandths % 10 == 0 => f.pad(&format!("p{}", thousandths / 10)),
            Self::Percentile(thousandths) => f.pad(&format!("p{}.{}", thousandths / 10, thousandths % 10)),
            Self::Mean => f.pad("mean"),
            Self::Median => f.pad("median"),
            Self::Max => f.pad("max"),
            Self::Proportion => f.pad("proportion"),
            Self::Ratio => f.pad("ratio"),
            Self::Exact => f.pad("exact"),
        }
    }
}

impl TryFrom<String> for Statistic {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        Self::find(&name).ok_or_else(|| format!("unknown statistic {name:?}"))
    }
}

impl From<Statistic> for String {
    fn from(statistic: Statistic) -> String {
        statistic.to_string()
    }
}

impl schemars::JsonSchema for Statistic {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Statistic".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(p[1-9][0-9]?|p99\\.9|mean|median|max|proportion|ratio|exact)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Metric, Statistic};

    #[test]
    fn names_read_back() {
        for metric in Metric::ALL {
            assert_eq!(Metric::find(metric.name()), Some(metric));
        }
        for name in Statistic::NAMES {
            assert_eq!(Statistic::find(name).map(|s| s.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn odd_percentiles_are_refused() {
        for name in ["p0", "p100", "p095", "p-5", "p", "p99.99", "P95"] {
            assert_eq!(Statistic::find(name), None, "{name}");
        }
    }

    #[test]
    fn the_display_unit_keeps_figures_readable() {
        assert_eq!(Metric::Latency.display_unit(0.0021).symbol, "ms");
        assert_eq!(Metric::Latency.display_unit(0.0).symbol, "ns");
        assert_eq!(Metric::Memory.display_unit(5e6).symbol, "MB");
    }
}
