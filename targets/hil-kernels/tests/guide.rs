//! The guide's network on real recordings: streamed and at once, over both front ends, and how many it recognises.
//!
//! Needs the set `arabic-speech-commands` in the folder that the environment variable `HIL_DATA` names; without it each
//! test prints `not run` and proves nothing.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]
#![expect(clippy::print_stdout, reason = "the counts, and what is missing, are for whoever runs the test")]

use hil_kernels::guide::HOP;
use hil_kernels::guide::clip::GuideKeyword;
use hil_kernels::guide::front_end::FrontEnd;
use hil_kernels::guide::stream::GuideStream;
use hil_kernels::guide::weights::{embedded, embedded_sparse};
use hil_kernels::keyword::LABELS;
use hil_kernels::known_answer::CLIP_SAMPLES;
use hil_kernels::mfcc::Mfcc;
use hil_kernels::pipeline::{Form, Recognition};
use std::fs;
use std::path::Path;

/// A recording and the index of its word.
struct Recording {
    pcm: Vec<i16>,
    label: usize,
}

fn recording(path: &Path, label: usize) -> Recording {
    let bytes = fs::read(path).unwrap();
    let data = bytes.windows(4).position(|word| word == b"data").unwrap();
    let samples: Vec<i16> = bytes[data + 8..].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    let before = (CLIP_SAMPLES - samples.len()) / 2;
    let mut pcm = vec![0; CLIP_SAMPLES];
    pcm[before..before + samples.len()].copy_from_slice(&samples);
    Recording { pcm, label }
}

/// The official test part, or `None` and a line that says what is missing.
fn test_part() -> Option<Vec<Recording>> {
    let root = std::env::var_os("HIL_DATA").map(|root| Path::new(&root).join("arabic-speech-commands"));
    let Some(root) = root.filter(|path| path.is_dir()) else {
        println!("not run: HIL_DATA has no set arabic-speech-commands");
        return None;
    };
    let list = fs::read_to_string(root.join("test.csv")).unwrap();
    assert_eq!(list.lines().next(), Some("file,class"));
    let rows = list.lines().skip(1).filter_map(|line| {
        let (file, word) = line.split_once(',')?;
        Some(recording(&root.join(file), LABELS.iter().position(|label| *label == word)?))
    });
    Some(rows.collect())
}

/// What a stream says behind the last hop of a recording.
fn streamed<F: FrontEnd>(stream: &mut GuideStream<'_, F>, pcm: &[i16]) -> Recognition {
    stream.restart();
    let heard = pcm.chunks_exact(HOP).map(|hop| stream.hear(hop).unwrap());
    heard.last().unwrap()
}

#[test]
fn streams_and_whole_clips_give_the_same_scores_and_the_card_s_count() {
    let Some(recordings) = test_part() else { return };
    let mut whole = GuideKeyword::new(embedded().unwrap(), Form::Int8).unwrap();
    let mut float = GuideStream::<Mfcc<f32>>::float(embedded().unwrap()).unwrap();
    let mut fixed = GuideStream::fixed(embedded().unwrap());
    let (mut right, mut right_fixed, mut other_words) = (0, 0, 0);
    for Recording { pcm, label } in &recordings {
        let expected = whole.recognise(pcm).unwrap();
        let heard = streamed(&mut float, pcm);
        assert_eq!(heard.scores.map(f32::to_bits), expected.scores.map(f32::to_bits));
        let heard_fixed = streamed(&mut fixed, pcm);
        right += usize::from(heard.word == *label);
        right_fixed += usize::from(heard_fixed.word == *label);
        other_words += usize::from(heard.word != heard_fixed.word);
    }
    println!("{right} of {} right, {right_fixed} in fixed point; {other_words} other words", recordings.len());
    assert_eq!((right, right_fixed, recordings.len()), (RIGHT, RIGHT_FIXED, 720));
}

#[test]
fn the_float_form_and_the_pruned_weights_recognise_what_their_cards_say() {
    let Some(recordings) = test_part() else { return };
    for (name, weights, form, expected) in [
        ("float", embedded().unwrap(), Form::Float32, RIGHT_FLOAT),
        ("sparse", embedded_sparse().unwrap(), Form::Int8, RIGHT_SPARSE),
    ] {
        let mut kernel = GuideKeyword::new(weights, form).unwrap();
        let right = recordings.iter().filter(|one| kernel.recognise(&one.pcm).unwrap().word == one.label).count();
        println!("{name}: {right} of {} right", recordings.len());
        assert_eq!(right, expected, "{name}");
    }
}

/// Of the 720 recordings, as the cards say.
const RIGHT: usize = 699;
const RIGHT_FIXED: usize = 699;
const RIGHT_FLOAT: usize = 698;
const RIGHT_SPARSE: usize = 691;
