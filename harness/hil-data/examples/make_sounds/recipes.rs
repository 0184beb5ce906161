//! What each self-made sound consists of.

use super::voice::{Part, Source, Voice};
use hil_data::wav;

/// Samples per second.
const RATE: u32 = 16_000;
/// Samples a clip.
const SAMPLES: usize = 16_000;

/// Centre frequencies of three formants in Hz, near the averages that Peterson and Barney measured for men
/// ("Control Methods Used in a Study of the Vowels", JASA 24, 1952).
type Formants = [i64; 3];
const AH: Formants = [730, 1090, 2440];
const EE: Formants = [270, 2290, 3010];
const OO: Formants = [300, 870, 2240];
const EH: Formants = [530, 1840, 2480];
const HUM: Formants = [250, 1200, 2100];
const HISS: Formants = [3200, 4800, 6300];
const BURST: Formants = [1500, 3000, 4500];

/// A voiced part.
fn vowel(ms: usize, level: i64, pitch: [i64; 2], from: Formants, to: Formants) -> Part {
    Part { ms, level, source: Source::Pulses(pitch), from, to }
}

/// An unvoiced part.
fn noise(ms: usize, level: i64, around: Formants) -> Part {
    Part { ms, level, source: Source::Noise, from: around, to: around }
}

/// Nothing.
fn pause(ms: usize) -> Part {
    Part { ms, level: 0, source: Source::Noise, from: BURST, to: BURST }
}

/// Every file: its name, and its bytes.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let clicks = [120, 260, 170, 330].map(|ms| [pause(ms), noise(12, 9_000, BURST)]).concat();
    let clips = [
        ("clicks.wav", 0, clicks),
        ("fricative.wav", 6, vec![pause(150), noise(180, 2_500, HISS), vowel(320, 9_000, [130, 110], EE, EE)]),
        ("glide.wav", 6, vec![pause(200), vowel(550, 11_000, [180, 95], AH, EE)]),
        ("hum.wav", 6, vec![vowel(1_000, 4_000, [105, 105], HUM, HUM)]),
        ("noise.wav", 6, vec![noise(500, 5_000, BURST), noise(500, 5_000, HISS)]),
        (
            "plosive.wav",
            6,
            vec![pause(320), noise(20, 8_000, BURST), pause(25), vowel(280, 10_000, [210, 170], EH, AH)],
        ),
        ("quiet.wav", 20, vec![pause(250), vowel(450, 150, [150, 120], OO, EH)]),
        (
            "syllables.wav",
            6,
            vec![
                pause(90),
                noise(60, 1_800, HISS),
                vowel(170, 9_500, [160, 175], AH, OO),
                pause(70),
                noise(15, 6_000, BURST),
                vowel(150, 8_000, [170, 150], EE, EH),
                pause(60),
                vowel(220, 7_000, [150, 100], OO, AH),
            ],
        ),
    ];
    let file = |(seed, (name, floor, parts)): (usize, (&'static str, i64, Vec<Part>))| {
        let samples = Voice::new(seed as u64, i64::from(RATE)).clip(&parts, floor, SAMPLES);
        (name, wav::file(&samples, RATE))
    };
    clips.into_iter().enumerate().map(file).collect()
}
