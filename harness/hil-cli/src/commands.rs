//! One file a subcommand.

pub mod check;
pub mod completions;
pub mod data;
pub mod doctor;
pub mod emulate;
pub mod export;
pub mod gate;
pub mod history;
pub mod import;
pub mod init;
pub mod list;
pub mod man;
pub mod plan;
pub mod report;
pub mod run;
pub mod schema;
