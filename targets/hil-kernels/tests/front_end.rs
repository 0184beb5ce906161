//! The whole front end against its formula in plain `f64`, its handling of short clips, and its refusals.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]

use hil_kernels::known_answer::{Noise, SEED, SyntheticClip};
use hil_kernels::mel::{corners, triangle};
use hil_kernels::mfcc::{Mfcc, MfccError, MfccParams};
use hil_kernels::real::Real;
use std::f64::consts::PI;

/// The cepstral coefficients of a frame by their definition, nothing precomputed, nothing rounded.
fn formula(params: &MfccParams, frame: &[i16]) -> Vec<f64> {
    let n = params.fft_size;
    let windowed: Vec<f64> = frame
        .iter()
        .enumerate()
        .map(|(i, &s)| f64::from(s) / 32768.0 * (0.5 - 0.5 * (2.0 * PI * i as f64 / frame.len() as f64).cos()))
        .collect();
    let power: Vec<f64> = (0..=n / 2)
        .map(|k| {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, x) in windowed.iter().enumerate() {
                let angle = 2.0 * PI * ((i * k) % n) as f64 / n as f64;
                re += x * angle.cos();
                im -= x * angle.sin();
            }
            re * re + im * im
        })
        .collect();
    let hz = f64::from(params.sample_rate_hz) / n as f64;
    let logs: Vec<f64> = (0..params.bands)
        .map(|band| {
            let at = corners(band, params.bands, params.low_hz, params.high_hz);
            let energy: f64 = power.iter().enumerate().map(|(k, p)| p * triangle(k as f64 * hz, at)).sum();
            (energy + params.log_offset).ln()
        })
        .collect();
    (0..params.coefficients)
        .map(|k| {
            let bands = params.bands as f64;
            let scale = if k == 0 { (1.0 / bands).sqrt() } else { (2.0 / bands).sqrt() };
            logs.iter().enumerate().map(|(b, l)| scale * l * (PI * (b as f64 + 0.5) * k as f64 / bands).cos()).sum()
        })
        .collect()
}

fn agrees<T: Real>(params: &MfccParams, tolerance: f64) {
    let mut mfcc = Mfcc::<T>::new(params).unwrap();
    for seed in 1..9 {
        let mut noise = Noise::new(seed);
        // From full scale down to the last bits.
        let frame: Vec<i16> = (0..params.window_samples).map(|_| noise.sample() >> (seed - 1)).collect();
        let mut found = vec![0.0; params.coefficients];
        mfcc.frame(&frame, &mut found).unwrap();
        for (k, (found, expected)) in found.iter().zip(formula(params, &frame)).enumerate() {
            assert!(
                (f64::from(*found) - expected).abs() < tolerance,
                "seed {seed} coefficient {k}: {found} {expected}"
            );
        }
    }
}

#[test]
fn both_front_ends_agree_with_the_formula() {
    agrees::<f64>(&MfccParams::KEYWORDS, 3e-5);
    agrees::<f64>(&MfccParams::LIQUID_GUIDE, 3e-5);
    agrees::<f32>(&MfccParams::KEYWORDS, 5e-4);
    agrees::<f32>(&MfccParams::LIQUID_GUIDE, 5e-4);
}

#[test]
fn a_small_front_end_agrees_with_the_formula() {
    let params = MfccParams {
        sample_rate_hz: 8_000,
        clip_samples: 1_000,
        window_samples: 125,
        hop_samples: 50,
        fft_size: 128,
        bands: 15,
        low_hz: 100.0,
        high_hz: 3_500.0,
        coefficients: 9,
        ..MfccParams::KEYWORDS
    };
    agrees::<f64>(&params, 3e-5);
    agrees::<f32>(&params, 5e-4);
}

#[test]
fn a_clip_is_its_frames_one_by_one() {
    let params = MfccParams::KEYWORDS;
    let mut pcm = vec![0; params.clip_samples];
    SyntheticClip::new(SEED).fill(&mut pcm);
    let mut mfcc = Mfcc::<f64>::new(&params).unwrap();
    let mut whole = vec![0; params.features()];
    mfcc.clip_i8(&pcm, &mut whole).unwrap();
    for (t, row) in whole.chunks(params.coefficients).enumerate() {
        let mut one = vec![0; params.coefficients];
        mfcc.frame_i8(&pcm[t * params.hop_samples..][..params.window_samples], &mut one).unwrap();
        assert_eq!(one, row, "frame {t}");
    }
}

#[test]
fn a_short_clip_is_centred_in_zeros() {
    let params = MfccParams::KEYWORDS;
    let mut mfcc = Mfcc::<f64>::new(&params).unwrap();
    let mut source = vec![0; params.clip_samples];
    SyntheticClip::new(7).fill(&mut source);
    for length in [0, 1, 479, 480, 9_000, 15_999] {
        let mut padded = vec![0; params.clip_samples];
        let before = (params.clip_samples - length) / 2;
        padded[before..before + length].copy_from_slice(&source[..length]);
        let (mut expected, mut found) = (vec![0; params.features()], vec![1; params.features()]);
        mfcc.clip_i8(&padded, &mut expected).unwrap();
        mfcc.clip_i8(&source[..length], &mut found).unwrap();
        assert_eq!(found, expected, "length {length}");
    }
}

#[test]
fn unquantised_features_round_to_the_quantised_ones() {
    let params = MfccParams::KEYWORDS;
    let mut pcm = vec![0; params.clip_samples];
    SyntheticClip::new(SEED).fill(&mut pcm);
    let mut mfcc = Mfcc::<f64>::new(&params).unwrap();
    let (mut ints, mut reals) = (vec![0; params.features()], vec![0.0; params.features()]);
    mfcc.clip_i8(&pcm, &mut ints).unwrap();
    mfcc.clip_f32(&pcm, &mut reals).unwrap();
    for (q, x) in ints.iter().zip(&reals) {
        assert!((f32::from(*q) - (x * 32.0).clamp(-127.0, 127.0)).abs() < 0.501, "{q} {x}");
    }
}

#[test]
fn wrong_lengths_are_refused_with_both_lengths() {
    let params = MfccParams::KEYWORDS;
    let mut mfcc = Mfcc::<f32>::new(&params).unwrap();
    let mut out = vec![0; params.features()];
    let long = mfcc.clip_i8(&vec![0; 16_001], &mut out);
    assert_eq!(long, Err(MfccError::Length { what: "clip", expected: 16_000, found: 16_001 }));
    let short_out = mfcc.clip_i8(&[0; 100], &mut out[1..]);
    assert_eq!(short_out, Err(MfccError::Length { what: "features", expected: 637, found: 636 }));
    let frame = mfcc.frame(&[0; 479], &mut [0.0; 13]);
    assert_eq!(frame, Err(MfccError::Length { what: "frame", expected: 480, found: 479 }));
    assert_eq!(frame.unwrap_err().to_string(), "frame: expected 480 elements, found 479");
}

#[test]
fn bands_between_two_bins_are_refused() {
    let params = MfccParams { low_hz: 100.0, high_hz: 200.0, ..MfccParams::KEYWORDS };
    assert_eq!(Mfcc::<f32>::new(&params).unwrap_err(), MfccError::EmptyBand);
}
