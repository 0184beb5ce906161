//! One session with one agent: requests, their answers, and a deadline for each.
//!
//! Every method here either returns what was asked for, or a [`Stop`] that says whose doing it is that it does not.

use std::time::Duration;

use hil_model::sample::{Counter, Failure, Share};
use hil_wire::decode::{Decoder, Frame};
use hil_wire::frame::{CHUNK_OVERHEAD, Encoder, MAX_FRAME};
use hil_wire::message::{FailCode, MemoryUse, Request, Response, Sample, Temperature};
use hil_wire::version::{WIRE_VERSION, version_of_hello};

use crate::about::{AgentInfo, Offer};
use crate::bench::{Bench, End, Ending, Life, RigError, Trouble};
use crate::control::Control;
use crate::crash::{Blame, WHO_KILLS, blame, printable};
use crate::phase::Phase;
use crate::stop::Stop;

/// How often a wait looks whether the caller wants to stop.
const LOOK_UP: Duration = Duration::from_millis(50);
/// Pieces that may still make a message after the deadline: more than any one message is split into.
const LATE_PIECES: u32 = 64;
/// How long an agent that has closed its link may take to end: time to print a panic, or to dump core.
const TO_DIE: Duration = Duration::from_secs(2);
/// How long an agent with nothing to do may take to answer a small question.
const TO_ANSWER: Duration = Duration::from_secs(1);
/// Rounds of calibration: enough that some of them are undisturbed on a busy machine.
const CALIBRATION_ROUNDS: u32 = 1000;

/// What reading the counters costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calibration {
    pub(crate) least: Sample,
    pub(crate) clock_moves: bool,
}

/// A session that is open.
pub(crate) struct Session<'c> {
    life: Box<dyn Life>,
    control: Control<'c>,
    timeout: Duration,
    encoder: Encoder,
    out: [u8; MAX_FRAME],
    decoder: Decoder,
    /// What has arrived and is not yet decoded.
    arrived: Vec<u8>,
    /// The message that came last.
    body: Vec<u8>,
    hello: Option<AgentInfo>,
    /// The agent's clock and ours when the agent last told its own.
    last_now: (u64, Duration),
    end: Option<End>,
}

impl<'c> Session<'c> {
    /// Starts an agent and exchanges greetings. `tell` hears how far an agent is that takes its time.
    pub(crate) fn open(
        bench: &dyn Bench,
        control: Control<'c>,
        timeout: Duration,
        tell: &mut dyn FnMut(String),
    ) -> Result<(Self, AgentInfo), Stop> {
        let life = bench.start().map_err(not_started)?;
        let mut session = Self {
            life,
            control,
            timeout,
            encoder: Encoder::new(),
            out: [0; MAX_FRAME],
            decoder: Decoder::new(),
            arrived: Vec::new(),
            body: Vec::new(),
            hello: None,
            last_now: (0, control.clock.now()),
            end: None,
        };
        session.until_ready(tell)?;
        let hello = session.greet()?;
        session.hello = Some(hello.clone());
        Ok((session, hello))
    }

    /// Waits for the first byte of an agent that sends one when it is ready.
    fn until_ready(&mut self, tell: &mut dyn FnMut(String)) -> Result<(), Stop> {
        let Some(limit) = self.life.ready_within() else { return Ok(()) };
        let phase = Phase::Open;
        let give_up = self.control.clock.now() + limit;
        loop {
            if self.control.cancelled() {
                return Err(Stop::Cancelled);
            }
            let left = give_up.saturating_sub(self.control.clock.now());
            let open = self.life.receive(&mut self.arrived, left.min(LOOK_UP));
            self.life.news().into_iter().for_each(&mut *tell);
            if !self.arrived.is_empty() {
                return Ok(());
            }
            if open.is_err() {
                return Err(self.gone(phase));
            }
            if left.is_zero() {
                let end = self.life.end(Duration::ZERO);
                self.life.news().into_iter().for_each(&mut *tell);
                let message = match (&end.how, end.last_words.lines().rfind(|line| !line.trim().is_empty())) {
                    // It said why in the last moment.
                    (Ending::RigFailed(_) | Ending::Exited(_), Some(_)) => return Err(blamed(phase, &end)),
                    (_, Some(last)) => format!("; the last it said: {}", printable(last)),
                    (_, None) => String::new(),
                };
                return Err(Stop::rig(phase, format!("the agent was not ready within {} s{message}", limit.as_secs())));
            }
        }
    }

