//! The ratio of two stored figures that were not measured in turns, and how far that can be trusted.
//!
//! Each start of a run gives one figure; the logarithms of the starts' figures of both runs are compared by Welch's t
//! ("The generalization of Student's problem when several different population variances are involved", Biometrika 34,
//! 1947). That covers how starts of one run differ. How a machine differs from one run to the next is not in the samples
//! of two runs: it comes from earlier runs under the same conditions where there are enough of them
//! ([`hil_stats::history`]), and otherwise [`RUN_TO_RUN`] is allowed for.

use std::collections::BTreeMap;

use hil_model::estimate::{Estimate, Method};
use hil_model::metric::{Better, Metric};
use hil_model::sample::Observations;
use hil_stats::student;

use crate::commands::gate::figures::Lack;

/// What runs of unchanged code may differ by where nothing else is known. Medians of runs on rented machines scatter by
/// 2 to 3 %, so that the ratio of two stays below this in 99 of 100 cases (2.33 x sqrt(2) x 3 %).
pub(super) const RUN_TO_RUN: f64 = 0.10;
/// Starts of each run below which nothing is said.
const LEAST_STARTS: usize = 5;

/// A ratio with the chance of it if the candidate is not worse by more than a margin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unpaired {
    pub(super) ratio: Estimate,
    /// Standard error and degrees of freedom of its logarithm.
    error: (f64, usize),
    allowance: f64,
}

/// The ratio of `above` over `below`; runs of unchanged code may differ by `run_to_run` (0.1 is 10 %).
///
/// # Errors
/// [`Lack`] for too few starts.
pub(super) fn ratio(
    metric: Metric,
    above: &Observations,
    below: &Observations,
    run_to_run: f64,
) -> Result<Unpaired, Lack> {
    let [above, below] = [above, below].map(|seen| logs(metric, seen));
    let least = above.len().min(below.len());
    if least < LEAST_STARTS {
        return Err(Lack::Failed(format!("{least} starts are too few, {LEAST_STARTS} are needed")));
    }
    let (new, old) = (Part::of(&above), Part::of(&below));
    let difference = new.mean - old.mean;
    let variance = new.variance + old.variance;
    let share = |part: &Part| part.variance.powi(2) / (part.count - 1.0);
    let freedom = (variance.powi(2) / (share(&new) + share(&old))).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between the starts of one run and of both"
    )]
    let freedom = if freedom.is_finite() { (freedom as usize).max(1) } else { least - 1 };
    let (error, allowance) = (variance.sqrt(), run_to_run.ln_1p());
    let reach = student::t(freedom) * error + allowance;
    let ratio = Estimate {
        value: difference.exp(),
        lower: Some((difference - reach).exp()),
        upper: Some((difference + reach).exp()),
        confidence: hil_stats::CONFIDENCE,
        samples: u64::try_from(least).unwrap_or(u64::MAX),
        effective_samples: new.count.min(old.count),
        needed_samples: u64::try_from(LEAST_STARTS).unwrap_or(u64::MAX),
        method: Method::PairedLogRatio,
        remark: Some(format!("not in turns: {:.1} % are allowed for what differs from run to run", run_to_run * 100.0)),
    };
    Ok(Unpaired { ratio, error: (error, freedom), allowance })
}

impl Unpaired {
    /// The chance of such a ratio when the candidate is worse by no more than `margin`.
    pub(super) fn chance_of_worse(&self, better: Better, margin: f64) -> f64 {
        let log = self.ratio.value.ln();
        let worse = match better {
            Better::Lower => log,
            Better::Higher => -log,
        };
        let beyond = worse - margin.ln_1p() - self.allowance;
        let (error, freedom) = self.error;
        match error > 0.0 {
            true => student::t_tail(beyond / error, freedom),
            false if beyond > 0.0 => 0.0,
            false => 1.0,
        }
    }

    /// The smallest change that such a comparison could have seen: 0.1 is 10 %.
    pub(super) fn smallest_seen(&self) -> f64 {
        let (error, freedom) = self.error;
        (student::t(freedom) * error + self.allowance).exp_m1()
    }
}

