//! Where things lie in both machines. The map is that of QEMU's board `mps2-an386`.

/// Vectors, runner and blocks.
pub const CODE: u32 = 0;
/// What both machines have there, in bytes.
pub const CODE_SIZE: u32 = 0x20_0000;
/// The first block; a literal load reaches 4 KiB back.
pub const BLOCKS: u32 = 0x2000;
/// What loads and stores of the blocks touch.
pub const SCRATCH: u32 = 0x2000_0000;
/// Bytes of it that base registers point into.
pub const OPEN_SIZE: u32 = 256;
/// All of it, with the part where SP is.
pub const SCRATCH_SIZE: u32 = 512;
/// SP when a block starts.
pub const STACK: u32 = SCRATCH + 384;
/// Where a block may leave SP: the runner stores registers below it.
pub const STACK_WINDOW: std::ops::RangeInclusive<u32> = SCRATCH + 320..=SCRATCH + 448;
/// The RAM that holds it, and the runner's own words.
pub const RAM_SIZE: u32 = 0x1_0000;
/// One record for each block: what registers and memory hold before it.
pub const INPUTS: u32 = 0x2100_0000;
/// One record for each block: what they hold after it.
pub const RESULTS: u32 = 0x2180_0000;
/// From the inputs to the end of the results.
pub const TABLES_SIZE: u32 = 0x100_0000;
/// Bytes of a record.
pub const RECORD: u32 = 768;
/// The most blocks of an image.
pub const MOST_BLOCKS: usize = 8192;
