//! Properties of frames: what arrives is what was sent, or is known to be bad.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use hil_wire::decode::{Decoder, FrameError};
use hil_wire::frame::{Encoder, MAX_BODY, MAX_FRAME};
use hil_wire::list::List;
use hil_wire::message::{Request, Response, Sample};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::RngSeed;

/// A message with content of its own.
#[derive(Debug, Clone)]
enum Message {
    Chunk(Vec<u8>),
    Run(String, u32),
    Samples(Vec<(u64, Option<u64>, Option<u64>)>),
    Done(u32, u64),
    Now,
}

fn message() -> impl Strategy<Value = Message> {
    let sample = (any::<u64>(), any::<Option<u64>>(), any::<Option<u64>>());
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..900).prop_map(Message::Chunk),
        ("\\PC{0,40}", any::<u32>()).prop_map(|(name, n)| Message::Run(name, n)),
        proptest::collection::vec(sample, 0..16).prop_map(Message::Samples),
        (any::<u32>(), any::<u64>()).prop_map(|(count, now)| Message::Done(count, now)),
        Just(Message::Now),
    ]
}

fn encode(encoder: &mut Encoder, message: &Message) -> Vec<u8> {
    let mut out = [0u8; MAX_FRAME];
    let frame = match message {
        Message::Chunk(bytes) => encoder.encode(&Request::LoadChunk { bytes }, &mut out),
        Message::Run(kernel, iterations) => encoder.encode(&Request::Run { kernel, iterations: *iterations }, &mut out),
        Message::Samples(samples) => encoder.encode(&Response::Samples { samples: list(samples) }, &mut out),
        Message::Done(count, now) => encoder.encode(&Response::Done { count: *count, now: *now }, &mut out),
        Message::Now => encoder.encode(&Request::Now, &mut out),
    };
    frame.unwrap().to_vec()
}

fn list<const N: usize>(samples: &[(u64, Option<u64>, Option<u64>)]) -> List<Sample, N> {
    let samples: Vec<Sample> =
        samples.iter().map(|&(ticks, cpu_ns, cycles)| Sample { ticks, cpu_ns, cycles }).collect();
    List::of(&samples)
}

fn is(body: &[u8], message: &Message) -> bool {
    let frame = hil_wire::decode::Frame { lost: None, body };
    match message {
        Message::Chunk(bytes) => frame.message() == Some(Request::LoadChunk { bytes }),
        Message::Run(kernel, iterations) => frame.message() == Some(Request::Run { kernel, iterations: *iterations }),
        Message::Samples(samples) => frame.message() == Some(Response::Samples { samples: list(samples) }),
        Message::Done(count, now) => frame.message() == Some(Response::Done { count: *count, now: *now }),
        Message::Now => frame.message() == Some(Request::Now),
    }
}

/// What came out: the body of each good frame, or the error of a bad one, and whether a gap was seen.
fn decode_all(pieces: &[&[u8]]) -> (Vec<Result<Vec<u8>, FrameError>>, bool) {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while let Some(result) = decoder.feed(&mut rest) {
            out.push(result.map(|frame| frame.body.to_vec()));
        }
    }
    (out, decoder.faults().gaps > 0)
}

