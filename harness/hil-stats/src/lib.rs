//! Observations to estimates: one file a method, each with the source of its formulas in its header.
//!
//! [`estimate::find`] maps a check to a method; the methods themselves ([`quantile`], [`batch`], [`proportion`],
//! [`paired`], [`largest`], [`counted`], [`deviation`], [`starts`]) take plain numbers, so they can be tested against published
//! tables. `power` joins the scatter between periods with the uncertainty of the meter, by [`derived`], which propagates
//! intervals. These are what a run and an import are judged by.
//!
//! [`builds`] does so for two builds that were measured in turns, by [`restarted`] and [`signed_rank`]; [`mcnemar`] compares the
//! answers of two sides.
//!
//! [`sequential`] shares a level between the looks of one measurement, [`multiple`] among many figures. [`variance`] splits a
//! spread into that between starts and that within, [`steady`] looks for the end of warm-up. [`history`] and
//! [`change`] look at earlier runs, for `hil history`.
//!
//! [`autocorrelation`] says how much dependent observations are worth, [`binomial`] and [`student`] hold what is
//! needed of some distributions, [`series`] groups observations by start.
//!
//! Guarantees: pure and deterministic (no clock, no environment, chance from a stated seed only); nothing is trimmed; too few
//! observations give an absent end of an interval or [`error::StatsError::TooFew`], never a guess; a value that
//! is not a finite amount gives a figure that is not a number, which no limit accepts. It knows no verdicts.

#![forbid(unsafe_code)]

pub mod autocorrelation;
pub mod batch;
pub mod binomial;
pub mod builds;
pub mod change;
pub mod control;
pub mod counted;
pub mod derived;
pub mod deviation;
pub mod error;
pub mod estimate;
pub mod history;
pub mod instructions;
pub mod largest;
pub mod mcnemar;
pub mod multiple;
mod observed;
pub mod paired;
mod power;
pub mod proportion;
pub mod quantile;
pub mod restarted;
pub mod sequential;
pub mod series;
pub mod signed_rank;
pub mod starts;
pub mod steady;
pub mod student;
pub mod variance;

#[cfg(test)]
mod testing;

/// Probability with which each single end of an interval may err.
pub const ALPHA: f64 = 0.05;

/// Probability that an interval covers the truth, both ends together.
pub const CONFIDENCE: f64 = 1.0 - 2.0 * ALPHA;
