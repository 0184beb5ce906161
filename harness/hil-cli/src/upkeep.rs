//! Keeping boards usable: what is tried when the rig fails, which boards are not used for a while, and what is remembered.
//!
//! `ladder` decides and touches nothing; `attempts` does what it says; `hub` switches a port of a USB hub. What outlives a
//! run is in the state folder: `quarantine` and `ledger`, both written so that a crash or a second run damages neither.

pub mod attempts;
pub mod hub;
pub mod ladder;
pub mod ledger;
pub mod quarantine;
mod state;

pub use state::StateError;