    /// What the agent has told of its progress since the last call.
    pub(crate) fn news(&mut self) -> Vec<String> {
        self.life.news()
    }

    fn greet(&mut self) -> Result<AgentInfo, Stop> {
        let phase = Phase::Handshake;
        self.send(phase, &Request::Hello { version: WIRE_VERSION })?;
        self.wait(phase, Duration::ZERO)?;
        if let Some(theirs) = version_of_hello(&self.body).filter(|version| *version != WIRE_VERSION) {
            return Err(Stop::lasting(
                phase,
                format!(
                    "the agent speaks wire version {theirs}, this hil speaks {WIRE_VERSION}; rebuild the older one"
                ),
            ));
        }
        let asked = self.control.clock.now();
        match self.reply(phase)? {
            Response::Hello { version: _, agent, image, clock, cpu, cycles, max_body, max_input, now } => {
                let hello = AgentInfo {
                    agent: printable(agent),
                    image: printable(image),
                    clock: Counter { name: printable(clock.name), hz: clock.hz },
                    cpu: cpu.map(printable),
                    cycles: cycles.map(printable),
                    max_body: usize::from(max_body),
                    max_input: usize::try_from(max_input).unwrap_or(usize::MAX),
                };
                if !(hello.clock.hz.is_finite() && hello.clock.hz > 0.0) || hello.max_body <= CHUNK_OVERHEAD {
                    return Err(Stop::lasting(
                        phase,
                        format!("the agent describes itself as {hello:?}, which cannot be"),
                    ));
                }
                self.last_now = (now, asked);
                Ok(hello)
            }
            other => Err(unexpected(phase, &other)),
        }
    }

    /// Whether the agent has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// How the agent ended, if it did.
    pub(crate) fn take_end(&mut self) -> Option<End> {
        self.end.take()
    }

    /// Tells the agent to end and waits for it; then ends it by force.
    pub(crate) fn close(&mut self) -> End {
        // An agent that is gone already needs no telling.
        let _ = self.send(Phase::Close, &Request::Bye);
        self.life.end(Phase::Close.patience(self.timeout))
    }

    pub(crate) fn kernels(&mut self) -> Result<Vec<Offer>, Stop> {
        let phase = Phase::Handshake;
        self.send(phase, &Request::ListKernels)?;
        let mut offers = Vec::new();
        loop {
            self.wait(phase, Duration::ZERO)?;
            match self.reply(phase)? {
                Response::Kernel { name, about } => {
                    offers.push(Offer { name: printable(name), about: printable(about) });
                }
                Response::Done { .. } => return Ok(offers),
                other => return Err(unexpected(phase, &other)),
            }
        }
    }

    pub(crate) fn load(&mut self, kernel: &str, input: &[u8]) -> Result<(), Stop> {
        let phase = Phase::Load;
        let (max_body, max_input) = self.hello.as_ref().map_or((0, 0), |hello| (hello.max_body, hello.max_input));
        if input.len() > max_input {
            return Err(Stop::lasting(
                phase,
                format!("an input of {} bytes is longer than the agent can take ({max_input})", input.len()),
            ));
        }
        self.send(phase, &Request::LoadBegin { len: u32::try_from(input.len()).unwrap_or(u32::MAX) })?;
        let piece = max_body.min(hil_wire::frame::MAX_BODY).saturating_sub(CHUNK_OVERHEAD).max(1);
        for bytes in input.chunks(piece) {
            self.send(phase, &Request::LoadChunk { bytes })?;
        }
        match self.ask(phase, &Request::LoadEnd { kernel })? {
            Response::Loaded => Ok(()),
            other => Err(unexpected(phase, &other)),
        }
    }

