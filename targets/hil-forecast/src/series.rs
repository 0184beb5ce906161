//! An hourly series of several channels, and one made by rule for tests and for measuring where no data set is at hand.

use crate::error::ForecastError;
use crate::profile::{Part, enter};
use crate::seed::Seed;

/// An hourly series; all channels have the same length.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    channels: Vec<Vec<f32>>,
}

impl Series {
    /// The series of these channels.
    ///
    /// # Errors
    /// [`ForecastError::Config`] when there are none, or when their lengths differ.
    pub fn new(channels: Vec<Vec<f32>>) -> Result<Self, ForecastError> {
        let Some(first) = channels.first() else {
            return Err(ForecastError::Config("a series has at least one channel"));
        };
        if channels.iter().any(|channel| channel.len() != first.len()) {
            return Err(ForecastError::Config("all channels of a series have the same length"));
        }
        Ok(Self { channels })
    }

    /// A series made by rule: seven channels, each the sum of a daily and a weekly wave with a strength and a phase of its
    /// own, a slow drift and noise. It is nobody's measurement.
    #[must_use]
    pub fn selfmade(seed: u64, hours: usize) -> Self {
        let mut seed = Seed::new(seed);
        let mut channel = || {
            let (daily, weekly) = (1.0 + 0.5 * seed.value(), 0.5 + 0.25 * seed.value());
            let (phase, shift) = (3.0 * seed.value(), 3.0 * seed.value());
            let mut drift = 0.0;
            let hour = |hour: usize| {
                let turn = |period: f32| core::f32::consts::TAU * hour as f32 / period;
                drift = 0.99 * drift + 0.05 * seed.value();
                daily * libm::sinf(turn(24.0) + phase)
                    + weekly * libm::sinf(turn(168.0) + shift)
                    + drift
                    + 0.2 * seed.value()
            };
            (0..hours).map(hour).collect::<Vec<f32>>()
        };
        Self { channels: (0..7).map(|_| channel()).collect() }
    }

    /// How many hours there are.
    #[must_use]
    pub fn hours(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// The channels.
    #[must_use]
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// The series with each channel at mean 0 and variance 1 over its first `train` hours.
    ///
    /// # Errors
    /// [`ForecastError::TooShort`] when there are fewer, or none.
    pub fn standardised(&self, train: usize) -> Result<Self, ForecastError> {
        if train == 0 || self.hours() < train {
            return Err(ForecastError::TooShort { wanted: train.max(1), found: self.hours() });
        }
        let _here = enter(Part::Loading);
        let one = |channel: &Vec<f32>| {
            let of_train = || channel.iter().take(train).copied().map(f64::from);
            let mean = of_train().sum::<f64>() / train as f64;
            let variance = of_train().map(|value| (value - mean).powi(2)).sum::<f64>() / train as f64;
            // A channel that never changes has nothing to be foretold and stays at 0.
            let rate = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
            channel.iter().map(|value| ((f64::from(*value) - mean) * rate) as f32).collect::<Vec<f32>>()
        };
        Ok(Self { channels: self.channels.iter().map(one).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::Series;
    use crate::error::ForecastError;

    #[test]
    fn only_the_hours_of_training_decide_how_a_series_is_standardised() {
        let series = Series::new(vec![vec![1.0, 3.0, 100.0], vec![5.0, 5.0, 5.0]]).unwrap();
        let standardised = series.standardised(2).unwrap();
        assert_eq!(standardised.channels(), [[-1.0, 1.0, 98.0], [0.0, 0.0, 0.0]]);
        assert_eq!(series.standardised(4), Err(ForecastError::TooShort { wanted: 4, found: 3 }));
        assert!(series.standardised(0).is_err());
    }

    #[test]
    fn a_selfmade_series_has_a_daily_wave_and_is_the_same_for_its_seed() {
        let series = Series::selfmade(1, 2400);
        assert_eq!(series, Series::selfmade(1, 2400));
        assert_ne!(series, Series::selfmade(2, 2400));
        assert_eq!((series.channels().len(), series.hours()), (7, 2400));
        for channel in series.standardised(2400).unwrap().channels() {
            let along_day: f32 = channel.iter().zip(&channel[24..]).map(|(a, b)| a * b).sum::<f32>() / 2376.0;
            let along_half: f32 = channel.iter().zip(&channel[12..]).map(|(a, b)| a * b).sum::<f32>() / 2388.0;
            assert!(along_day > 0.3 && along_day > along_half + 0.5, "{along_day} {along_half}");
        }
    }

    #[test]
    fn channels_of_different_lengths_are_no_series() {
        assert!(Series::new(vec![]).is_err());
        assert!(Series::new(vec![vec![1.0], vec![]]).is_err());
    }
}
