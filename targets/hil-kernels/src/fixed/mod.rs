//! The guide's front end in integers alone: from 16-bit samples to int8 features without a floating-point number on the
//! way, for processors without a floating-point unit and for those that sleep longer when it stays off.
//!
//! Window (Q31), block scaling to 28 bits, a transform of 512 real samples in `i32` with Q31 twiddles ([`fft`]), mel
//! bands in `u64` and `log2` by table ([`bands`]), cosine transform and quantiser with `i64` sums ([`cepstrum`]). Every
//! table is computed while the program is compiled ([`constant`]) and lies in flash, so the working space is the
//! transform's 2 KiB.
//!
//! Integer sums have no order, so the features are the same on every machine by construction. How far they lie from
//! those of the `f32` form is bounded by `tests/fixed_front_end.rs` on synthetic sounds, and counted there over all
//! recordings where those are present.

pub mod bands;
pub mod cepstrum;
pub mod constant;
pub mod fft;

use crate::guide::HOP;
use crate::weights::INPUTS;
use fft::BlockFft;

/// The front end of [`crate::mfcc::MfccParams::GUIDE_KEYWORDS`] in integers.
#[derive(Clone, Debug, Default)]
pub struct FixedFrontEnd {
    fft: BlockFft,
}

impl FixedFrontEnd {
    /// A front end; there is nothing to compute, because the tables are constants.
    #[must_use]
    pub const fn new() -> Self {
        Self { fft: BlockFft::new() }
    }

    /// The int8 features of one frame of 512 samples, given as its older and its newer half.
    pub fn features(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> [i8; INPUTS] {
        let shift = self.fft.load(older, newer);
        self.fft.transform();
        cepstrum::features(&bands::logarithms(&self.fft, shift))
    }
}

#[cfg(test)]
mod tests {
    use super::FixedFrontEnd;
    use crate::guide::HOP;
    use crate::known_answer::Noise;
    use crate::mfcc::{Mfcc, MfccParams};

    #[test]
    fn features_are_those_of_the_float_form_within_a_step_at_every_level() {
        let mut float = Mfcc::<f64>::new(&MfccParams::GUIDE_KEYWORDS).unwrap();
        let mut fixed = FixedFrontEnd::new();
        let mut differing = 0;
        for seed in 1..=64 {
            let mut noise = Noise::new(seed);
            // From full scale down to silence.
            let level = seed % 17;
            let halves: [[i16; HOP]; 2] =
                core::array::from_fn(|_| core::array::from_fn(|_| (i32::from(noise.sample()) >> level) as i16));
            let mut expected = [0; 13];
            float.frame_i8_of([&halves[0], &halves[1]], &mut expected).unwrap();
            for (got, expected) in fixed.features(&halves[0], &halves[1]).into_iter().zip(expected) {
                let off = i32::from(got).abs_diff(i32::from(expected));
                assert!(off <= 1, "seed {seed}: {got} for {expected}");
                differing += off;
            }
        }
        assert!(differing <= 2, "{differing} of 832 features are a step off");
    }

    #[test]
    fn the_extremes_of_sound_neither_overflow_nor_stop() {
        let mut float = Mfcc::<f64>::new(&MfccParams::GUIDE_KEYWORDS).unwrap();
        let mut fixed = FixedFrontEnd::new();
        let square = |i: usize| if (i / 8).is_multiple_of(2) { i16::MAX } else { i16::MIN };
        let sounds: [&dyn Fn(usize) -> i16; 6] = [
            &|_| 0,
            &|_| i16::MIN,
            &|_| i16::MAX,
            &|i| if i.is_multiple_of(2) { i16::MAX } else { i16::MIN },
            &square,
            &|i| i16::from(i == 255),
        ];
        for (number, sound) in sounds.iter().enumerate() {
            let older: [i16; HOP] = core::array::from_fn(sound);
            let newer: [i16; HOP] = core::array::from_fn(|i| sound(HOP + i));
            let mut expected = [0; 13];
            float.frame_i8_of([&older, &newer], &mut expected).unwrap();
            for (got, expected) in fixed.features(&older, &newer).into_iter().zip(expected) {
                // Between the lines of a pure tone there is nothing but rounding, and its logarithm is the feature.
                let off = i32::from(got).abs_diff(i32::from(expected));
                assert!(off <= 2, "sound {number}: {got} for {expected}");
            }
        }
    }
}
