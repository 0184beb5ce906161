//! The state machine: one request at a time, answered in full before the next is read.
//!
//! State is kept between requests in three places only: the input that is being loaded, the input that each kernel
//! holds, and the sequence numbers of the link.

use core::fmt::{self, Write};

use hil_wire::decode::{Decoder, Frame};
use hil_wire::frame::MAX_BODY;
use hil_wire::list::List;
use hil_wire::message::{
    CODES_PER_MESSAGE, COUNTS_PER_MESSAGE, FailCode, MAX_TEXT, MemoryUse, Request, Response, SAMPLES_PER_MESSAGE,
    Sample, Temperature,
};
use hil_wire::version::WIRE_VERSION;

use crate::kernel::{Kernel, Mismatch, RunsIn, Share, Trouble};
use crate::link::{Sender, short};
use crate::measure::{clock_moves, least_cost, time_one};
use crate::platform::{LinkClosed, Platform, Power};
use crate::text::Text;

/// Samples are sent at least this many times a second while iterations end, so that the host can tell a long
/// iteration from many short ones: silence for longer than that is a single iteration.
pub const REPORTS_PER_SECOND: f64 = 10.0;

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The host said `Bye`.
    Bye,
    /// The link was closed.
    LinkClosed,
}

/// The device side of one session.
pub struct Agent<'a, 'k, P> {
    decoder: Decoder,
    device: Device<'a, 'k, P>,
}

/// Everything but the decoder, which lends the request that is being answered.
struct Device<'a, 'k, P> {
    platform: P,
    kernels: &'a mut [&'k mut dyn Kernel],
    sender: Sender,
    input: Input<'a>,
    samples: &'a mut [Sample],
    own_memory: Option<u64>,
}

/// Memory that the agent works with; how much there is depends on the machine.
#[derive(Debug)]
pub struct Buffers<'a> {
    /// Takes in inputs; the longest input that the agent can take is as long as this.
    pub input: &'a mut [u8],
    /// Keeps samples until they are sent, and sending disturbs what is measured: the more room, the more seldom.
    /// At least one.
    pub samples: &'a mut [Sample],
}

/// The input that is being loaded.
struct Input<'a> {
    buffer: &'a mut [u8],
    /// What was announced.
    wanted: usize,
    /// What came, which may be more than fits.
    got: usize,
}

/// Whether the session goes on.
enum Flow {
    Next,
    Bye,
}

impl<'a, 'k, P: Platform> Agent<'a, 'k, P> {
    /// An agent that offers `kernels`.
    pub fn new(platform: P, kernels: &'a mut [&'k mut dyn Kernel], buffers: Buffers<'a>) -> Self {
        let Buffers { input, samples } = buffers;
        // Touched now, so that this memory is there before the first workload and counts as the agent's own.
        samples.fill(Sample { ticks: u64::MAX, cpu_ns: None, cycles: None });
        let input = Input { buffer: input, wanted: 0, got: 0 };
        let device = Device { platform, kernels, sender: Sender::new(), input, samples, own_memory: None };
        Self { decoder: Decoder::new(), device }
    }

    /// Answers requests until the host ends the session. Called again, it answers the next host: frames are numbered from 0
    /// on in every session.
    pub fn serve(&mut self) -> Ended {
        self.decoder = Decoder::new();
        self.device.sender.restart();
        let mut buffer = [0u8; 512];
        loop {
            let Ok(len) = self.device.platform.read(&mut buffer) else { return Ended::LinkClosed };
            let mut bytes = buffer.get(..len).unwrap_or(&[]);
            while let Some(result) = self.decoder.feed(&mut bytes) {
                let flow = match result {
                    Ok(frame) => self.device.frame(&frame),
                    Err(error) => self.device.fail(FailCode::BadFrame, format_args!("{error}")),
                };
                match flow {
                    Ok(Flow::Next) => {}
                    Ok(Flow::Bye) => return Ended::Bye,
                    Err(LinkClosed) => return Ended::LinkClosed,
                }
            }
        }
    }
}

