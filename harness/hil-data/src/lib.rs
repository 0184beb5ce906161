//! Named data sets: found, verified, loaded.
//!
//! A manifest ([`mod@manifest`]) says what a set is, who made it, and which items a scenario gets under its name.
//! [`mod@locate`] finds its folder below the directories that the caller names, [`mod@sums`] hands out only bytes
//! that match the set's list of sums, [`mod@load`] makes a [`hil_model::data::Dataset`] of them, [`mod@add`] copies
//! a folder that the user has to where it will be found, [`mod@verify`] and [`mod@status`] tell what is here and whole.
//!
//! Guarantees: no byte of a set is used before its hash is checked; nothing outside a set's folder is read;
//! a set that is absent is an error that says where to get it, never an empty one; bad files never panic.
//!
//! Left to the caller: which directories there are (this crate reads no environment), and all printing.
//! The recordings of other people are never part of the program: only the self-made sounds are embedded.

#![forbid(unsafe_code)]

pub mod add;
pub mod csv;
pub mod embedded;
pub mod error;
pub mod load;
pub mod locate;
pub mod manifest;
pub mod status;
pub mod sums;
pub mod verify;
pub mod wav;
mod whole;

#[cfg(test)]
mod little;

pub use add::{Added, Outcome, add};
pub use error::DataError;
pub use load::{load, open};
pub use locate::{Located, find};
pub use manifest::{Manifest, manifest, manifests};
pub use status::{Presence, Status, status};
pub use verify::{Report, Verified, verify_all, verify_present};
