//! Runs to and from disk; the only crate that knows polars.
//!
//! A run is a folder: `run.json` (what was asked and what is proved, for scripts), one Parquet table a kind of
//! observation (raw, so that a verdict can be recomputed), `SHA256SUMS` of the tables, and whatever else the caller
//! adds, such as a report.
//! [`RunWriter`] writes one, [`read_run`], [`read_observations`] and [`read_verdicts`] read it, [`list_runs`] and
//! [`retain`] look after many. [`archive`] keeps the figures of all of them, also of those whose folder is gone,
//! in a folder or, with the feature `s3`, on object storage.
//!
//! Guarantees: a folder that has its final name is whole, whatever happens to the process or the power; nothing is
//! ever written over an existing run; what is written reads back equal; older and newer minor versions are read, as are
//! tables of the major version before, and a newer major version is refused by name. [`schema`] is the one description of the tables.
//!
//! Left to others: naming runs, clocks, and what the figures mean.

#![forbid(unsafe_code)]

pub mod archive;
mod error;
mod file;
mod folder;
mod frame;
pub mod run_json;
mod runs;
pub mod schema;
mod sums;
mod tables;
mod trouble;
pub mod verdict_json;
mod writer;

pub use error::StoreError;
pub use file::write_atomically;
pub use folder::RunFolder;
pub use run_json::read as read_run;
pub use runs::{list_runs, retain};
pub use tables::{read_observations, read_verdicts};
pub use trouble::Trouble;
pub use writer::RunWriter;
