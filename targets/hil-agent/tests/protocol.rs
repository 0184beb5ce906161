//! The agent's side of the protocol, request by request, without a host.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::collections::VecDeque;

use hil_agent::agent::{Agent, Buffers, Ended};
use hil_agent::kernel::{Deviation, Kernel, LoadError, Mismatch, RunsIn, Trouble};
use hil_agent::platform::{Identity, LinkClosed, Platform};
use hil_agent::text::Text;
use hil_wire::decode::{Decoder, Frame};
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Clock, MemoryUse, Request, Response, Sample};

/// A machine whose clock moves by one with every reading, and which writes down the order of its readings.
#[derive(Default)]
struct Machine {
    from_host: VecDeque<u8>,
    to_host: Vec<u8>,
    time: u64,
    hz: f64,
    readings: String,
}

impl Platform for &mut Machine {
    fn identity(&self) -> Identity {
        let clock = Clock { name: "steps", hz: self.hz };
        Identity { agent: "test", image: "1", clock, cpu: Some("cpu"), cycles: Some("cycles") }
    }
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        let len = buffer.len().min(self.from_host.len());
        for (place, byte) in buffer.iter_mut().zip(self.from_host.drain(..len)) {
            *place = byte;
        }
        if len == 0 { Err(LinkClosed) } else { Ok(len) }
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        self.readings.push('w');
        self.to_host.extend_from_slice(bytes);
        Ok(())
    }
    fn clock(&mut self) -> u64 {
        self.readings.push('t');
        self.time += 1;
        self.time
    }
    fn cpu_ns(&mut self, _: RunsIn) -> Option<u64> {
        self.readings.push('c');
        self.time += 10;
        Some(self.time)
    }
    fn cycles(&mut self) -> Option<u64> {
        self.readings.push('y');
        self.time += 100;
        Some(self.time)
    }
    fn memory(&mut self, _: RunsIn) -> Option<MemoryUse> {
        None
    }
}

/// Takes inputs of exactly four bytes.
struct Four(Option<[u8; 4]>);

impl Kernel for Four {
    fn name(&self) -> &str {
        "four"
    }
    fn about(&self) -> &str {
        "takes four bytes"
    }
    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.0 = Some(input.try_into().map_err(|_| LoadError::new(format_args!("{} bytes", input.len())))?);
        Ok(())
    }
    fn run(&mut self) {}
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
    fn class(&self) -> Option<u32> {
        self.0.map(|bytes| u32::from(bytes[0]))
    }
}

/// Never does its work.
struct Troubled(Trouble);

impl Kernel for Troubled {
    fn name(&self) -> &str {
        "troubled"
    }
    fn about(&self) -> &str {
        "never does its work"
    }
    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }
    fn run(&mut self) {}
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Err(Mismatch::new(format_args!("nothing, wanted something")))
    }
    fn status(&self) -> Result<(), Trouble> {
        Err(self.0)
    }
}

/// Tells how far it is off in two cases.
struct Off;

impl Kernel for Off {
    fn name(&self) -> &str {
        "off"
    }
    fn about(&self) -> &str {
        "is off its reference"
    }
    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }
    fn run(&mut self) {}
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let error = *[0.25, f64::INFINITY].get(case as usize)?;
        Some(Deviation { name: Text::new(format_args!("case-{case}")), error })
    }
}

/// What the agent answers to `bytes`, as text, and how it ended.
fn talk(bytes: &[u8]) -> (Vec<String>, Ended, String) {
    talk_to(Machine { from_host: bytes.iter().copied().collect(), hz: 1e9, ..Machine::default() })
}

fn talk_to(machine: Machine) -> (Vec<String>, Ended, String) {
    talk_about(machine, &mut Four(None))
}

fn talk_about(mut machine: Machine, kernel: &mut dyn Kernel) -> (Vec<String>, Ended, String) {
    let (mut input, mut samples) = ([0; 8], [Sample::default(); 3]);
    let ended = {
        let mut kernels: [&mut dyn Kernel; 1] = [kernel];
        let buffers = Buffers { input: &mut input, samples: &mut samples };
        Agent::new(&mut machine, &mut kernels, buffers).serve()
    };
    let mut decoder = Decoder::new();
    let mut rest = machine.to_host.as_slice();
    let mut answers = Vec::new();
    while let Some(frame) = decoder.feed(&mut rest) {
        let Frame { lost, body } = frame.unwrap();
        assert_eq!(lost, None);
        let frame = Frame { lost, body };
        answers.push(match frame.message::<Response<'_>>().unwrap() {
            Response::Failed { code, detail } => format!("{code:?}: {detail}"),
            other => format!("{other:?}"),
        });
    }
    (answers, ended, machine.readings)
}

