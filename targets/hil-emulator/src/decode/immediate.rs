//! Data processing with constants (DDI 0403E, A5.3.1 and A5.3.3).

use super::{Place, bad, bit, constant_shift, field, forbid, reg, require};
use crate::instr::{AluOp, Instr, Operand, Reg};

/// With a modified immediate constant; `None` when it is undefined or unpredictable.
pub(super) fn modified(first: u16, second: u16) -> Option<Instr> {
    let flags = bit(first, 4);
    let (rn, rd) = (reg(first, 0), reg(second, 8));
    let src = expand(field(first, 10, 1) << 11 | field(second, 12, 3) << 8 | field(second, 0, 8))?;
    alu(field(first, 5, 4), flags, rd, rn, src)
}

/// The operation with number `op` (4 bits) and the rules on its registers, which do not depend on the kind of the
/// second operand.
pub(super) fn alu(op: u32, flags: bool, rd: Reg, rn: Reg, src: Operand) -> Option<Instr> {
    let compares = rd == Reg::PC && flags;
    let op = match (op, rn) {
        (0b0000, _) => {
            if compares {
                AluOp::Tst
            } else {
                AluOp::And
            }
        }
        (0b0001, _) => AluOp::Bic,
        (0b0010, Reg::PC) => AluOp::Mov,
        (0b0010, _) => AluOp::Orr,
        (0b0011, Reg::PC) => AluOp::Mvn,
        (0b0011, _) => AluOp::Orn,
        (0b0100, _) => {
            if compares {
                AluOp::Teq
            } else {
                AluOp::Eor
            }
        }
        (0b1000, _) => {
            if compares {
                AluOp::Cmn
            } else {
                AluOp::Add
            }
        }
        (0b1010, _) => AluOp::Adc,
        (0b1011, _) => AluOp::Sbc,
        (0b1101, _) => {
            if compares {
                AluOp::Cmp
            } else {
                AluOp::Sub
            }
        }
        (0b1110, _) => AluOp::Rsb,
        _ => return None,
    };
    match op {
        AluOp::Tst | AluOp::Teq => forbid([rn])?,
        AluOp::Cmp | AluOp::Cmn => require(rn != Reg::PC)?,
        // Only a sum or a difference with SP may go into SP.
        AluOp::Add | AluOp::Sub => {
            require(rd != Reg::PC && rn != Reg::PC && (rd != Reg::SP || rn == Reg::SP))?;
        }
        AluOp::Mov | AluOp::Mvn => forbid([rd])?,
        AluOp::And | AluOp::Bic | AluOp::Orr | AluOp::Orn | AluOp::Eor | AluOp::Adc | AluOp::Sbc | AluOp::Rsb => {
            forbid([rd, rn])?
        }
    }
    let rd = if matches!(op, AluOp::Tst | AluOp::Teq | AluOp::Cmp | AluOp::Cmn) { Reg(0) } else { rd };
    let rn = if matches!(op, AluOp::Mov | AluOp::Mvn) { Reg(0) } else { rn };
    Some(Instr::Alu { op, flags, rd, rn, src })
}

/// `ThumbExpandImm_C`.
fn expand(imm12: u32) -> Option<Operand> {
    let byte = imm12 & 0xff;
    if imm12 >> 10 == 0 {
        let pattern = imm12 >> 8 & 3;
        // A pattern of zeros is unpredictable.
        require(pattern == 0 || byte != 0)?;
        let value = byte * [1, 0x0001_0001, 0x0100_0100, 0x0101_0101][pattern as usize];
        return Some(Operand::Imm { value, carry: None });
    }
    let value = (0x80 | imm12 & 0x7f).rotate_right(imm12 >> 7);
    Some(Operand::Imm { value, carry: Some(value >> 31 == 1) })
}

/// With a plain binary immediate; `None` when it is undefined or unpredictable.
pub(super) fn plain(place: Place, first: u16, second: u16) -> Option<Instr> {
    let (rn, rd) = (reg(first, 0), reg(second, 8));
    let imm12 = field(first, 10, 1) << 11 | field(second, 12, 3) << 8 | field(second, 0, 8);
    let imm16 = field(first, 0, 4) << 12 | imm12;
    match field(first, 4, 5) {
        0b00000 => wide_sum(place, AluOp::Add, rd, rn, imm12),
        0b01010 => wide_sum(place, AluOp::Sub, rd, rn, imm12),
        0b00100 => {
            forbid([rd])?;
            let src = Operand::Imm { value: imm16, carry: None };
            Some(Instr::Alu { op: AluOp::Mov, flags: false, rd, rn: Reg(0), src })
        }
        0b01100 => {
            forbid([rd])?;
            Some(Instr::Movt { rd, imm: imm16 as u16 })
        }
        0b10000 | 0b10010 | 0b11000 | 0b11010 => saturate(first, second),
        0b10100 | 0b10110 | 0b11100 => bit_field(first, second),
        _ => None,
    }
}

fn wide_sum(place: Place, op: AluOp, rd: Reg, rn: Reg, imm12: u32) -> Option<Instr> {
    require(rd != Reg::PC && (rd != Reg::SP || rn == Reg::SP))?;
    if rn == Reg::PC {
        let base = place.aligned_pc();
        let value = if op == AluOp::Add { base.wrapping_add(imm12) } else { base.wrapping_sub(imm12) };
        let src = Operand::Imm { value, carry: None };
        return Some(Instr::Alu { op: AluOp::Mov, flags: false, rd, rn: Reg(0), src });
    }
    Some(Instr::Alu { op, flags: false, rd, rn, src: Operand::Imm { value: imm12, carry: None } })
}

fn saturate(first: u16, second: u16) -> Option<Instr> {
    let (rn, rd) = (reg(first, 0), reg(second, 8));
    let signed = !bit(first, 7);
    let amount = field(second, 12, 3) << 2 | field(second, 6, 2);
    let to = field(second, 0, 5) as u8 + u8::from(signed);
    forbid([rd, rn])?;
    require(!bit(first, 10) && !bit(second, 5))?;
    if bit(first, 5) && amount == 0 {
        require(!bit(second, 4))?;
        return Some(Instr::Sat16 { signed, rd, to, rn });
    }
    Some(Instr::Sat { signed, rd, to, rn, shift: constant_shift(field(first, 5, 1) << 1, amount) })
}

fn bit_field(first: u16, second: u16) -> Option<Instr> {
    let (rn, rd) = (reg(first, 0), reg(second, 8));
    let (lsb, last) = ((field(second, 12, 3) << 2 | field(second, 6, 2)) as u8, field(second, 0, 5) as u8);
    require(!bad(rd) && rn != Reg::SP && !bit(first, 10) && !bit(second, 5))?;
    if field(first, 4, 5) == 0b10110 {
        require(last >= lsb)?;
        let width = last - lsb + 1;
        return Some(if rn == Reg::PC { Instr::Bfc { rd, lsb, width } } else { Instr::Bfi { rd, rn, lsb, width } });
    }
    let width = last + 1;
    require(rn != Reg::PC && lsb + width <= 32)?;
    Some(if bit(first, 7) { Instr::Ubfx { rd, rn, lsb, width } } else { Instr::Sbfx { rd, rn, lsb, width } })
}
