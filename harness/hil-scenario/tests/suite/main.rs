//! The promises of the crate as a whole, held against the fixtures and the shipped scenarios of this repository.

mod common;
mod fixtures;
mod robust;
mod schema;
mod shipped;
