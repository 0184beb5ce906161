//! The chores of this workspace, as functions that the binary `xtask` and the tests call.
//!
//! A check returns findings and never stops at the first one; an `Err` means that the check itself could not
//! be carried out (cargo missing, a file unreadable). Nothing here knows the harness: xtask depends on no other
//! crate of the workspace, so that it still runs when one of them does not compile.

pub mod board_soak;
pub mod cargo;
pub mod catalogue;
pub mod ci;
pub mod code;
pub mod debian;
pub mod elf;
pub mod emulator_soak;
pub mod finding;
pub mod firmware;
pub mod fresh;
pub mod fuzz;
pub mod licences;
pub mod neon;
pub mod repo;
pub mod speedups;
pub mod tidy;
pub mod tree;
pub mod trust;
pub mod workflows;
