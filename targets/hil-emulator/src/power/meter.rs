//! An external meter's view of the same current: averages over its own periods, its clock a little off, its ranges
//! with their steps.
//!
//! A sample is the exact mean over its period, rounded to a step of the smallest range that holds it. Periods are
//! counted from the meter's own start with whole numbers, so that they never drift against the clock error that was
//! asked for. Memory does not grow with the length of a run: samples go on as they are complete.

use std::io::Write;

use super::{Recorder, Stretch};
use crate::time::Time;

/// What a meter is like.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterSettings {
    /// Samples per second of its own clock, at least 1.
    pub rate_hz: u64,
    /// How much faster its clock is than true time, in parts per million; within 100 000 to either side.
    pub clock_error_ppm: f64,
    /// When its first period starts.
    pub phase: Time,
    /// Its ranges, by growing full scale; without any it is exact.
    pub ranges: Vec<Range>,
}

/// A range of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The largest current, in picoamperes.
    pub full_scale: u64,
    /// The smallest difference, in picoamperes; not 0.
    pub step: u64,
}

impl MeterSettings {
    /// A meter with the rate, the shunts and the converter of a Power Profiler Kit II whose calibration is the default
    /// one: 1031.64, 101.65, 10.15, 0.94 and 0.043 ohms, 14 bits of 43.945 uV (pc-nrfconnect-ppk, `serialDevice.ts`).
    /// Where it really changes its ranges is not published; here a range reaches as far as its converter.
    #[must_use]
    pub fn ppk2(clock_error_ppm: f64) -> Self {
        let ranges = [1031.64, 101.65, 10.15, 0.94, 0.043].map(|ohms| {
            let step = (4.0 * 1.8 / 163_840.0 / ohms * 1e12f64).round() as u64;
            Range { full_scale: step * 16_383, step }
        });
        Self { rate_hz: 100_000, clock_error_ppm, phase: Time(0), ranges: ranges.to_vec() }
    }
}

/// A thousand million seconds, in picoseconds: errors of clocks are parts of so many.
const RATE_TIME: u128 = 1_000_000_000_000_000_000_000;

/// Where the samples of a meter go.
pub trait Samples: Send + std::fmt::Debug {
    /// The next sample, in picoamperes.
    fn sample(&mut self, picoamperes: u64);

    /// Nothing follows.
    fn finish(&mut self) {}
}

impl Samples for std::sync::mpsc::Sender<u64> {
    fn sample(&mut self, picoamperes: u64) {
        // Who does not listen any more wants no samples.
        let _gone = self.send(picoamperes);
    }
}

/// A meter.
#[derive(Debug)]
pub struct Meter {
    settings: MeterSettings,
    /// Its clock's error in parts per thousand million.
    error_ppb: i64,
    samples: Box<dyn Samples>,
    /// The number of the sample that is being taken, and its bounds.
    number: u64,
    start: Time,
    end: Time,
    /// What flowed in it so far, in picoamperes times picoseconds.
    charge: u128,
    /// Until when the current is known.
    known: Time,
}

impl Meter {
    /// A meter that sends its samples to `samples`.
    #[must_use]
    pub fn new(settings: MeterSettings, samples: Box<dyn Samples>) -> Self {
        let error_ppb = (settings.clock_error_ppm.clamp(-1e5, 1e5) * 1000.0).round() as i64;
        let start = settings.phase;
        let mut meter = Self { settings, error_ppb, samples, number: 0, start, end: start, charge: 0, known: Time(0) };
        meter.end = meter.bound(1);
        meter
    }

    /// Samples in [`RATE_TIME`].
    fn rate(&self) -> u128 {
        u128::from(self.settings.rate_hz.max(1)) * 1_000_000_000u128.saturating_add_signed(self.error_ppb.into())
    }

    /// When sample `number` starts.
    fn bound(&self, number: u64) -> Time {
        let since = u128::from(number).saturating_mul(RATE_TIME) / self.rate();
        Time(self.settings.phase.0.saturating_add(u64::try_from(since).unwrap_or(u64::MAX)))
    }

    /// The first sample that starts at `time` or later.
    fn first_from(&self, time: Time) -> u64 {
        let since = u128::from(time.0.saturating_sub(self.settings.phase.0));
        let number = u64::try_from(since.saturating_mul(self.rate()) / RATE_TIME).unwrap_or(u64::MAX - 1);
        // Bounds are rounded down, so the next one may be meant.
        if self.bound(number) < time { number + 1 } else { number }
    }

    /// The sample is complete.
    fn complete(&mut self) {
        let length = u128::from(self.end.0 - self.start.0).max(1);
        let mean = u64::try_from((self.charge + length / 2) / length).unwrap_or(u64::MAX);
        self.samples.sample(self.rounded(mean));
        self.number += 1;
        (self.start, self.end, self.charge) = (self.end, self.bound(self.number + 1), 0);
    }

    /// As the smallest range that holds it shows it; beyond the largest one, that one's end.
    fn rounded(&self, picoamperes: u64) -> u64 {
        let ranges = &self.settings.ranges;
        match ranges.iter().find(|range| picoamperes <= range.full_scale).or(ranges.last()) {
            Some(range) => {
                let step = range.step.max(1);
                (picoamperes.min(range.full_scale) + step / 2) / step * step
            }
            None => picoamperes,
        }
    }
}

impl Recorder for Meter {
    fn stretch(&mut self, stretch: Stretch) {
        // A meter that is connected late starts with the first period that it sees whole.
        if self.known < stretch.start && self.start < stretch.start {
            self.number = self.first_from(stretch.start);
            (self.start, self.end, self.charge) = (self.bound(self.number), self.bound(self.number + 1), 0);
        }
        let mut from = stretch.start.max(self.start);
        while from < stretch.end {
            let until = stretch.end.min(self.end);
            self.charge += u128::from(stretch.picoamperes) * u128::from(until.0 - from.0);
            from = until;
            if until == self.end {
                self.complete();
            }
        }
        self.known = stretch.end;
    }

    fn finish(&mut self) {
        self.samples.finish();
    }
}

/// Samples as CSV: a header with the rate, then one current in picoamperes a line.
pub struct SampleLog {
    out: Box<dyn Write + Send>,
    failed: bool,
}

impl std::fmt::Debug for SampleLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleLog").finish_non_exhaustive()
    }
}

impl SampleLog {
    /// Samples into `out`, which should be buffered. What cannot be written any more is dropped in silence.
    #[must_use]
    pub fn new(mut out: Box<dyn Write + Send>, rate_hz: u64) -> Self {
        let failed = writeln!(out, "emulated_current_pa_at_{rate_hz}_hz").is_err();
        Self { out, failed }
    }
}

impl Samples for SampleLog {
    fn sample(&mut self, picoamperes: u64) {
        if !self.failed {
            self.failed = writeln!(self.out, "{picoamperes}").is_err();
        }
    }

    fn finish(&mut self) {
        if !self.failed {
            self.failed = self.out.flush().is_err();
        }
    }
}
