//! Cycles of exceptions, for the system side (Arm knowledge base article 103489845; zero-wait-state memory).
//!
//! The figures assume that stack and vector table answer in parallel on two buses, as on both chips modelled here.

/// From the last instruction before an exception to the first of its handler: the basic frame is pushed while the
/// vector is read. With lazy stacking the figure also holds for an extended frame.
pub const ENTRY: u64 = 12;

/// From the return instruction to the first instruction after it.
pub const EXIT: u64 = 10;

/// From the return instruction of one handler to the first instruction of the next.
pub const TAIL_CHAIN: u64 = 6;

/// Further cycles for S0 to S15 and FPSCR: at entry without lazy stacking, at the first float instruction with it,
/// and at a return that pops them.
pub const FLOAT_CONTEXT: u64 = 17;
