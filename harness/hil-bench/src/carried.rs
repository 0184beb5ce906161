//! An agent that runs elsewhere, such as on a board, behind a child process that carries bytes to it and back.
//!
//! Two things differ from an agent that is the child itself. It takes its time: an image is flashed and booted before the
//! agent can answer, so the child sends something (an empty frame, which readers skip) once it runs, and no deadline of
//! the session begins before; meanwhile it tells how far it is, in lines of standard error that begin with [`PROGRESS`].
//! And the child can fail by itself, with its probe, its cable or its board: only one exit status means that the measured
//! code ended itself. Whatever else ends the child, a signal included, is a fault of the rig.

use std::time::Duration;

use hil_model::lab::BenchInfo;

use crate::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError, Trouble};
use crate::process::ProcessBench;

/// How a line of the child's standard error begins that tells how far it is. Every other line is last words.
pub const PROGRESS: &str = "[hil bridge] ";

/// The exit status of a Rust program that panicked, by which an agent's own end is recognised.
const PANICKED: i32 = 101;
/// The child's exit status when what it needs is not there or used by somebody else; `EX_UNAVAILABLE` of sysexits.h.
pub const ABSENT: u8 = 69;
/// Its exit status when trying again cannot help, such as with an image for another chip; `EX_CONFIG` of sysexits.h.
pub const LASTING: u8 = 78;

/// What is agreed with the child.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    /// It sends something within this time.
    pub ready_within: Duration,
    /// Its exit status when the measured code ended itself, whose last words are then on standard error.
    pub code_status: i32,
}

/// Starts agents behind child processes.
#[derive(Debug, Clone)]
pub struct CarriedBench {
    child: ProcessBench,
    agreement: Agreement,
}

impl CarriedBench {
    /// A bench whose children keep to `agreement`.
    #[must_use]
    pub fn new(child: ProcessBench, agreement: Agreement) -> Self {
        Self { child: child.with_news(PROGRESS), agreement }
    }
}

impl Bench for CarriedBench {
    fn info(&self) -> &BenchInfo {
        self.child.info()
    }

    /// Returns at once; the session waits for the first byte, so that its caller can stop meanwhile.
    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let life = self.child.start()?;
        Ok(Box::new(CarriedLife { life, agreement: self.agreement }))
    }
}

/// What helps against a child that ended with this status.
fn trouble_of(status: i32) -> Trouble {
    match u8::try_from(status) {
        Ok(ABSENT) => Trouble::Absent,
        Ok(LASTING) => Trouble::Lasting,
        _ => Trouble::Passing,
    }
}

struct CarriedLife {
    life: Box<dyn Life>,
    agreement: Agreement,
}

impl Link for CarriedLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.life.send(bytes)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        self.life.receive(buffer, timeout)
    }
}

impl Life for CarriedLife {
    fn end(&mut self, grace: Duration) -> End {
        let code_status = self.agreement.code_status;
        let end = self.life.end(grace);
        match end.how {
            Ending::Exited(status) if status != 0 && status != code_status => {
                End { how: Ending::RigFailed(trouble_of(status)), ..end }
            }
            Ending::Crashed { .. } => End { how: Ending::RigFailed(Trouble::Passing), ..end },
            // How the child says it stays between the two: to the session, the code panicked.
            Ending::Exited(status) if status == code_status => End { how: Ending::Exited(PANICKED), ..end },
            _ => end,
        }
    }

    fn ready_within(&self) -> Option<Duration> {
        Some(self.agreement.ready_within)
    }

    fn news(&mut self) -> Vec<String> {
        self.life.news()
    }
}
