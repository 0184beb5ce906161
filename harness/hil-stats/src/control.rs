//! What a run mistakes for a difference: the ratio of two copies of one workload that ran in the same blocks.
//!
//! An A/A test beside every A/B test (Kohavi, Tang and Xu, "Trustworthy Online Controlled Experiments", 2020, chapter 19).
//! Its interval is given twice. At the level of the run's other intervals, it tells what they could have seen; whether the
//! copies are told apart is asked at [`STRICT`], because a run that is thrown away without a cause costs more than one
//! figure.

use hil_model::estimate::Estimate;
use hil_model::metric::Metric;
use hil_model::sample::{Failure, Observations};

use crate::{ALPHA, observed, paired};

/// Probability with which each end errs when the copies are told apart.
pub const STRICT: f64 = 0.005;

/// What became of a control pair.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// One copy over the other.
    Ratio {
        /// At the level of the other figures.
        usual: Estimate,
        /// At [`STRICT`].
        strict: Estimate,
    },
    /// A copy failed where the other, the same code, did not.
    Failed(Failure),
    /// There are too few pairs for an interval, or none of this metric.
    TooFew,
}

/// The control pair of `metric`: `copy` over `of`.
#[must_use]
pub fn control(metric: Metric, of: &Observations, copy: &Observations) -> Control {
    if let Some(failure) = &copy.failure {
        return Control::Failed(failure.clone());
    }
    let pairs = observed::pairs(metric, copy, of);
    match (paired::ratio_at(&pairs, ALPHA), paired::ratio_at(&pairs, STRICT)) {
        (Ok(usual), Ok(mut strict)) if usual.lower.is_some() && usual.upper.is_some() => {
            // Where the pairs are too few to bound the ratio that strictly, they leave open whatever any of them says.
            let ratios = pairs.iter().map(|pair| pair.numerator / pair.denominator);
            let (least, most) =
                ratios.fold((1.0, 1.0), |(least, most): (f64, f64), ratio| (least.min(ratio), most.max(ratio)));
            strict.lower = strict.lower.or(Some(least));
            strict.upper = strict.upper.or(Some(most));
            Control::Ratio { usual, strict }
        }
        _ => Control::TooFew,
    }
}

#[cfg(test)]
mod tests {
    use super::{Control, control};
    use crate::testing::Noise;
    use hil_model::id::{ScenarioId, WorkloadId};
    use hil_model::lab::Evidence;
    use hil_model::metric::Metric;
    use hil_model::sample::{Counter, Failure, Iteration, Observations};

    fn seen(noise: &mut Noise, factor: f64, blocks: u32) -> Observations {
        let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
        let mut seen = Observations::new(ScenarioId::new("s").unwrap(), WorkloadId::main(), Evidence::Host, clock);
        for block in 0..blocks {
            let ticks = (1e6 * factor * (1.0 + 0.01 * noise.normal())) as u64;
            let (start, slot) = (block % 5, ((block / 5) % 2) as u8);
            seen.iterations.push(Iteration {
                start,
                block,
                slot,
                index: block,
                warmup: false,
                ticks,
                cpu_ns: None,
                cycles: None,
            });
        }
        seen
    }

    #[test]
    fn copies_are_hardly_ever_told_apart_and_a_disturbed_one_is() {
        let mut noise = Noise::new(111);
        let mut apart = |factor: f64| {
            let found = |_: &i32| {
                let (of, copy) = (seen(&mut noise, 1.0, 25), seen(&mut noise, factor, 25));
                let Control::Ratio { usual, strict } = control(Metric::Latency, &of, &copy) else { return false };
                assert!(strict.lower <= usual.lower && strict.upper >= usual.upper);
                strict.lower > Some(1.0) || strict.upper < Some(1.0)
            };
            (0..1000).filter(found).count()
        };
        let told = apart(1.0);
        assert!(told <= 25, "{told} of a thousand, where ten are expected");
        let told = apart(1.03);
        assert!(told > 600, "{told}");
    }

    #[test]
    fn a_copy_that_fails_and_one_with_too_few_blocks_are_told() {
        let mut noise = Noise::new(112);
        let of = seen(&mut noise, 1.0, 25);
        let failure = Failure::Crashed { detail: "no".to_owned() };
        let failed = Observations { failure: Some(failure.clone()), ..of.clone() };
        assert_eq!(control(Metric::Latency, &of, &failed), Control::Failed(failure));
        let few = seen(&mut noise, 1.0, 4);
        assert_eq!(control(Metric::Latency, &of, &few), Control::TooFew);
        assert_eq!(control(Metric::CpuTime, &of, &of), Control::TooFew, "nothing tells processor time here");
    }
}
