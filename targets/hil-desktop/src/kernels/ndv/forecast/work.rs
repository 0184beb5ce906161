//! The batch that kernels train on and foretell, the variants, and what each has to compute.

use std::borrow::Cow;
use std::cell::RefCell;

use hil_agent::kernel::{LoadError, Mismatch, Trouble};
use hil_agent::text::Text;
use hil_forecast::ForecastError;
use hil_forecast::attention::Method;
use hil_forecast::buffer::Precision;
use hil_forecast::etth1;
use hil_forecast::half::Format;
use hil_forecast::math::Arithmetic;
use hil_forecast::series::Series;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::{Batch, Window, read, shuffle, windows};
use hil_kernels::tensor::relative_error;
use hil_kernels::tensor::vector::Vector;

use super::super::no_vector;

/// Tokens of a block's side where attention is tiled: the usual choice of the three that are compared.
pub(super) const BLOCK: usize = 64;
/// Windows of a timed step, and of a chunk: eight chunks, the guide's most threads for one step.
const BATCH: usize = 16;
const CHUNK: usize = 2;
/// Hours of the built-in series.
const HOURS: usize = 1200;
/// What series, order of windows and parameters are made from.
pub(super) const SEED: u64 = 10;
/// The loss of the first step on the built-in batch, and how far it may be off, relative.
const KNOWN_LOSS: f64 = 1.144_910_335_540_771_5;
const LOSS_BOUND: f64 = 1e-5;

/// Which optimisations are on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    simd: bool,
    tiled: bool,
    parallel: bool,
    half: Option<Format>,
    /// Windows of a chunk.
    chunk: usize,
}

const fn variant(
    name: &'static str,
    about: &'static str,
    [simd, tiled, parallel]: [bool; 3],
    half: Option<Format>,
) -> Variant {
    Variant { name, about, simd, tiled, parallel, half, chunk: CHUNK }
}

/// Threads and vector instructions, in single precision, with chunks of another size.
const fn chunked(name: &'static str, about: &'static str, chunk: usize) -> Variant {
    Variant { chunk, ..variant(name, about, [true, false, true], None) }
}

const F16: Option<Format> = Some(Format::F16);

/// The variants whose memory is looked at.
pub(super) const ALONE: [&str; 4] = ["none", "simd", "f16", "all"];

/// None, each alone, all, each left out.
pub(super) const VARIANTS: [Variant; 11] = [
    variant("none", "plain code, standard attention, one thread, f32", [false; 3], None),
    variant("simd", "vector instructions", [true, false, false], None),
    variant("tiled", "tiled attention", [false, true, false], None),
    variant("threads", "a thread for each core", [false, false, true], None),
    variant("f16", "weights and activations in f16, masters in f32", [false; 3], F16),
    variant("bf16", "weights and activations in bf16, masters in f32", [false; 3], Some(Format::Bf16)),
    variant("all", "vector instructions, tiled attention, a thread for each core, f16", [true; 3], F16),
    variant("all-but-simd", "all without vector instructions", [false, true, true], F16),
    variant("all-but-tiled", "all with standard attention", [true, false, true], F16),
    variant("all-but-threads", "all on one thread", [true, true, false], F16),
    variant("all-but-half", "all in f32", [true; 3], None),
];

/// The sizes of chunks in which threads share a batch; those of [`VARIANTS`] are the second one's.
pub(super) const CHUNKS: [Variant; 4] = [
    chunked("chunk-1", "vector instructions, a thread for each core, chunks of 1 window", 1),
    chunked("chunk-2", "vector instructions, a thread for each core, chunks of 2 windows", 2),
    chunked("chunk-4", "vector instructions, a thread for each core, chunks of 4 windows", 4),
    chunked("chunk-8", "vector instructions, a thread for each core, chunks of 8 windows", 8),
];

/// How many cores this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

impl Variant {
    /// The options; none where vector instructions are asked for and there are none.
    pub(super) fn options(self, vector: Option<Vector>) -> Option<Options> {
        Some(Options {
            math: if self.simd { Arithmetic::Vectorised(vector?) } else { Arithmetic::Scalar },
            attention: if self.tiled { Method::Tiled { block: BLOCK } } else { Method::Standard },
            threads: if self.parallel { cores() } else { 1 },
            precision: self.half.map_or(Precision::Single, Precision::Half),
        })
    }

    /// The training of this variant with `options`, its own for some processor.
    pub(super) fn config(self, options: Options) -> Config {
        Config { chunk: self.chunk, ..timed(options) }
    }

    /// How far the gradient of all parameters may be off that of `none`, as a share of its largest value: the guide's bound
    /// for single precision, a few times the rounding of a value for half precision.
    pub(super) fn bound(self) -> f64 {
        self.half.map_or(1e-5, |format| 16.0 * format.unit_roundoff())
    }
}

