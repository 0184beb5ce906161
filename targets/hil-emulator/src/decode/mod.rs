//! Decoding: from halfwords to [`Instr`], for every encoding of ARMv7E-M with FPv4-SP (DDI 0403E, A5 to A7).
//!
//! Total: every pair of halfwords has a meaning, and what the manual leaves undefined or unpredictable is
//! [`Instr::Undefined`]. That includes bits that should be zero or one and are not. No instruction that reads the
//! program counter as an operand of data processing is left: such an operand is the constant that it stands for, and
//! only BX, TBB, TBH and VLDR still name it. One file per group of encodings.

mod branch;
mod float;
mod immediate;
mod memory;
mod multiple;
mod multiply;
mod narrow;
mod register;
mod shifted;
#[cfg(test)]
mod tests;

use crate::instr::{Instr, Reg, Shift, ShiftKind};

/// Whether a first halfword starts an instruction of four bytes.
#[must_use]
pub fn is_wide(first: u16) -> bool {
    first >> 11 >= 0b11101
}

/// Decodes the instruction at `address`. `second` is read only when [`is_wide`] says so. `it` is ITSTATE before it:
/// inside an IT block, 16-bit data processing leaves the flags alone.
#[must_use]
pub fn decode(address: u32, first: u16, second: u16, it: u8) -> Instr {
    let place = Place { address, it };
    let found = if is_wide(first) { wide(place, first, second) } else { narrow::decode(place, first) };
    found.unwrap_or(Instr::Undefined)
}

/// The instructions of four bytes (A5.3).
fn wide(place: Place, first: u16, second: u16) -> Option<Instr> {
    match (first >> 11 & 3, field(first, 4, 7)) {
        (0b01, op) if op & 0b110_0100 == 0 => multiple::load_store_multiple(place, first, second),
        (0b01, op) if op & 0b110_0000 == 0 => multiple::dual_exclusive_table(place, first, second),
        (0b01, op) if op & 0b110_0000 == 0b010_0000 => shifted::decode(first, second),
        (0b10, _) if second >> 15 == 1 => branch::decode(place, first, second),
        (0b10, op) if op & 0b010_0000 == 0 => immediate::modified(first, second),
        (0b10, _) => immediate::plain(place, first, second),
        (0b11, op) if op & 0b111_0001 == 0 => memory::store(first, second),
        (0b11, op) if op & 0b110_0001 == 1 => memory::load(place, first, second),
        (0b11, op) if op & 0b111_0000 == 0b010_0000 => register::decode(first, second),
        (0b11, op) if op & 0b111_1000 == 0b011_0000 => multiply::short(first, second),
        (0b11, op) if op & 0b111_1000 == 0b011_1000 => multiply::long(first, second),
        (_, op) if op & 0b100_0000 != 0 => float::coprocessor(first, second),
        _ => None,
    }
}

/// Where an instruction stands: what its meaning depends on besides its bits.
#[derive(Debug, Clone, Copy)]
struct Place {
    address: u32,
    it: u8,
}

impl Place {
    /// What the instruction reads as the program counter.
    fn pc(self) -> u32 {
        self.address.wrapping_add(4)
    }

    /// The same, rounded down to a word.
    fn aligned_pc(self) -> u32 {
        self.pc() & !3
    }

    fn in_it(self) -> bool {
        self.it & 15 != 0
    }

    /// A jump is allowed: outside of an IT block, or as its last instruction.
    fn may_jump(self) -> bool {
        self.it & 15 == 0 || self.it & 15 == 8
    }
}

/// `width` bits of a halfword from bit `low` on.
fn field(halfword: u16, low: u32, width: u32) -> u32 {
    u32::from(halfword) >> low & ((1 << width) - 1)
}

fn bit(halfword: u16, index: u32) -> bool {
    halfword >> index & 1 == 1
}

/// The register in the four bits from bit `low` on.
fn reg(halfword: u16, low: u32) -> Reg {
    Reg(field(halfword, low, 4) as u8)
}

/// The register in the three bits from bit `low` on.
fn low_reg(halfword: u16, low: u32) -> Reg {
    Reg(field(halfword, low, 3) as u8)
}

/// `BadReg`: SP or PC, where the manual allows neither.
fn bad(reg: Reg) -> bool {
    reg == Reg::SP || reg == Reg::PC
}

/// Gives up, because the encoding is undefined or unpredictable, unless `fine`.
fn require(fine: bool) -> Option<()> {
    fine.then_some(())
}

/// Gives up when one of `regs` is SP or PC.
fn forbid<const N: usize>(regs: [Reg; N]) -> Option<()> {
    require(!regs.into_iter().any(bad))
}

/// `DecodeImmShift`: the shift by a constant with type `kind` (2 bits) and amount `imm5`.
fn constant_shift(kind: u32, imm5: u32) -> Shift {
    let amount = imm5 as u8;
    let whole = if amount == 0 { 32 } else { amount };
    match (kind & 3, amount) {
        (0, _) => Shift { kind: ShiftKind::Lsl, amount },
        (1, _) => Shift { kind: ShiftKind::Lsr, amount: whole },
        (2, _) => Shift { kind: ShiftKind::Asr, amount: whole },
        (_, 0) => Shift { kind: ShiftKind::Rrx, amount: 0 },
        _ => Shift { kind: ShiftKind::Ror, amount },
    }
}

/// The low `width` bits of `value`, sign-extended.
fn sign_extend(value: u32, width: u32) -> u32 {
    (value << (32 - width)).cast_signed().wrapping_shr(32 - width).cast_unsigned()
}
