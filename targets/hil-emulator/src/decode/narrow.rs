//! The instructions of two bytes (DDI 0403E, A5.2).

use super::{Place, bit, constant_shift, field, low_reg, reg, require, sign_extend};
use crate::instr::{
    AluOp, BitOp, Cond, Extend, Index, Instr, Offset, Operand, Order, Reg, RegList, Shift, ShiftKind, Size,
};

/// Decodes an instruction of two bytes; `None` when it is undefined or unpredictable.
pub(super) fn decode(place: Place, code: u16) -> Option<Instr> {
    match code >> 10 {
        0b00_0000..=0b00_1111 => shift_add_move(place, code),
        0b01_0000 => data_processing(place, code),
        0b01_0001 => special(place, code),
        0b01_0010 | 0b01_0011 => {
            let address = place.aligned_pc().wrapping_add(field(code, 0, 8) * 4);
            Some(Instr::LoadLiteral { size: Size::Word, rt: low_reg(code, 8), address })
        }
        0b01_0100..=0b01_0111 => Some(load_store_register(code)),
        0b01_1000..=0b10_0111 => Some(load_store_immediate(code)),
        0b10_1000 | 0b10_1001 => {
            Some(constant(low_reg(code, 8), place.aligned_pc().wrapping_add(field(code, 0, 8) * 4)))
        }
        0b10_1010 | 0b10_1011 => Some(sum(low_reg(code, 8), Reg::SP, field(code, 0, 8) * 4)),
        0b10_1100..=0b10_1111 => miscellaneous(place, code),
        0b11_0000..=0b11_0011 => multiple(code),
        0b11_0100..=0b11_0111 => conditional(place, code),
        _ => {
            require(place.may_jump())?;
            let target = place.pc().wrapping_add(sign_extend(field(code, 0, 11) << 1, 12));
            Some(Instr::Branch { cond: Cond::AL, target })
        }
    }
}

fn immediate(value: u32) -> Operand {
    Operand::Imm { value, carry: None }
}

fn plain(rm: Reg) -> Operand {
    Operand::Reg { rm, shift: Shift::NONE }
}

/// Writes a constant and leaves the flags alone: ADR, and MOV from the program counter.
fn constant(rd: Reg, value: u32) -> Instr {
    Instr::Alu { op: AluOp::Mov, flags: false, rd, rn: Reg(0), src: immediate(value) }
}

fn sum(rd: Reg, rn: Reg, value: u32) -> Instr {
    Instr::Alu { op: AluOp::Add, flags: false, rd, rn, src: immediate(value) }
}

/// Shift by a constant, add, subtract, move and compare (A5.2.1).
fn shift_add_move(place: Place, code: u16) -> Option<Instr> {
    let flags = !place.in_it();
    let (rd, rn) = (low_reg(code, 0), low_reg(code, 3));
    let wide = low_reg(code, 8);
    let imm8 = immediate(field(code, 0, 8));
    Some(match field(code, 9, 5) {
        op @ 0b00000..=0b01011 => {
            let shift = constant_shift(op >> 2, field(code, 6, 5));
            // MOVS between low registers is not permitted inside an IT block.
            require(shift != Shift::NONE || flags)?;
            Instr::Alu { op: AluOp::Mov, flags, rd, rn: Reg(0), src: Operand::Reg { rm: rn, shift } }
        }
        0b01100 => Instr::Alu { op: AluOp::Add, flags, rd, rn, src: plain(low_reg(code, 6)) },
        0b01101 => Instr::Alu { op: AluOp::Sub, flags, rd, rn, src: plain(low_reg(code, 6)) },
        0b01110 => Instr::Alu { op: AluOp::Add, flags, rd, rn, src: immediate(field(code, 6, 3)) },
        0b01111 => Instr::Alu { op: AluOp::Sub, flags, rd, rn, src: immediate(field(code, 6, 3)) },
        0b10000..=0b10011 => Instr::Alu { op: AluOp::Mov, flags, rd: wide, rn: Reg(0), src: imm8 },
        0b10100..=0b10111 => Instr::Alu { op: AluOp::Cmp, flags: true, rd: Reg(0), rn: wide, src: imm8 },
        0b11000..=0b11011 => Instr::Alu { op: AluOp::Add, flags, rd: wide, rn: wide, src: imm8 },
        _ => Instr::Alu { op: AluOp::Sub, flags, rd: wide, rn: wide, src: imm8 },
    })
}

