//! The table `front-end`: every number of the guide's front end, checked on what comes out of the code.
//!
//! Each case plays a sound that one of the numbers decides about, and compares the int8 features with what a direct
//! formula in `f64` says: its numbers are written here a second time, its spectrum comes from Goertzel's recurrence (The
//! American Mathematical Monthly 65, 1958) and not from the transform under test. A feature must be the formula's value
//! rounded; values within 0.05 of a boundary may fall either way. That a wrong number is found is tested below, number by
//! number. A case costs a board some 20 million cycles, because it computes in `f64`.

use super::HOP;
use super::front_end::{FrontEnd, HopRing};
use crate::known_answer::Noise;
use crate::mfcc::{MfccError, MfccParams};
use crate::weights::INPUTS;
use core::f64::consts::PI;
use core::fmt;

/// The name of the table.
pub const NAME: &str = "front-end";

/// How far a feature may lie from the formula's value: half a step of rounding, and what is near a boundary.
const TOLERANCE: f64 = 0.55;
/// Hops of a case's sound.
const HOPS: usize = 3;

/// What one case plays, and which window of it is looked at.
struct Case {
    name: &'static str,
    /// The first sample of the window; the hop behind the window is not played.
    start: usize,
    sound: fn(usize, &mut Noise) -> f64,
}

static CASES: [Case; 9] = [
    Case {
        name: "16 kHz: a tone of 1000 Hz has its place on the mel scale",
        start: 0,
        sound: |n, noise| 8000.0 * libm::sin(2.0 * PI * n as f64 / 16.0) + hiss(noise, 64.0),
    },
    Case {
        name: "hop 256: the second frame begins 16 ms behind the first",
        start: 256,
        sound: |n, noise| hiss(noise, 768.0) * n as f64,
    },
    Case {
        name: "Hann, 512 values: what it lets through at their end",
        start: 0,
        sound: |n, _| {
            if n == 511 { -32_768.0 } else { 0.0 }
        },
    },
    Case {
        name: "Hann, 512 values: side lobes between loud tones",
        start: 0,
        sound: |n, noise| {
            let turn = 2.0 * PI * n as f64 / 512.0;
            9000.0 * (libm::sin(12.5 * turn) + libm::sin(100.5 * turn)) + hiss(noise, 4096.0)
        },
    },
    Case {
        name: "n_fft 512: two low tones three bins apart",
        start: 0,
        sound: |n, noise| {
            let turn = 2.0 * PI * n as f64 / 512.0;
            5000.0 * (libm::sin(8.0 * turn) + libm::sin(11.0 * turn)) + hiss(noise, 1024.0)
        },
    },
    Case {
        name: "|X|^2: noise that falls by a quarter a hop",
        start: 0,
        sound: |n, noise| hiss(noise, 2.0) * (1.0 - n as f64 / 1024.0),
    },
    Case { name: "ln(E + 1e-8): silence", start: 0, sound: |_, _| 0.0 },
    Case { name: "ln(E + 1e-8): noise of the last bit", start: 0, sound: |_, noise| hiss(noise, 32_000.0) },
    Case {
        name: "mel, DCT, 13 coefficients: a vowel's harmonics",
        start: 0,
        sound: |n, noise| {
            let turn = 2.0 * PI * n as f64 / 128.0;
            (1..8).map(|h| 6000.0 / f64::from(h) * libm::sin(f64::from(h * h % 7) + f64::from(h) * turn)).sum::<f64>()
                + hiss(noise, 512.0)
        },
    },
];

/// Noise whose largest value is 32,768 / `divisor`.
fn hiss(noise: &mut Noise, divisor: f64) -> f64 {
    f64::from(noise.sample()) / divisor
}

/// A feature that is not the formula's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wrong {
    /// The front end refused the frame.
    Refused(MfccError),
    /// A feature has another value.
    Feature {
        /// Which coefficient.
        coefficient: usize,
        /// Its value.
        found: i8,
        /// The formula's, not rounded.
        wanted: f64,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "{error}"),
            Self::Feature { coefficient, found, wanted } => {
                write!(f, "coefficient {coefficient}: {found} steps, the formula says {wanted:.2}")
            }
        }
    }
}