    pub(crate) fn verify(&mut self, kernel: &str) -> Result<(), Stop> {
        match self.ask(Phase::Verify, &Request::Verify { kernel })? {
            Response::Verified => Ok(()),
            other => Err(unexpected(Phase::Verify, &other)),
        }
    }

    pub(crate) fn calibrate(&mut self, kernel: &str) -> Result<Calibration, Stop> {
        match self.ask(Phase::Calibrate, &Request::Calibrate { kernel, rounds: CALIBRATION_ROUNDS })? {
            Response::Calibrated { least, clock_moves } => Ok(Calibration { least, clock_moves }),
            other => Err(unexpected(Phase::Calibrate, &other)),
        }
    }

    /// Runs `iterations` times and hands every sample to `sink` as soon as it arrives.
    pub(crate) fn run(
        &mut self,
        phase: Phase,
        kernel: &str,
        iterations: u32,
        sink: &mut dyn FnMut(Sample),
    ) -> Result<(), Stop> {
        self.send(phase, &Request::Run { kernel, iterations })?;
        let mut came = 0usize;
        let wanted = usize::try_from(iterations).unwrap_or(usize::MAX);
        loop {
            self.wait(phase, Duration::ZERO)?;
            match self.reply(phase)? {
                Response::Samples { samples } => {
                    came += samples.as_slice().len();
                    if came > wanted {
                        return Err(Stop::rig(phase, format!("the agent sent {came} samples, asked for {wanted}")));
                    }
                    samples.as_slice().iter().copied().for_each(&mut *sink);
                }
                Response::Done { now, .. } if came == wanted => return self.clock_moved(now),
                Response::Done { .. } => {
                    return Err(Stop::rig(phase, format!("the agent sent {came} samples, asked for {wanted}")));
                }
                other => return Err(unexpected(phase, &other)),
            }
        }
    }

    /// Fails when the agent's clock stood still while ours went on.
    pub(crate) fn clock_moved(&mut self, now: u64) -> Result<(), Stop> {
        let (before, seen) = self.last_now;
        let here = self.control.clock.now();
        let Some(AgentInfo { clock, .. }) = &self.hello else { return Ok(()) };
        // Fewer than ten ticks could hide between the two readings of a slow clock.
        let expected_ticks = here.saturating_sub(seen).as_secs_f64() * clock.hz;
        if now <= before && expected_ticks > 10.0 {
            return Err(Stop::Failed(Failure::ClockStuck { counter: clock.name.clone() }));
        }
        self.last_now = (now, here);
        Ok(())
    }

    pub(crate) fn answer(&mut self, kernel: &str) -> Result<u32, Stop> {
        match self.ask(Phase::Answer, &Request::Answer { kernel })? {
            Response::Answered { class } => Ok(class),
            other => Err(unexpected(Phase::Answer, &other)),
        }
    }

    /// Goes through a table and hands every case to `sink`: its name, and what was wrong with it. `false` when the kernel
    /// knows no such table.
    pub(crate) fn conform(
        &mut self,
        kernel: &str,
        table: &str,
        sink: &mut dyn FnMut(&str, Option<&str>),
    ) -> Result<bool, Stop> {
        let phase = Phase::Conform;
        self.each(phase, &Request::Conform { kernel, table }, FailCode::UnknownTable, &mut |response| match response {
            Response::Case { name, broken } => {
                sink(name, broken);
                Ok(())
            }
            other => Err(unexpected(phase, &other)),
        })
    }

