//! What an MFCC front end is made of, as plain data, with the two front ends this project names.
//!
//! The limits that the fixed-size tables set are checked by [`MfccParams::check`]; the computation is in
//! [`crate::mfcc`].

use crate::dct::MAX_COEFFICIENTS;
use crate::fft::{MAX_FFT, MIN_FFT};
use crate::mel::MAX_BANDS;
use crate::window::WindowKind;
use core::fmt;

/// Everything that decides which numbers come out for a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MfccParams {
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// The length of a clip in samples; shorter clips are centred in zeros.
    pub clip_samples: usize,
    /// The length of a frame in samples, before zeros are added up to `fft_size`.
    pub window_samples: usize,
    /// The shape each frame is multiplied with.
    pub window: WindowKind,
    /// The distance between two frames in samples.
    pub hop_samples: usize,
    /// The length of the transform in samples, a power of two.
    pub fft_size: usize,
    /// The number of mel bands.
    pub bands: usize,
    /// The lower corner of the first band in Hz.
    pub low_hz: f64,
    /// The upper corner of the last band in Hz.
    pub high_hz: f64,
    /// Added to each band's energy before the logarithm.
    pub log_offset: f64,
    /// The number of cepstral coefficients that are kept, from coefficient 0 on.
    pub coefficients: usize,
    /// How coefficients become features.
    pub quantiser: Quantiser,
}

/// `q = clamp(round((c - mean) / std * scale), -127, 127)` per coefficient, halves to even.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiser {
    /// The mean of each coefficient over the training set.
    pub mean: [f32; MAX_COEFFICIENTS],
    /// The standard deviation of each coefficient over the training set.
    pub std: [f32; MAX_COEFFICIENTS],
    /// Steps per standard deviation.
    pub scale: f32,
}

impl MfccParams {
    /// The front end of the committed keyword weights: 49 frames of 13 coefficients per second of 16 kHz sound.
    pub const KEYWORDS: Self = Self {
        sample_rate_hz: 16_000,
        clip_samples: 16_000,
        window_samples: 480,
        window: WindowKind::HannPeriodic,
        hop_samples: 320,
        fft_size: 512,
        bands: 40,
        low_hz: 60.0,
        high_hz: 7600.0,
        log_offset: 1e-6,
        coefficients: 13,
        quantiser: Quantiser {
            mean: [
                -27.201_153,
                8.187_039,
                2.498_583_3,
                1.019_586_3,
                -0.337_640_05,
                0.259_114_9,
                -0.056_498_215,
                0.244_465_22,
                -0.087_156_75,
                0.338_153_54,
                0.102_246_24,
                0.019_878_8,
                -0.221_028_55,
            ],
            std: [
                24.320_148,
                10.897_923,
                4.777_045,
                4.495_835_3,
                3.060_293_4,
                2.626_216_7,
                2.457_936_5,
                2.019_032,
                1.909_026_5,
                1.811_156_5,
                1.792_355_7,
                1.569_112_5,
                1.423_772,
            ],
            scale: 32.0,
        },
    };

    /// The front end of the liquid-audio-nets performance guide ("Feature Extraction Optimization"): Hann window and
    /// transform of 512 samples, hop 256, `|X|^2`, `ln(E + 1e-8)`, 13 coefficients. The guide leaves open the number of
    /// bands, their range, the clip length, and a quantiser: 40 bands up to half the sample rate are assumed, one
    /// second, frames that lie wholly inside the clip, and features that are the coefficients rounded to whole numbers.
    pub const LIQUID_GUIDE: Self = Self {
        sample_rate_hz: 16_000,
        clip_samples: 16_000,
        window_samples: 512,
        window: WindowKind::HannPeriodic,
        hop_samples: 256,
        fft_size: 512,
        bands: 40,
        low_hz: 0.0,
        high_hz: 8000.0,
        log_offset: 1e-8,
        coefficients: 13,
        quantiser: Quantiser { mean: [0.0; MAX_COEFFICIENTS], std: [1.0; MAX_COEFFICIENTS], scale: 1.0 },
    };

    /// [`Self::LIQUID_GUIDE`] with the quantiser of the keyword weights that were trained for it: mean and deviation over
    /// the training recordings, as `train-keywords quantiser` prints them.
    pub const GUIDE_KEYWORDS: Self = Self {
        quantiser: Quantiser {
            mean: [
                -36.871_105,
                10.576_263,
                1.976_505_5,
                0.573_040_3,
                -1.515_544_8,
                -0.483_969_77,
                -0.770_496_25,
                -0.262_540_13,
                -1.177_686_1,
                -0.300_191_64,
                -1.060_269_8,
                -0.830_701_05,
                -1.221_749_8,
            ],
            std: [
                22.184_105,
                11.986_039,
                6.045_752_5,
                5.352_500_4,
                4.151_024_3,
                3.798_401,
                3.471_048_6,
                2.769_405_8,
                2.564_273_8,
                2.214_907_4,
                2.149_096_7,
                2.046_788_2,
                1.868_163,
            ],
            scale: 32.0,
        },
        ..Self::LIQUID_GUIDE
    };