/// The built-in batch, or one of the first hours of ETTh1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    BuiltIn,
    Etth1(Series),
}

impl Source {
    /// The published file's bytes become the source.
    pub(super) fn load(csv: &[u8]) -> Result<Self, LoadError> {
        let refuse = |error: ForecastError| LoadError::new(format_args!("this is not ETTh1: {error}"));
        etth1::standardised(csv).map(Self::Etth1).map_err(refuse)
    }

    /// A batch of windows in a random order.
    pub(super) fn batch(&self, config: &Config) -> Result<Batch, ForecastError> {
        let series = self.series()?;
        let mut all = self.windows(config, &series)?;
        shuffle(&mut all, SEED);
        all.truncate(config.batch);
        let mut batch = Batch::default();
        read(&series, config.lengths(), &all, &mut batch)?;
        Ok(batch)
    }

    /// The series, standardised.
    pub(super) fn series(&self) -> Result<Cow<'_, Series>, ForecastError> {
        match self {
            Self::BuiltIn => Series::selfmade(SEED, HOURS).standardised(HOURS).map(Cow::Owned),
            Self::Etth1(series) => Ok(Cow::Borrowed(series)),
        }
    }

    /// All windows of its hours of training, in their order.
    pub(super) fn windows(&self, config: &Config, series: &Series) -> Result<Vec<Window>, ForecastError> {
        windows(series, config.lengths(), 0..series.hours().min(etth1::TRAIN), 1)
    }
}

/// What plain code computes on the built-in batch; computed once for all kernels, when the first of them is asked.
#[derive(Debug, Default)]
pub(super) struct Reference(RefCell<Option<Known>>);

/// Loss and gradient of the first step.
#[derive(Debug, Clone)]
struct Known {
    loss: f64,
    gradient: Vec<f32>,
}

impl Reference {
    /// Compares loss and gradient of the first step on the built-in batch with those of plain code, whose loss is compared
    /// with the known one.
    pub(super) fn compare(&self, trainer: &Trainer, loss: f32, bound: f64) -> Result<(), Mismatch> {
        let mut known = self.0.borrow_mut();
        let known = match &mut *known {
            Some(known) => known,
            none => none.insert(Known::compute().map_err(|error| Mismatch::new(format_args!("{error}")))?),
        };
        is_known(known.loss as f32, LOSS_BOUND)?;
        let scale = trainer.scaler().map_or(1.0, hil_forecast::scaler::Scaler::scale);
        let gradient: Vec<f32> = trainer.gradient().iter().map(|gradient| gradient / scale).collect();
        for (what, error) in [
            ("loss", (f64::from(loss) / known.loss - 1.0).abs()),
            ("gradient", relative_error(&gradient, &known.gradient)),
        ] {
            if error > bound || error.is_nan() {
                return Err(Mismatch::new(format_args!("the {what} is off by {error:e}, the bound is {bound:e}")));
            }
        }
        Ok(())
    }
}

/// The training whose steps are timed: the declared one with a smaller batch, so that many steps can be compared.
pub(super) fn timed(options: Options) -> Config {
    Config { batch: BATCH, chunk: CHUNK, ..Config::declared(options) }
}

/// Compares the loss of the first step on the built-in batch with the known one.
pub(super) fn is_known(loss: f32, bound: f64) -> Result<(), Mismatch> {
    let off = (f64::from(loss) / KNOWN_LOSS - 1.0).abs();
    if off <= bound { Ok(()) } else { Err(Mismatch::new(format_args!("the loss is {loss}, not {KNOWN_LOSS}"))) }
}

impl Known {
    fn compute() -> Result<Self, ForecastError> {
        let mut trainer = Trainer::new(timed(Options::NONE))?;
        let loss = trainer.step(&Source::BuiltIn.batch(trainer.config())?)?.loss;
        Ok(Self { loss: f64::from(loss), gradient: trainer.gradient().to_vec() })
    }
}

/// Why an iteration did not do its work.
#[derive(Debug)]
pub(super) enum Failed {
    /// There are no vector instructions to do it with.
    NoVector,
    /// The library could not do it.
    Library(ForecastError),
    /// It was done, and the result is not what it should be.
    Wrong(String),
}

impl From<ForecastError> for Failed {
    fn from(error: ForecastError) -> Self {
        Self::Library(error)
    }
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NoVector => no_vector(),
            Failed::Library(ForecastError::Threads(why)) => {
                Self::CouldNotRun(Text::new(format_args!("no threads: {why}")))
            }
            Failed::Library(error) => Mismatch::new(format_args!("{error}")).into(),
            Failed::Wrong(why) => Mismatch::new(format_args!("{why}")).into(),
        }
    }
}
