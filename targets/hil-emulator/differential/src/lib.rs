//! Random instructions, executed by the emulated core and by `qemu-system-arm`, and what differs.
//!
//! An image holds some thousand short blocks ([`block`]) of random instructions of every class ([`classes`]), and a
//! runner ([`runner`]) that loads registers and memory from a table, executes a block, and stores what it left. Both
//! machines execute the same image ([`qemu`], [`ours`]); their tables are compared ([`compare`]), and a difference is
//! narrowed down to its instruction ([`bisect`]). [`soak`] repeats that; everything follows from one seed.
//!
//! Hand-written programs about exceptions and memory protection ([`program`]) run on both as well, and their logs
//! ([`records`]) are compared.
//!
//! For tests and `cargo xtask emulator-soak`; nothing that ships depends on it.

pub mod address;
pub mod bisect;
pub mod block;
pub mod classes;
pub mod compare;
pub mod image;
pub mod item;
pub mod jumps;
pub mod operands;
pub mod ours;
pub mod program;
pub mod qemu;
pub mod random;
pub mod records;
pub mod runner;
pub mod soak;

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// QEMU is not installed.
    #[error("`{}` is not installed (Debian: qemu-system-arm)", qemu::PROGRAM)]
    NoQemu,
    /// A file could not be read or written, or QEMU could not be started.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// QEMU ended without a result.
    #[error("QEMU ended with {status} and {found} bytes of results, {expected} were expected: {message}")]
    Qemu {
        /// Its exit status.
        status: std::process::ExitStatus,
        /// Bytes of results.
        found: usize,
        /// Bytes that should have been there.
        expected: usize,
        /// What it printed.
        message: String,
    },
    /// The emulated core did not reach the end of the image.
    #[error("the emulated core did not reach the end: it is at {pc:#010x}, its last fault is {fault:?}")]
    Ours {
        /// Where it is.
        pc: u32,
        /// Its last fault.
        fault: Option<hil_emulator::cpu::Fault>,
    },
}
