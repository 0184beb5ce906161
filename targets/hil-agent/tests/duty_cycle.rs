//! Input piece by piece, and duty cycles: request by request, on a machine that measures its power.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use hil_agent::agent::{Agent, Buffers};
use hil_agent::kernel::{Kernel, LoadError, Mismatch, RunsIn, Trouble};
use hil_agent::platform::{Identity, LinkClosed, Platform, Power};
use hil_agent::text::Text;
use hil_wire::decode::Decoder;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{CODES_PER_MESSAGE, Clock, Converter, MemoryUse, Period, Request, Response, Sample};

/// What was done, in its order: `b` begin, `r` run, `s` sleep, `w` a message.
type Deeds = Rc<RefCell<String>>;

const CONVERTER: Converter<'static> = Converter {
    name: "adc",
    bits: 12,
    full_scale_uv: 3_300_000,
    full_scale_ppm: 3_000,
    offset_uv: 4_000,
    supply_uv: 3_270_000,
    supply_ppm: 3_000,
    sample_ticks: 10,
    sleeps: "nap",
};

/// A machine that takes as many codes a period as it is told, the first of which is the number of the period.
struct Machine {
    from_host: VecDeque<u8>,
    to_host: Rc<RefCell<Vec<u8>>>,
    deeds: Deeds,
    codes: Option<Vec<u16>>,
    periods: u64,
}

impl Platform for Machine {
    fn identity(&self) -> Identity {
        Identity { agent: "test", image: "1", clock: Clock { name: "steps", hz: 1e9 }, cpu: None, cycles: None }
    }
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        let len = buffer.len().min(self.from_host.len());
        for (place, byte) in buffer.iter_mut().zip(self.from_host.drain(..len)) {
            *place = byte;
        }
        if len == 0 { Err(LinkClosed) } else { Ok(len) }
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        self.deeds.borrow_mut().push('w');
        self.to_host.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
    fn clock(&mut self) -> u64 {
        7
    }
    fn cpu_ns(&mut self, _: RunsIn) -> Option<u64> {
        None
    }
    fn cycles(&mut self) -> Option<u64> {
        None
    }
    fn memory(&mut self, _: RunsIn) -> Option<MemoryUse> {
        None
    }
    fn power(&mut self) -> Option<&mut dyn Power> {
        if self.codes.is_some() { Some(self) } else { None }
    }
}

impl Power for Machine {
    fn converter(&mut self) -> Converter<'static> {
        CONVERTER
    }
    fn begin(&mut self) {
        self.deeds.borrow_mut().push('b');
        self.periods += 1;
        if let Some(first) = self.codes.as_mut().and_then(|codes| codes.first_mut()) {
            *first = self.periods as u16;
        }
    }
    fn sleep(&mut self, mode: &str, period_ticks: u64) -> Option<Period> {
        self.deeds.borrow_mut().push('s');
        let began = self.periods * period_ticks;
        let period = Period {
            began,
            first_code: began,
            slept: began + 1,
            ended: began + period_ticks,
            awake_codes: 1,
            sleep_seen: true,
            lost: 0,
        };
        (mode == "nap").then_some(period)
    }
    fn codes(&self) -> &[u16] {
        self.codes.as_deref().unwrap_or(&[])
    }
}

/// Hears pieces of two bytes; the class is their sum so far, from the second piece on. Runs only while it is well.
struct Sum {
    deeds: Deeds,
    heard: Vec<u8>,
    trouble: Option<Trouble>,
}

impl Kernel for Sum {
    fn name(&self) -> &str {
        "sum"
    }
    fn about(&self) -> &str {
        "adds up what it hears"
    }
    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }
    fn run(&mut self) {
        self.deeds.borrow_mut().push('r');
    }
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
    fn piece(&self) -> Option<usize> {
        Some(2)
    }
    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        if piece.len() != 2 {
            return Err(LoadError::new(format_args!("{} bytes are no piece", piece.len())));
        }
        if first {
            self.heard.clear();
        }
        self.heard.extend_from_slice(piece);
        let sum = self.heard.iter().map(|byte| u32::from(*byte)).sum();
        Ok((self.heard.len() > 2).then_some(sum))
    }
    fn status(&self) -> Result<(), Trouble> {
        self.trouble.map_or(Ok(()), Err)
    }
}

/// Takes its input whole.
struct Whole;

impl Kernel for Whole {
    fn name(&self) -> &str {
        "whole"
    }
    fn about(&self) -> &str {
        "takes its input whole"
    }
    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }
    fn run(&mut self) {}
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
}

