//! Data processing with a register shifted by a constant (DDI 0403E, A5.3.11).

use super::{bad, bit, constant_shift, field, forbid, immediate, reg, require};
use crate::instr::{AluOp, Instr, Operand, Reg, Shift, ShiftKind};

/// Decodes; `None` when it is undefined or unpredictable.
pub(super) fn decode(first: u16, second: u16) -> Option<Instr> {
    let flags = bit(first, 4);
    let (rn, rd, rm) = (reg(first, 0), reg(second, 8), reg(second, 0));
    let shift = constant_shift(field(second, 4, 2), field(second, 12, 3) << 2 | field(second, 6, 2));
    // Bit 15 should be zero.
    require(!bit(second, 15))?;
    let op = field(first, 5, 4);
    if op == 0b0110 {
        require(!flags && !bit(second, 4))?;
        forbid([rd, rn, rm])?;
        return Some(Instr::Pkh { top: bit(second, 5), rd, rn, rm, shift });
    }
    let src = Operand::Reg { rm, shift };
    if op == 0b0010 && rn == Reg::PC && shift == Shift::NONE && !flags {
        // The plain MOV may read or write SP.
        require(rd != Reg::PC && rm != Reg::PC && !(rd == Reg::SP && rm == Reg::SP))?;
        return Some(Instr::Alu { op: AluOp::Mov, flags, rd, rn: Reg(0), src });
    }
    require(!bad(rm))?;
    // What goes into SP may be shifted only a little.
    require(rd != Reg::SP || shift.kind == ShiftKind::Lsl && shift.amount <= 3)?;
    immediate::alu(op, flags, rd, rn, src)
}
