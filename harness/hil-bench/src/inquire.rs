//! Asking an agent who it is and what it offers, without running anything.

use std::time::Duration;

use crate::about::{AgentInfo, Offer};
use crate::bench::{Bench, RigError, Trouble};
use crate::control::Control;
use crate::phase::Phase;
use crate::session::Session;
use crate::stop::Stop;

/// Starts an agent, asks, and ends it.
///
/// # Errors
/// [`RigError`] when the agent does not start, does not answer, or the caller wants to stop.
pub fn inquire(bench: &dyn Bench, control: Control<'_>) -> Result<(AgentInfo, Vec<Offer>), RigError> {
    let ask = || {
        // No kernel runs here, so the time for one iteration does not matter.
        let (mut session, info) = Session::open(bench, control, Duration::ZERO, &mut |_| {})?;
        let offers = session.kernels()?;
        session.close();
        Ok((info, offers))
    };
    let lasting = |message| RigError::Agent { phase: Phase::Handshake, message, trouble: Trouble::Lasting };
    ask().map_err(|stop| match stop {
        Stop::Rig { phase, message, trouble } => RigError::Agent { phase, message, trouble },
        Stop::Cancelled => lasting("interrupted".to_owned()),
        other @ (Stop::Failed(_) | Stop::BudgetSpent) => lasting(format!("{other:?}")),
    })
}