/// One way to damage a stream.
#[derive(Debug, Clone)]
enum Damage {
    Flip(usize, u8),
    Drop(usize),
    Insert(usize, u8),
    Cut(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<usize>(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        any::<usize>().prop_map(Damage::Drop),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        (any::<usize>(), 1usize..40).prop_map(|(at, len)| Damage::Cut(at, len)),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    let len = bytes.len();
    match *damage {
        Damage::Flip(at, bit) => bytes[at % len] ^= 1 << bit,
        Damage::Drop(at) => drop(bytes.remove(at % len)),
        Damage::Insert(at, byte) => bytes.insert(at % len, byte),
        Damage::Cut(at, count) => {
            let start = at % len;
            bytes.drain(start..len.min(start + count));
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn messages_arrive_as_they_were_sent_however_the_stream_is_cut(
        messages in proptest::collection::vec(message(), 1..6),
        piece in 1usize..50,
    ) {
        let mut encoder = Encoder::new();
        let stream: Vec<u8> = messages.iter().flat_map(|message| encode(&mut encoder, message)).collect();
        let (out, gap) = decode_all(&stream.chunks(piece).collect::<Vec<_>>());
        prop_assert!(!gap);
        prop_assert_eq!(out.len(), messages.len());
        for (body, message) in out.iter().zip(&messages) {
            prop_assert!(is(body.as_ref().unwrap(), message));
        }
    }

    #[test]
    fn damage_to_one_frame_is_noticed_and_costs_no_other(
        before in message(), hurt in message(), after in message(), damage in damage(),
    ) {
        let mut encoder = Encoder::new();
        let before_bytes = encode(&mut encoder, &before);
        let whole = encode(&mut encoder, &hurt);
        let after_bytes = encode(&mut encoder, &after);
        let mut damaged = whole.clone();
        apply(&damage, &mut damaged);
        let (out, gap) = decode_all(&[&before_bytes, &damaged, &after_bytes]);
        let good: Vec<&Vec<u8>> = out.iter().flatten().collect();
        prop_assert!(is(good[0], &before));
        prop_assert!(is(good[good.len() - 1], &after));
        // Either the frame in the middle survived as it was (only delimiters were hurt), or its loss shows.
        match good.len() {
            3 => prop_assert!(is(good[1], &hurt) && !gap),
            2 => prop_assert!(gap),
            n => prop_assert!(false, "{n} good frames out of three"),
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_are_never_a_message(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let (out, _) = decode_all(&[&bytes, &[0]]);
        prop_assert!(out.iter().all(Result::is_err));
    }

    #[test]
    fn arbitrary_bodies_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let frame = hil_wire::decode::Frame { lost: None, body: &body };
        let _ = frame.message::<Request<'_>>();
        let _ = frame.message::<Response<'_>>();
        let _ = hil_wire::version::version_of_hello(&body);
    }
}

#[test]
fn a_frame_that_is_too_long_is_told_apart_and_the_next_one_arrives() {
    let mut stream = vec![1u8; 3 * MAX_FRAME];
    stream.extend(encode(&mut Encoder::new(), &Message::Now));
    let mut decoder = Decoder::new();
    let mut rest = stream.as_slice();
    assert_eq!(decoder.feed(&mut rest), Some(Err(FrameError::TooLong)));
    assert!(decoder.feed(&mut rest).unwrap().is_ok());
    assert_eq!(decoder.feed(&mut rest), None);
    assert_eq!((decoder.faults().too_long, decoder.faults().corrupt, decoder.faults().gaps), (1, 0, 0));
}

#[test]
fn a_missing_frame_is_reported_with_the_frame_behind_it() {
    let mut encoder = Encoder::new();
    let frames: Vec<Vec<u8>> = (0..3).map(|_| encode(&mut encoder, &Message::Now)).collect();
    let mut decoder = Decoder::new();
    assert_eq!(decoder.feed(&mut frames[0].as_slice()).unwrap().unwrap().lost, None);
    let lost = decoder.feed(&mut frames[2].as_slice()).unwrap().unwrap().lost.unwrap();
    assert_eq!((lost.expected, lost.got), (1, 2));
    assert_eq!(decoder.faults().gaps, 1);
}

#[test]
fn the_sequence_goes_on_over_its_largest_number() {
    let mut encoder = Encoder::new();
    let mut decoder = Decoder::new();
    for _ in 0..70_000 {
        let frame = encode(&mut encoder, &Message::Now);
        assert_eq!(decoder.feed(&mut frame.as_slice()).unwrap().unwrap().lost, None);
    }
}

#[test]
fn a_message_that_does_not_fit_uses_up_no_number() {
    let mut encoder = Encoder::new();
    let mut out = [0u8; MAX_FRAME];
    assert!(encoder.encode(&Request::LoadChunk { bytes: &[7; MAX_BODY] }, &mut out).is_err());
    let largest = MAX_BODY - hil_wire::frame::CHUNK_OVERHEAD;
    let chunk = vec![0xff; largest];
    let frame = encoder.encode(&Request::LoadChunk { bytes: &chunk }, &mut out).unwrap();
    let mut decoder = Decoder::new();
    let mut rest = frame;
    assert_eq!(decoder.feed(&mut rest).unwrap().unwrap().lost, None);
}
