//! The fixed-point front end against the floating-point one: a bound on synthetic sounds, a figure over all recordings.
//!
//! The recordings are the set `arabic-speech-commands`, in the folder that the environment variable `HIL_DATA` names;
//! without it that test prints `not run` and proves nothing.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]

use hil_kernels::fixed::FixedFrontEnd;
use hil_kernels::guide::HOP;
use hil_kernels::known_answer::{CLIP_SAMPLES, SyntheticClip};
use hil_kernels::mfcc::{Mfcc, MfccParams};
use std::fs;
use std::path::Path;

/// What was found over some clips.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    clips: usize,
    features: usize,
    differing: usize,
    largest: u32,
}

/// Both front ends, the floating-point one as on boards.
struct Both(FixedFrontEnd, Mfcc<f32>);

impl Both {
    fn new() -> Self {
        Self(FixedFrontEnd::new(), Mfcc::new(&MfccParams::GUIDE_KEYWORDS).unwrap())
    }

    fn compare(&mut self, pcm: &[i16], found: &mut Found) {
        let hops = pcm.as_chunks::<HOP>().0;
        for two in hops.windows(2) {
            let fixed = self.0.features(&two[0], &two[1]);
            let mut float = [0; 13];
            self.1.frame_i8_of([&two[0], &two[1]], &mut float).unwrap();
            for (fixed, float) in fixed.into_iter().zip(float) {
                let off = i32::from(fixed).abs_diff(i32::from(float));
                found.features += 1;
                found.differing += usize::from(off > 0);
                found.largest = found.largest.max(off);
            }
        }
        found.clips += 1;
    }
}

#[test]
fn synthetic_sounds_differ_in_few_features_by_one_step() {
    let (mut both, mut found) = (Both::new(), Found::default());
    for seed in 1..=24 {
        let mut clip = [0; CLIP_SAMPLES];
        SyntheticClip::new(seed).fill(&mut clip);
        // From full scale down to a few steps.
        both.compare(&clip.map(|s| s >> (seed % 12)), &mut found);
    }
    println!("{found:?}");
    assert_eq!((found.clips, found.features), (24, 24 * 61 * 13));
    assert!(found.largest <= 1 && found.differing * 1000 <= found.features, "{found:?}");
}

/// The samples of a mono 16-bit WAV file at 16 kHz, centred in a second of zeros.
fn clip(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap();
    let data = bytes.windows(4).position(|word| word == b"data").unwrap();
    let pcm: Vec<i16> = bytes[data + 8..].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    assert!(pcm.len() <= CLIP_SAMPLES, "{}", path.display());
    let before = (CLIP_SAMPLES - pcm.len()) / 2;
    let mut clip = vec![0; CLIP_SAMPLES];
    clip[before..before + pcm.len()].copy_from_slice(&pcm);
    clip
}

#[test]
fn all_recordings_differ_in_few_features_by_one_step() {
    let root = std::env::var_os("HIL_DATA").map(|root| Path::new(&root).join("arabic-speech-commands"));
    let Some(root) = root.filter(|path| path.is_dir()) else {
        println!("not run: HIL_DATA has no set arabic-speech-commands");
        return;
    };
    let (mut both, mut found) = (Both::new(), Found::default());
    for list in ["train.csv", "val.csv", "test.csv"] {
        let list = fs::read_to_string(root.join(list)).unwrap();
        let mut lines = list.lines();
        let column = lines.next().unwrap().split(',').position(|name| name == "file").unwrap();
        let paths = lines.map(|line| root.join(line.split(',').nth(column).unwrap()));
        for path in paths.filter(|path| path.exists()) {
            both.compare(&clip(&path), &mut found);
        }
    }
    println!("{found:?}");
    assert!(found.clips >= 3600 && found.features == found.clips * 61 * 13, "{found:?}");
    assert!(found.largest <= 1 && found.differing * 1000 <= found.features, "{found:?}");
}