    /// Has every result compared with its reference and hands every deviation to `sink`: the name of its case and the
    /// relative error. `false` when the kernel has no reference.
    pub(crate) fn deviate(&mut self, kernel: &str, sink: &mut dyn FnMut(&str, f64)) -> Result<bool, Stop> {
        let phase = Phase::Deviate;
        self.each(phase, &Request::Deviate { kernel }, FailCode::NotObservable, &mut |response| match response {
            Response::Deviation { name, error } => {
                sink(name, error);
                Ok(())
            }
            other => Err(unexpected(phase, &other)),
        })
    }

    /// Has a profile of the kernel's work taken and hands every entry of it to `sink`. `false` when the kernel has none.
    pub(crate) fn profile(&mut self, kernel: &str, sink: &mut dyn FnMut(Share)) -> Result<bool, Stop> {
        let phase = Phase::Profile;
        self.each(phase, &Request::Profile { kernel }, FailCode::NotObservable, &mut |response| match response {
            Response::Share { part, group, samples, of } if samples <= of => {
                sink(Share { part: printable(part), group, samples, of });
                Ok(())
            }
            Response::Share { samples, of, .. } => {
                Err(Stop::rig(phase, format!("the agent tells {samples} samples of {of}, which cannot be")))
            }
            other => Err(unexpected(phase, &other)),
        })
    }

    /// Sends a request whose answer is a list, and hands every entry of it to `take`. `false` when the agent says `unknown`
    /// instead.
    fn each(
        &mut self,
        phase: Phase,
        request: &Request<'_>,
        unknown: FailCode,
        take: &mut dyn FnMut(Response<'_>) -> Result<(), Stop>,
    ) -> Result<bool, Stop> {
        self.send(phase, request)?;
        loop {
            self.wait(phase, Duration::ZERO)?;
            match self.message(phase)? {
                Response::Failed { code, .. } if code == unknown => return Ok(false),
                Response::Done { .. } => return Ok(true),
                _ => take(self.reply(phase)?)?,
            }
        }
    }

    /// Bytes of the weights of the kernel's model; nothing where it does not say.
    pub(crate) fn weigh(&mut self, kernel: &str) -> Result<Option<u64>, Stop> {
        match self.ask_if_told(Phase::Weigh, &Request::Weigh { kernel })? {
            None => Ok(None),
            Some(Response::Weight { bytes }) => Ok(Some(bytes)),
            Some(other) => Err(unexpected(Phase::Weigh, &other)),
        }
    }

    /// How warm the processor is: the sensor and degrees Celsius; nothing where the machine cannot tell.
    pub(crate) fn temperature(&mut self) -> Result<Option<(String, f64)>, Stop> {
        match self.ask_if_told(Phase::Temperature, &Request::Temperature)? {
            None => Ok(None),
            Some(Response::Temperature(Temperature { sensor, milli_celsius })) => {
                Ok(Some((printable(sensor), f64::from(milli_celsius) / 1000.0)))
            }
            Some(other) => Err(unexpected(Phase::Temperature, &other)),
        }
    }

    /// The largest memory use so far; nothing where the machine cannot tell.
    pub(crate) fn memory(&mut self, kernel: &str) -> Result<Option<MemoryUse>, Stop> {
        match self.ask_if_told(Phase::Memory, &Request::Memory { kernel })? {
            None => Ok(None),
            Some(Response::Memory(memory)) => Ok(Some(memory)),
            Some(other) => Err(unexpected(Phase::Memory, &other)),
        }
    }

    pub(crate) fn now(&mut self, phase: Phase) -> Result<u64, Stop> {
        match self.ask(phase, &Request::Now)? {
            Response::Now { now } => Ok(now),
            other => Err(unexpected(phase, &other)),
        }
    }

    /// As [`Session::ask`]; nothing where the kernel or the machine cannot tell.
    pub(crate) fn ask_if_told(&mut self, phase: Phase, request: &Request<'_>) -> Result<Option<Response<'_>>, Stop> {
        self.send(phase, request)?;
        self.wait(phase, Duration::ZERO)?;
        match self.message(phase)? {
            Response::Failed { code: FailCode::NotObservable, .. } => Ok(None),
            _ => self.reply(phase).map(Some),
        }
    }

    /// Sends a request and waits for its one answer.
    fn ask(&mut self, phase: Phase, request: &Request<'_>) -> Result<Response<'_>, Stop> {
        self.send(phase, request)?;
        self.wait(phase, Duration::ZERO)?;
        self.reply(phase)
    }

    pub(crate) fn send(&mut self, phase: Phase, request: &Request<'_>) -> Result<(), Stop> {
        let frame = match self.encoder.encode(request, &mut self.out) {
            Ok(frame) => frame,
            Err(error) => return Err(Stop::rig(phase, error.to_string())),
        };
        match self.life.send(frame) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.gone(phase)),
        }
    }

    /// Waits for the next message, as long as the phase allows and `extra` more.
    pub(crate) fn wait(&mut self, phase: Phase, extra: Duration) -> Result<(), Stop> {
        let give_up = self.control.clock.now() + phase.patience(self.timeout) + extra;
        let mut late_pieces = 0;
        loop {
            // First, so that an agent that never stops talking can be interrupted.
            if self.control.cancelled() {
                return Err(Stop::Cancelled);
            }
            let mut bytes = self.arrived.as_slice();
            let result = self.decoder.feed(&mut bytes);
            let used = self.arrived.len() - bytes.len();
            match result {
                Some(Ok(Frame { lost: None, body })) => {
                    self.body.clear();
                    self.body.extend_from_slice(body);
                    self.arrived.drain(..used);
                    return Ok(());
                }
                Some(Ok(Frame { lost: Some(lost), .. })) => return Err(corrupt(phase, &lost.to_string())),
                Some(Err(error)) => return Err(corrupt(phase, &error.to_string())),
                None => self.arrived.clear(),
            }
            let left = give_up.saturating_sub(self.control.clock.now());
            // This process may itself have been held up: what came meanwhile is taken in before it counts as missing.
            let patience = if left.is_zero() { LOOK_UP } else { left.min(LOOK_UP) };
            if self.life.receive(&mut self.arrived, patience).is_err() {
                return Err(self.gone(phase));
            }
            if left.is_zero() {
                // Bytes that never make a frame are no answer either.
                late_pieces += 1;
                if self.arrived.is_empty() || late_pieces > LATE_PIECES {
                    return Err(self.silence(phase));
                }
            }
        }
    }

    /// The message that came last.
    pub(crate) fn message(&self, phase: Phase) -> Result<Response<'_>, Stop> {
        let frame = Frame { lost: None, body: &self.body };
        frame.message().ok_or_else(|| Stop::rig(phase, "the agent sent a message that this version does not know"))
    }

