//! Findings and limits to verdicts: the one place where a figure is called good or bad.
//!
//! A pass is a proof: the far bound of the interval meets the limit. [`judge`] gives the verdict of a check,
//! [`alarm`] that of an alert, [`worst`] that of a row in several parts; [`side`] compares an interval with a limit.
//! [`guarded`](guarded::guarded) takes it back where the control pair of a run disagrees, and
//! [`compare`](compare::compare) gives that of a candidate beside its baseline, for `hil gate`.
//!
//! Guarantees: pure and total, so every finding has exactly one verdict; nothing missing, infinite or not a number
//! ever passes; a failure of the measured code is never merely reported. A fault of the rig cannot be expressed
//! here. How a figure and its interval come about is left to the statistics.

#![forbid(unsafe_code)]

mod alarm;
pub mod compare;
pub mod guarded;
mod judge;
pub mod side;

pub use alarm::{alarm, unknown_because};
pub use judge::{judge, worst};
