//! Results of other benchmark tools become plain data, and runs become the formats of other tools.
//!
//! One file a format. Readers ([`criterion`], [`hyperfine`], [`google_benchmark`], [`bmf`], [`github_action`]) take bytes
//! and the name of the file they came from, and return [`imported::Imported`] or a [`error::ImportError`] that names the
//! file and the place in it; writers ([`export`]) take a [`hil_model::run::Run`] and return text. [`observe`] turns what
//! was imported into observations that can be judged, and says what they cannot answer.
//!
//! Guarantees: no I/O, no clock, no environment; no input makes a reader panic; a number that is kept is finite and not
//! negative where it counts time; nothing that is missing or malformed is left out in silence.

#![forbid(unsafe_code)]

pub mod bmf;
pub mod criterion;
pub mod error;
pub mod escape;
pub mod export;
pub mod github_action;
pub mod google_benchmark;
pub mod hyperfine;
pub mod imported;
mod json;
pub mod observe;
pub mod units;
