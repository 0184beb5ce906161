//! Everything that comparing came to, before anything is decided.

use hil_model::gate::{ControlPair, Mode, Side};
use hil_model::id::RunId;
use hil_model::run::{CheckResult, Environment, Noise, RigFault};

use crate::commands::gate::row::Draft;

/// What was found out, however the sides were set beside each other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared {
    pub(super) id: RunId,
    pub(super) started: String,
    pub(super) seed: u64,
    pub(super) interrupted: bool,
    pub(super) mode: Mode,
    pub(super) baseline: Option<Side>,
    pub(super) candidate: Side,
    pub(super) drafts: Vec<Draft>,
    pub(super) checks: Vec<CheckResult>,
    pub(super) errors: Vec<RigFault>,
    pub(super) environment: Environment,
    pub(super) noise: Noise,
}

impl Compared {
    /// The control pairs of all rows.
    pub(super) fn controls(&self) -> Vec<ControlPair> {
        self.drafts.iter().filter_map(|draft| draft.control.clone()).collect()
    }
}
