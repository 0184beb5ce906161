//! TOML text to scenarios, or all of its problems with their places.
//!
//! The way of a file: bytes ([`Input`]) -> a tree in which every value knows its place (`syntax`, `raw`) -> merged
//! with its bases (`inherit`) -> held against the description of its tables (`keys`, `grammar`, `form`, `fields`)
//! -> a [`hil_model::scenario::Scenario`] (`scenario`, `workload`, `sampling`, `check`, `alert`, `side_by_side`), with a list of
//! [`Problem`]s beside it. [`render`] shows the problems, [`schema`] gives the description to editors.
//!
//! Guarantees: no input makes it panic; a mistake hides no other mistake; nothing is defaulted because it could not
//! be read; no file, clock or environment is touched, since bases come through [`Source`] and what exists in the
//! world comes in as [`Known`].

#![forbid(unsafe_code)]

mod acknowledge;
mod alert;
mod boards;
mod check;
mod context;
mod depth;
mod embedded;
mod fields;
mod figure;
mod form;
mod grammar;
mod inherit;
mod keys;
mod kind;
pub mod lab;
mod load;
mod names;
mod problem;
mod raw;
mod render;
mod sampling;
mod scenario;
mod schema;
mod side_by_side;
mod source;
mod suite;
mod syntax;
mod workload;

pub use acknowledge::{Acknowledgement, acknowledgements};
pub use boards::{BOARDS, board};
pub use context::Known;
pub use embedded::{EMBEDDED, Embedded, embedded_inputs, is_fragment};
pub use kind::ProblemKind;
pub use load::{Loaded, load};
pub use problem::{Problem, Related, Severity};
pub use render::render;
pub use schema::{acknowledgements_schema, lab_schema, schema};
pub use source::{Input, Lookup, MAX_FILE_LEN, Package, ReadError, Source, Sources};
