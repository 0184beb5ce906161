//! How much is run: the numbers behind "enough", each with its reason.

use std::time::Duration;

use hil_model::metric::Statistic;
use hil_model::plan::SuiteAmount;
use hil_model::scenario::{Sampling, Suite};

use crate::Options;

/// Length of one slice of closed-loop throughput: long against a scheduler tick, short against a drift of the clock.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// Time that a start spends on the iterations of a workload, however fast it is: many times a scheduler's time slice,
/// so that one interruption is a small part of it.
const MEASURING: Duration = Duration::from_millis(300);

/// Blocks that a comparison runs in each start. With the default five starts this gives 100 pairs, enough to
/// find a 2 % difference at a spread of 5 % within a pair (n = ((z_a + z_b) sd / delta)^2 x pi/2 = 85).
const BLOCKS: u32 = 20;

/// A quick run takes one sample where a full one takes this many.
const QUICK_SHARE: u32 = 3;

/// But at least these: a mean needs 40, and 59 prove a p95 if none of them exceeds the limit. A comparison takes no more
/// pairs than that.
const QUICK_LEAST: u32 = 60;

/// What a quick run takes of a suite in each start. The starts stay as many as they are: the interval is theirs.
const QUICK_SUITE: SuiteAmount = SuiteAmount {
    warm_up: Some(Duration::from_millis(100)),
    measurement: Some(Duration::from_millis(300)),
    // Criterion takes no fewer.
    samples: Some(10),
};

/// Starts that it takes at least to see that a count is the same every time.
const COUNTS: u32 = 2;

/// Answers that a quick run takes of a data set: when all of them are right, they prove 95 %.
const QUICK_ANSWERS: u32 = 60;

/// Slices of throughput over all starts: five seconds of closed loop, in quick runs half of that.
const SLICES: u32 = 100;

/// What one scenario runs in each of its starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amounts {
    /// Starts of each kind.
    pub(crate) starts: u32,
    /// Uncounted iterations at the beginning of a start.
    pub(crate) warmup: u32,
    /// Blocks that the iterations of a comparison are cut into.
    pub(crate) blocks: u32,
    /// Slices of throughput in a start.
    pub(crate) slices: u32,
    /// Time that a start spends on the iterations of a workload that runs alone.
    pub(crate) at_least: Duration,
    /// Answers at most, out of each data set.
    pub(crate) answers: Option<u32>,
    min_samples: u32,
    /// Whether the scenario says how many pairs it takes.
    states_pairs: bool,
    quick: bool,
}

impl Amounts {
    /// The amounts of a scenario with this `sampling`.
    pub(crate) fn of(sampling: &Sampling, options: &Options) -> Self {
        let starts = sampling.starts.max(1);
        let slices = if options.quick { SLICES / 2 } else { SLICES };
        let blocks = sampling.pairs.map_or(BLOCKS, |pairs| pairs.div_ceil(starts));
        // As many fewer as by default, where a quick run takes 60 of 100.
        let quick_blocks = QUICK_LEAST.div_ceil(starts).min((blocks * 3).div_ceil(5));
        Self {
            starts,
            warmup: sampling.warmup,
            blocks: if options.quick { quick_blocks } else { blocks },
            slices: slices.div_ceil(starts),
            at_least: if options.quick { MEASURING / QUICK_SHARE } else { MEASURING },
            answers: options.quick.then_some(QUICK_ANSWERS),
            min_samples: sampling.min_samples.unwrap_or(0),
            states_pairs: sampling.pairs.is_some() && sampling.min_samples.is_none(),
            quick: options.quick,
        }
    }

    /// Starts that count something at most: two that agree are enough, and where they do not, as many as of anything else.
    pub(crate) fn counts(&self) -> usize {
        usize::try_from(self.starts.max(COUNTS)).unwrap_or(usize::MAX)
    }

    /// What one process start of `suite` measures.
    pub(crate) fn of_suite(&self, suite: &Suite) -> SuiteAmount {
        let (warm_up, measurement) = (suite.warm_up_time, suite.measurement_time);
        if self.quick { QUICK_SUITE } else { SuiteAmount { warm_up, measurement, samples: suite.sample_size } }
    }

    /// Counted iterations in a start of a workload whose statistics want `samples` over all starts. Each workload has
    /// its own number: a p99.9 of a fast one must not be paid for by running a slow one as often.
    pub(crate) fn iterations(&self, samples: u32) -> u32 {
        self.samples(samples).div_ceil(self.starts).max(1)
    }

    /// The same where workloads are compared: one in each block, if the scenario says how many pairs are enough and the
    /// statistic wants no more samples than a comparison or a median does by default.
    pub(crate) fn iterations_beside_others(&self, samples: u32) -> u32 {
        let is_enough = self.states_pairs && samples <= Statistic::Ratio.default_samples();
        if is_enough { self.blocks } else { self.iterations(samples) }
    }

    /// Counted iterations of such a workload over all starts.
    pub(crate) fn samples(&self, samples: u32) -> u32 {
        let wanted = samples.max(self.min_samples);
        if self.quick { wanted.div_ceil(QUICK_SHARE).max(QUICK_LEAST) } else { wanted }
    }
}
