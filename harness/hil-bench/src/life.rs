//! One life of an agent, and what is known about it: what it has loaded, what was verified.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_model::data::Dataset;
use hil_model::id::WorkloadId;
use hil_model::power::Converter;
use hil_wire::message::{FailCode, Request, Response};

use crate::about::AgentInfo;
use crate::bench::{Bench, End};
use crate::control::{Control, HostClock};
use crate::crash::printable;
use crate::phase::Phase;
use crate::pieces::middle;
use crate::session::{Calibration, Session, failed};
use crate::stop::Stop;

/// A workload, resolved to what an agent understands.
pub(crate) struct Subject<'j> {
    pub(crate) id: &'j WorkloadId,
    pub(crate) kernel: &'j str,
    pub(crate) input: Input<'j>,
}

/// What a kernel is given.
pub(crate) enum Input<'j> {
    /// Its own known-answer input.
    BuiltIn,
    /// A program with its arguments.
    Command(Vec<u8>),
    /// Items, one after the other.
    Items(&'j Dataset),
}

/// What a kernel holds at the moment.
#[derive(PartialEq, Eq)]
enum Loaded {
    BuiltIn,
    Item { workload: WorkloadId, item: usize },
}

/// A life.
pub(crate) struct AgentLife<'c> {
    pub(crate) session: Session<'c>,
    pub(crate) info: AgentInfo,
    /// What meters the power, once it has been asked for; nothing in it where nothing does.
    pub(crate) converter: Option<Option<Converter>>,
    /// By kernel.
    loaded: BTreeMap<String, Loaded>,
    verified: BTreeSet<WorkloadId>,
    calibrated: BTreeSet<WorkloadId>,
    /// Length of a piece by kernel; nothing for one that takes its input whole.
    pieces: BTreeMap<String, Option<usize>>,
}

impl<'c> AgentLife<'c> {
    pub(crate) fn open(
        bench: &dyn Bench,
        control: Control<'c>,
        timeout: Duration,
        tell: &mut dyn FnMut(String),
    ) -> Result<Self, Stop> {
        let (session, info) = Session::open(bench, control, timeout, tell)?;
        Ok(Self {
            session,
            info,
            converter: None,
            loaded: BTreeMap::new(),
            verified: BTreeSet::new(),
            calibrated: BTreeSet::new(),
            pieces: BTreeMap::new(),
        })
    }

    /// Compares with the known answer.
    pub(crate) fn verify(&mut self, subject: &Subject<'_>) -> Result<(), Stop> {
        if let Input::Command(_) = subject.input {
            // A program has no built-in input, and keeps the one it has.
            self.give(subject, 0)?;
            self.session.verify(subject.kernel)?;
        } else {
            // Without an answer nobody knows what the kernel holds.
            self.loaded.remove(subject.kernel);
            self.session.verify(subject.kernel)?;
            self.loaded.insert(subject.kernel.to_owned(), Loaded::BuiltIn);
        }
        self.verified.insert(subject.id.clone());
        Ok(())
    }

    /// Compares with the known answer unless that was done in this life.
    pub(crate) fn verify_once(&mut self, subject: &Subject<'_>) -> Result<(), Stop> {
        if self.verified.contains(subject.id) { Ok(()) } else { self.verify(subject) }
    }

    /// Measures what reading the counters costs, unless that was done for this workload in this life.
    pub(crate) fn calibrate_once(&mut self, subject: &Subject<'_>) -> Result<Option<Calibration>, Stop> {
        if !self.calibrated.insert(subject.id.clone()) {
            return Ok(None);
        }
        self.session.calibrate(subject.kernel).map(Some)
    }

    /// Length of a piece of the kernel's input; nothing for a kernel that takes its input whole.
    fn piece(&mut self, kernel: &str) -> Result<Option<usize>, Stop> {
        if let Some(piece) = self.pieces.get(kernel) {
            return Ok(*piece);
        }
        let piece = self.session.piece(kernel)?;
        self.pieces.insert(kernel.to_owned(), piece);
        Ok(piece)
    }

