//! Agents that never stop talking: the caller can stop them, and so can the deadline.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError};
use hil_bench::control::Control;
use hil_bench::inquire::inquire;
use hil_model::id::PlatformId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::clock::VirtualClock;
use hil_testkit::jobs::PLATFORM;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Clock, Response};

/// Says `first` once and then `on_and_on` for ever, whatever it is asked.
#[derive(Clone)]
struct Talkative {
    info: BenchInfo,
    first: Vec<u8>,
    on_and_on: Vec<u8>,
    clock: VirtualClock,
    /// The caller's wish to stop comes with what is said on and on.
    cancel: Option<Arc<AtomicBool>>,
}

impl Bench for Talkative {
    fn info(&self) -> &BenchInfo {
        &self.info
    }
    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        Ok(Box::new(self.clone()))
    }
}

impl Link for Talkative {
    fn send(&mut self, _: &[u8]) -> Result<(), LinkGone> {
        Ok(())
    }
    fn receive(&mut self, buffer: &mut Vec<u8>, _: Duration) -> Result<(), LinkGone> {
        self.clock.advance(Duration::from_millis(1));
        if !self.first.is_empty() {
            buffer.append(&mut self.first);
            return Ok(());
        }
        if let Some(cancel) = &self.cancel {
            cancel.store(true, Ordering::SeqCst);
        }
        buffer.extend(&self.on_and_on);
        Ok(())
    }
}

impl Life for Talkative {
    fn end(&mut self, _: Duration) -> End {
        End { how: Ending::Stopped, last_words: String::new() }
    }
}

/// What becomes of asking such an agent for its kernels.
fn ask(
    first: &[Response<'_>],
    on_and_on: impl FnOnce(&mut Encoder) -> Vec<u8>,
    cancels: bool,
) -> Result<usize, String> {
    let (mut encoder, mut out) = (Encoder::new(), [0; MAX_FRAME]);
    let first = first.iter().flat_map(|message| encoder.encode(message, &mut out).unwrap().to_vec()).collect();
    let cancel = Arc::new(AtomicBool::new(false));
    let info = BenchInfo::new(PlatformId::new(PLATFORM).unwrap(), Evidence::Emulated, 1);
    let clock = VirtualClock::default();
    let bench = Talkative {
        info,
        first,
        on_and_on: on_and_on(&mut encoder),
        clock: clock.clone(),
        cancel: cancels.then(|| Arc::clone(&cancel)),
    };
    let control = Control { cancel: &cancel, clock: &clock };
    inquire(&bench, control).map(|(_, offers)| offers.len()).map_err(|error| error.to_string())
}

fn hello() -> Response<'static> {
    Response::Hello {
        version: 1,
        agent: "talkative",
        image: "1",
        clock: Clock { name: "c", hz: 1.0 },
        cpu: None,
        cycles: None,
        max_body: 1024,
        max_input: 0,
        now: 0,
    }
}

/// A list of three kernels, all in one piece.
fn kernels(encoder: &mut Encoder) -> Vec<u8> {
    let kernel = Response::Kernel { name: "one", about: "of many" };
    let said = [kernel, kernel, kernel, Response::Done { count: 3, now: 1 }];
    let mut out = [0; MAX_FRAME];
    said.iter().flat_map(|message| encoder.encode(message, &mut out).unwrap().to_vec()).collect()
}

#[test]
fn the_caller_is_heard_while_there_is_more_to_read() {
    assert_eq!(ask(&[hello()], kernels, false), Ok(3));
    let stopped = ask(&[hello()], kernels, true).unwrap_err();
    assert!(stopped.contains("interrupted"), "{stopped}");
}

#[test]
fn bytes_that_never_make_a_frame_are_no_answer() {
    let error = ask(&[hello()], |_| b"and on and on ".to_vec(), false).unwrap_err();
    assert!(error.contains("did not answer within 10s"), "{error}");
}
