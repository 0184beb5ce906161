//! Why there is no figure. It becomes a finding, and never a fault of the rig.

/// Why a method gives no figure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatsError {
    /// The method cannot say anything from so little.
    #[error("{have} observations, the method needs {need}")]
    TooFew {
        /// Observations at hand.
        have: u64,
        /// Observations below which the method has no answer.
        need: u64,
    },
    /// An observation is infinite, negative or not a number.
    #[error("observation {position} of start {start} is {value}, which is no amount of anything")]
    NotAnAmount {
        /// The start that it belongs to.
        start: u32,
        /// Position within that start, from 0.
        position: usize,
        /// The value.
        value: f64,
    },
    /// One side of a pair is not above zero, so the pair has no ratio.
    #[error("pair {position} has no ratio: one side is shorter than the clock can tell, or not a number")]
    NoRatio {
        /// Position among all pairs, from 0.
        position: usize,
    },
}