    /// What the kernel says to the item with number `number`: to the whole of it at once, or behind the last of its pieces.
    pub(crate) fn answer(&mut self, subject: &Subject<'_>, number: usize) -> Result<u32, Stop> {
        let kernel = subject.kernel;
        let (Some(piece), Input::Items(dataset)) = (self.piece(kernel)?, &subject.input) else {
            self.give(subject, number)?;
            return self.session.answer(kernel);
        };
        let phase = Phase::Answer;
        let Some(item) = dataset.items.get(number) else { return Err(Stop::rig(phase, "there is no such item")) };
        let (name, len) = (&item.name, item.input.len());
        if len < piece {
            let why = format!("{name} has {len} bytes, and {kernel} takes pieces of {piece}");
            return Err(Stop::rig(phase, why));
        }
        // It holds the last piece that it heard.
        self.loaded.remove(kernel);
        let class = self.session.hear(kernel, piece, &item.input)?;
        class.ok_or_else(|| Stop::rig(phase, format!("{kernel} heard all of {name} and named no class")))
    }

    /// Sees to it that the kernel holds the input with number `item` of the subject; numbers wrap around. A kernel that
    /// takes its input in pieces is given the one in the middle, because one iteration hears one piece.
    pub(crate) fn give(&mut self, subject: &Subject<'_>, item: usize) -> Result<(), Stop> {
        let (wanted, bytes): (Loaded, &[u8]) = match &subject.input {
            Input::BuiltIn if self.loaded.get(subject.kernel) == Some(&Loaded::BuiltIn) => return Ok(()),
            // Comparing with the known answer is what loads the built-in input.
            Input::BuiltIn => return self.verify(subject),
            Input::Command(argv) => (Loaded::Item { workload: subject.id.clone(), item: 0 }, argv),
            Input::Items(dataset) => {
                let item = item % dataset.items.len().max(1);
                let bytes = dataset.items.get(item).map_or(&[][..], |item| &item.input);
                (Loaded::Item { workload: subject.id.clone(), item }, bytes)
            }
        };
        if self.loaded.get(subject.kernel) == Some(&wanted) {
            return Ok(());
        }
        let bytes = match subject.input {
            Input::Items(_) => self.piece(subject.kernel)?.map_or(bytes, |piece| middle(bytes, piece)),
            Input::BuiltIn | Input::Command(_) => bytes,
        };
        self.loaded.remove(subject.kernel);
        self.session.load(subject.kernel, bytes)?;
        self.loaded.insert(subject.kernel.to_owned(), wanted);
        Ok(())
    }

    /// Waits until the agent has done what it was asked before. What it has to say about that is passed over, unless
    /// it is that the measured code failed. It may take as long as one iteration, given by `timeout`.
    pub(crate) fn catch_up(&mut self, clock: &dyn HostClock, timeout: Duration) -> Result<(), Stop> {
        let phase = Phase::Verify;
        let give_up = clock.now() + phase.patience(timeout);
        // An agent answers in the order in which it was asked, so everything before this answer is about the past.
        self.session.send(phase, &Request::Now)?;
        let mut result = Ok(());
        loop {
            self.session.wait(phase, Duration::ZERO)?;
            match self.session.message(phase)? {
                Response::Now { .. } => return result,
                Response::Failed { code: FailCode::NotObservable, .. } => {}
                Response::Failed { code, detail } => result = Err(failed(phase, code, &printable(detail))),
                _ if clock.now() > give_up => {
                    let why = "the agent went on for too long to be compared with the known answer once more";
                    return Err(Stop::rig(phase, why));
                }
                _ => {}
            }
        }
    }

