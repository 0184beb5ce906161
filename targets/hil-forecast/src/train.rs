//! Steps of training, and forecasts, with any of the optimisations.
//!
//! A batch is cut into chunks of one size, whatever the number of threads; thread `t` of `n` takes chunks `t`, `t + n`, and
//! so on, each with memory of its own. Losses and gradients are added up in the order of the chunks. So the result is the
//! same, bit by bit, for any number of threads.

mod worker;

use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use self::worker::{Share, Worker};
use crate::adam::Adam;
use crate::attention::Method;
use crate::buffer::{Buffer, Precision};
use crate::error::{ForecastError, fits};
use crate::math::Arithmetic;
use crate::memory::Memory;
use crate::model::dense::Net;
use crate::model::{Layout, Shape};
use crate::parallel::pool;
use crate::profile::{Part, enter, rest};
use crate::scaler::{Scaler, Scaling};
use crate::series::Series;
use crate::windows::{Batch, Lengths, Window, read};

/// Parameters whose gradients are added up together by one thread.
const SLICE: usize = 8192;

/// The optimisations.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which code computes.
    pub math: Arithmetic,
    /// How attention is computed.
    pub attention: Method,
    /// How many threads share a batch.
    pub threads: usize,
    /// In which precision weights and activations are kept.
    pub precision: Precision,
}

impl Options {
    /// All optimisations off.
    pub const NONE: Self =
        Self { math: Arithmetic::Scalar, attention: Method::Standard, threads: 1, precision: Precision::Single };
}

/// What is trained, and how.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// The sizes of the model.
    pub shape: Shape,
    /// The most windows of a step.
    pub batch: usize,
    /// Windows of a chunk.
    pub chunk: usize,
    /// The step size of Adam.
    pub rate: f32,
    /// What the first parameters are made from.
    pub seed: u64,
    /// How the loss is scaled in half precision; without meaning in single precision.
    pub scaling: Scaling,
    /// The optimisations.
    pub options: Options,
}

impl Config {
    /// The declared training: 64 windows a step in chunks of 4, a step size of 0.001.
    #[must_use]
    pub fn declared(options: Options) -> Self {
        Self { shape: Shape::DECLARED, batch: 64, chunk: 4, rate: 1e-3, seed: 1, scaling: Scaling::USUAL, options }
    }

    /// The lengths of its windows.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        Lengths { look_back: self.shape.look_back, horizon: self.shape.horizon }
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The mean squared error before the step.
    pub loss: f32,
    /// Whether parameters were changed; not when a gradient overflowed.
    pub taken: bool,
}

/// A model in training.
#[derive(Debug)]
pub struct Trainer {
    config: Config,
    net: Net,
    /// As layers read them.
    parameters: Buffer,
    /// In single precision; none where layers read them so.
    masters: Vec<f32>,
    adam: Adam,
    scaler: Option<Scaler>,
    workers: Vec<Worker>,
    /// None for one thread.
    pool: Option<ThreadPool>,
    gradient: Vec<f32>,
}

impl Trainer {
    /// A model before its first step.
    ///
    /// # Errors
    /// [`ForecastError::Config`] for sizes that cannot be, [`ForecastError::Threads`] when the system gives none.
    pub fn new(config: Config) -> Result<Self, ForecastError> {
        let Config { batch, chunk, seed, scaling, options, .. } = config;
        let shape = config.shape.checked()?;
        if batch == 0 || chunk == 0 || options.threads == 0 {
            return Err(ForecastError::Config("batch, chunk and threads have to be above 0"));
        }
        if options.attention == (Method::Tiled { block: 0 }) {
            return Err(ForecastError::Config("a block of attention has at least one token"));
        }
        let scaling = scaling.checked()?;
        let layout = Layout::of(shape);
        let Options { math, attention, threads, precision } = options;
        let net = Net { shape, layout, math, attention, precision };
        let start = layout.start(seed);
        let mut parameters = Buffer::new(precision, layout.len);
        parameters.set(math, &start);
        let (masters, scaler) = match precision {
            Precision::Single => (Vec::new(), None),
            Precision::Half(_) => (start, Some(Scaler::new(scaling))),
        };
        let pool = pool(threads)?;
        let _here = enter(Part::Allocation);
        let shares = if threads > 1 { batch.div_ceil(chunk).div_ceil(threads) } else { 1 };
        Ok(Self {
            config,
            net,
            parameters,
            masters,
            adam: Adam::new(layout.len),
            scaler,
            workers: (0..threads).map(|_| Worker::new(&net, chunk, shares)).collect(),
            pool,
            gradient: vec![0.0; layout.len],
        })
    }