/// Mean of the logarithms of one side, and the variance of that mean.
struct Part {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Part {
    fn of(logs: &[f64]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "starts are few")]
        let count = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / count;
        let squares = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>();
        Self { count, mean, variance: squares / (count - 1.0) / count }
    }
}

/// The logarithm of the figure of every start; a start without a figure above zero has none.
fn logs(metric: Metric, seen: &Observations) -> Vec<f64> {
    let mut starts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    let mut add = |start: u32, value: f64| starts.entry(start).or_default().push(value);
    match metric {
        Metric::Latency => seen.latencies().for_each(|(iteration, seconds)| add(iteration.start, seconds)),
        Metric::Cycles => seen.cycles().for_each(|(iteration, cycles)| add(iteration.start, cycles)),
        Metric::CpuTime => seen.cpu_times().for_each(|(iteration, seconds)| add(iteration.start, seconds)),
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
        Metric::Throughput => {
            seen.slices.iter().for_each(|slice| add(slice.start, slice.finished as f64 / slice.seconds))
        }
        #[expect(clippy::cast_precision_loss, reason = "memories are smaller than 2^53 bytes")]
        Metric::Memory => seen.peaks.iter().for_each(|peak| add(peak.start, peak.total as f64)),
        _ => {}
    }
    let figures = starts.values().map(|values| hil_stats::series::median(values).ln());
    figures.filter(|log| log.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::{RUN_TO_RUN, ratio};
    use hil_model::id::{ScenarioId, WorkloadId};
    use hil_model::lab::Evidence;
    use hil_model::metric::{Better, Metric};
    use hil_model::sample::{Counter, Iteration, Observations};

    fn seen(starts: u32, ticks: impl Fn(u32, u32) -> u64) -> Observations {
        let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
        let mut seen = Observations::new(ScenarioId::new("s").unwrap(), WorkloadId::main(), Evidence::Host, clock);
        for start in 0..starts {
            for index in 0..9 {
                let ticks = ticks(start, index);
                let (block, slot, warmup, cpu_ns, cycles) = (0, 0, false, None, None);
                seen.iterations.push(Iteration { start, block, slot, index, warmup, ticks, cpu_ns, cycles });
            }
        }
        seen
    }

    #[test]
    fn a_large_change_is_proved_and_a_small_one_is_not() {
        let base = seen(5, |start, index| 1_000_000 + u64::from(start * 1000 + index));
        for (factor, proved) in [(3, true), (1, false)] {
            let new = seen(5, |start, index| factor * (1_000_000 + u64::from(start * 1100 + index)));
            let found = ratio(Metric::Latency, &new, &base, RUN_TO_RUN).unwrap();
            assert_eq!(found.chance_of_worse(Better::Lower, 0.02) < 0.01, proved, "{found:?}");
            assert!(found.chance_of_worse(Better::Higher, 0.02) > 0.5);
        }
        let five_percent = seen(5, |start, index| 1_050_000 + u64::from(start * 1000 + index));
        let found = ratio(Metric::Latency, &five_percent, &base, RUN_TO_RUN).unwrap();
        assert!(found.smallest_seen() > 0.1 && found.chance_of_worse(Better::Lower, 0.02) > 0.5, "{found:?}");
        let found = ratio(Metric::Latency, &five_percent, &base, 0.01).unwrap();
        assert!(found.chance_of_worse(Better::Lower, 0.02) < 0.01, "history that is steady proves more: {found:?}");
    }

    #[test]
    fn four_starts_say_nothing() {
        let [few, enough] = [4, 5].map(|starts| seen(starts, |start, index| u64::from(1000 + start + index)));
        assert!(ratio(Metric::Latency, &few, &enough, RUN_TO_RUN).is_err());
        assert!(ratio(Metric::Memory, &enough, &enough, RUN_TO_RUN).is_err(), "nothing was observed of it");
    }
}