    /// The message that came last, unless it reports a failure.
    pub(crate) fn reply(&self, phase: Phase) -> Result<Response<'_>, Stop> {
        match self.message(phase)? {
            Response::Failed { code, detail } => Err(failed(phase, code, &printable(detail))),
            response => Ok(response),
        }
    }

    /// Nothing came in time: find out whether the agent is busy, waits for a request that got lost, or is no more.
    fn silence(&mut self, phase: Phase) -> Stop {
        let stop = if phase.runs_kernel() && self.is_busy() {
            Stop::Failed(Failure::TimedOut { after: self.timeout })
        } else if phase.runs_kernel() {
            corrupt(phase, "a request or its answer got lost")
        } else {
            Stop::rig(phase, format!("the agent did not answer within {:?}", phase.patience(self.timeout)))
        };
        let end = self.life.end(Duration::ZERO);
        let lived_on = end.how == Ending::Stopped;
        let what_became_of_it = blamed(phase, &end);
        self.end = Some(end);
        // One that ended before this may have left its end of the link to something that it started, so the link is
        // open and silent.
        if lived_on { stop } else { what_became_of_it }
    }

    /// Whether the agent is in the middle of something. One that is not answers a small question at once.
    fn is_busy(&mut self) -> bool {
        if self.send(Phase::Memory, &Request::Now).is_err() {
            return false;
        }
        let give_up = self.control.clock.now() + TO_ANSWER;
        loop {
            let mut bytes = self.arrived.as_slice();
            let result = self.decoder.feed(&mut bytes);
            let used = self.arrived.len() - bytes.len();
            match result {
                // A late answer to what was asked before: it was busy until now, which is too long.
                Some(Ok(frame @ Frame { lost: None, .. })) => {
                    return !matches!(
                        frame.message(),
                        Some(
                            Response::Now { .. }
                                | Response::Failed { code: FailCode::LostFrame | FailCode::BadFrame, .. }
                        )
                    );
                }
                Some(Ok(_) | Err(_)) => return false,
                None => {
                    self.arrived.drain(..used);
                }
            }
            let left = give_up.saturating_sub(self.control.clock.now());
            if left.is_zero() || self.control.cancelled() {
                return true;
            }
            if self.life.receive(&mut self.arrived, left.min(LOOK_UP)).is_err() {
                return true;
            }
        }
    }

    /// The agent has closed the link: find out how it ended, and whose doing that was.
    fn gone(&mut self, phase: Phase) -> Stop {
        let end = self.life.end(TO_DIE);
        let stop = blamed(phase, &end);
        self.end = Some(end);
        stop
    }
}