    /// The number of frames that lie wholly inside a clip.
    #[must_use]
    pub const fn frames(&self) -> usize {
        if self.clip_samples < self.window_samples || self.hop_samples == 0 {
            0
        } else {
            (self.clip_samples - self.window_samples) / self.hop_samples + 1
        }
    }

    /// The number of features of a clip: frames times coefficients.
    #[must_use]
    pub const fn features(&self) -> usize {
        self.frames() * self.coefficients
    }

    /// Finds the first parameter that the tables cannot hold or that makes no sense.
    ///
    /// # Errors
    /// The parameter and the range it must lie in.
    pub fn check(&self) -> Result<(), MfccError> {
        let bad = |what, need| Err(MfccError::Parameter { what, need });
        if !self.fft_size.is_power_of_two() || !(MIN_FFT..=MAX_FFT).contains(&self.fft_size) {
            return bad("fft_size", "a power of two from 16 to 512");
        }
        if self.window_samples == 0 || self.window_samples > self.fft_size {
            return bad("window_samples", "from 1 to fft_size");
        }
        if self.hop_samples == 0 {
            return bad("hop_samples", "1 or more");
        }
        if self.clip_samples < self.window_samples {
            return bad("clip_samples", "window_samples or more");
        }
        if self.bands == 0 || self.bands > MAX_BANDS {
            return bad("bands", "from 1 to 40");
        }
        if self.coefficients == 0 || self.coefficients > MAX_COEFFICIENTS.min(self.bands) {
            return bad("coefficients", "from 1 to 13, and no more than bands");
        }
        let nyquist = f64::from(self.sample_rate_hz) / 2.0;
        if !(self.low_hz >= 0.0 && self.low_hz < self.high_hz && self.high_hz <= nyquist) {
            return bad("low_hz and high_hz", "0 <= low_hz < high_hz <= half the sample rate");
        }
        if !(self.log_offset > 0.0 && self.log_offset.is_finite()) {
            return bad("log_offset", "above 0, because the energy of silence is 0");
        }
        let q = &self.quantiser;
        if !(q.scale > 0.0 && q.std.iter().take(self.coefficients).all(|&s| s > 0.0)) {
            return bad("quantiser", "scale and every std above 0");
        }
        Ok(())
    }
}

/// Why a front end cannot be built or a clip not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfccError {
    /// A parameter is out of range.
    Parameter {
        /// The field of [`MfccParams`].
        what: &'static str,
        /// The range it must lie in.
        need: &'static str,
    },
    /// Some mel band lies between two bins of the transform, so that its energy would always be 0.
    EmptyBand,
    /// A slice has the wrong number of elements.
    Length {
        /// Which slice.
        what: &'static str,
        /// How many elements it must have (for a clip: at most).
        expected: usize,
        /// How many it has.
        found: usize,
    },
}

impl fmt::Display for MfccError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter { what, need } => write!(f, "MFCC parameter {what} must be {need}"),
            Self::EmptyBand => f.write_str(
                "a mel band covers no bin of the transform: use fewer bands, a wider range or a longer transform",
            ),
            Self::Length { what, expected, found } => write!(f, "{what}: expected {expected} elements, found {found}"),
        }
    }
}

impl core::error::Error for MfccError {}

#[cfg(test)]
mod tests {
    use super::{MfccError, MfccParams};

    #[test]
    fn the_named_front_ends_are_valid_and_have_the_stated_shape() {
        assert_eq!(MfccParams::KEYWORDS.check(), Ok(()));
        assert_eq!(MfccParams::KEYWORDS.frames(), 49);
        assert_eq!(MfccParams::KEYWORDS.features(), 637);
        assert_eq!(MfccParams::LIQUID_GUIDE.check(), Ok(()));
        assert_eq!(MfccParams::LIQUID_GUIDE.frames(), 61);
        assert_eq!(MfccParams::GUIDE_KEYWORDS.check(), Ok(()));
        let guide = MfccParams { quantiser: MfccParams::LIQUID_GUIDE.quantiser, ..MfccParams::GUIDE_KEYWORDS };
        assert_eq!(guide, MfccParams::LIQUID_GUIDE);
    }

    #[test]
    fn each_bad_parameter_is_named() {
        let good = MfccParams::KEYWORDS;
        let cases: [(MfccParams, &str); 9] = [
            (MfccParams { fft_size: 500, ..good }, "fft_size"),
            (MfccParams { fft_size: 1024, ..good }, "fft_size"),
            (MfccParams { window_samples: 513, ..good }, "window_samples"),
            (MfccParams { hop_samples: 0, ..good }, "hop_samples"),
            (MfccParams { clip_samples: 479, ..good }, "clip_samples"),
            (MfccParams { bands: 41, ..good }, "bands"),
            (MfccParams { coefficients: 14, ..good }, "coefficients"),
            (MfccParams { high_hz: 8001.0, ..good }, "low_hz and high_hz"),
            (MfccParams { log_offset: 0.0, ..good }, "log_offset"),
        ];
        for (params, name) in cases {
            match params.check() {
                Err(MfccError::Parameter { what, .. }) => assert_eq!(what, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
