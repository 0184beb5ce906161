//! What a bench is: something that can start an agent and talk to it.
//!
//! A bench and its lives know nothing of messages: they carry bytes and say how an agent ended.

use std::time::Duration;

use hil_model::lab::BenchInfo;

use crate::callgrind::{Dump, DumpError};

/// Bytes to and from an agent.
pub trait Link {
    /// Sends all `bytes`, or queues them; never waits for an agent that does not read.
    ///
    /// # Errors
    /// [`LinkGone`] when the agent has closed its end.
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone>;

    /// Appends what has arrived to `buffer`, waiting up to `timeout` for the first byte. Appends nothing when nothing
    /// came in time.
    ///
    /// # Errors
    /// [`LinkGone`] when the agent has closed its end and everything that it sent was handed out.
    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone>;
}

/// One life of an agent, from its start to its end. Dropping it ends the agent and everything that it started.
pub trait Life: Link {
    /// Waits up to `grace` for the agent to end by itself, then ends it by force, and says which of the two it was.
    fn end(&mut self, grace: Duration) -> End;

    /// How long it may take until it sends its first byte, where it takes its time and sends one by itself when it can
    /// be spoken to. Whoever started it waits for that byte before anything is due from it.
    fn ready_within(&self) -> Option<Duration> {
        None
    }

    /// What it has told of its progress since the last call, a line each.
    fn news(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Something that can start an agent.
pub trait Bench {
    /// What it is.
    fn info(&self) -> &BenchInfo;

    /// Starts an agent.
    ///
    /// # Errors
    /// [`RigError`] when it cannot be started.
    fn start(&self) -> Result<Box<dyn Life>, RigError>;

    /// The same bench with agents that tell the bytes alive on their heap in the place of their memory; nothing where agents
    /// have no such account.
    fn with_heap(&self) -> Option<Box<dyn Bench>> {
        None
    }

    /// The same bench with agents whose instructions are counted; nothing where they cannot be.
    ///
    /// # Errors
    /// [`CountError::Folder`] when there is no place for what is counted.
    fn counted(&self) -> Option<Result<Box<dyn Counted>, CountError>> {
        None
    }
}

/// A bench whose agents are watched by something that counts their instructions.
///
/// They answer as others do, many times slower. Each says by itself when it can be spoken to, and tells in a line of its
/// news which vector instructions it found: what counts need not know those that the processor has.
pub trait Counted: Bench {
    /// What was counted in iteration `number` of those that were counted, from 1, of the life that was started.
    ///
    /// # Errors
    /// [`CountError`] when nothing was, or nothing that could be believed.
    fn count(&self, number: u32) -> Result<Dump, CountError>;

    /// The vector instructions that the same agents find when they are timed.
    fn timed_with(&self) -> &str;
}

/// Why there is no count.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// There is no place for what is counted.
    #[error("no folder for what is counted can be made: {0}")]
    Folder(std::io::Error),
    /// An iteration ran, and nothing was dumped.
    #[error("nothing was counted in iteration {0}; does the agent's main call hil_desktop::agent_main?")]
    NoDump(u32),
    /// The dump cannot be read.
    #[error("what was counted in iteration {number} cannot be read: {source}")]
    Read {
        /// The iteration, from 1.
        number: u32,
        /// Why.
        source: std::io::Error,
    },
    /// The dump cannot be believed.
    #[error("what was counted in iteration {number}: {source}")]
    Dump {
        /// The iteration, from 1.
        number: u32,
        /// Why.
        source: DumpError,
    },
}

/// The other end of the link is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent has closed the link")]
pub struct LinkGone;

/// How an agent ended, and its last words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// How.
    pub how: Ending,
    /// The end of what it wrote to standard error; empty where there is no such thing.
    pub last_words: String,
}

/// How an agent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with an exit status.
    Exited(i32),
    /// By a signal that a program brings upon itself, such as `SIGSEGV`.
    Crashed {
        /// Name of the signal.
        signal: String,
    },
    /// By a signal that comes from outside, such as `SIGKILL`.
    KilledFromOutside {
        /// Name of the signal.
        signal: String,
    },
    /// By itself, saying that what it stands on failed: a probe, a cable, a board. Its last words say how.
    RigFailed(Trouble),
    /// It lived on and was ended by force.
    Stopped,
}

/// What helps against a fault of the rig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Trouble {
    /// Doing it again may: a byte was lost, a driver or a board is in a bad state.
    #[default]
    Passing,
    /// Plugging in or giving back what is not there or used by somebody else: a probe, a port, the right to use it.
    Absent,
    /// Changing what was asked for: another image, another chip, another version of a program.
    Lasting,
}

/// The bench itself failed.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// The agent's program did not start.
    #[error("cannot start the agent {program}: {source}; is it an executable that calls hil_desktop::agent_main?")]
    Spawn {
        /// Its file name, without its folder.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The agent did not do its part.
    #[error("{phase}: {message}")]
    Agent {
        /// What was being done.
        phase: crate::phase::Phase,
        /// What happened.
        message: String,
        /// What helps.
        trouble: Trouble,
    },
}
