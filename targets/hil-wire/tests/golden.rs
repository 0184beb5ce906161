//! Golden bytes: every message as the bytes that cross the link, one file each in `fixtures/wire/v1/`.
//!
//! A message that changes its bytes breaks every agent that is already on a board. If that is intended, raise
//! `WIRE_VERSION` and start a new folder; never edit the files of an old version.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use hil_wire::decode::Decoder;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::list::List;
use hil_wire::message::{
    CameUp, Clock, Converter, FailCode, MemoryUse, Period, Request, Response, Sample, Temperature,
};
use hil_wire::version::{WIRE_VERSION, version_of_hello};
use serde::{Deserialize, Serialize};

/// The file of a request. A new request does not compile without a name here.
fn request_file(request: &Request<'_>) -> &'static str {
    match request {
        Request::Hello { .. } => "request-hello",
        Request::ListKernels => "request-list-kernels",
        Request::LoadBegin { .. } => "request-load-begin",
        Request::LoadChunk { .. } => "request-load-chunk",
        Request::LoadEnd { .. } => "request-load-end",
        Request::Verify { .. } => "request-verify",
        Request::Calibrate { .. } => "request-calibrate",
        Request::Run { .. } => "request-run",
        Request::RunSlices { .. } => "request-run-slices",
        Request::Answer { .. } => "request-answer",
        Request::Conform { .. } => "request-conform",
        Request::Memory { .. } => "request-memory",
        Request::Now => "request-now",
        Request::Bye => "request-bye",
        Request::Deviate { .. } => "request-deviate",
        Request::Streams { .. } => "request-streams",
        Request::Hear { .. } => "request-hear",
        Request::Converter => "request-converter",
        Request::DutyCycle { .. } => "request-duty-cycle",
        Request::Weigh { .. } => "request-weigh",
        Request::Temperature => "request-temperature",
        Request::Profile { .. } => "request-profile",
    }
}

/// The file of a response. A new response does not compile without a name here.
fn response_file(response: &Response<'_>) -> &'static str {
    match response {
        Response::Hello { .. } => "response-hello",
        Response::Kernel { .. } => "response-kernel",
        Response::Loaded => "response-loaded",
        Response::Verified => "response-verified",
        Response::Calibrated { .. } => "response-calibrated",
        Response::Samples { .. } => "response-samples",
        Response::SliceCounts { .. } => "response-slice-counts",
        Response::Answered { .. } => "response-answered",
        Response::Case { .. } => "response-case",
        Response::Memory { .. } => "response-memory",
        Response::Now { .. } => "response-now",
        Response::Done { .. } => "response-done",
        Response::Failed { .. } => "response-failed",
        Response::Deviation { .. } => "response-deviation",
        Response::Streams { .. } => "response-streams",
        Response::Heard { .. } => "response-heard",
        Response::Converter(_) => "response-converter",
        Response::Codes { .. } => "response-codes",
        Response::Period(_) => "response-period",
        Response::Weight { .. } => "response-weight",
        Response::Temperature(_) => "response-temperature",
        Response::CameUp(_) => "response-came-up",
        Response::Share { .. } => "response-share",
    }
}

/// The code after `code`, so that the list below cannot miss one without a warning from the compiler.
fn fail_code_byte(code: FailCode) -> u8 {
    match code {
        FailCode::BadFrame => 0,
        FailCode::LostFrame => 1,
        FailCode::BadRequest => 2,
        FailCode::UnknownKernel => 3,
        FailCode::UnknownTable => 4,
        FailCode::BadLoad => 5,
        FailCode::InputRefused => 6,
        FailCode::WrongResult => 7,
        FailCode::Crashed => 8,
        FailCode::KilledFromOutside => 9,
        FailCode::CouldNotRun => 10,
        FailCode::NoClass => 11,
        FailCode::TooLate => 12,
        FailCode::NotObservable => 13,
    }
}

fn requests() -> Vec<Request<'static>> {
    let kernel = "lan/keyword_i8";
    vec![
        Request::Hello { version: 1 },
        Request::ListKernels,
        Request::LoadBegin { len: 32_000 },
        Request::LoadChunk { bytes: &[0, 1, 0, 255] },
        Request::LoadEnd { kernel },
        Request::Verify { kernel },
        Request::Calibrate { kernel, rounds: 1000 },
        Request::Run { kernel, iterations: 200 },
        Request::RunSlices { kernel, start_at: 1 << 40, slice_ticks: 100_000_000, slices: 50 },
        Request::Answer { kernel },
        Request::Conform { kernel, table: "rfc-vectors" },
        Request::Memory { kernel },
        Request::Now,
        Request::Bye,
        Request::Deviate { kernel: "ndv/agreement" },
        Request::Streams { kernel },
        Request::Hear { kernel, first: true, bytes: &[1, 2, 0, 255] },
        Request::Converter,
        Request::DutyCycle { kernel, period_ticks: 3_360_000, sleep: "stop", periods: 50 },
        Request::Weigh { kernel },
        Request::Temperature,
        Request::Profile { kernel: "ndv/train-all" },
    ]
}

fn responses() -> Vec<Response<'static>> {
    let sample = Sample { ticks: 1_234_567, cpu_ns: Some(1_200_000), cycles: None };
    vec![
        Response::Hello {
            version: 1,
            agent: "hil-desktop",
            image: "0.1.0",
            clock: Clock { name: "monotonic", hz: 1e9 },
            cpu: Some("process-cpu"),
            cycles: None,
            max_body: 1024,
            max_input: 1 << 24,
            now: 123_456_789_012,
        },
        Response::Kernel { name: "lan/mfcc", about: "spectral features of one second of sound" },
        Response::Loaded,
        Response::Verified,
        Response::Calibrated { least: Sample { ticks: 40, cpu_ns: Some(300), cycles: Some(90) }, clock_moves: true },
        Response::Samples { samples: List::of(&[sample, Sample { ticks: 0, cpu_ns: None, cycles: Some(7) }]) },
        Response::SliceCounts { counts: List::of(&[0, 1, 300]) },
        Response::Answered { class: 3 },
        Response::Case { name: "vector-7", broken: Some("got 1, wanted 2") },
        Response::Memory(MemoryUse { total: 5_000_000, agent: 2_000_000, upper_bound_only: false }),
        Response::Now { now: 99 },
        Response::Done { count: 200, now: 100 },
        Response::Failed { code: FailCode::WrongResult, detail: "at 3: got 1, wanted 2" },
        Response::Deviation { name: "gelu avx2, 257 values", error: 3.5e-7 },
        Response::Streams { piece: Some(640) },
        Response::Heard { class: Some(3) },
        Response::Converter(Converter {
            name: "adc1",
            bits: 12,
            full_scale_uv: 3_300_000,
            full_scale_ppm: 12_000,
            offset_uv: 2_000,
            supply_uv: 3_290_000,
            supply_ppm: 12_000,
            sample_ticks: 3_360,
            sleeps: "sleep stop",
        }),
        Response::Codes { codes: List::of(&[0, 1, 300, 4095]) },
        Response::Weight { bytes: 19_904 },
        Response::Temperature(Temperature { sensor: "coretemp", milli_celsius: -1_500 }),
        Response::CameUp(CameUp { crystal_ns: 2_000_125, pll_ns: 210_000 }),
        Response::Share { part: "matmul", group: 3, samples: 52, of: 97 },
        Response::Period(Period {
            began: 1 << 33,
            first_code: (1 << 33) + 40,
            slept: (1 << 33) + 200_000,
            ended: (1 << 33) + 3_360_000,
            awake_codes: 59,
            sleep_seen: true,
            lost: 0,
        }),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../fixtures/wire/v{WIRE_VERSION}"))
}

/// The message as a frame in hexadecimal, with a sequence number that is not zero.
fn hex<M: Serialize>(message: &M) -> String {
    let mut encoder = Encoder::new();
    let mut out = [0u8; MAX_FRAME];
    for _ in 0..5 {
        encoder.encode(&Request::Now, &mut out).unwrap();
    }
    let frame = encoder.encode(message, &mut out).unwrap();
    frame.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn golden(name: &str) -> String {
    let file = folder().join(format!("{name}.hex"));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())).trim().to_owned()
}

