//! Observations to estimates: one file a method, each with the source of its formulas in its header.
//!
//! [`estimate::find`] maps a check to a method; the methods themselves ([`quantile`], [`batch`], [`proportion`],
//! [`paired`], [`largest`], [`counted`]) take plain numbers, so they can be tested against published tables.
//! [`autocorrelation`] says how much dependent observations are worth, [`binomial`] and [`student`] hold what is
//! needed of two distributions, [`series`] groups observations by start.
//!
//! Guarantees: pure and deterministic (no clock, no environment, no randomness); nothing is trimmed; too few
//! observations give an absent end of an interval or [`error::StatsError::TooFew`], never a guess; a value that
//! is not a finite amount gives a figure that is not a number, which no limit accepts. It knows no verdicts.

#![forbid(unsafe_code)]

pub mod autocorrelation;
pub mod batch;
pub mod binomial;
pub mod counted;
pub mod error;
pub mod estimate;
pub mod largest;
mod observed;
pub mod paired;
pub mod proportion;
pub mod quantile;
pub mod series;
pub mod student;

#[cfg(test)]
mod testing;

/// Probability with which each single end of an interval may err.
pub const ALPHA: f64 = 0.05;

/// Probability that an interval covers the truth, both ends together.
pub const CONFIDENCE: f64 = 1.0 - 2.0 * ALPHA;
