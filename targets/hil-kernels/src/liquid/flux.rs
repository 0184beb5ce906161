//! How busy a sound is: the spectral flux between two successive frames, as a share.
//!
//! `c = sum |a - b| / (sum max(a, b) + floor)` over the amplitudes `a`, `b` of the same bands now and one hop before. The
//! numerator is the flux in the 1-norm (Dixon, "Onset detection revisited", DAFx 2006, section 2.1), without its
//! half-wave rectifier: that one keeps rises only, because onsets are sought, and a solver has to follow falls too. No
//! term of the numerator is larger than its term below, so `c` lies between 0, nothing changed, and 1, everything is new;
//! dividing makes it independent of how loud the sound is.
//!
//! The floor takes that back for what is no sound: without it the noise of a silent room would count as busy as speech,
//! since noise changes all the time. It is the sum of the bands' amplitudes for noise of a level to be stated, and what
//! lies far below that level counts little. This normalisation and the floor are this crate's own.

use core::fmt;

/// The complexity of the step from the amplitudes `before` to the amplitudes `now`, from 0 to 1.
///
/// # Errors
/// Slices of different lengths, or a value that is no finite amplitude, the floor included.
pub fn complexity(before: &[f32], now: &[f32], floor: f32) -> Result<f32, FluxError> {
    if before.len() != now.len() {
        return Err(FluxError::Length { before: before.len(), now: now.len() });
    }
    // Their sums stay finite, too: no slice has enough elements to reach the largest number from here.
    let is_amplitude = |value: &f32| (0.0..=1e30).contains(value);
    if !before.iter().chain(now).all(is_amplitude) || !is_amplitude(&floor) {
        return Err(FluxError::Amplitude);
    }
    let (changed, whole) = before
        .iter()
        .zip(now)
        .fold((0.0_f32, 0.0_f32), |(changed, whole), (&b, &a)| (changed + (a - b).abs(), whole + a.max(b)));
    // Silence without a floor: nothing changed. Rounding must not make more than everything new.
    Ok(if changed > 0.0 { (changed / (whole + floor)).min(1.0) } else { 0.0 })
}

/// Why two frames cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FluxError {
    /// They have different numbers of bands.
    Length {
        /// Bands of the frame before.
        before: usize,
        /// Bands of this frame.
        now: usize,
    },
    /// A value is negative, too large or not a number.
    Amplitude,
}

impl fmt::Display for FluxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { before, now } => {
                write!(f, "a frame of {before} bands cannot be compared with one of {now}: use one front end for both")
            }
            Self::Amplitude => f.write_str("an amplitude must lie between 0 and 1e30, the root of a band's energy"),
        }
    }
}

impl core::error::Error for FluxError {}

#[cfg(test)]
mod tests {
    use super::{FluxError, complexity};
    use crate::known_answer::Noise;

    #[test]
    fn nothing_new_is_0_and_everything_new_is_1() {
        assert_eq!(complexity(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], 0.0), Ok(0.0));
        assert_eq!(complexity(&[1.0, 0.0, 3.0], &[0.0, 2.0, 0.0], 0.0), Ok(1.0));
        assert_eq!(complexity(&[0.0; 4], &[0.0; 4], 0.0), Ok(0.0));
        assert_eq!(complexity(&[], &[], 0.0), Ok(0.0));
        assert_eq!(complexity(&[1.0, 3.0], &[2.0, 2.0], 0.0), Ok(0.4));
        assert_eq!(complexity(&[1.0, 3.0], &[2.0, 2.0], 5.0), Ok(0.2));
    }

    #[test]
    fn it_is_a_share_the_same_both_ways_and_for_every_loudness() {
        for seed in 1..40 {
            let mut noise = Noise::new(seed);
            let mut frame = || -> [f32; 40] { core::array::from_fn(|_| f32::from(noise.sample()).abs()) };
            let (a, b) = (frame(), frame());
            let there = complexity(&a, &b, 0.0).unwrap();
            assert!(there > 0.0 && there <= 1.0);
            assert_eq!(complexity(&b, &a, 0.0), Ok(there));
            assert_eq!(complexity(&a.map(|a| a / 1024.0), &b.map(|b| b / 1024.0), 0.0), Ok(there));
            // Far below the floor, the same change is next to nothing.
            let floored = complexity(&a, &b, 1e8).unwrap();
            assert!(floored > 0.0 && floored < 0.02, "{floored}");
        }
    }

    #[test]
    fn frames_that_cannot_be_compared_are_refused() {
        assert_eq!(complexity(&[1.0], &[1.0, 2.0], 0.0), Err(FluxError::Length { before: 1, now: 2 }));
        for bad in [-1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(complexity(&[bad], &[1.0], 0.0), Err(FluxError::Amplitude), "{bad}");
            assert_eq!(complexity(&[1.0], &[bad], 0.0), Err(FluxError::Amplitude), "{bad}");
            assert_eq!(complexity(&[1.0], &[1.0], bad), Err(FluxError::Amplitude), "{bad}");
        }
    }
}