#[test]
fn every_message_keeps_its_bytes() {
    for request in requests() {
        assert_eq!(hex(&request), golden(request_file(&request)), "{request:?}");
    }
    for response in responses() {
        assert_eq!(hex(&response), golden(response_file(&response)), "{response:?}");
    }
}

#[test]
fn golden_bytes_decode_to_their_messages() {
    let decode = |name: &str, check: &dyn Fn(&[u8]) -> bool| {
        let bytes: Vec<u8> = golden(name).split(' ').map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect();
        let mut decoder = Decoder::new();
        let frame = decoder.feed(&mut bytes.as_slice()).unwrap().unwrap();
        assert!(check(frame.body), "{name}");
    };
    for request in requests() {
        decode(request_file(&request), &|body| postcard::from_bytes::<Request<'_>>(body).unwrap() == request);
    }
    for response in responses() {
        decode(response_file(&response), &|body| postcard::from_bytes::<Response<'_>>(body).unwrap() == response);
    }
}

/// The numbers of the variants that decode when everything behind the number is zero.
fn variants<'a, M: Deserialize<'a>>(zeros: &'a [[u8; 64]]) -> BTreeSet<u8> {
    zeros.iter().filter(|bytes| postcard::take_from_bytes::<M>(*bytes).is_ok()).map(|bytes| bytes[0]).collect()
}

fn numbers<M: Serialize>(messages: &[M]) -> BTreeSet<u8> {
    messages.iter().map(|message| postcard::to_slice(message, &mut [0; 1024]).unwrap()[0]).collect()
}

#[test]
fn no_message_is_without_golden_bytes_and_no_golden_bytes_without_message() {
    let zeros: Vec<[u8; 64]> =
        (0..100).map(|number| std::array::from_fn(|at| if at == 0 { number } else { 0 })).collect();
    assert_eq!(numbers(&requests()), variants::<Request<'_>>(&zeros));
    assert_eq!(numbers(&responses()), variants::<Response<'_>>(&zeros));
    let listed: BTreeSet<String> = (requests().iter().map(request_file))
        .chain(responses().iter().map(response_file))
        .map(|name| format!("{name}.hex"))
        .collect();
    let present: BTreeSet<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(listed, present);
}

#[test]
fn codes_of_failures_keep_their_numbers() {
    let zeros: Vec<[u8; 64]> =
        (0..100).map(|number| std::array::from_fn(|at| if at == 0 { number } else { 0 })).collect();
    for number in variants::<FailCode>(&zeros) {
        let code: FailCode = postcard::from_bytes(&[number]).unwrap();
        assert_eq!(fail_code_byte(code), number, "{code:?}");
    }
}

#[test]
fn a_hello_of_any_version_tells_its_version() {
    let mut buffer = [0u8; 64];
    let body = postcard::to_slice(&Request::Hello { version: 777 }, &mut buffer).unwrap();
    assert_eq!(version_of_hello(body), Some(777));
    // A later version with more fields behind the version.
    assert_eq!(version_of_hello(&[0, 2, 99, 98, 97]), Some(2));
    let body = postcard::to_slice(&Request::Now, &mut buffer).unwrap();
    assert_eq!(version_of_hello(body), None);
}