/// What an agent answers, as text, and what was done. Without `codes` the machine does not measure its power.
fn talk(requests: &[Request<'_>], codes: Option<Vec<u16>>, trouble: Option<Trouble>) -> (Vec<String>, String) {
    let (mut encoder, mut out) = (Encoder::new(), [0; MAX_FRAME]);
    let from_host = requests.iter().flat_map(|request| encoder.encode(request, &mut out).unwrap().to_vec()).collect();
    let (to_host, deeds) = (Rc::default(), Deeds::default());
    let machine = Machine { from_host, to_host: Rc::clone(&to_host), deeds: Rc::clone(&deeds), codes, periods: 0 };
    let (mut sum, mut whole) = (Sum { deeds: Rc::clone(&deeds), heard: Vec::new(), trouble }, Whole);
    let mut kernels: [&mut dyn Kernel; 2] = [&mut sum, &mut whole];
    let (mut input, mut samples) = ([0; 8], [Sample::default(); 3]);
    Agent::new(machine, &mut kernels, Buffers { input: &mut input, samples: &mut samples }).serve();
    let (bytes, mut decoder, mut answers) = (to_host.borrow(), Decoder::new(), Vec::new());
    let mut rest = bytes.as_slice();
    while let Some(frame) = decoder.feed(&mut rest) {
        answers.push(match frame.unwrap().message::<Response<'_>>().unwrap() {
            Response::Failed { code, detail } => format!("{code:?}: {detail}"),
            // The lengths of long lists, and the first code of each.
            Response::Codes { codes } => {
                let codes = codes.as_slice();
                format!("{} codes from {}", codes.len(), codes[0])
            }
            other => format!("{other:?}"),
        });
    }
    (answers, deeds.take())
}

fn cycle(sleep: &str, periods: u32) -> Request<'_> {
    Request::DutyCycle { kernel: "sum", period_ticks: 100, sleep, periods }
}

#[test]
fn a_kernel_says_whether_it_hears_pieces() {
    let ask = |kernel| talk(&[Request::Streams { kernel }], None, None).0;
    assert_eq!(ask("sum"), ["Streams { piece: Some(2) }"]);
    assert_eq!(ask("whole"), ["Streams { piece: None }"]);
    assert_eq!(ask("none"), ["UnknownKernel: the agent has no kernel none; it has sum, whole"]);
}

#[test]
fn pieces_are_heard_one_after_the_other_and_the_first_begins_anew() {
    let hear = |first, bytes| Request::Hear { kernel: "sum", first, bytes };
    let requests =
        [hear(true, &[1, 2]), hear(false, &[3, 4]), hear(false, &[5, 6]), hear(true, &[9, 9]), hear(false, &[1])];
    let expected = [
        "Heard { class: None }",
        "Heard { class: Some(10) }",
        "Heard { class: Some(21) }",
        "Heard { class: None }",
        "InputRefused: 1 bytes are no piece",
    ];
    assert_eq!(talk(&requests, None, None).0, expected);
    let whole = Request::Hear { kernel: "whole", first: true, bytes: &[1, 2] };
    assert_eq!(talk(&[whole], None, None).0, ["InputRefused: this kernel takes its input whole"]);
    let trouble = Trouble::Wrong(Text::new(format_args!("why")));
    assert_eq!(talk(&[hear(true, &[1, 2])], None, Some(trouble)).0, ["WrongResult: why"]);
}

#[test]
fn a_machine_describes_its_converter_or_says_that_it_has_none() {
    let (answers, _) = talk(&[Request::Converter], Some(Vec::new()), None);
    assert_eq!(answers, [format!("Converter({CONVERTER:?})")]);
    let none = "NotObservable: this machine does not measure its power";
    assert_eq!(talk(&[Request::Converter, cycle("nap", 2)], None, None).0, [none; 2]);
}

#[test]
fn codes_are_sent_behind_their_period_and_never_within_it() {
    let codes = vec![0; 2 * CODES_PER_MESSAGE + 3];
    let (answers, deeds) = talk(&[cycle("nap", 2)], Some(codes), None);
    assert_eq!(deeds, "brswwwwbrswwwww");
    let of = |period: u64| {
        let (began, slept, ended) = (100 * period, 100 * period + 1, 100 * period + 100);
        let moments = format!("began: {began}, first_code: {began}, slept: {slept}, ended: {ended}");
        [
            format!("{CODES_PER_MESSAGE} codes from {period}"),
            format!("{CODES_PER_MESSAGE} codes from 0"),
            "3 codes from 0".to_owned(),
            format!("Period(Period {{ {moments}, awake_codes: 1, sleep_seen: true, lost: 0 }})"),
        ]
    };
    let expected = [of(1).as_slice(), of(2).as_slice(), &["Done { count: 2, now: 7 }".to_owned()]].concat();
    assert_eq!(answers, expected);
}

#[test]
fn a_period_without_codes_is_a_period() {
    let (answers, deeds) = talk(&[cycle("nap", 1)], Some(Vec::new()), None);
    assert_eq!(deeds, "brsww");
    assert!(answers[0].starts_with("Period(Period {"), "{answers:?}");
}

#[test]
fn what_ends_a_duty_cycle_is_told() {
    let (answers, deeds) = talk(&[cycle("coma", 3)], Some(vec![0]), None);
    assert_eq!(answers, ["NotObservable: this machine has no sleep mode coma"]);
    assert_eq!(deeds, "brsw", "nothing is tried again");
    let trouble = Trouble::Wrong(Text::new(format_args!("why")));
    assert_eq!(talk(&[cycle("nap", 3)], Some(vec![0]), Some(trouble)).0, ["WrongResult: why"]);
    let unknown = Request::DutyCycle { kernel: "none", period_ticks: 1, sleep: "nap", periods: 1 };
    assert_eq!(
        talk(&[unknown], Some(vec![0]), None).0,
        ["UnknownKernel: the agent has no kernel none; it has sum, whole"]
    );
}
