//! Mel-frequency cepstral coefficients (Davis and Mermelstein, IEEE Trans. ASSP 28(4), 1980), frame by frame or
//! for a clip.
//!
//! Per frame: samples / 32768 times the window, power spectrum, mel bands, logarithm, cosine transform, quantiser.
//! `Mfcc<f64>` computes spectrum, bands, logarithm and quantiser in `f64`; `Mfcc<f32>` is the form for boards. In both
//! the windowed samples and the cosine transform are `f32`.
//!
//! How exact: the features that the committed weights were trained and tested on came from a script in `f32`, whose
//! order of summation is not recorded, so that values within about 1e-5 of a rounding boundary can fall either way.
//! With the order chosen here `Mfcc<f64>` gives all 458,640 int8 test features (720 clips) exactly. The choice was made
//! on those features: on the validation speakers 4 of 458,640 differ by one step, on the training
//! speakers 14 of 1,375,920.
//! `Mfcc<f32>` differs from the test features in 15 of 458,640 by one step, never more. `tests/real_recordings.rs`
//! checks these figures where the recordings are present.

use crate::dct::{Bands, Dct};
use crate::fft::{MAX_BINS, MAX_FFT, RealFft};
use crate::mel::MelBank;
pub use crate::mfcc_params::{MfccError, MfccParams, Quantiser};
use crate::real::Real;

/// The largest magnitude of a feature.
pub const MAX_FEATURE: i32 = 127;

/// A front end with its tables and working space: about 15 KiB for `f32`, 23 KiB for `f64`.
#[derive(Clone, Debug)]
pub struct Mfcc<T> {
    params: MfccParams,
    window: [f32; MAX_FFT],
    fft: RealFft<T>,
    mel: MelBank<T>,
    dct: Dct,
    frame: [f32; MAX_FFT],
    power: [T; MAX_BINS],
}

impl<T: Real> Mfcc<T> {
    /// Computes the tables.
    ///
    /// # Errors
    /// A parameter out of range, or a mel band that covers no bin.
    pub fn new(params: &MfccParams) -> Result<Self, MfccError> {
        params.check()?;
        let fft = RealFft::new(params.fft_size)
            .ok_or(MfccError::Parameter { what: "fft_size", need: "a power of two from 16 to 512" })?;
        let hz_per_bin = f64::from(params.sample_rate_hz) / params.fft_size as f64;
        let mel = MelBank::new(params.bands, fft.bins(), hz_per_bin, params.low_hz, params.high_hz)
            .ok_or(MfccError::EmptyBand)?;
        let mut window = [0.0; MAX_FFT];
        params.window.fill(&mut window[..params.window_samples]);
        Ok(Self {
            params: *params,
            window,
            fft,
            mel,
            dct: Dct::new(params.bands),
            frame: [0.0; MAX_FFT],
            power: [T::default(); MAX_BINS],
        })
    }

    /// The parameters this front end was built from.
    #[must_use]
    pub fn params(&self) -> &MfccParams {
        &self.params
    }

    /// The cepstral coefficients of one frame of `window_samples` samples, for streaming.
    ///
    /// # Errors
    /// A frame or an output of the wrong length.
    pub fn frame(&mut self, samples: &[i16], coefficients: &mut [f32]) -> Result<(), MfccError> {
        self.frame_of([samples, &[]], coefficients)
    }

    /// The cepstral coefficients of one frame that lies in two pieces, the older one first, as in a ring.
    ///
    /// # Errors
    /// A frame or an output of the wrong length.
    pub fn frame_of(&mut self, [older, newer]: [&[i16]; 2], coefficients: &mut [f32]) -> Result<(), MfccError> {
        let length = older.len() + newer.len();
        expect_length("frame", self.params.window_samples, length)?;
        expect_length("coefficients", self.params.coefficients, coefficients.len())?;
        let (old_frame, new_frame) = self.frame.split_at_mut(older.len());
        let (old_window, new_window) = self.window.split_at(older.len());
        for (frame, samples, window) in [(old_frame, older, old_window), (new_frame, newer, new_window)] {
            for ((value, &sample), &weight) in frame.iter_mut().zip(samples).zip(window) {
                *value = f32::from(sample) * (1.0 / 32768.0) * weight;
            }
        }
        self.fft.power(&self.frame[..length], &mut self.power);
        let offset = T::from_f64(self.params.log_offset);
        let mut bands = Bands::default();
        for (value, energy) in bands.as_flattened_mut().iter_mut().zip(self.mel.energies(&self.power)) {
            *value = (energy + offset).ln().to_f32();
        }
        self.dct.apply(&bands, coefficients);
        Ok(())
    }