/// What it amounts to that there is no agent.
fn not_started(error: RigError) -> Stop {
    match error {
        RigError::Agent { phase, message, trouble } => Stop::Rig { phase, message, trouble },
        RigError::Spawn { .. } => Stop::lasting(Phase::Open, error.to_string()),
    }
}

/// What the end of an agent amounts to.
fn blamed(phase: Phase, end: &End) -> Stop {
    match blame(end) {
        Blame::Code { detail } if phase.runs_kernel() => Stop::Failed(Failure::Crashed { detail }),
        Blame::Code { detail } if phase == Phase::Handshake => Stop::lasting(
            phase,
            format!(
                "the program ended before it said who it is ({detail}); does its main call hil_desktop::agent_main?"
            ),
        ),
        Blame::Code { detail } => Stop::rig(phase, format!("the agent ended: {detail}")),
        Blame::Rig { message } => {
            let trouble = if let Ending::RigFailed(trouble) = end.how { trouble } else { Trouble::Passing };
            Stop::Rig { phase, message, trouble }
        }
    }
}

fn corrupt(phase: Phase, what: &str) -> Stop {
    Stop::rig(phase, format!("the link is corrupt: {what}; does something else write to it?"))
}

pub(crate) fn unexpected(phase: Phase, response: &Response<'_>) -> Stop {
    Stop::rig(
        phase,
        format!("the agent answered with {}, which is no answer to that", printable(&format!("{response:?}"))),
    )
}

/// What a failure that the agent reports amounts to.
pub(crate) fn failed(phase: Phase, code: FailCode, detail: &str) -> Stop {
    let detail = detail.to_owned();
    match code {
        FailCode::WrongResult => Stop::Failed(Failure::WrongResult { detail }),
        FailCode::Crashed => Stop::Failed(Failure::Crashed { detail }),
        FailCode::KilledFromOutside => Stop::rig(phase, format!("{detail}; {WHO_KILLS}")),
        FailCode::BadFrame | FailCode::LostFrame => {
            Stop::rig(phase, format!("the link to the agent is corrupt: {detail}"))
        }
        FailCode::BadRequest => Stop::lasting(phase, format!("the agent does not know a request: {detail}")),
        FailCode::UnknownKernel | FailCode::UnknownTable | FailCode::NoClass => Stop::lasting(phase, detail),
        FailCode::BadLoad => Stop::rig(phase, format!("the input did not arrive whole: {detail}")),
        FailCode::InputRefused => Stop::lasting(phase, format!("the kernel does not accept the input: {detail}")),
        FailCode::CouldNotRun | FailCode::TooLate | FailCode::NotObservable => Stop::rig(phase, detail),
    }
}
