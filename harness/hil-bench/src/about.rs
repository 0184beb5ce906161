//! What agents say about themselves and about what they offer.

use hil_model::sample::Counter;

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
