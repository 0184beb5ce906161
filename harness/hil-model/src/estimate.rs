//! What the observations amount to: a value that always carries its interval, its method and its sample size.

use std::fmt;

use crate::id::WorkloadId;
use crate::sample::Failure;

/// A figure with its interval, in base units.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Lower end of the interval; absent when the samples cannot bound it.
    pub lower: Option<f64>,
    /// Upper end of the interval; absent when the samples cannot bound it.
    pub upper: Option<f64>,
    /// Probability that the interval covers the truth, both ends together; each end alone errs with half of the rest.
    pub confidence: f64,
    /// Observations that went in.
    pub samples: u64,
    /// Independent observations that they are worth.
    pub effective_samples: f64,
    /// Independent observations below which one end of the interval cannot exist.
    pub needed_samples: u64,
    /// How it was computed.
    pub method: Method,
    /// Something that the reader of the figure should know.
    pub remark: Option<String>,
}

/// How an estimate was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Distribution-free order-statistic bounds of a quantile.
    OrderStatistics,
    /// Mean with batch-means Student-t interval, batches sized by the autocorrelation.
    BatchMeans,
    /// Criterion's samples, one figure a process start, with the interval of the spread between starts.
    CriterionStarts,
    /// Proportion with a Wilson score interval.
    Wilson,
    /// Proportion with an interval from the spread between clusters.
    ClusteredProportion,
    /// Median of paired log-ratios with a sign-test interval.
    PairedLogRatio,
    /// Codes of a converter behind a shunt, with the uncertainty of the chain and the scatter between periods.
    Metered,
    /// The largest value seen; larger ones are possible.
    LargestSeen,
    /// Counted, not sampled.
    Counted,
    /// Stated by another tool that kept no samples; it has no interval.
    Stated,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OrderStatistics => "order statistics",
            Self::BatchMeans => "batch means",
            Self::CriterionStarts => "criterion's sampling, between process starts",
            Self::Wilson => "Wilson score",
            Self::ClusteredProportion => "clustered proportion",
            Self::PairedLogRatio => "paired log-ratio",
            Self::Metered => "metered, with the uncertainty of the chain",
            Self::LargestSeen => "largest seen",
            Self::Counted => "counted",
            Self::Stated => "as stated",
        })
    }
}

/// What was found out for one check; the input of its verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// A figure.
    Estimate(Estimate),
    /// One paired ratio a step of an order; each must be proved above one.
    Order(Vec<OrderStep>),
    /// A table of cases.
    Cases {
        /// Cases that hold.
        held: u64,
        /// All cases.
        total: u64,
        /// The first that does not hold, and how.
        first_broken: Option<String>,
    },
    /// The measured code failed.
    Failed(Failure),
    /// There are too few observations for any figure.
    TooFew {
        /// Observations.
        have: u64,
        /// What the method needs, or what the plan asked for where a part of that proves nothing.
        need: u64,
    },
    /// The bench cannot observe this metric.
    CannotObserve {
        /// What would be needed.
        needs: String,
    },
}

/// One step of an order: the second workload's figure over the first one's.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderStep {
    /// Stands first, so it shall have the smaller figure.
    pub lesser: WorkloadId,
    /// Stands after it.
    pub greater: WorkloadId,
    /// `greater / lesser`.
    pub ratio: Estimate,
}