impl<P: Platform> Device<'_, '_, P> {
    fn frame(&mut self, frame: &Frame<'_>) -> Result<Flow, LinkClosed> {
        if let Some(lost) = frame.lost {
            // A host that begins while this side still waits for one that is gone has not lost anything.
            if hil_wire::version::version_of_hello(frame.body).is_none() {
                return self.fail(FailCode::LostFrame, format_args!("{lost}"));
            }
            self.sender.restart();
        }
        match frame.message::<Request<'_>>() {
            Some(request) => self.request(request),
            // A hello of another version need not decode; the answer tells the host which version this is.
            None if hil_wire::version::version_of_hello(frame.body).is_some() => self.hello(),
            None => self.fail(FailCode::BadRequest, format_args!("no request of wire version {WIRE_VERSION}")),
        }
    }

    fn request(&mut self, request: Request<'_>) -> Result<Flow, LinkClosed> {
        match request {
            Request::Hello { .. } => self.hello(),
            Request::ListKernels => self.list(),
            Request::LoadBegin { len } => {
                self.input.begin(len);
                Ok(Flow::Next)
            }
            Request::LoadChunk { bytes } => {
                self.input.append(bytes);
                Ok(Flow::Next)
            }
            Request::LoadEnd { kernel } => self.load(kernel),
            Request::Verify { kernel } => self.verify(kernel),
            Request::Calibrate { kernel, rounds } => self.calibrate(kernel, rounds),
            Request::Run { kernel, iterations } => self.run(kernel, iterations),
            Request::RunSlices { kernel, start_at, slice_ticks, slices } => {
                self.run_slices(kernel, start_at, slice_ticks, slices)
            }
            Request::Answer { kernel } => self.answer(kernel),
            Request::Conform { kernel, table } => self.conform(kernel, table),
            Request::Memory { kernel } => self.memory(kernel),
            Request::Now => {
                let now = self.platform.clock();
                self.send(&Response::Now { now })
            }
            Request::Bye => Ok(Flow::Bye),
            Request::Deviate { kernel } => self.deviate(kernel),
            Request::Streams { kernel } => self.streams(kernel),
            Request::Hear { kernel, first, bytes } => self.hear(kernel, first, bytes),
            Request::Converter => self.converter(),
            Request::DutyCycle { kernel, period_ticks, sleep, periods } => {
                self.duty_cycle(kernel, period_ticks, sleep, periods)
            }
            Request::Weigh { kernel } => self.weigh(kernel),
            Request::Temperature => self.temperature(),
            Request::Profile { kernel } => self.profile(kernel),
        }
    }

    fn send(&mut self, response: &Response<'_>) -> Result<Flow, LinkClosed> {
        self.sender.send(&mut self.platform, response).map(|()| Flow::Next)
    }

    fn fail(&mut self, code: FailCode, detail: fmt::Arguments<'_>) -> Result<Flow, LinkClosed> {
        let detail = Text::<MAX_TEXT>::new(detail);
        self.sender.fail(&mut self.platform, code, detail.as_str()).map(|()| Flow::Next)
    }

    fn done(&mut self, count: u32) -> Result<Flow, LinkClosed> {
        let now = self.platform.clock();
        self.send(&Response::Done { count, now })
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.kernels.iter().position(|kernel| kernel.name() == name)
    }

    fn unknown(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let mut detail = Text::<MAX_TEXT>::new(format_args!("the agent has no kernel {name}; it has"));
        for (number, kernel) in self.kernels.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            // A list that does not fit is cut.
            let _ = write!(detail, "{comma} {}", kernel.name());
        }
        self.fail(FailCode::UnknownKernel, format_args!("{}", detail.as_str()))
    }

    fn hello(&mut self) -> Result<Flow, LinkClosed> {
        // The baseline of memory reports: what the agent needs before any workload.
        if self.own_memory.is_none() {
            self.own_memory = self.platform.memory(RunsIn::Agent).map(|memory| memory.total);
        }
        let identity = self.platform.identity();
        let response = Response::Hello {
            version: WIRE_VERSION,
            agent: short(identity.agent),
            image: short(identity.image),
            clock: identity.clock,
            cpu: identity.cpu,
            cycles: identity.cycles,
            max_body: u16::try_from(MAX_BODY).unwrap_or(u16::MAX),
            max_input: u32::try_from(self.input.buffer.len()).unwrap_or(u32::MAX),
            now: self.platform.clock(),
        };
        self.send(&response)
    }

    fn list(&mut self) -> Result<Flow, LinkClosed> {
        let mut count = 0;
        for kernel in self.kernels.iter() {
            let response = Response::Kernel { name: short(kernel.name()), about: short(kernel.about()) };
            self.sender.send(&mut self.platform, &response)?;
            count += 1;
        }
        self.done(count)
    }

    fn load(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let Input { wanted, got, .. } = self.input;
        let Some(input) = self.input.complete() else {
            let room = self.input.buffer.len();
            return self.fail(
                FailCode::BadLoad,
                format_args!("{wanted} bytes were announced, {got} came, {room} are the most that can be taken"),
            );
        };
        match self.kernels[at].load(input) {
            Ok(()) => self.send(&Response::Loaded),
            Err(error) => self.fail(FailCode::InputRefused, format_args!("{}", error.why())),
        }
    }

    fn verify(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        match self.kernels[at].known_answer() {
            Ok(()) => self.send(&Response::Verified),
            // A run that did not do its work cannot have the right result, and its own words say more.
            Err(mismatch) => {
                let trouble = self.kernels[at].status().err().unwrap_or(mismatch.into());
                self.trouble(trouble)
            }
        }
    }

    fn trouble(&mut self, trouble: Trouble) -> Result<Flow, LinkClosed> {
        let code = match trouble {
            Trouble::Wrong(_) => FailCode::WrongResult,
            Trouble::Crashed(_) => FailCode::Crashed,
            Trouble::KilledFromOutside(_) => FailCode::KilledFromOutside,
            Trouble::CouldNotRun(_) => FailCode::CouldNotRun,
        };
        self.fail(code, format_args!("{}", trouble.why()))
    }

    fn calibrate(&mut self, name: &str, rounds: u32) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let whose = self.kernels[at].runs_in();
        let clock_moves = clock_moves(&mut self.platform);
        let least = least_cost(&mut self.platform, whose, rounds);
        self.send(&Response::Calibrated { least, clock_moves })
    }

    /// Runs and times each iteration. Samples are sent when no more can be kept, and after an iteration that ended
    /// long after the last report, always between iterations.
    fn run(&mut self, name: &str, iterations: u32) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let whose = self.kernels[at].runs_in();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is positive, below 2^63")]
        let report_ticks = (self.platform.identity().clock.hz / REPORTS_PER_SECOND) as u64;
        let mut kept = 0;
        let mut last_report = self.platform.clock();
        for _ in 0..iterations {
            let (sample, now) = time_one(&mut self.platform, &mut *self.kernels[at], whose);
            if let Err(trouble) = self.kernels[at].status() {
                self.report(kept)?;
                return self.trouble(trouble);
            }
            if let Some(place) = self.samples.get_mut(kept) {
                *place = sample;
                kept += 1;
            }
            if kept >= self.samples.len() || now.saturating_sub(last_report) >= report_ticks {
                self.report(kept)?;
                kept = 0;
                last_report = now;
            }
        }
        self.report(kept)?;
        self.done(iterations)
    }

    /// Sends the first `kept` samples.
    fn report(&mut self, kept: usize) -> Result<(), LinkClosed> {
        for part in self.samples.get(..kept).unwrap_or(&[]).chunks(SAMPLES_PER_MESSAGE) {
            self.sender.send(&mut self.platform, &Response::Samples { samples: List::of(part) })?;
        }
        Ok(())
    }

    /// Runs in a closed loop at once, and counts from `start_at` on: so the first slice is as busy as the last, and
    /// agents that are given the same moment count over the same slices. An iteration counts for the slice in which
    /// it ends.
    fn run_slices(&mut self, name: &str, start_at: u64, slice_ticks: u64, slices: u32) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let now = self.platform.clock();
        if now >= start_at || slice_ticks == 0 {
            return self.fail(
                FailCode::TooLate,
                format_args!("the clock stands at {now}, slices of {slice_ticks} ticks were to start at {start_at}"),
            );
        }
        let mut counts: List<u32, COUNTS_PER_MESSAGE> = List::new();
        let (mut sent, mut in_slice) = (0, 0u32);
        let mut slice_end = start_at.saturating_add(slice_ticks);
        while sent < slices {
            self.kernels[at].run();
            let now = self.platform.clock();
            if let Err(trouble) = self.kernels[at].status() {
                return self.trouble(trouble);
            }
            // Close every slice that ended before this iteration did; a long iteration may span several.
            while now >= slice_end && sent < slices {
                counts.push(in_slice);
                in_slice = 0;
                sent += 1;
                slice_end = slice_end.saturating_add(slice_ticks);
                if counts.is_full() || sent == slices {
                    self.send(&Response::SliceCounts { counts })?;
                    counts.clear();
                }
            }
            if now >= start_at {
                in_slice = in_slice.saturating_add(1);
            }
        }
        self.done(slices)
    }

    fn answer(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        self.kernels[at].run();
        if let Err(trouble) = self.kernels[at].status() {
            return self.trouble(trouble);
        }
        match self.kernels[at].class() {
            Some(class) => self.send(&Response::Answered { class }),
            None => self.fail(FailCode::NoClass, format_args!("{name} does not classify")),
        }
    }

    fn conform(&mut self, name: &str, table: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let mut count = 0;
        while let Some(case) = self.kernels[at].conform(table, count) {
            let broken = case.broken.as_ref().map(Mismatch::difference);
            self.send(&Response::Case { name: case.name.as_str(), broken })?;
            count += 1;
        }
        if count == 0 {
            return self.fail(FailCode::UnknownTable, format_args!("{name} has no table {table}"));
        }
        self.done(count)
    }

    fn deviate(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let mut count = 0;
        while let Some(deviation) = self.kernels[at].deviation(count) {
            self.send(&Response::Deviation { name: deviation.name.as_str(), error: deviation.error })?;
            count += 1;
        }
        if count == 0 {
            return self.fail(FailCode::NotObservable, format_args!("{name} has no reference to be compared with"));
        }
        self.done(count)
    }

    fn weigh(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        match self.kernels[at].weight_bytes() {
            Some(bytes) => self.send(&Response::Weight { bytes }),
            None => self.fail(FailCode::NotObservable, format_args!("{name} does not say how large its weights are")),
        }
    }

    fn profile(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let mut count = 0;
        while let Some(share) = self.kernels[at].share(count) {
            let Share { part, group, samples, of } = share;
            self.send(&Response::Share { part: part.as_str(), group, samples, of })?;
            count += 1;
        }
        if count == 0 {
            return self.fail(FailCode::NotObservable, format_args!("{name} has no profile"));
        }
        self.done(count)
    }

    fn temperature(&mut self) -> Result<Flow, LinkClosed> {
        // A name of its own, so that the platform is free to be written to.
        match self.platform.temperature() {
            Some((sensor, milli_celsius)) => {
                let reading = Temperature { sensor: sensor.as_str(), milli_celsius };
                self.send(&Response::Temperature(reading))
            }
            None => self.fail(FailCode::NotObservable, format_args!("this machine tells no temperature")),
        }
    }

    fn streams(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let piece = self.kernels[at].piece().map(|piece| u32::try_from(piece).unwrap_or(u32::MAX));
        self.send(&Response::Streams { piece })
    }

    fn hear(&mut self, name: &str, first: bool, bytes: &[u8]) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let heard = self.kernels[at].hear(first, bytes);
        if let Err(trouble) = self.kernels[at].status() {
            return self.trouble(trouble);
        }
        match heard {
            Ok(class) => self.send(&Response::Heard { class }),
            Err(error) => self.fail(FailCode::InputRefused, format_args!("{}", error.why())),
        }
    }

    fn converter(&mut self) -> Result<Flow, LinkClosed> {
        match self.platform.power().map(Power::converter) {
            Some(converter) => self.send(&Response::Converter(converter)),
            None => self.fail(FailCode::NotObservable, format_args!("this machine does not measure its power")),
        }
    }

    /// Codes are sent between periods, never within one: sending takes power.
    fn duty_cycle(&mut self, name: &str, period_ticks: u64, sleep: &str, periods: u32) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        for _ in 0..periods {
            let Some(power) = self.platform.power() else { return self.converter() };
            power.begin();
            self.kernels[at].run();
            let Some(period) = power.sleep(sleep, period_ticks) else {
                return self.fail(FailCode::NotObservable, format_args!("this machine has no sleep mode {sleep}"));
            };
            if let Err(trouble) = self.kernels[at].status() {
                return self.trouble(trouble);
            }
            let mut sent = 0;
            loop {
                let rest = self.platform.power().map_or(&[][..], |power| power.codes().get(sent..).unwrap_or(&[]));
                if rest.is_empty() {
                    break;
                }
                let codes: List<u16, CODES_PER_MESSAGE> = List::of(rest);
                sent += codes.as_slice().len();
                self.send(&Response::Codes { codes })?;
            }
            if let Some(came_up) = self.platform.power().and_then(|power| power.came_up()) {
                self.send(&Response::CameUp(came_up))?;
            }
            self.send(&Response::Period(period))?;
        }
        self.done(periods)
    }

    fn memory(&mut self, name: &str) -> Result<Flow, LinkClosed> {
        let Some(at) = self.position(name) else { return self.unknown(name) };
        let whose = self.kernels[at].runs_in();
        let report = self.platform.memory(whose).map(|memory| match whose {
            // A machine that does not know the agent's share has had it measured before any workload.
            RunsIn::Agent if memory.agent == 0 => {
                MemoryUse { agent: self.own_memory.unwrap_or(0).min(memory.total), ..memory }
            }
            RunsIn::Agent => memory,
            RunsIn::Children => memory,
        });
        match report {
            Some(memory) => self.send(&Response::Memory(memory)),
            None => self.fail(FailCode::NotObservable, format_args!("this system does not tell its memory use")),
        }
    }
}

impl Input<'_> {
    fn begin(&mut self, len: u32) {
        self.wanted = len as usize;
        self.got = 0;
    }

    /// Takes a piece in; what does not fit is counted only, and refused at the end.
    fn append(&mut self, bytes: &[u8]) {
        if let Some(place) = self.buffer.get_mut(self.got..self.got.saturating_add(bytes.len())) {
            place.copy_from_slice(bytes);
        }
        self.got = self.got.saturating_add(bytes.len());
    }

    /// The input, if as much came as was announced and all of it fits.
    fn complete(&self) -> Option<&[u8]> {
        if self.got == self.wanted { self.buffer.get(..self.got) } else { None }
    }
}