/// The name of a case, counted from 0, and whether it holds; nothing behind the last one.
pub fn check<F: FrontEnd>(front_end: &mut F, case: u32) -> Option<(&'static str, Result<(), Wrong>)> {
    let case = CASES.get(usize::try_from(case).ok()?)?;
    Some((case.name, holds(front_end, case)))
}

fn holds<F: FrontEnd>(front_end: &mut F, case: &Case) -> Result<(), Wrong> {
    let mut noise = Noise::new(38);
    let mut sound = [0; HOPS * HOP];
    for (n, sample) in sound.iter_mut().enumerate() {
        // The cast limits to 16 bits.
        *sample = libm::rint((case.sound)(n, &mut noise)) as i16;
    }
    let window = &sound[case.start..][..512];
    let mut ring = HopRing::new();
    for hop in sound[..case.start + window.len()].chunks_exact(HOP) {
        ring.push(hop).map_err(Wrong::Refused)?;
    }
    let [older, newer] = ring.window();
    let found = front_end.features(older, newer).map_err(Wrong::Refused)?;
    let quantiser = &MfccParams::GUIDE_KEYWORDS.quantiser;
    for (coefficient, (found, wanted)) in found.into_iter().zip(formula(window)).enumerate() {
        let (mean, std) = (f64::from(quantiser.mean[coefficient]), f64::from(quantiser.std[coefficient]));
        let wanted = ((wanted - mean) / std * f64::from(quantiser.scale)).clamp(-127.0, 127.0);
        // Not a number is not within any tolerance.
        let within = (f64::from(found) - wanted).abs() <= TOLERANCE;
        if !within {
            return Err(Wrong::Feature { coefficient, found, wanted });
        }
    }
    Ok(())
}