    /// Ends the agent as it should be ended.
    pub(crate) fn close(mut self, tell: &mut dyn FnMut(String)) -> End {
        let end = self.session.close();
        self.session.news().into_iter().for_each(tell);
        end
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use hil_model::id::PlatformId;
    use hil_model::lab::{BenchInfo, Evidence};
    use hil_wire::frame::{Encoder, MAX_FRAME};
    use hil_wire::message::{Clock, FailCode, Response};

    use super::AgentLife;
    use crate::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError};
    use crate::control::{Control, HostClock};
    use crate::stop::Stop;

    #[derive(Clone, Default)]
    struct Milliseconds(Rc<Cell<u64>>);

    impl HostClock for Milliseconds {
        fn now(&self) -> Duration {
            Duration::from_millis(self.0.get())
        }
    }

    /// Says one message every millisecond: `first`, and then `on_and_on` for ever, whatever it is asked.
    struct Recited {
        info: BenchInfo,
        clock: Milliseconds,
        first: &'static [Response<'static>],
        on_and_on: Response<'static>,
    }

    struct RecitedLife {
        clock: Milliseconds,
        first: std::slice::Iter<'static, Response<'static>>,
        on_and_on: Response<'static>,
        encoder: Encoder,
    }

    impl Bench for Recited {
        fn info(&self) -> &BenchInfo {
            &self.info
        }
        fn start(&self) -> Result<Box<dyn Life>, RigError> {
            let (clock, first, on_and_on) = (self.clock.clone(), self.first.iter(), self.on_and_on);
            Ok(Box::new(RecitedLife { clock, first, on_and_on, encoder: Encoder::new() }))
        }
    }

    impl Link for RecitedLife {
        fn send(&mut self, _: &[u8]) -> Result<(), LinkGone> {
            Ok(())
        }
        fn receive(&mut self, buffer: &mut Vec<u8>, _: Duration) -> Result<(), LinkGone> {
            self.clock.0.set(self.clock.0.get() + 1);
            let mut out = [0; MAX_FRAME];
            let message = self.first.next().unwrap_or(&self.on_and_on);
            buffer.extend(self.encoder.encode(message, &mut out).unwrap());
            Ok(())
        }
    }

    impl Life for RecitedLife {
        fn end(&mut self, _: Duration) -> End {
            End { how: Ending::Stopped, last_words: String::new() }
        }
    }

    const HELLO: Response<'_> = Response::Hello {
        version: 1,
        agent: "recited",
        image: "1",
        clock: Clock { name: "c", hz: 1.0 },
        cpu: None,
        cycles: None,
        max_body: 1024,
        max_input: 0,
        now: 0,
    };
    const CASE: Response<'_> = Response::Case { name: "one", broken: None };

    /// What becomes of catching up with an agent that says this after its greeting.
    fn catch_up(first: &'static [Response<'static>], on_and_on: Response<'static>) -> (Result<(), Stop>, Duration) {
        let info = BenchInfo::new(PlatformId::new("recited").unwrap(), Evidence::Emulated, 1);
        let (clock, cancel) = (Milliseconds::default(), AtomicBool::new(false));
        let bench = Recited { info, clock: clock.clone(), first, on_and_on };
        let timeout = Duration::from_millis(500);
        let mut life =
            AgentLife::open(&bench, Control { cancel: &cancel, clock: &clock }, timeout, &mut |_| {}).unwrap();
        (life.catch_up(&clock, timeout), clock.now())
    }

    #[test]
    fn what_the_agent_still_has_to_say_is_passed_over_unless_the_code_failed() {
        let now = Response::Now { now: 7 };
        assert_eq!(catch_up(&[HELLO, CASE, CASE], now).0, Ok(()));
        const WRONG: Response<'_> = Response::Failed { code: FailCode::WrongResult, detail: "at 3" };
        assert!(matches!(catch_up(&[HELLO, CASE, WRONG], now).0, Err(Stop::Failed(_))));
    }

    #[test]
    fn an_agent_that_never_comes_to_an_end_is_not_waited_for() {
        let (result, took) = catch_up(&[HELLO], CASE);
        assert!(matches!(result, Err(Stop::Rig { .. })), "{result:?}");
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}
