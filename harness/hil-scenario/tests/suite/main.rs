//! The promises of the crate as a whole, held against the fixtures and the shipped scenarios of this repository.

#![expect(clippy::unwrap_used, reason = "a panic in a test is the failure that it is there for")]

mod common;
mod fixtures;
mod lab;
mod robust;
mod schema;
mod shipped;
