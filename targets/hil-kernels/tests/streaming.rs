//! Sound hop by hop against the whole clip at once: the same scores, bit for bit, in either arithmetic.
//!
//! On the self-made sounds, and on the recordings of `arabic-speech-commands` where the environment variable `HIL_DATA`
//! names a folder with that set; without it that test prints `not run` and proves nothing.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]

use hil_kernels::keyword::KeywordWeights;
use hil_kernels::known_answer::{CLIP_SAMPLES, SyntheticClip};
use hil_kernels::pipeline::{Form, Keyword, Recognition};
use hil_kernels::real::Real;
use hil_kernels::stream::{HOP, HOPS, KeywordStream};
use std::fs;
use std::path::{Path, PathBuf};

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

/// What is heard behind each hop.
fn streamed<T: Real>(stream: &mut KeywordStream<'_, T>, clip: &[i16]) -> Vec<Recognition> {
    clip.chunks_exact(HOP).map(|hop| stream.hear(hop).unwrap()).collect()
}

/// Both ways in both arithmetics.
struct Four {
    whole: (Keyword<'static, f64>, Keyword<'static, f32>),
    stream: (KeywordStream<'static, f64>, KeywordStream<'static, f32>),
}

/// How often the arithmetics differ, clip by clip.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differing {
    scores: usize,
    words: usize,
}

impl Four {
    fn new() -> Self {
        let weights = KeywordWeights::embedded().unwrap();
        let whole =
            (Keyword::new(weights.clone(), Form::Int8).unwrap(), Keyword::new(weights.clone(), Form::Int8).unwrap());
        let stream = (KeywordStream::new(weights.clone()).unwrap(), KeywordStream::new(weights).unwrap());
        Self { whole, stream }
    }

    /// Panics unless both ways agree in each arithmetic; then counts whether `f32`, which boards use, differs from `f64`.
    fn compare(&mut self, clip: &[i16], differing: &mut Differing) {
        let bits = |heard: &Recognition| heard.scores.map(f32::to_bits);
        let exact = self.whole.0.recognise(clip).unwrap();
        let short = self.whole.1.recognise(clip).unwrap();
        let heard = (streamed(&mut self.stream.0, clip), streamed(&mut self.stream.1, clip));
        assert_eq!((heard.0.len(), heard.1.len()), (HOPS, HOPS));
        let last = (heard.0.last().unwrap(), heard.1.last().unwrap());
        assert_eq!((bits(last.0), last.0.word), (bits(&exact), exact.word), "f64");
        assert_eq!((bits(last.1), last.1.word), (bits(&short), short.word), "f32");
        differing.scores += usize::from(heard.0.iter().zip(&heard.1).any(|(a, b)| bits(a) != bits(b)));
        differing.words += usize::from(heard.0.iter().zip(&heard.1).any(|(a, b)| a.word != b.word));
    }
}

#[test]
fn self_made_sounds_give_the_same_scores_hop_by_hop_and_at_once() {
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sounds");
    let files = fs::read_dir(sounds).unwrap().map(|entry| entry.unwrap().path());
    let mut clips: Vec<Vec<i16>> =
        files.filter(|path| path.extension().is_some_and(|e| e == "wav")).map(|path| clip(&path)).collect();
    assert_eq!(clips.len(), 8);
    clips.extend((1..=8).map(|seed| {
        let mut clip = vec![0; CLIP_SAMPLES];
        SyntheticClip::new(seed).fill(&mut clip);
        clip
    }));
    let (mut four, mut differing) = (Four::new(), Differing::default());
    for clip in &clips {
        four.compare(clip, &mut differing);
    }
    assert_eq!(differing, Differing { scores: 0, words: 0 }, "behind any hop of these sounds");
}

#[test]
fn recordings_give_the_same_scores_hop_by_hop_and_at_once() {
    let root = std::env::var_os("HIL_DATA").map(|root| Path::new(&root).join("arabic-speech-commands"));
    let Some(root) = root.filter(|path| path.is_dir()) else {
        println!("not run: HIL_DATA has no set arabic-speech-commands");
        return;
    };
    let list = fs::read_to_string(root.join("test.csv")).unwrap();
    let mut lines = list.lines();
    let file_column = lines.next().unwrap().split(',').position(|name| name == "file").unwrap();
    let here = |line: &str| -> Option<PathBuf> {
        Some(root.join(line.split(',').nth(file_column)?)).filter(|path| path.exists())
    };
    let (mut four, mut differing, mut count) = (Four::new(), Differing::default(), 0);
    for path in lines.filter_map(here) {
        four.compare(&clip(&path), &mut differing);
        count += 1;
    }
    println!("{count} recordings: {differing:?}");
    assert!(count >= 720, "{count}");
    assert_eq!(differing.words, 0, "a step of a feature is no other word behind any hop");
    // The front end in f32 gives 15 of 458,640 features one step off: at most so many recordings.
    assert!(differing.scores <= 15, "{differing:?}");
}
