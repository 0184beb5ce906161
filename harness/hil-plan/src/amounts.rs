//! How much is run: the numbers behind "enough", each with its reason.

use std::time::Duration;

use hil_model::metric::Metric;
use hil_model::scenario::{Alert, Check, Sampling};

use crate::Options;

/// Length of one slice of closed-loop throughput: long against a scheduler tick, short against a drift of the clock.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// Blocks that a comparison runs in each start. With the default five starts this gives 100 pairs, enough to
/// find a 2 % difference at a spread of 5 % within a pair (n = ((z_a + z_b) sd / delta)^2 x pi/2 = 85).
const BLOCKS: u32 = 20;

/// A quick run takes one sample where a full one takes this many.
const QUICK_SHARE: u32 = 3;

/// But at least these: a mean needs 40, and 59 prove a p95 if none of them exceeds the limit.
const QUICK_LEAST: u32 = 60;

/// What one scenario runs in each of its starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amounts {
    /// Starts of each kind.
    pub(crate) starts: u32,
    /// Uncounted iterations at the beginning of a start.
    pub(crate) warmup: u32,
    /// Counted iterations of each timed workload in a start.
    pub(crate) iterations: u32,
    /// Blocks that the iterations of a comparison are cut into.
    pub(crate) blocks: u32,
    /// Slices of throughput in a start.
    pub(crate) slices: u32,
}

impl Amounts {
    /// The amounts for `checks` and `alerts` of a scenario with this `sampling`.
    pub(crate) fn of(checks: &[&Check], alerts: &[&Alert], sampling: &Sampling, options: &Options) -> Self {
        let starts = sampling.starts.max(1);
        // Only iterations are counted here: slices, starts and items of a data set have amounts of their own.
        let of_checks = checks.iter().map(|check| (check.metric, check.statistic));
        let of_alerts = alerts.iter().map(|alert| (alert.metric, alert.statistic));
        let timed =
            of_checks.chain(of_alerts).filter(|(metric, _)| matches!(metric, Metric::Latency | Metric::CpuTime));
        let wanted = timed.map(|(_, statistic)| statistic.default_samples()).max().unwrap_or(1);
        let wanted = wanted.max(sampling.min_samples.unwrap_or(0));
        let wanted = if options.quick { wanted.div_ceil(QUICK_SHARE).max(QUICK_LEAST) } else { wanted };
        Self {
            starts,
            warmup: sampling.warmup,
            iterations: wanted.div_ceil(starts).max(1),
            blocks: BLOCKS,
            slices: if options.quick { 10 } else { 20 },
        }
    }
}
