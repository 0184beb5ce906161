//! Windows of a series: what the model sees of one channel, and the hours behind it that it is to foretell.

use std::ops::Range;

use crate::error::ForecastError;
use crate::profile::{Part, enter};
use crate::seed::Seed;
use crate::series::Series;

/// Lengths of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Hours that are seen.
    pub look_back: usize,
    /// Hours that are foretold.
    pub horizon: usize,
}

/// One window: which channel, and the hour that its look-back starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Counted from 0.
    pub channel: usize,
    /// Counted from 0.
    pub from: usize,
}

/// Windows with their mean taken off, one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Look-backs.
    pub x: Vec<f32>,
    /// Horizons, the mean of their look-back taken off as well.
    pub y: Vec<f32>,
}

/// All windows, of all channels, whose horizons lie in `hours` and start every `every` hours. Look-backs may reach back
/// before `hours`, as the usual split lets those of validation and test do.
///
/// # Errors
/// [`ForecastError::TooShort`] when the series ends before `hours` do, or when no window fits.
pub fn windows(
    series: &Series,
    lengths: Lengths,
    hours: Range<usize>,
    every: usize,
) -> Result<Vec<Window>, ForecastError> {
    let _here = enter(Part::Loading);
    let Lengths { look_back, horizon } = lengths;
    let first = hours.start.max(look_back);
    let wanted = hours.end.max(first + horizon);
    if series.hours() < wanted || hours.end < first + horizon {
        return Err(ForecastError::TooShort { wanted, found: series.hours().min(hours.end) });
    }
    let starts = (first..=hours.end - horizon).step_by(every.max(1)).map(|hour| hour - look_back);
    Ok(starts.flat_map(|from| (0..series.channels().len()).map(move |channel| Window { channel, from })).collect())
}

/// Puts windows into the order of an epoch.
pub fn shuffle(windows: &mut [Window], seed: u64) {
    let _here = enter(Part::Loading);
    Seed::new(seed).shuffle(windows);
}

/// Reads `windows` into `batch`, which is overwritten.
///
/// # Errors
/// [`ForecastError::TooShort`] when a window reaches beyond the series.
pub fn read(series: &Series, lengths: Lengths, windows: &[Window], batch: &mut Batch) -> Result<(), ForecastError> {
    let _here = enter(Part::Loading);
    let Lengths { look_back, horizon } = lengths;
    batch.x.clear();
    batch.y.clear();
    for window in windows {
        let wanted = window.from + look_back + horizon;
        let all = series.channels().get(window.channel).and_then(|channel| channel.get(window.from..wanted));
        let all = all.ok_or(ForecastError::TooShort { wanted, found: series.hours() })?;
        let (seen, behind) = all.split_at(look_back);
        let mean = (seen.iter().copied().map(f64::from).sum::<f64>() / look_back.max(1) as f64) as f32;
        batch.x.extend(seen.iter().map(|value| value - mean));
        batch.y.extend(behind.iter().map(|value| value - mean));
    }
    Ok(())
}

/// The mean squared error of foretelling that each hour is as it was `season` hours before, the last season repeated: the
/// seasonal-naive forecast (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, section 5.2).
///
/// # Errors
/// [`ForecastError::TooShort`] when a window reaches beyond the series, [`ForecastError::Config`] for a season that is 0 or
/// longer than the look-back.
pub fn seasonal_naive(
    series: &Series,
    lengths: Lengths,
    windows: &[Window],
    season: usize,
) -> Result<f64, ForecastError> {
    if season == 0 || season > lengths.look_back {
        return Err(ForecastError::Config("a season has at least one hour and fits into the look-back"));
    }
    let (mut batch, mut sum) = (Batch::default(), 0.0);
    for window in windows {
        read(series, lengths, std::slice::from_ref(window), &mut batch)?;
        let last = &batch.x[lengths.look_back - season..];
        sum += batch.y.iter().zip(last.iter().cycle()).map(|(y, last)| f64::from(y - last).powi(2)).sum::<f64>();
    }
    Ok(sum / (windows.len() * lengths.horizon).max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::{Batch, Lengths, Window, read, seasonal_naive, shuffle, windows};
    use crate::series::Series;

    const LENGTHS: Lengths = Lengths { look_back: 4, horizon: 2 };

    fn series() -> Series {
        Series::new(vec![(0..20).map(|hour| hour as f32).collect(), vec![1.0; 20]]).unwrap()
    }

    #[test]
    fn horizons_stay_in_their_hours_and_look_backs_in_the_series() {
        let series = series();
        let train = windows(&series, LENGTHS, 0..10, 1).unwrap();
        assert_eq!(train.len(), 2 * 5);
        assert_eq!((train[0], train[9]), (Window { channel: 0, from: 0 }, Window { channel: 1, from: 4 }));
        let test = windows(&series, LENGTHS, 10..20, 1).unwrap();
        assert_eq!((test[0].from, test[test.len() - 1].from, test.len()), (6, 14, 2 * 9));
        assert_eq!(windows(&series, LENGTHS, 10..20, 3).unwrap().len(), 2 * 3);
        assert!(windows(&series, LENGTHS, 10..21, 1).is_err());
        assert!(windows(&series, LENGTHS, 0..5, 1).is_err());
    }

    #[test]
    fn a_window_has_the_mean_of_its_look_back_taken_off() {
        let mut batch = Batch::default();
        read(&series(), LENGTHS, &[Window { channel: 0, from: 3 }], &mut batch).unwrap();
        assert_eq!((batch.x, batch.y), (vec![-1.5, -0.5, 0.5, 1.5], vec![2.5, 3.5]));
        let mut batch = Batch::default();
        assert!(read(&series(), LENGTHS, &[Window { channel: 0, from: 15 }], &mut batch).is_err());
        assert!(read(&series(), LENGTHS, &[Window { channel: 2, from: 0 }], &mut batch).is_err());
    }

    #[test]
    fn the_seasonal_forecast_repeats_the_last_season() {
        let series = series();
        let all = windows(&series, LENGTHS, 0..20, 1).unwrap();
        // Of a line, each hour is 2 above that two hours before; the other channel never changes.
        assert_eq!(seasonal_naive(&series, LENGTHS, &all, 2).unwrap(), 2.0);
        assert!(seasonal_naive(&series, LENGTHS, &all, 5).is_err());
    }

    #[test]
    fn an_epoch_has_every_window_once() {
        let mut all = windows(&series(), LENGTHS, 0..20, 1).unwrap();
        let before = all.clone();
        shuffle(&mut all, 1);
        assert_ne!(all, before);
        assert!(before.iter().all(|window| all.contains(window)));
    }
}
