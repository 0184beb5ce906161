//! The kernels on real recordings: features equal to the reference's, accuracy as the model card says.
//!
//! Needs the two sets `arabic-speech-commands` (recordings) and `kws-arabic-speech-commands` (int8 features and labels)
//! in the folder that the environment variable `HIL_DATA` names. Without them each test prints `not run` and proves
//! nothing; with `HIL_DATA` set but a file missing inside a set, it fails.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]
#![expect(clippy::print_stdout, reason = "the counts, and what is missing, are for whoever runs the test")]

use hil_kernels::keyword::{FEATURES, KeywordWeights};
use hil_kernels::mfcc::{Mfcc, MfccParams};
use hil_kernels::pipeline::{Form, Keyword};
use hil_kernels::real::Real;
use std::fs;
use std::path::{Path, PathBuf};

const FEATURE_SET: &str = "kws-arabic-speech-commands";
const RECORDINGS: &str = "arabic-speech-commands";
/// Labels 12 and 13 are other words and silence: the network was not trained for them.
const CLOSED_SET: usize = 12;

struct Clip {
    label: usize,
    source: String,
    features: [i8; FEATURES],
}

/// The folder of a set, or `None` and a line that says what is missing.
fn set(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("HIL_DATA").map(|root| Path::new(&root).join(name)).filter(|path| path.is_dir());
    if found.is_none() {
        println!("not run: HIL_DATA has no set {name}");
    }
    found
}

/// The closed-set clips of one part (`test`, `val`, `train`) with the features that stand in `<matrix>.i8`.
fn clips(folder: &Path, part: &str, matrix: &str) -> Vec<Clip> {
    let rows = fs::read_to_string(folder.join(format!("{part}.csv"))).unwrap();
    let bytes = fs::read(folder.join(format!("{matrix}.i8"))).unwrap();
    let mut lines = rows.lines();
    assert_eq!(lines.next(), Some("index,label,class,speaker,source"));
    lines
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let index: usize = fields[0].parse().unwrap();
            let label: usize = fields[1].parse().unwrap();
            let row = &bytes[index * FEATURES..(index + 1) * FEATURES];
            let features = core::array::from_fn(|i| row[i] as i8);
            (label < CLOSED_SET).then(|| Clip { label, source: fields[4].to_owned(), features })
        })
        .collect()
}

/// The samples of a mono 16-bit WAV file at 16 kHz.
fn wav(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WAVE"[..]), "{}", path.display());
    let mut at = 12;
    loop {
        let (name, length, body) = (&bytes[at..at + 4], word(at + 4) as usize, at + 8);
        match name {
            b"fmt " => {
                assert_eq!(word(body), 0x0001_0001, "{}: PCM, one channel", path.display());
                assert_eq!(word(body + 4), 16_000, "{}: sample rate", path.display());
                assert_eq!(word(body + 12), 0x0010_0002, "{}: 16 bits", path.display());
            }
            b"data" => {
                let samples = bytes[body..body + length].as_chunks::<2>().0;
                return samples.iter().map(|&pair| i16::from_le_bytes(pair)).collect();
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        at = body + length + length % 2;
    }
}

/// How many features of a part differ from the reference, and by how much at most.
fn differences<T: Real>(part: &str) -> Option<(usize, u32, usize)> {
    let (features, recordings) = (set(FEATURE_SET)?, set(RECORDINGS)?);
    let mut mfcc = Mfcc::<T>::new(&MfccParams::KEYWORDS).unwrap();
    let (mut differing, mut largest, mut total) = (0, 0, 0);
    for clip in clips(&features, part, part) {
        let pcm = wav(&recordings.join(&clip.source));
        let mut found = [0; FEATURES];
        mfcc.clip_i8(&pcm, &mut found).unwrap();
        for (&found, &expected) in found.iter().zip(&clip.features) {
            let difference = (i32::from(found) - i32::from(expected)).unsigned_abs();
            differing += usize::from(difference > 0);
            largest = largest.max(difference);
            total += 1;
        }
    }
    println!("{part}, {}: {differing} of {total} features differ, by {largest} at most", T::NAME);
    Some((differing, largest, total))
}

/// How many of the test clips are recognised from their reference features.
fn correct_from_features(form: Form, matrix: &str) -> Option<(usize, usize)> {
    let clips = clips(&set(FEATURE_SET)?, "test", matrix);
    let kernel = Keyword::<f64>::new(KeywordWeights::embedded().unwrap(), form).unwrap();
    let correct = clips.iter().filter(|clip| kernel.recognise_features(&clip.features).word == clip.label).count();
    println!("{form:?} from the features in {matrix}.i8: {correct} of {} clips", clips.len());
    Some((correct, clips.len()))
}

/// How many of the test clips are recognised from their sound.
fn correct_from_sound<T: Real>(form: Form) -> Option<(usize, usize)> {
    let (features, recordings) = (set(FEATURE_SET)?, set(RECORDINGS)?);
    let clips = clips(&features, "test", "test");
    let mut kernel = Keyword::<T>::new(KeywordWeights::embedded().unwrap(), form).unwrap();
    let correct = clips
        .iter()
        .filter(|clip| kernel.recognise(&wav(&recordings.join(&clip.source))).unwrap().word == clip.label)
        .count();
    println!("{form:?} over {} front end from sound: {correct} of {} clips", T::NAME, clips.len());
    Some((correct, clips.len()))
}

#[test]
fn f64_features_of_all_test_recordings_equal_the_reference() {
    if let Some(found) = differences::<f64>("test") {
        assert_eq!(found, (0, 0, 458_640));
    }
}

#[test]
fn f32_features_differ_from_the_reference_in_few_places_by_one_step() {
    if let Some((differing, largest, total)) = differences::<f32>("test") {
        assert_eq!(total, 458_640);
        assert!(differing <= 15 && largest <= 1, "{differing} differ, by {largest} at most");
    }
}

#[test]
fn f64_features_of_speakers_the_order_was_not_chosen_on_differ_in_few_places_by_one_step() {
    if let Some(found) = differences::<f64>("val") {
        assert_eq!(found, (4, 1, 458_640));
    }
    if let Some(found) = differences::<f64>("train") {
        assert_eq!(found, (14, 1, 1_375_920));
    }
}

#[test]
fn int8_recognises_exactly_702_of_720_test_clips() {
    if let Some(found) = correct_from_features(Form::Int8, "test") {
        assert_eq!(found, (702, 720));
    }
    if let Some(found) = correct_from_sound::<f64>(Form::Int8) {
        assert_eq!(found, (702, 720));
    }
    if let Some(found) = correct_from_sound::<f32>(Form::Int8) {
        assert_eq!(found, (702, 720));
    }
}

#[test]
fn int8_recognises_exactly_669_of_720_test_clips_with_noise_at_10_db() {
    if let Some(found) = correct_from_features(Form::Int8, "test_10db") {
        assert_eq!(found, (669, 720));
    }
}

#[test]
fn float_recognises_702_of_720_test_clips() {
    if let Some(found) = correct_from_features(Form::Float32, "test") {
        assert_eq!(found, (702, 720));
    }
    if let Some(found) = correct_from_sound::<f64>(Form::Float32) {
        assert_eq!(found, (702, 720));
    }
    if let Some(found) = correct_from_sound::<f32>(Form::Float32) {
        assert_eq!(found, (702, 720));
    }
}
