//! Decoding: from halfwords to [`Instr`].

use crate::instr::Instr;

/// Whether a first halfword starts an instruction of four bytes.
#[must_use]
pub fn is_wide(first: u16) -> bool {
    first >> 11 >= 0b11101
}

/// Decodes the instruction at `address`. `second` is read only when [`is_wide`] says so. `it` is ITSTATE before it:
/// inside an IT block, 16-bit data processing leaves the flags alone.
#[must_use]
pub fn decode(address: u32, first: u16, second: u16, it: u8) -> Instr {
    let _ = (address, first, second, it);
    Instr::Undefined
}
