//! Forecasts of one window, and of a batch on some threads.

use std::cell::OnceCell;
use std::hint::black_box;
use std::rc::Rc;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_forecast::ForecastError;
use hil_forecast::attention::Method;
use hil_forecast::buffer::Precision;
use hil_forecast::math::Arithmetic;
use hil_forecast::train::{Config, Options, Trainer};
use hil_kernels::tensor::relative_error;
use hil_kernels::tensor::vector::Vector;

use super::work::{BLOCK, Failed, Source};

/// Windows of a batch that threads share, and of a chunk: sixteen chunks.
const BATCH: usize = 64;
const CHUNK: usize = 4;
/// How far forecasts may be off those of plain code on one thread, as a share of the largest.
const BOUND: f64 = 1e-5;

/// A kernel of inference.
pub(super) struct InferKernel {
    name: String,
    about: String,
    options: Option<Options>,
    windows: usize,
    source: Source,
    state: Option<State>,
    plain: Rc<OnceCell<Vec<f32>>>,
    last: Result<(), Trouble>,
}

/// What is made when the kernel is first used.
struct State {
    trainer: Trainer,
    x: Vec<f32>,
    forecasts: Vec<f32>,
}

fn config(options: Options, windows: usize) -> Config {
    Config { batch: windows, chunk: CHUNK.min(windows), ..Config::declared(options) }
}

impl State {
    fn new(options: Options, windows: usize, source: &Source) -> Result<Self, ForecastError> {
        let trainer = Trainer::new(config(options, windows))?;
        let batch = source.batch(trainer.config())?;
        Ok(Self { trainer, x: batch.x, forecasts: vec![f32::NAN; batch.y.len()] })
    }

    fn predict(&mut self) -> Result<(), ForecastError> {
        self.trainer.predict(black_box(&self.x), black_box(&mut self.forecasts))
    }
}

impl InferKernel {
    /// One window with all that helps one, and a batch on 1 to 16 threads.
    pub(super) fn all(vector: Option<Vector>) -> impl Iterator<Item = Self> {
        let fast = move |threads| {
            let math = Arithmetic::Vectorised(vector?);
            Some(Options { math, attention: Method::Tiled { block: BLOCK }, threads, precision: Precision::Single })
        };
        // What plain code foretells on the built-in batch: computed once for all that foretell the same.
        let [of_one, of_many] = [(); 2].map(|()| Rc::new(OnceCell::new()));
        let kernel = |name: String, about: String, options, windows, plain: &Rc<OnceCell<Vec<f32>>>| Self {
            name,
            about,
            options,
            windows,
            source: Source::BuiltIn,
            state: None,
            plain: Rc::clone(plain),
            last: Ok(()),
        };
        let one = kernel(
            "ndv/infer-one".to_owned(),
            "the forecast of one window of 336 hours, vector instructions and tiled attention".to_owned(),
            fast(1),
            1,
            &of_one,
        );
        let many = [1, 2, 4, 8, 16].map(|threads| {
            let about = format!("the forecasts of {BATCH} windows in chunks of {CHUNK}, {threads} threads");
            kernel(format!("ndv/infer-threads-{threads}"), about, fast(threads), BATCH, &of_many)
        });
        std::iter::once(one).chain(many)
    }

    fn state(&mut self) -> Result<&mut State, Failed> {
        let options = self.options.ok_or(Failed::NoVector)?;
        match &mut self.state {
            Some(state) => Ok(state),
            none => Ok(none.insert(State::new(options, self.windows, &self.source)?)),
        }
    }

    fn predict(&mut self) -> Result<(), Failed> {
        Ok(self.state()?.predict()?)
    }
}

impl Kernel for InferKernel {
    fn name(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.source = Source::load(input)?;
        self.state = None;
        Ok(())
    }

    fn run(&mut self) {
        self.last = self.predict().map_err(Trouble::from);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        if self.source != Source::BuiltIn {
            self.source = Source::BuiltIn;
            self.state = None;
        }
        if let Ok(state) = self.state() {
            // Nothing that an earlier run left behind may pass for a result.
            state.forecasts.fill(f32::NAN);
        }
        self.run();
        if let Err(trouble) = self.last {
            return Err(Mismatch::new(format_args!("{}", trouble.why())));
        }
        let plain = match self.plain.get() {
            Some(plain) => plain,
            None => {
                let failed = |error: ForecastError| Mismatch::new(format_args!("{error}"));
                let mut plain = State::new(Options::NONE, self.windows, &Source::BuiltIn).map_err(failed)?;
                plain.predict().map_err(failed)?;
                self.plain.get_or_init(|| plain.forecasts)
            }
        };
        let found = self.state.as_ref().map_or(&[][..], |state| &state.forecasts);
        let error = relative_error(found, plain);
        if error < BOUND {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("forecasts are off by {error:e}, the bound is {BOUND:e}")))
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }
}