/// The thirteen coefficients of 512 samples by their definition.
fn formula(samples: &[i16]) -> [f64; INPUTS] {
    let mut windowed = [0.0; 512];
    for (n, (value, &sample)) in windowed.iter_mut().zip(samples).enumerate() {
        *value = f64::from(sample) / 32_768.0 * (0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / 512.0));
    }
    // Forty triangles between 0 and 8000 Hz, their 42 corners evenly spaced in 2595 log10(1 + f / 700).
    let highest = 2595.0 * libm::log10(1.0 + 8000.0 / 700.0);
    let corners: [f64; 42] =
        core::array::from_fn(|j| 700.0 * (libm::pow(10.0, highest * j as f64 / 41.0 / 2595.0) - 1.0));
    let mut energies = [0.0; 40];
    for k in 0..=256_u32 {
        let twice = 2.0 * libm::cos(2.0 * PI * f64::from(k) / 512.0);
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in windowed {
            (s1, s2) = (x + twice * s1 - s2, s1);
        }
        let power = s1 * s1 + s2 * s2 - twice * s1 * s2;
        let hz = 16_000.0 * f64::from(k) / 512.0;
        for (energy, corners) in energies.iter_mut().zip(corners.windows(3)) {
            let (left, centre, right) = (corners[0], corners[1], corners[2]);
            *energy += power * ((hz - left) / (centre - left)).min((right - hz) / (right - centre)).max(0.0);
        }
    }
    let logs = energies.map(|energy: f64| libm::log(energy + 1e-8));
    core::array::from_fn(|k| {
        let scale = libm::sqrt(if k == 0 { 1.0 } else { 2.0 } / 40.0);
        let angle = |b: usize| PI * (b as f64 + 0.5) * k as f64 / 40.0;
        logs.iter().enumerate().map(|(b, log)| scale * log * libm::cos(angle(b))).sum()
    })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::{CASES, check};
    use crate::fixed::FixedFrontEnd;
    use crate::guide::HOP;
    use crate::guide::front_end::FrontEnd;
    use crate::mfcc::{Mfcc, MfccError, MfccParams};
    use crate::weights::INPUTS;
    use crate::window::WindowKind;

    const GOOD: MfccParams = MfccParams::GUIDE_KEYWORDS;

    /// The numbers of the cases that a front end does not meet.
    fn broken<F: FrontEnd>(front_end: &mut F) -> Vec<u32> {
        let cases = (0..).map_while(|case| Some((case, check(front_end, case)?.1)));
        cases.filter(|(_, outcome)| outcome.is_err()).map(|(case, _)| case).collect()
    }

    #[test]
    fn every_form_meets_every_case() {
        for case in 0..CASES.len() as u32 {
            let mut float = Mfcc::<f32>::new(&GOOD).unwrap();
            let (name, outcome) = check(&mut float, case).unwrap();
            assert_eq!(outcome, Ok(()), "f32, {name}");
            assert_eq!(check(&mut FixedFrontEnd::new(), case).unwrap().1, Ok(()), "fixed, {name}");
            assert!(name.len() <= 80, "{name}");
        }
        assert!(check(&mut FixedFrontEnd::new(), CASES.len() as u32).is_none());
        let mut exact = Mfcc::<f64>::new(&GOOD).unwrap();
        assert_eq!(broken(&mut exact), [0; 0]);
    }

    #[test]
    fn each_wrong_number_breaks_the_case_that_is_about_it() {
        let wrong = [
            (0, MfccParams { sample_rate_hz: 22_050, ..GOOD }),
            (2, MfccParams { window: WindowKind::HannSymmetric, ..GOOD }),
            (3, MfccParams { window: WindowKind::Rectangular, ..GOOD }),
            (4, MfccParams { bands: 38, ..GOOD }),
            (6, MfccParams { log_offset: 1e-6, ..GOOD }),
            (7, MfccParams { log_offset: 2e-8, ..GOOD }),
            (8, MfccParams { low_hz: 60.0, ..GOOD }),
            (8, MfccParams { high_hz: 7600.0, ..GOOD }),
        ];
        for (case, params) in wrong {
            let mut front_end = Mfcc::<f64>::new(&params).unwrap();
            assert!(broken(&mut front_end).contains(&case), "case {case} holds for {params:?}");
        }
    }

    /// A front end with something done to its halves or to its features.
    struct Spoilt(fn(&[i16; HOP], &[i16; HOP]) -> [[i16; HOP]; 2], fn(usize, f64) -> f64);

    impl FrontEnd for Spoilt {
        fn features(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> Result<[i8; INPUTS], MfccError> {
            let halves = (self.0)(older, newer);
            let mut coefficients = [0.0; INPUTS];
            Mfcc::<f64>::new(&GOOD)?.frame_of([&halves[0], &halves[1]], &mut coefficients)?;
            Ok(core::array::from_fn(|k| {
                let c = (self.1)(k, f64::from(coefficients[k]));
                let (mean, std) = (f64::from(GOOD.quantiser.mean[k]), f64::from(GOOD.quantiser.std[k]));
                ((c - mean) / std * 32.0).round().clamp(-127.0, 127.0) as i8
            }))
        }
    }

    #[test]
    fn a_wrong_hop_power_logarithm_or_count_is_found() {
        let as_is = |older: &[i16; HOP], newer: &[i16; HOP]| [*older, *newer];
        assert_eq!(broken(&mut Spoilt(as_is, |_, c| c)), [0; 0]);
        // As if the hop were 240: the window begins 16 samples early, here with the end of its own.
        let early = |older: &[i16; HOP], newer: &[i16; HOP]| -> [[i16; HOP]; 2] {
            let mut both: [i16; 2 * HOP] = core::array::from_fn(|i| if i < HOP { older[i] } else { newer[i - HOP] });
            both.rotate_right(16);
            core::array::from_fn(|half| core::array::from_fn(|i| both[half * HOP + i]))
        };
        assert!(broken(&mut Spoilt(early, |_, c| c)).contains(&1));
        // |X| instead of |X|^2 halves every logarithm, nearly; log10 divides it.
        assert!(broken(&mut Spoilt(as_is, |_, c| c / 2.0)).contains(&5));
        assert!(broken(&mut Spoilt(as_is, |_, c| c / core::f64::consts::LN_10)).contains(&5));
        // Twelve coefficients: the last one is missing.
        assert!(broken(&mut Spoilt(as_is, |k, c| if k == 12 { 0.0 } else { c })).contains(&8));
        // A transform that is not orthonormal.
        assert!(broken(&mut Spoilt(as_is, |k, c| if k == 0 { c * 2.0_f64.sqrt() } else { c })).contains(&5));
    }
}
