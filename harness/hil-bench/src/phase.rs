//! The phases of a session. Each has a deadline of its own, and each is the answer to "where did it stop?".

use std::fmt;
use std::time::Duration;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The agent is started.
    Open,
    /// Both sides say who they are.
    Handshake,
    /// The kernel is given its input.
    Load,
    /// The result is compared with the known answer.
    Verify,
    /// The cost of reading the counters is measured.
    Calibrate,
    /// Iterations that do not count.
    WarmUp,
    /// Iterations that count.
    Measure,
    /// Several agents in a closed loop.
    Throughput,
    /// The items of a data set are answered.
    Answer,
    /// A table of cases is gone through.
    Conform,
    /// Results are compared with their reference.
    Deviate,
    /// The size of the model's weights is asked.
    Weigh,
    /// The temperature of the processor is read.
    Temperature,
    /// A profile of the work is taken.
    Profile,
    /// Iterations and sleep take turns, and the power is metered.
    DutyCycle,
    /// Iterations whose instructions are counted.
    Count,
    /// Memory use is read.
    Memory,
    /// The agent is told to end.
    Close,
}

/// Time for everything that runs no kernel: a busy machine needs milliseconds, a slow board and link a second.
const FOR_AGENT: Duration = Duration::from_secs(10);
/// Time to end after `Bye`.
const FOR_CLOSING: Duration = Duration::from_secs(2);
/// Time in addition to the longest iteration for the way there and back: ten times the agent's interval of reports.
const FOR_THE_LINK: Duration = Duration::from_secs(1);

impl Phase {
    /// Whether code of the workload runs, so that a crash is its own doing.
    #[must_use]
    pub fn runs_kernel(self) -> bool {
        match self {
            Self::Load
            | Self::Verify
            | Self::WarmUp
            | Self::Measure
            | Self::Throughput
            | Self::Answer
            | Self::Conform
            | Self::Deviate
            | Self::Profile
            | Self::Count
            | Self::DutyCycle => true,
            Self::Open
            | Self::Handshake
            | Self::Calibrate
            | Self::Weigh
            | Self::Temperature
            | Self::Memory
            | Self::Close => false,
        }
    }

    /// How long the agent may be silent, given the longest time that one iteration may take.
    ///
    /// While it measures, an agent reports after every iteration that ends more than a tenth of a second after the
    /// last report; so longer silence means that a single iteration has exceeded `timeout`.
    #[must_use]
    pub fn patience(self, timeout: Duration) -> Duration {
        match self {
            Self::Open | Self::Handshake | Self::Calibrate | Self::Weigh | Self::Temperature | Self::Memory => {
                FOR_AGENT
            }
            Self::Close => FOR_CLOSING,
            Self::Load
            | Self::Verify
            | Self::WarmUp
            | Self::Measure
            | Self::Throughput
            | Self::Answer
            | Self::Conform
            | Self::Deviate
            | Self::Profile
            | Self::Count
            | Self::DutyCycle => timeout.saturating_add(FOR_THE_LINK),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Handshake => "handshake",
            Self::Load => "load",
            Self::Verify => "verify",
            Self::Calibrate => "calibrate",
            Self::WarmUp => "warm-up",
            Self::Measure => "measure",
            Self::Throughput => "throughput",
            Self::Answer => "answer",
            Self::Conform => "conform",
            Self::Deviate => "deviate",
            Self::Weigh => "weigh",
            Self::Temperature => "temperature",
            Self::Profile => "profile",
            Self::DutyCycle => "duty cycle",
            Self::Count => "count",
            Self::Memory => "memory",
            Self::Close => "close",
        })
    }
}