/// Data processing between low registers (A5.2.2).
fn data_processing(place: Place, code: u16) -> Option<Instr> {
    let flags = !place.in_it();
    let (rd, rm) = (low_reg(code, 0), low_reg(code, 3));
    let alu = |op| Instr::Alu { op, flags, rd, rn: rd, src: plain(rm) };
    let compare = |op| Instr::Alu { op, flags: true, rd: Reg(0), rn: rd, src: plain(rm) };
    let shift = |kind| Instr::ShiftReg { kind, flags, rd, rn: rd, rm };
    Some(match field(code, 6, 4) {
        0 => alu(AluOp::And),
        1 => alu(AluOp::Eor),
        2 => shift(ShiftKind::Lsl),
        3 => shift(ShiftKind::Lsr),
        4 => shift(ShiftKind::Asr),
        5 => alu(AluOp::Adc),
        6 => alu(AluOp::Sbc),
        7 => shift(ShiftKind::Ror),
        8 => compare(AluOp::Tst),
        9 => Instr::Alu { op: AluOp::Rsb, flags, rd, rn: rm, src: immediate(0) },
        10 => compare(AluOp::Cmp),
        11 => compare(AluOp::Cmn),
        12 => alu(AluOp::Orr),
        13 => Instr::Mul { flags, rd, rn: rm, rm: rd },
        14 => alu(AluOp::Bic),
        _ => Instr::Alu { op: AluOp::Mvn, flags, rd, rn: Reg(0), src: plain(rm) },
    })
}

/// Data processing with high registers, and branches to a register (A5.2.3).
fn special(place: Place, code: u16) -> Option<Instr> {
    let rd = Reg((field(code, 7, 1) << 3 | field(code, 0, 3)) as u8);
    let rm = reg(code, 3);
    match field(code, 8, 2) {
        0 => {
            require(rd != Reg::PC || rm != Reg::PC && place.may_jump())?;
            Some(match (rd, rm) {
                (Reg::PC, _) => sum(Reg::PC, rm, place.pc()),
                (_, Reg::PC) => sum(rd, rd, place.pc()),
                _ => Instr::Alu { op: AluOp::Add, flags: false, rd, rn: rd, src: plain(rm) },
            })
        }
        1 => {
            require((rd.0 >= 8 || rm.0 >= 8) && rd != Reg::PC && rm != Reg::PC)?;
            Some(Instr::Alu { op: AluOp::Cmp, flags: true, rd: Reg(0), rn: rd, src: plain(rm) })
        }
        2 => {
            require(rd != Reg::PC || place.may_jump())?;
            Some(match rm {
                Reg::PC => constant(rd, place.pc()),
                _ => Instr::Alu { op: AluOp::Mov, flags: false, rd, rn: Reg(0), src: plain(rm) },
            })
        }
        _ => {
            require(field(code, 0, 3) == 0 && place.may_jump())?;
            if bit(code, 7) {
                require(rm != Reg::PC)?;
                return Some(Instr::BranchLinkExchange { rm });
            }
            Some(Instr::BranchExchange { rm })
        }
    }
}

/// A load when `load`, else a store, with a plain offset.
fn access(load: bool, size: Size, rt: Reg, rn: Reg, offset: Offset) -> Instr {
    let index = Index::Offset;
    if load { Instr::Load { size, rt, rn, offset, index } } else { Instr::Store { size, rt, rn, offset, index } }
}

fn load_store_register(code: u16) -> Instr {
    let (load, size) = match field(code, 9, 3) {
        0 => (false, Size::Word),
        1 => (false, Size::Half),
        2 => (false, Size::Byte),
        3 => (true, Size::SignedByte),
        4 => (true, Size::Word),
        5 => (true, Size::Half),
        6 => (true, Size::Byte),
        _ => (true, Size::SignedHalf),
    };
    access(load, size, low_reg(code, 0), low_reg(code, 3), Offset::Reg { rm: low_reg(code, 6), lsl: 0 })
}

fn load_store_immediate(code: u16) -> Instr {
    let (load, imm5) = (bit(code, 11), field(code, 6, 5));
    let near = |size, scale: u32| {
        access(load, size, low_reg(code, 0), low_reg(code, 3), Offset::Imm((imm5 * scale).cast_signed()))
    };
    match field(code, 12, 4) {
        0b0110 => near(Size::Word, 4),
        0b0111 => near(Size::Byte, 1),
        0b1000 => near(Size::Half, 2),
        _ => {
            let offset = Offset::Imm((field(code, 0, 8) * 4).cast_signed());
            access(load, Size::Word, low_reg(code, 8), Reg::SP, offset)
        }
    }
}

