//! Work that is divided among threads as a whole: channels that are standardised, models that are trained for
//! cross-validation or a grid search, and the members of an ensemble.
//!
//! Every piece is computed as on one thread, and results come in the order of the pieces, so they do not depend on the
//! number of threads. The models themselves had better have one thread each.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::ForecastError;
use crate::profile::{board, join};
use crate::series::Series;
use crate::train::{Config, Trainer};
use crate::windows::{Window, shuffle, windows};

/// A pool of `threads` that belong to the recording of the caller, if it has one; none for one thread, which is the caller's.
pub(crate) fn pool(threads: usize) -> Result<Option<ThreadPool>, ForecastError> {
    let board = board();
    let begin = move |_| {
        if let Some(board) = &board {
            join(board);
        }
    };
    let pool = (threads > 1).then(|| ThreadPoolBuilder::new().num_threads(threads).start_handler(begin).build());
    let pool = pool.transpose();
    pool.map_err(|error| ForecastError::Threads(error.to_string()))
}

/// Does `work` on each of `items`, on `threads` threads, and gives the results in their order.
///
/// # Errors
/// One of those that `work` gives; [`ForecastError::Threads`] when the system gives no threads.
pub fn in_order<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<R, ForecastError> + Sync + Send,
) -> Result<Vec<R>, ForecastError> {
    match pool(threads)? {
        None => items.iter().map(work).collect(),
        Some(pool) => pool.install(|| items.par_iter().with_max_len(1).map(work).collect()),
    }
}

/// [`Series::standardised`], channel by channel on `threads` threads.
///
/// # Errors
/// [`ForecastError::TooShort`] as there.
pub fn standardised(threads: usize, series: &Series, train: usize) -> Result<Series, ForecastError> {
    let one = |channel: &Vec<f32>| Series::new(vec![channel.clone()])?.standardised(train);
    let channels = in_order(threads, series.channels(), one)?;
    Series::new(channels.iter().flat_map(|series| series.channels().iter().cloned()).collect())
}

/// The mean squared errors of models that were each trained on the hours before a fold and tested on the fold, the series
/// being cut into `folds + 1` equal parts: evaluation on a rolling origin (Hyndman and Athanasopoulos, Forecasting:
/// Principles and Practice, section 5.10).
///
/// # Errors
/// [`ForecastError::TooShort`] when a part holds no window, [`ForecastError::Config`] for no folds or a bad `config`.
pub fn cross_validation(
    threads: usize,
    config: Config,
    series: &Series,
    folds: usize,
    epochs: u64,
) -> Result<Vec<f64>, ForecastError> {
    if folds == 0 {
        return Err(ForecastError::Config("cross-validation has at least one fold"));
    }
    let part = series.hours() / (folds + 1);
    let fold = |fold: &usize| {
        let border = (fold + 1) * part;
        let train = windows(series, config.lengths(), 0..border, 1)?;
        let test = windows(series, config.lengths(), border..border + part, 1)?;
        trained(config, series, &train, epochs)?.evaluate(series, &test)
    };
    in_order(threads, &(0..folds).collect::<Vec<usize>>(), fold)
}

/// The mean squared error of each of `configs` on `validation` after training on `train`, and which of them is the least,
/// the first one of several.
///
/// # Errors
/// [`ForecastError::Config`] for no configs or a bad one, [`ForecastError::TooShort`] when windows do not fit the series.
pub fn grid_search(
    threads: usize,
    configs: &[Config],
    series: &Series,
    [train, validation]: [&[Window]; 2],
    epochs: u64,
) -> Result<(usize, Vec<f64>), ForecastError> {
    let errors =
        in_order(threads, configs, |config| trained(*config, series, train, epochs)?.evaluate(series, validation))?;
    let best = errors.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place);
    let best = best.ok_or(ForecastError::Config("a grid search has at least one configuration"))?;
    Ok((best, errors))
}

/// A model after some epochs over `train`.
fn trained(config: Config, series: &Series, train: &[Window], epochs: u64) -> Result<Trainer, ForecastError> {
    let (mut trainer, mut train) = (Trainer::new(config)?, train.to_vec());
    for epoch in 0..epochs {
        shuffle(&mut train, epoch);
        trainer.epoch(series, &train)?;
    }
    Ok(trainer)
}

/// How the forecasts of an ensemble become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Their mean.
    Mean,
    /// Their median; of an even number, the mean of the two in the middle.
    Median,
}

/// What an ensemble foretells.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecasts {
    /// Hour by hour, window by window.
    pub values: Vec<f32>,
    /// The standard deviation of the members' forecasts of each hour: how uncertain they are among themselves, which is less
    /// than how wrong they may be together.
    pub spread: Vec<f32>,
}

/// The forecasts of all `members` together, for windows with their mean taken off.
///
/// # Errors
/// [`ForecastError::Config`] for no members, [`ForecastError::Shape`] when `x` or the members do not fit each other.
pub fn ensemble(
    threads: usize,
    members: &mut [Trainer],
    x: &[f32],
    aggregation: Aggregation,
) -> Result<Forecasts, ForecastError> {
    let Some(lengths) = members.first().map(|member| member.config().lengths()) else {
        return Err(ForecastError::Config("an ensemble has at least one member"));
    };
    let values = x.len() / lengths.look_back * lengths.horizon;
    let predict = |member: &mut Trainer| {
        let mut forecasts = vec![0.0; values];
        member.predict(x, &mut forecasts).map(|()| forecasts)
    };
    let all: Vec<Vec<f32>> = match pool(threads)? {
        None => members.iter_mut().map(predict).collect::<Result<_, _>>()?,
        Some(pool) => pool.install(|| members.par_iter_mut().with_max_len(1).map(predict).collect::<Result<_, _>>())?,
    };
    let n = all.len() as f64;
    let mut forecasts = Forecasts { values: Vec::with_capacity(values), spread: Vec::with_capacity(values) };
    let mut of_hour = Vec::with_capacity(all.len());
    for hour in 0..values {
        of_hour.clear();
        of_hour.extend(all.iter().filter_map(|member| member.get(hour)).copied().map(f64::from));
        let mean = of_hour.iter().sum::<f64>() / n;
        let variance = of_hour.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        of_hour.sort_by(f64::total_cmp);
        let value = match aggregation {
            Aggregation::Mean => mean,
            Aggregation::Median => f64::midpoint(of_hour[(all.len() - 1) / 2], of_hour[all.len() / 2]),
        };
        forecasts.values.push(value as f32);
        forecasts.spread.push(variance.sqrt() as f32);
    }
    Ok(forecasts)
}
