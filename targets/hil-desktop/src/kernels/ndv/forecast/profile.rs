//! A profile of one training run: which parts of the work its threads are found in.
//!
//! The run is that of a user: from a series in memory windows are cut and shuffled, a model is made, an epoch's first steps
//! are taken one after the other with a batch each, and everything is given back. A group is what is before the first step,
//! one step, or what is behind the last: neighbouring samples fall into the same part of the same step, so a step counts as
//! one observation however many samples it has.

use std::time::Duration;

use hil_agent::kernel::Share;
use hil_agent::text::Text;
use hil_forecast::ForecastError;
use hil_forecast::profile::{Part, Profile, record};
use hil_forecast::train::{Config, Trainer};
use hil_forecast::windows::{Batch, read, shuffle};

use super::work::{SEED, Source};

/// Steps of the run: as many groups make the interval of a share.
const STEPS: usize = 100;
/// Time between two looks at all threads, on average.
const INTERVAL: Duration = Duration::from_micros(500);

/// Trains once and tells what the threads were doing.
fn profile(config: Config, source: &Source) -> Result<Profile, ForecastError> {
    let (profile, trained) = record(INTERVAL, |groups| {
        let series = source.series()?;
        let mut windows = source.windows(&config, &series)?;
        shuffle(&mut windows, SEED);
        let (mut trainer, mut batch) = (Trainer::new(config)?, Batch::default());
        for windows in windows.chunks_exact(config.batch).take(STEPS) {
            groups.next();
            read(&series, config.lengths(), windows, &mut batch)?;
            trainer.step(&batch)?;
        }
        groups.next();
        let _giving_back = hil_forecast::profile::enter(Part::Allocation);
        drop((trainer, batch, windows, series));
        Ok(())
    });
    trained.map(|()| profile)
}

/// The entries of a profile of training as `config` says, group by group and part by part.
///
/// # Errors
/// Those of training.
pub(super) fn shares(config: Config, source: &Source) -> Result<Vec<Share>, ForecastError> {
    let profile = profile(config, source)?;
    let of_group = |(group, samples): (u32, &[u32; Part::ALL.len()])| {
        let of = samples.iter().sum();
        let entry = move |(part, samples): (Part, u32)| Share {
            part: Text::new(format_args!("{}", part.name())),
            group,
            samples,
            of,
        };
        Part::ALL.into_iter().zip(*samples).map(entry)
    };
    Ok((0..).zip(&profile.groups).flat_map(of_group).collect())
}

#[cfg(test)]
mod tests {
    use super::{STEPS, shares};
    use crate::kernels::ndv::forecast::work::{Source, timed};
    use hil_forecast::attention::Method;
    use hil_forecast::buffer::Precision;
    use hil_forecast::half::Format;
    use hil_forecast::math::Arithmetic;
    use hil_forecast::profile::Part;
    use hil_forecast::train::Options;
    use hil_kernels::tensor::vector::Vector;

    #[test]
    fn samples_of_every_thread_fall_into_known_parts_of_every_step() {
        let options = Options {
            math: Vector::widest().map_or(Arithmetic::Scalar, Arithmetic::Vectorised),
            attention: Method::Tiled { block: 64 },
            threads: 2,
            precision: Precision::Half(Format::F16),
        };
        let shares = shares(timed(options), &Source::BuiltIn).unwrap();
        assert_eq!(shares.len() % Part::ALL.len(), 0);
        let groups = shares.chunks_exact(Part::ALL.len());
        assert!((STEPS + 1..=STEPS + 2).contains(&groups.len()), "{}", groups.len());
        for group in groups {
            assert_eq!(group.iter().map(|share| share.samples).sum::<u32>(), group[0].of);
        }
        let of = |part: Part| {
            shares.iter().filter(move |share| share.part.as_str() == part.name()).map(|share| share.samples)
        };
        let [products, attention, all] = [
            of(Part::Products).sum(),
            of(Part::Attention).sum(),
            shares.iter().map(|share| share.samples).sum::<u32>(),
        ];
        // Whatever the machine does meanwhile: these two are most of the work.
        assert!(products > all / 5 && attention > all / 10, "{products} and {attention} of {all}");
    }
}