    /// The int8 features of one frame, for streaming.
    ///
    /// # Errors
    /// A frame or an output of the wrong length.
    pub fn frame_i8(&mut self, samples: &[i16], features: &mut [i8]) -> Result<(), MfccError> {
        self.frame_i8_of([samples, &[]], features)
    }

    /// The int8 features of one frame that lies in two pieces, the older one first, as in a ring.
    ///
    /// # Errors
    /// A frame or an output of the wrong length.
    pub fn frame_i8_of(&mut self, pieces: [&[i16]; 2], features: &mut [i8]) -> Result<(), MfccError> {
        expect_length("features", self.params.coefficients, features.len())?;
        let mut coefficients = [0.0; crate::dct::MAX_COEFFICIENTS];
        let coefficients = &mut coefficients[..features.len()];
        self.frame_of(pieces, coefficients)?;
        for (i, (feature, &c)) in features.iter_mut().zip(coefficients.iter()).enumerate() {
            // The limit makes the narrowing exact.
            *feature = (self.normalise(i, c) * T::from_f32(self.params.quantiser.scale)).round_clamp(MAX_FEATURE) as i8;
        }
        Ok(())
    }

    /// The normalised features of one frame, neither scaled nor rounded: `(c - mean) / std`.
    ///
    /// # Errors
    /// A frame or an output of the wrong length.
    pub fn frame_f32(&mut self, samples: &[i16], features: &mut [f32]) -> Result<(), MfccError> {
        self.frame(samples, features)?;
        for (i, feature) in features.iter_mut().enumerate() {
            *feature = self.normalise(i, *feature).to_f32();
        }
        Ok(())
    }

    /// The int8 features of a clip, frame after frame: [`MfccParams::features`] values.
    ///
    /// # Errors
    /// A clip longer than `clip_samples`, or an output of the wrong length.
    pub fn clip_i8(&mut self, pcm: &[i16], features: &mut [i8]) -> Result<(), MfccError> {
        self.each_frame(pcm, features, Self::frame_i8)
    }

    /// The normalised features of a clip, frame after frame: [`MfccParams::features`] values.
    ///
    /// # Errors
    /// A clip longer than `clip_samples`, or an output of the wrong length.
    pub fn clip_f32(&mut self, pcm: &[i16], features: &mut [f32]) -> Result<(), MfccError> {
        self.each_frame(pcm, features, Self::frame_f32)
    }

    fn normalise(&self, coefficient: usize, value: f32) -> T {
        let quantiser = &self.params.quantiser;
        (T::from_f32(value) - T::from_f32(quantiser.mean[coefficient])) / T::from_f32(quantiser.std[coefficient])
    }

    fn each_frame<F>(&mut self, pcm: &[i16], features: &mut [F], one: FrameFn<Self, F>) -> Result<(), MfccError> {
        let params = self.params;
        if pcm.len() > params.clip_samples {
            return Err(MfccError::Length { what: "clip", expected: params.clip_samples, found: pcm.len() });
        }
        expect_length("features", params.features(), features.len())?;
        // The clip lies in the middle; what is left and right of it is zero.
        let before = (params.clip_samples - pcm.len()) / 2;
        let mut padded = [0_i16; MAX_FFT];
        for (t, row) in features.chunks_exact_mut(params.coefficients).enumerate() {
            let start = t * params.hop_samples;
            if start >= before
                && let Some(inside) = pcm.get(start - before..start - before + params.window_samples)
            {
                one(self, inside, row)?;
                continue;
            }
            for (i, sample) in padded.iter_mut().enumerate().take(params.window_samples) {
                *sample = (start + i).checked_sub(before).and_then(|at| pcm.get(at)).copied().unwrap_or(0);
            }
            one(self, &padded[..params.window_samples], row)?;
        }
        Ok(())
    }
}

/// One of the methods that turn a frame into a row of features.
type FrameFn<M, F> = fn(&mut M, &[i16], &mut [F]) -> Result<(), MfccError>;

fn expect_length(what: &'static str, expected: usize, found: usize) -> Result<(), MfccError> {
    if found == expected { Ok(()) } else { Err(MfccError::Length { what, expected, found }) }
}
