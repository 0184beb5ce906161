//! Data processing between registers in four bytes: shifts, extensions, parallel and saturating arithmetic, and the
//! reordering of bits (DDI 0403E, A5.3.12 to A5.3.15).

use super::{bit, field, forbid, reg, require};
use crate::instr::{BitOp, Extend, Instr, Lanes, Parallel, Reg, Saturating, ShiftKind};

/// Decodes; `None` when it is undefined or unpredictable.
pub(super) fn decode(first: u16, second: u16) -> Option<Instr> {
    require(field(second, 12, 4) == 15)?;
    match (bit(first, 7), field(second, 4, 4)) {
        (false, 0) => shift(first, second),
        (false, op) if op & 8 != 0 => extend(first, second),
        (true, op) if op & 8 == 0 => parallel(first, second),
        (true, op) if op & 0b1100 == 0b1000 => miscellaneous(first, second),
        _ => None,
    }
}

fn shift(first: u16, second: u16) -> Option<Instr> {
    let (rd, rn, rm) = (reg(second, 8), reg(first, 0), reg(second, 0));
    forbid([rd, rn, rm])?;
    let kind = match field(first, 5, 2) {
        0 => ShiftKind::Lsl,
        1 => ShiftKind::Lsr,
        2 => ShiftKind::Asr,
        _ => ShiftKind::Ror,
    };
    Some(Instr::ShiftReg { kind, flags: bit(first, 4), rd, rn, rm })
}

fn extend(first: u16, second: u16) -> Option<Instr> {
    let (rd, rn, rm) = (reg(second, 8), reg(first, 0), reg(second, 0));
    let kind = match field(first, 4, 3) {
        0 => Extend::Sxth,
        1 => Extend::Uxth,
        2 => Extend::Sxtb16,
        3 => Extend::Uxtb16,
        4 => Extend::Sxtb,
        5 => Extend::Uxtb,
        _ => return None,
    };
    forbid([rd, rm])?;
    // Bit 6 should be zero.
    require(rn != Reg::SP && !bit(second, 6))?;
    let rn = (rn != Reg::PC).then_some(rn);
    Some(Instr::Extend { kind, rd, rn, rm, rotation: field(second, 4, 2) as u8 * 8 })
}

fn parallel(first: u16, second: u16) -> Option<Instr> {
    let (rd, rn, rm) = (reg(second, 8), reg(first, 0), reg(second, 0));
    let op = match field(first, 4, 3) {
        0 => Parallel::Add8,
        1 => Parallel::Add16,
        2 => Parallel::Asx,
        4 => Parallel::Sub8,
        5 => Parallel::Sub16,
        6 => Parallel::Sax,
        _ => return None,
    };
    let lanes = match field(second, 4, 3) {
        0 => Lanes::Signed,
        1 => Lanes::Saturating,
        2 => Lanes::Halving,
        4 => Lanes::Unsigned,
        5 => Lanes::UnsignedSaturating,
        6 => Lanes::UnsignedHalving,
        _ => return None,
    };
    forbid([rd, rn, rm])?;
    Some(Instr::Parallel { op, lanes, rd, rn, rm })
}

fn miscellaneous(first: u16, second: u16) -> Option<Instr> {
    let (rd, rn, rm) = (reg(second, 8), reg(first, 0), reg(second, 0));
    forbid([rd, rn, rm])?;
    let saturating = |op| Some(Instr::Saturating { op, rd, rn, rm });
    let bits = |op| {
        // The encoding names the source twice.
        require(rn == rm)?;
        Some(Instr::Bits { op, rd, rm })
    };
    match (field(first, 4, 3), field(second, 4, 2)) {
        (0, 0) => saturating(Saturating::Qadd),
        (0, 1) => saturating(Saturating::Qdadd),
        (0, 2) => saturating(Saturating::Qsub),
        (0, _) => saturating(Saturating::Qdsub),
        (1, 0) => bits(BitOp::Rev),
        (1, 1) => bits(BitOp::Rev16),
        (1, 2) => bits(BitOp::Rbit),
        (1, _) => bits(BitOp::Revsh),
        (2, 0) => Some(Instr::Sel { rd, rn, rm }),
        (3, 0) => bits(BitOp::Clz),
        _ => None,
    }
}
