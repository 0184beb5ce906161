//! Codes of a converter behind a shunt to the power that a chip takes, with the uncertainty to state beside it.
//!
//! [`chain`] turns a code into a current and a current into load power, [`budget`] says what the makers' limits leave
//! open, [`cycle`] integrates the codes of a period of a duty cycle. Guarantees: pure; a code maps to one current, the same
//! on every machine; what was saturated, lost or never seen is counted and told, and never filled in; systematic errors do
//! not shrink with the number of codes. It forms no averages over periods and knows no limits or verdicts.

#![forbid(unsafe_code)]

pub mod budget;
pub mod chain;
pub mod cycle;
#[cfg(test)]
mod testing;
