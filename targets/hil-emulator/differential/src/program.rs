//! The programs in `programs/`: exceptions and memory protection, hand-written, with a log of what they saw.

/// Where the log begins.
pub const LOG: u32 = 0x2100_0000;
/// The word that holds the end of the log.
pub const LOG_END: u32 = 0x2000_8000;
/// The word that is not 0 at the end of the program.
pub const DONE: u32 = 0x2000_800C;
/// The byte of a program that tells it that there is no semihosting.
pub const EMULATED: usize = 0x1F0;
