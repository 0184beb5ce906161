//! How power was metered: the chain from the shunt to the code, what its parts leave open, and one period as it was seen.
//!
//! Everything here is text and numbers for display; who fills it in has worked them out.

use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;

use crate::clean::one_line;

/// The supply of one workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    /// The scenario.
    pub scenario: ScenarioId,
    /// The workload.
    pub workload: WorkloadId,
    /// What its figures count as.
    pub evidence: Evidence,
    /// The chain: a name and a value each.
    pub chain: Vec<(String, String)>,
    /// The parts of the uncertainty: where it comes from, and how much.
    pub budget: Vec<(String, String)>,
    /// What an average period is made of.
    pub states: Vec<State>,
    /// One period.
    pub trace: Option<Trace>,
}

/// A state that the machine is in for a part of every period.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which.
    pub name: String,
    /// How long, in a period.
    pub time: String,
    /// What it takes in a period; nothing where nobody knows.
    pub energy: Option<String>,
    /// The part of the average power.
    pub power: Option<String>,
    /// How that is known.
    pub known: String,
}

/// The current over one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What it shows.
    pub caption: String,
    /// Moments in seconds from the start of the iteration, ascending, with the current in amperes.
    pub points: Vec<(f64, f64)>,
    /// When the machine went to sleep, in seconds from the start of the iteration.
    pub slept: f64,
}

impl Supply {
    /// The same with all text on one line each.
    pub(crate) fn clean(self) -> Self {
        let clean = |pairs: Vec<(String, String)>| {
            pairs.into_iter().map(|(name, value)| (one_line(&name), one_line(&value))).collect()
        };
        let trace = self.trace.map(|trace| Trace { caption: one_line(&trace.caption), ..trace });
        let states = self.states.into_iter().map(|state| State {
            name: one_line(&state.name),
            time: one_line(&state.time),
            energy: state.energy.as_deref().map(one_line),
            power: state.power.as_deref().map(one_line),
            known: one_line(&state.known),
        });
        Self { chain: clean(self.chain), budget: clean(self.budget), states: states.collect(), trace, ..self }
    }
}
