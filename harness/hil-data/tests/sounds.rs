//! The committed self-made sounds are what the generator makes, and they have the shape that is promised.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hil_data::{embedded, wav};

#[path = "../examples/make_sounds/recipes.rs"]
mod recipes;
#[path = "../examples/make_sounds/voice.rs"]
mod voice;

fn samples(file: &[u8]) -> Vec<i64> {
    wav::pcm(file, 16_000).unwrap().chunks(2).map(|b| i64::from(i16::from_le_bytes([b[0], b[1]]))).collect()
}

#[test]
fn the_generator_makes_the_committed_bytes() {
    let made = recipes::files();
    assert_eq!(made.len(), embedded::SOUNDS.len());
    for ((name, bytes), (committed_name, committed)) in made.iter().zip(embedded::SOUNDS) {
        assert_eq!(*name, committed_name);
        let differs = bytes.iter().zip(committed).position(|(one, other)| one != other);
        assert_eq!((bytes.len(), differs), (committed.len(), None), "{name}: run the example make_sounds");
    }
}

#[test]
fn all_sounds_together_stay_small() {
    let bytes: usize = embedded::SOUNDS.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes <= 260_000, "{bytes}");
}

#[test]
fn sounds_are_loud_enough_to_exercise_a_kernel_and_never_clip() {
    for (name, file) in embedded::SOUNDS {
        let samples = samples(file);
        let peak = samples.iter().map(|sample| sample.abs()).max().unwrap();
        assert!((100..30_000).contains(&peak), "{name}: {peak}");
        let mean = samples.iter().sum::<i64>() / samples.len() as i64;
        assert!(mean.abs() < peak / 4, "{name}: mean {mean}");
    }
}

#[test]
fn one_sound_has_exact_silence_and_the_others_have_a_floor() {
    for (name, file) in embedded::SOUNDS {
        let zeros = samples(file).iter().filter(|sample| **sample == 0).count();
        assert_eq!(zeros > 8_000, name == "clicks.wav", "{name}: {zeros} zeros");
    }
}