/// What the encodings 1011xxxxxxxxxxxx hold (A5.2.5).
fn miscellaneous(place: Place, code: u16) -> Option<Instr> {
    let (rd, rm) = (low_reg(code, 0), low_reg(code, 3));
    let extend = |kind| Some(Instr::Extend { kind, rd, rn: None, rm, rotation: 0 });
    let reverse = |op| Some(Instr::Bits { op, rd, rm });
    match field(code, 6, 6) {
        0b00_0000 | 0b00_0001 => Some(sum(Reg::SP, Reg::SP, field(code, 0, 7) * 4)),
        0b00_0010 | 0b00_0011 => {
            let src = immediate(field(code, 0, 7) * 4);
            Some(Instr::Alu { op: AluOp::Sub, flags: false, rd: Reg::SP, rn: Reg::SP, src })
        }
        0b00_1000 => extend(Extend::Sxth),
        0b00_1001 => extend(Extend::Sxtb),
        0b00_1010 => extend(Extend::Uxth),
        0b00_1011 => extend(Extend::Uxtb),
        op if op & 0b01_0100 == 0b00_0100 => {
            require(!place.in_it())?;
            let offset = field(code, 9, 1) << 6 | field(code, 3, 5) << 1;
            Some(Instr::CompareBranch { nonzero: bit(code, 11), rn: rd, target: place.pc().wrapping_add(offset) })
        }
        op if op & 0b11_1000 == 0b01_0000 => {
            let list = RegList((field(code, 0, 8) | field(code, 8, 1) << 14) as u16);
            require(!list.is_empty())?;
            Some(Instr::StoreMultiple { rn: Reg::SP, list, writeback: true, order: Order::DecrementBefore })
        }
        0b01_1001 => {
            // Bits 3 and 2 should be zero, and something must be changed.
            require(!place.in_it() && field(code, 2, 2) == 0 && bit(code, 5) && field(code, 0, 2) != 0)?;
            Some(Instr::Cps { disable: bit(code, 4), primask: bit(code, 1), faultmask: bit(code, 0) })
        }
        0b10_1000 => reverse(BitOp::Rev),
        0b10_1001 => reverse(BitOp::Rev16),
        0b10_1011 => reverse(BitOp::Revsh),
        op if op & 0b11_1000 == 0b11_0000 => {
            let list = RegList((field(code, 0, 8) | field(code, 8, 1) << 15) as u16);
            require(!list.is_empty() && (!list.contains(Reg::PC) || place.may_jump()))?;
            Some(Instr::LoadMultiple { rn: Reg::SP, list, writeback: true, order: Order::IncrementAfter })
        }
        op if op & 0b11_1100 == 0b11_1000 => Some(Instr::Bkpt { imm: code as u8 }),
        op if op & 0b11_1100 == 0b11_1100 => it_or_hint(place, code),
        _ => None,
    }
}

/// IT, NOP and its kin.
fn it_or_hint(place: Place, code: u16) -> Option<Instr> {
    let (cond, mask) = (field(code, 4, 4), field(code, 0, 4));
    if mask == 0 {
        return Some(hint(cond));
    }
    require(!place.in_it() && cond != 15 && (cond != 14 || mask.count_ones() == 1))?;
    Some(Instr::It { state: code as u8 })
}

/// The hint with a number; those without a name are NOPs.
pub(super) fn hint(number: u32) -> Instr {
    match number {
        1 => Instr::Yield,
        2 => Instr::Wfe,
        3 => Instr::Wfi,
        4 => Instr::Sev,
        _ => Instr::Nop,
    }
}

fn multiple(code: u16) -> Option<Instr> {
    let (rn, list) = (low_reg(code, 8), RegList(code & 0xff));
    let order = Order::IncrementAfter;
    require(!list.is_empty())?;
    Some(if bit(code, 11) {
        Instr::LoadMultiple { rn, list, writeback: !list.contains(rn), order }
    } else {
        Instr::StoreMultiple { rn, list, writeback: true, order }
    })
}

fn conditional(place: Place, code: u16) -> Option<Instr> {
    match field(code, 8, 4) {
        14 => None,
        15 => Some(Instr::Svc { imm: code as u8 }),
        cond => {
            require(!place.in_it())?;
            let target = place.pc().wrapping_add(sign_extend(field(code, 0, 8) << 1, 9));
            Some(Instr::Branch { cond: Cond(cond as u8), target })
        }
    }
}