fn frames(requests: &[Request<'_>]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut out = [0; MAX_FRAME];
    requests.iter().flat_map(|request| encoder.encode(request, &mut out).unwrap().to_vec()).collect()
}

fn answers(requests: &[Request<'_>]) -> Vec<String> {
    talk(&frames(requests)).0
}

#[test]
fn an_input_arrives_in_pieces() {
    let load = [
        Request::LoadBegin { len: 4 },
        Request::LoadChunk { bytes: &[7, 8, 9] },
        Request::LoadChunk { bytes: &[10] },
        Request::LoadEnd { kernel: "four" },
        Request::Answer { kernel: "four" },
    ];
    assert_eq!(answers(&load), ["Loaded", "Answered { class: 7 }"]);
}

#[test]
fn inputs_that_did_not_arrive_whole_are_refused() {
    let load = |len, bytes| {
        answers(&[Request::LoadBegin { len }, Request::LoadChunk { bytes }, Request::LoadEnd { kernel: "four" }])
    };
    assert_eq!(load(4, &[1, 2, 3]), ["BadLoad: 4 bytes were announced, 3 came, 8 are the most that can be taken"]);
    assert_eq!(load(9, &[0; 9]), ["BadLoad: 9 bytes were announced, 9 came, 8 are the most that can be taken"]);
    assert_eq!(load(5, &[0; 5]), ["InputRefused: 5 bytes"]);
}

#[test]
fn counters_are_read_in_their_order_and_nothing_is_sent_in_between() {
    let (answers, _, readings) = talk(&frames(&[Request::Run { kernel: "four", iterations: 4 }]));
    // Clock innermost, cycles around it, processor time outermost; samples are sent when three are kept, and at the
    // end. The first reading is the one that reports are timed by, the last one that of `Done`.
    let one = "cyttyc";
    assert_eq!(readings, format!("t{one}{one}{one}w{one}wtw"));
    assert_eq!(answers.len(), 3);
    let sample = "Sample { ticks: 1, cpu_ns: Some(212), cycles: Some(102) }";
    assert_eq!(answers[1], format!("Samples {{ samples: [{sample}] }}"));
    assert!(answers[2].starts_with("Done { count: 4, "));
}

#[test]
fn long_iterations_are_reported_one_by_one() {
    // At ten ticks a second, an iteration of one tick is a tenth of a second long.
    let from_host = frames(&[Request::Run { kernel: "four", iterations: 3 }]).into();
    let readings = talk_to(Machine { from_host, hz: 10.0, ..Machine::default() }).2;
    let one = "cyttyc";
    assert_eq!(readings, format!("t{one}w{one}w{one}wtw"));
}

#[test]
fn calibration_sees_exactly_what_a_sample_costs() {
    let answers = answers(&[Request::Calibrate { kernel: "four", rounds: 10 }]);
    let least = "Sample { ticks: 1, cpu_ns: Some(212), cycles: Some(102) }";
    assert_eq!(answers, [format!("Calibrated {{ least: {least}, clock_moves: true }}")]);
}

#[test]
fn slices_that_should_have_begun_already_are_refused() {
    let request = Request::RunSlices { kernel: "four", start_at: 1, slice_ticks: 5, slices: 2 };
    assert_eq!(answers(&[request]), ["TooLate: the clock stands at 1, slices of 5 ticks were to start at 1"]);
}

#[test]
fn an_iteration_counts_for_the_slice_in_which_it_ends() {
    // The clock moves by one an iteration: readings 2, 3, 4 come before the first slice, 5..=9 lie in it.
    let request = Request::RunSlices { kernel: "four", start_at: 5, slice_ticks: 5, slices: 2 };
    let answers = answers(&[request]);
    assert_eq!(answers[0], "SliceCounts { counts: [5, 5] }");
    assert!(answers[1].starts_with("Done { count: 2, "));
}

#[test]
fn questions_that_cannot_be_answered_get_the_reason() {
    let asked = answers(&[
        Request::Verify { kernel: "five" },
        Request::Answer { kernel: "four" },
        Request::Conform { kernel: "four", table: "none" },
        Request::Memory { kernel: "four" },
        Request::Deviate { kernel: "four" },
    ]);
    assert_eq!(
        asked,
        [
            "UnknownKernel: the agent has no kernel five; it has four",
            "NoClass: four does not classify",
            "UnknownTable: four has no table none",
            "NotObservable: this system does not tell its memory use",
            "NotObservable: four has no reference to be compared with",
        ]
    );
}

#[test]
fn deviations_are_told_case_by_case() {
    let from_host = frames(&[Request::Deviate { kernel: "off" }]).into();
    let answers = talk_about(Machine { from_host, hz: 1e9, ..Machine::default() }, &mut Off).0;
    assert_eq!(
        answers,
        [
            "Deviation { name: \"case-0\", error: 0.25 }",
            "Deviation { name: \"case-1\", error: inf }",
            "Done { count: 2, now: 1 }",
        ]
    );
}

#[test]
fn work_that_was_not_done_is_told_in_the_same_way_in_every_phase() {
    let kernel = "troubled";
    let requests = [
        Request::Verify { kernel },
        Request::Run { kernel, iterations: 5 },
        Request::RunSlices { kernel, start_at: 1000, slice_ticks: 5, slices: 2 },
        Request::Answer { kernel },
    ];
    let why = Text::new(format_args!("why"));
    let troubles = [
        (Trouble::Wrong(why), "WrongResult: why"),
        (Trouble::Crashed(why), "Crashed: why"),
        (Trouble::KilledFromOutside(why), "KilledFromOutside: why"),
        (Trouble::CouldNotRun(why), "CouldNotRun: why"),
    ];
    for (trouble, told) in troubles {
        let from_host = frames(&requests).into();
        let mut kernel = Troubled(trouble);
        let answers = talk_about(Machine { from_host, hz: 1e9, ..Machine::default() }, &mut kernel).0;
        assert_eq!(answers, [told; 4]);
    }
}

#[test]
fn bad_frames_are_answered_and_the_session_goes_on() {
    let mut bytes = frames(&[Request::Now]);
    bytes.extend(b"garbage\0");
    // A second encoder starts at 0 again, where 1 is expected.
    bytes.extend(frames(&[Request::Now, Request::ListKernels]));
    let answers = talk(&bytes).0;
    assert_eq!(answers[0], "Now { now: 1 }");
    assert_eq!(answers[1], "BadFrame: a corrupt frame");
    assert_eq!(answers[2], "LostFrame: frame 0 came where 1 was expected");
    assert_eq!(answers[3], "Kernel { name: \"four\", about: \"takes four bytes\" }");
}

#[test]
fn a_hello_begins_anew_whatever_the_last_host_left_behind() {
    let mut bytes = frames(&[Request::Now, Request::Now]);
    // Another host, whose frames count from 0 on; so do those that it is answered with.
    bytes.extend(frames(&[Request::Hello { version: 1 }, Request::Now]));
    let mut machine = Machine { from_host: bytes.into(), hz: 1e9, ..Machine::default() };
    let (mut input, mut samples) = ([0; 8], [Sample::default(); 3]);
    let mut four = Four(None);
    let mut kernels: [&mut dyn Kernel; 1] = [&mut four];
    Agent::new(&mut machine, &mut kernels, Buffers { input: &mut input, samples: &mut samples }).serve();
    let (mut decoder, mut rest, mut lost) = (Decoder::new(), machine.to_host.as_slice(), Vec::new());
    while let Some(frame) = decoder.feed(&mut rest) {
        lost.push(frame.unwrap().lost.map(|lost| (lost.expected, lost.got)));
    }
    assert_eq!(lost, [None, None, Some((2, 0)), None]);
}

#[test]
fn hosts_of_another_version_are_told_which_this_is() {
    // A later hello with a field that this version does not know: number 0, then version 9, then more.
    #[derive(serde::Serialize)]
    enum Later {
        Hello(u16, &'static str),
    }
    let mut out = [0; MAX_FRAME];
    let bytes = Encoder::new().encode(&Later::Hello(9, "more"), &mut out).unwrap().to_vec();
    assert!(talk(&bytes).0[0].starts_with("Hello { version: 1, agent: \"test\""));
}

#[test]
fn a_session_ends_with_bye_or_with_the_link() {
    assert_eq!(talk(&frames(&[Request::Bye, Request::Now])).1, Ended::Bye);
    assert_eq!(talk(&frames(&[Request::Now])).1, Ended::LinkClosed);
}
