//! An agent that runs elsewhere, such as on a board, behind a child process that carries bytes to it and back.
//!
//! Two things differ from an agent that is the child itself. It takes its time: an image is flashed and booted before the
//! agent can answer, so the child sends something (an empty frame, which readers skip) once it runs, and no deadline of
//! the session begins before. And the child can fail by itself: it ends with a status of its own when the probe, the cable
//! or the board failed, which is a fault of the rig and never the measured code's.

use std::time::Duration;

use hil_model::lab::BenchInfo;

use crate::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError};
use crate::phase::Phase;
use crate::process::ProcessBench;

/// What is agreed with the child.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    /// It sends something within this time.
    pub ready_within: Duration,
    /// Its exit status when what it stands on failed.
    pub rig_status: i32,
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
        let Agreement { ready_within, rig_status } = self.agreement;
        let mut life = self.child.start()?;
        let mut first = Vec::new();
        // A child that ended instead is found, with its last words, by whoever speaks to it next.
        if life.receive(&mut first, ready_within).is_ok() && first.is_empty() {
            let message = format!("the board was not ready within {} s", ready_within.as_secs());
            return Err(RigError::Agent { phase: Phase::Open, message });
        }
        Ok(Box::new(CarriedLife { life, first, rig_status }))
    }
}

struct CarriedLife {
    life: Box<dyn Life>,
    /// What came while it was waited for.
    first: Vec<u8>,
    rig_status: i32,
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
            Ending::Exited(status) if status == self.rig_status => End { how: Ending::RigFailed, ..end },
            _ => end,
        }
    }
}
