//! The rules that the gate is compared with, each as a function of recorded times.

mod criterion;
mod paired;
mod threshold;
mod welch;

pub use criterion::criterion;
pub use paired::paired;
pub use threshold::threshold;
pub use welch::welch;

/// What a rule says of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Says {
    /// It is slower.
    Worse,
    /// It is faster.
    Better,
    /// It is the same, or no difference was found.
    Same,
    /// The rule says that it cannot tell.
    Undecided,
    /// The rule says that the measurement is no good.
    Invalid,
}
