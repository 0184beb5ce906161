//! What half precision costs in accuracy: the same short training in single and in half precision, from the same parameters
//! and on the same windows in the same order, for several seeds; compared is the mean squared error on the hours of the test.

use std::hint::black_box;

use hil_agent::kernel::{Deviation, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;
use hil_forecast::ForecastError;
use hil_forecast::attention::Method;
use hil_forecast::buffer::Precision;
use hil_forecast::etth1;
use hil_forecast::half::Format;
use hil_forecast::math::Arithmetic;
use hil_forecast::series::Series;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::{Window, seasonal_naive, shuffle, windows};
use hil_kernels::tensor::vector::Vector;

use super::work::{BLOCK, Failed, Source, cores};

/// Pairs of trainings.
const SEEDS: u64 = 3;
/// Windows of a step.
const BATCH: usize = 32;
/// Hours between the starts of windows of training on ETTh1: 28 steps.
const EVERY: usize = 64;
/// The same on the built-in series, and for the test of any series.
const EVERY_BUILT_IN: usize = 2;
const EVERY_TESTED: usize = 48;
/// What the trained model has to be better than: a day that repeats.
const SEASON: usize = 24;

/// The kernel `ndv/half-accuracy`. One iteration is one training in half precision.
pub(super) struct HalfAccuracyKernel {
    vector: Option<Vector>,
    source: Source,
    last: Result<(), Trouble>,
}

/// Which windows a model is trained and tested on.
struct Split {
    train: Vec<Window>,
    test: Vec<Window>,
}

impl Split {
    /// That of ETTh1; of a shorter series its first two thirds, and the rest.
    fn of(series: &Series, config: &Config) -> Result<Self, ForecastError> {
        let hours = series.hours();
        let (train, every, test) = if hours < etth1::HOURS {
            (0..hours * 2 / 3, EVERY_BUILT_IN, hours * 2 / 3..hours)
        } else {
            (0..etth1::TRAIN, EVERY, etth1::TRAIN + etth1::HELD_OUT..etth1::HOURS)
        };
        let lengths = config.lengths();
        Ok(Self { train: windows(series, lengths, train, every)?, test: windows(series, lengths, test, EVERY_TESTED)? })
    }
}

impl HalfAccuracyKernel {
    pub(super) fn new(vector: Option<Vector>) -> Self {
        Self { vector, source: Source::BuiltIn, last: Ok(()) }
    }

    fn config(&self, precision: Precision, seed: u64) -> Config {
        let math = self.vector.map_or(Arithmetic::Scalar, Arithmetic::Vectorised);
        let options = Options { math, attention: Method::Tiled { block: BLOCK }, threads: cores(), precision };
        Config { seed, batch: BATCH, ..Config::declared(options) }
    }

    /// The error on the test after an epoch.
    fn trained(&self, precision: Precision, seed: u64) -> Result<f64, ForecastError> {
        let config = self.config(precision, seed);
        let series = self.source.series()?;
        let Split { mut train, test } = Split::of(&series, &config)?;
        shuffle(&mut train, seed);
        let mut trainer = Trainer::new(config)?;
        trainer.epoch(&series, &train)?;
        trainer.evaluate(&series, &test)
    }

    fn compared(&self, seed: u64) -> Result<Deviation, ForecastError> {
        let single = self.trained(Precision::Single, seed)?;
        let half = self.trained(Precision::Half(Format::F16), seed)?;
        let name = Text::new(format_args!("seed {seed}: {single:.5} in f32, {half:.5} in f16"));
        Ok(Deviation { name, error: (half / single - 1.0).abs() })
    }

    /// Fails for a model that foretells no better than a day that repeats.
    fn learns(&self) -> Result<(), Failed> {
        let config = self.config(Precision::Half(Format::F16), 1);
        let series = self.source.series()?;
        let naive = seasonal_naive(&series, config.lengths(), &Split::of(&series, &config)?.test, SEASON)?;
        let error = black_box(self.trained(config.options.precision, config.seed))?;
        if error < naive {
            return Ok(());
        }
        Err(Failed::Wrong(format!("the error is {error:.4}, and {naive:.4} for a day that repeats")))
    }
}

impl Kernel for HalfAccuracyKernel {
    fn name(&self) -> &str {
        "ndv/half-accuracy"
    }

    fn about(&self) -> &str {
        "an epoch in f16; the same in f32 is its reference: the error on the hours of the test, seed by seed"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.source = Source::load(input)?;
        Ok(())
    }

    fn run(&mut self) {
        self.last = self.learns().map_err(Trouble::from);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.source = Source::BuiltIn;
        self.run();
        self.last.map_err(|trouble| Mismatch::new(format_args!("{}", trouble.why())))
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let seed = u64::from(case) + 1;
        // A training that fails is off by what no number expresses.
        let failed = |error: ForecastError| Deviation {
            name: Text::new(format_args!("seed {seed}: {error}")),
            error: f64::INFINITY,
        };
        (seed <= SEEDS).then(|| self.compared(seed).unwrap_or_else(failed))
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::{HalfAccuracyKernel, SEEDS};
    use hil_agent::kernel::Kernel;
    use hil_forecast::buffer::Precision;
    use hil_kernels::tensor::vector::Vector;

    #[test]
    fn trainings_of_one_seed_are_the_same_and_half_precision_is_near() {
        let mut kernel = HalfAccuracyKernel::new(Vector::widest());
        assert_eq!(kernel.known_answer(), Ok(()));
        let again = [(); 2].map(|()| kernel.trained(Precision::Single, 2).unwrap().to_bits());
        assert_eq!(again[0], again[1]);
        let cases: Vec<_> = (0..).map_while(|case| kernel.deviation(case)).collect();
        assert_eq!(cases.len() as u64, SEEDS);
        for case in &cases {
            assert!(case.error > 0.0 && case.error < 0.05, "{}: {}", case.name.as_str(), case.error);
        }
        assert_ne!(cases[0].name.as_str()[8..], cases[1].name.as_str()[8..]);
    }
}
