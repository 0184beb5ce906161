//! An agent that runs elsewhere, such as on a board, behind a child process that carries bytes to it and back.
//!
//! Two things differ from an agent that is the child itself. It takes its time: an image is flashed and booted before the
//! agent can answer, so the child sends something (an empty frame, which readers skip) once it runs, and no deadline of
//! the session begins before. And the child can fail by itself, with its probe, its cable or its board: only one exit status
//! means that the measured code ended itself. Whatever else ends the child, a signal included, is a fault of the rig.

use std::time::Duration;

use hil_model::lab::BenchInfo;

use crate::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError, Trouble};
use crate::crash::{Blame, blame};
use crate::phase::Phase;
use crate::process::ProcessBench;

/// The exit status of a Rust program that panicked, by which an agent's own end is recognised.
const PANICKED: i32 = 101;

/// The child's exit status when what it needs is not there or used by somebody else; `EX_UNAVAILABLE` of sysexits.h.
pub const ABSENT: u8 = 69;
/// Its exit status when trying again cannot help, such as with an image for another chip; `EX_CONFIG` of sysexits.h.
pub const LASTING: u8 = 78;

/// How long a child that has closed its output may take to end.
const TO_DIE: Duration = Duration::from_secs(2);

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
        Self { child, agreement }
    }
}

impl Bench for CarriedBench {
    fn info(&self) -> &BenchInfo {
        self.child.info()
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let Agreement { ready_within, code_status } = self.agreement;
        let mut life = self.child.start()?;
        let mut first = Vec::new();
        let waited = life.receive(&mut first, ready_within);
        let (phase, trouble) = (Phase::Open, Trouble::Passing);
        if waited.is_ok() && first.is_empty() {
            let message = format!("the board was not ready within {} s", ready_within.as_secs());
            return Err(RigError::Agent { phase, message, trouble });
        }
        let mut carried = CarriedLife { life, first, code_status };
        if waited.is_err() {
            // It ended instead. That the code did it is found, with its last words, by whoever speaks to it next.
            let end = carried.end(TO_DIE);
            let trouble = if let Ending::RigFailed(trouble) = end.how { trouble } else { trouble };
            if let Blame::Rig { message } = blame(&end) {
                return Err(RigError::Agent { phase, message, trouble });
            }
        }
        Ok(Box::new(carried))
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
    /// What came while it was waited for.
    first: Vec<u8>,
    code_status: i32,
}

impl Link for CarriedLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.life.send(bytes)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        if self.first.is_empty() {
            return self.life.receive(buffer, timeout);
        }
        buffer.append(&mut self.first);
        Ok(())
    }
}

impl Life for CarriedLife {
    fn end(&mut self, grace: Duration) -> End {
        let end = self.life.end(grace);
        match end.how {
            Ending::Exited(status) if status != 0 && status != self.code_status => {
                End { how: Ending::RigFailed(trouble_of(status)), ..end }
            }
            Ending::Crashed { .. } => End { how: Ending::RigFailed(Trouble::Passing), ..end },
            // How the child says it stays between the two: to the session, the code panicked.
            Ending::Exited(status) if status == self.code_status => End { how: Ending::Exited(PANICKED), ..end },
            _ => end,
        }
    }
}