    /// What is trained, and how.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where each parameter stands.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.net.layout
    }

    /// The loss scale and its counters, in half precision.
    #[must_use]
    pub fn scaler(&self) -> Option<&Scaler> {
        self.scaler.as_ref()
    }

    /// The gradient of the last step by all parameters, multiplied by the loss scale in half precision.
    #[must_use]
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// The parameters in single precision.
    #[must_use]
    pub fn parameters(&self) -> &[f32] {
        self.parameters.single().unwrap_or(&self.masters)
    }

    /// Goes back before the first step, to these parameters.
    ///
    /// # Errors
    /// [`ForecastError::Shape`] when they are not as many as the model has.
    pub fn restart(&mut self, parameters: &[f32]) -> Result<(), ForecastError> {
        fits("parameters", self.net.layout.len, parameters.len())?;
        self.masters.iter_mut().zip(parameters).for_each(|(master, from)| *master = *from);
        self.parameters.set(self.net.math, parameters);
        self.adam.reset();
        if let Some(scaler) = &mut self.scaler {
            *scaler = Scaler::new(self.config.scaling);
        }
        Ok(())
    }

    /// How many bytes are held, by purpose.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let mut memory = Memory {
            weights: self.parameters.bytes(),
            masters: self.masters.capacity() * size_of::<f32>(),
            gradients: self.gradient.capacity() * size_of::<f32>(),
            optimiser: self.adam.bytes(),
            ..Memory::default()
        };
        for worker in &self.workers {
            worker.count(&mut memory);
        }
        memory
    }

    /// One step on a batch of windows, at most as many as declared.
    ///
    /// # Errors
    /// [`ForecastError::Shape`] when `batch` does not fit the model or is larger than declared.
    pub fn step(&mut self, batch: &Batch) -> Result<Step, ForecastError> {
        let windows = self.windows_of(&batch.x)?;
        fits("y", windows * self.net.shape.horizon, batch.y.len())?;
        fits("x", windows.min(self.config.batch) * self.net.shape.look_back, batch.x.len())?;
        let scale = self.scaler.as_ref().map_or(1.0, Scaler::scale);
        let loss = self.gradients(batch, windows, scale)?;
        let taken = self.scaler.as_mut().is_none_or(|scaler| scaler.allows(&self.gradient));
        if taken {
            let (math, rate) = (self.net.math, self.config.rate);
            match self.parameters.single_mut() {
                Some(parameters) => self.adam.step(math, rate, &self.gradient, 1.0 / scale, parameters),
                None => {
                    self.adam.step(math, rate, &self.gradient, 1.0 / scale, &mut self.masters);
                    self.parameters.set(math, &self.masters);
                }
            }
        }
        Ok(Step { loss, taken })
    }

    /// Computes the loss, and into `gradient` its gradient times `scale`.
    fn gradients(&mut self, batch: &Batch, windows: usize, scale: f32) -> Result<f32, ForecastError> {
        let share = Share { net: &self.net, parameters: &self.parameters, windows, chunk: self.config.chunk, scale };
        let (math, chunks) = (self.net.math, share.chunks());
        let Self { workers, pool, gradient, .. } = self;
        let mut loss = 0.0;
        let Some(pool) = pool else {
            gradient.fill(0.0);
            for worker in workers {
                for chunk in 0..chunks {
                    loss += worker.learn(share, batch, chunk, 0)?;
                    math.add(gradient, worker.gradient(0));
                }
            }
            return Ok(loss as f32);
        };
        let threads = workers.len();
        let _waiting = rest();
        pool.install(|| {
            workers.par_iter_mut().with_max_len(1).enumerate().try_for_each(|(first, worker)| {
                for (slot, chunk) in (first..chunks).step_by(threads).enumerate() {
                    worker.learn(share, batch, chunk, slot)?;
                }
                Ok::<(), ForecastError>(())
            })
        })?;
        let workers = &*workers;
        pool.install(|| {
            gradient.par_chunks_mut(SLICE).enumerate().for_each(|(slice, part)| {
                let _here = enter(Part::Other);
                part.fill(0.0);
                let range = slice * SLICE..slice * SLICE + part.len();
                for chunk in 0..chunks {
                    math.add(part, &workers[chunk % threads].gradient(chunk / threads)[range.clone()]);
                }
            });
        });
        for chunk in 0..chunks {
            loss += workers[chunk % threads].loss(chunk / threads);
        }
        Ok(loss as f32)
    }

    /// The forecasts of windows with their mean taken off, any number of them.
    ///
    /// # Errors
    /// [`ForecastError::Shape`] when a slice does not fit the model.
    pub fn predict(&mut self, x: &[f32], forecasts: &mut [f32]) -> Result<(), ForecastError> {
        let windows = self.windows_of(x)?;
        let horizon = self.net.shape.horizon;
        fits("forecasts", windows * horizon, forecasts.len())?;
        let chunk = self.config.chunk;
        let share = Share { net: &self.net, parameters: &self.parameters, windows, chunk, scale: 1.0 };
        let Self { workers, pool, .. } = self;
        let threads = workers.len();
        let Some(pool) = pool else {
            for worker in workers {
                for (chunk, forecasts) in forecasts.chunks_mut(chunk * horizon).enumerate() {
                    worker.forecast(share, x, chunk, forecasts)?;
                }
            }
            return Ok(());
        };
        // Each thread is given the places of its chunks.
        let mut places: Vec<Vec<(usize, &mut [f32])>> = (0..threads).map(|_| Vec::new()).collect();
        for (chunk, forecasts) in forecasts.chunks_mut(chunk * horizon).enumerate() {
            places[chunk % threads].push((chunk, forecasts));
        }
        let _waiting = rest();
        pool.install(|| {
            let both = workers.par_iter_mut().with_max_len(1).zip(places.par_iter_mut());
            both.try_for_each(|(worker, places)| {
                places.iter_mut().try_for_each(|(chunk, forecasts)| worker.forecast(share, x, *chunk, forecasts))
            })
        })
    }

    /// The mean squared error over `windows` of a series.
    ///
    /// # Errors
    /// [`ForecastError::TooShort`] when a window reaches beyond the series.
    pub fn evaluate(&mut self, series: &Series, windows: &[Window]) -> Result<f64, ForecastError> {
        let (lengths, mut batch) = (self.config.lengths(), Batch::default());
        let (mut forecasts, mut sum) = (Vec::new(), 0.0);
        for part in windows.chunks(self.config.batch) {
            read(series, lengths, part, &mut batch)?;
            forecasts.resize(batch.y.len(), 0.0);
            self.predict(&batch.x, &mut forecasts)?;
            sum += forecasts.iter().zip(&batch.y).map(|(f, y)| f64::from(f - y).powi(2)).sum::<f64>();
        }
        Ok(sum / (windows.len() * lengths.horizon).max(1) as f64)
    }

    /// One step for each batch of `windows`, in their order; a last one that is not full is left out. Gives the mean loss.
    ///
    /// # Errors
    /// [`ForecastError::TooShort`] when a window reaches beyond the series, or when there is no full batch.
    pub fn epoch(&mut self, series: &Series, windows: &[Window]) -> Result<f64, ForecastError> {
        let (lengths, size) = (self.config.lengths(), self.config.batch);
        if windows.len() < size {
            return Err(ForecastError::TooShort { wanted: size, found: windows.len() });
        }
        let (mut batch, mut sum) = (Batch::default(), 0.0);
        for part in windows.chunks_exact(size) {
            read(series, lengths, part, &mut batch)?;
            sum += f64::from(self.step(&batch)?.loss);
        }
        Ok(sum / (windows.len() / size) as f64)
    }

    /// How many windows `x` holds, at least one.
    fn windows_of(&self, x: &[f32]) -> Result<usize, ForecastError> {
        let look_back = self.net.shape.look_back;
        let windows = (x.len() / look_back).max(1);
        fits("x", windows * look_back, x.len())?;
        Ok(windows)
    }
}
