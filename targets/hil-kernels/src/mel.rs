//! Triangular mel filters, stored as ranges: each band keeps its first bin and the weights that are not zero.
//!
//! Mel scale `2595 log10(1 + f / 700)` (O'Shaughnessy, "Speech Communication", 1987); peak 1, edges shared
//! between neighbours, so that a bin lies in two bands at most and the weights of all bands fit a fixed array.

use crate::fft::MAX_BINS;
use crate::real::Real;

/// The most bands a bank can have.
pub const MAX_BANDS: usize = 40;
/// Room for all weights: a bin lies under at most two triangles.
const MAX_WEIGHTS: usize = 2 * MAX_BINS;

/// `bands` triangles between two frequencies, for one transform length.
#[derive(Clone, Debug)]
pub struct MelBank<T> {
    bands: usize,
    first: [u16; MAX_BANDS],
    length: [u16; MAX_BANDS],
    weights: [T; MAX_WEIGHTS],
}

/// Hz to mel.
#[must_use]
pub fn mel_from_hz(hz: f64) -> f64 {
    2595.0 * libm::log10(1.0 + hz / 700.0)
}

/// Mel to Hz.
#[must_use]
pub fn hz_from_mel(mel: f64) -> f64 {
    700.0 * (libm::pow(10.0, mel / 2595.0) - 1.0)
}

/// The weight of a frequency under the triangle with these three corners.
#[must_use]
pub fn triangle(hz: f64, [left, centre, right]: [f64; 3]) -> f64 {
    ((hz - left) / (centre - left)).min((right - hz) / (right - centre)).max(0.0)
}

/// The three corners of a band in Hz; corners are spaced evenly on the mel scale.
#[must_use]
pub fn corners(band: usize, bands: usize, low_hz: f64, high_hz: f64) -> [f64; 3] {
    let scale = Scale::new(bands, low_hz, high_hz);
    core::array::from_fn(|i| scale.corner_hz(band + i))
}

/// Corners spaced evenly on the mel scale.
#[derive(Clone, Copy)]
struct Scale {
    low: f64,
    step: f64,
}

impl Scale {
    fn new(bands: usize, low_hz: f64, high_hz: f64) -> Self {
        let (low, high) = (mel_from_hz(low_hz), mel_from_hz(high_hz));
        Self { low, step: (high - low) / (bands + 1) as f64 }
    }

    fn corner_hz(self, corner: usize) -> f64 {
        hz_from_mel(self.low + corner as f64 * self.step)
    }
}

impl<T: Real> MelBank<T> {
    /// The bank; `None` if there are more than [`MAX_BANDS`] bands or bins than [`MAX_BINS`], or if a band
    /// covers no bin.
    #[must_use]
    pub fn new(bands: usize, bins: usize, hz_per_bin: f64, low_hz: f64, high_hz: f64) -> Option<Self> {
        if bands == 0 || bands > MAX_BANDS || bins > MAX_BINS {
            return None;
        }
        let mut bank =
            Self { bands, first: [0; MAX_BANDS], length: [0; MAX_BANDS], weights: [T::default(); MAX_WEIGHTS] };
        let scale = Scale::new(bands, low_hz, high_hz);
        // Neighbours share two corners each, and a processor without `f64` takes long for one.
        let mut corners = [0.0, scale.corner_hz(0), scale.corner_hz(1)];
        let mut used = 0;
        for band in 0..bands {
            corners = [corners[1], corners[2], scale.corner_hz(band + 2)];
            // No bin below the left corner has a weight.
            let start = (corners[0] / hz_per_bin) as usize;
            let mut weights = (start..bins)
                .map(|bin| (bin, triangle(bin as f64 * hz_per_bin, corners)))
                .skip_while(|(_, w)| *w <= 0.0);
            let (first, weight) = weights.next()?;
            let others = weights.map(|(_, weight)| weight).take_while(|weight| *weight > 0.0);
            let before = used;
            for weight in core::iter::once(weight).chain(others) {
                *bank.weights.get_mut(used)? = T::from_f64(weight);
                used += 1;
            }
            bank.first[band] = first as u16;
            bank.length[band] = (used - before) as u16;
        }
        Some(bank)
    }

    /// The energy of each band, handed out in order of frequency. Sums run upwards in frequency.
    pub fn energies<'a>(&'a self, power: &'a [T; MAX_BINS]) -> impl Iterator<Item = T> + 'a {
        let mut rest: &[T] = &self.weights;
        self.first.iter().zip(&self.length).take(self.bands).map(move |(&first, &length)| {
            let (weights, after) = rest.split_at(usize::from(length));
            rest = after;
            let bins = &power[usize::from(first)..][..weights.len()];
            weights.iter().zip(bins).fold(T::default(), |sum, (&w, &p)| sum + w * p)
        })
    }

    /// The number of weights that are kept.
    #[must_use]
    pub fn weight_count(&self) -> usize {
        self.length.iter().map(|&n| usize::from(n)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{MelBank, corners, hz_from_mel, mel_from_hz, triangle};
    use crate::fft::MAX_BINS;
    use crate::known_answer::Noise;

    #[test]
    fn the_scale_is_its_own_inverse_and_1000_hz_is_1000_mel() {
        assert!((mel_from_hz(1000.0) - 1000.0).abs() < 0.02);
        for hz in [0.0, 60.0, 440.0, 7600.0] {
            assert!((hz_from_mel(mel_from_hz(hz)) - hz).abs() < 1e-9);
        }
    }

    #[test]
    fn ranges_give_the_same_energies_as_the_full_matrix() {
        for (bands, low, high) in [(40, 60.0, 7600.0), (26, 0.0, 8000.0), (13, 300.0, 3400.0)] {
            let bank = MelBank::<f64>::new(bands, MAX_BINS, 16000.0 / 512.0, low, high).unwrap();
            for seed in 1..5 {
                let mut noise = Noise::new(seed);
                let power: [f64; MAX_BINS] = core::array::from_fn(|_| f64::from(noise.sample()).abs());
                let mut count = 0;
                for (band, energy) in bank.energies(&power).enumerate() {
                    let corners = corners(band, bands, low, high);
                    let expected: f64 =
                        power.iter().enumerate().map(|(k, p)| p * triangle(k as f64 * 31.25, corners)).sum();
                    assert!((energy - expected).abs() <= 1e-12 * expected, "band {band} seed {seed}");
                    count += 1;
                }
                assert_eq!(count, bands);
            }
        }
    }

    #[test]
    fn neighbours_add_to_one_between_the_outer_peaks() {
        let bank = MelBank::<f64>::new(40, MAX_BINS, 31.25, 60.0, 7600.0).unwrap();
        let low_peak = corners(0, 40, 60.0, 7600.0)[1];
        let high_peak = corners(39, 40, 60.0, 7600.0)[1];
        for bin in 0..MAX_BINS {
            let hz = bin as f64 * 31.25;
            if hz > low_peak && hz < high_peak {
                let mut power = [0.0; MAX_BINS];
                power[bin] = 1.0;
                let total: f64 = bank.energies(&power).sum();
                assert!((total - 1.0).abs() < 1e-9, "bin {bin}: {total}");
            }
        }
    }

    #[test]
    fn a_bank_that_does_not_fit_is_refused() {
        assert!(MelBank::<f64>::new(0, 257, 31.25, 60.0, 7600.0).is_none());
        assert!(MelBank::<f64>::new(41, 257, 31.25, 60.0, 7600.0).is_none());
        // Forty bands in 100 Hz: most of them lie between two bins.
        assert!(MelBank::<f64>::new(40, 257, 31.25, 100.0, 200.0).is_none());
    }
}
