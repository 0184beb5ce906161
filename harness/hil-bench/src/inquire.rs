//! Asking an agent who it is and what it offers, without running anything.

use std::time::Duration;

use hil_model::sample::Counter;

use crate::bench::{Bench, RigError};
use crate::control::Control;
use crate::phase::Phase;
use crate::session::Session;
use crate::stop::Stop;

/// What an agent says about itself. Texts are without control characters.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentInfo {
    /// Kind of agent, such as `hil-desktop`.
    pub agent: String,
    /// What tells its build from others.
    pub image: String,
    /// The counter that times iterations.
    pub clock: Counter,
    /// Name of the counter of processor time, if it has one.
    pub cpu: Option<String>,
    /// Name of the counter of cycles, if it has one.
    pub cycles: Option<String>,
    /// Largest body of a frame that it takes, in bytes.
    pub max_body: usize,
    /// Largest input that it takes, in bytes.
    pub max_input: usize,
}

/// A kernel that an agent offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// One line for people.
    pub about: String,
}

/// Starts an agent, asks, and ends it.
///
/// # Errors
/// [`RigError`] when the agent does not start, does not answer, or the caller wants to stop.
pub fn inquire(bench: &dyn Bench, control: Control<'_>) -> Result<(AgentInfo, Vec<Offer>), RigError> {
    let ask = || {
        // No kernel runs here, so the time for one iteration does not matter.
        let (mut session, info) = Session::open(bench, control, Duration::ZERO)?;
        let offers = session.kernels()?;
        session.close();
        Ok((info, offers))
    };
    ask().map_err(|stop| match stop {
        Stop::Rig { phase, message } => RigError::Agent { phase, message },
        Stop::Cancelled => RigError::Agent { phase: Phase::Handshake, message: "interrupted".to_owned() },
        other @ (Stop::Failed(_) | Stop::BudgetSpent) => {
            RigError::Agent { phase: Phase::Handshake, message: format!("{other:?}") }
        }
    })
}
