//! Coprocessor instructions: FPv4-SP, which are those of coprocessors 10 and 11 (DDI 0403E, A6.4 to A6.7).
//!
//! Single precision only: arithmetic on doubles and what FPv5 adds are undefined, loads, stores and moves of doubles
//! are not. There are sixteen doubles.

use super::{bad, bit, field, forbid, reg, require};
use crate::instr::{Convert, FloatOp, FloatUnary, Instr, Order, Reg, SReg};

/// Decodes; `None` when it is undefined or unpredictable.
pub(super) fn coprocessor(first: u16, second: u16) -> Option<Instr> {
    let coprocessor = field(second, 8, 4) as u8;
    // 1111 is Advanced SIMD in the other profiles, 00000x is nothing at all.
    require(field(first, 8, 2) != 3 && field(first, 5, 5) != 0)?;
    if coprocessor & 0b1110 != 0b1010 {
        return Some(Instr::NoCoprocessor { coprocessor });
    }
    let found = match (bit(first, 9), bit(second, 4)) {
        _ if bit(first, 12) => None,
        (false, _) if field(first, 5, 5) == 0b00010 => move_pair(first, second),
        (false, _) => load_store(first, second),
        (true, false) => arithmetic(first, second),
        (true, true) => move_one(first, second),
    };
    // What the FPU does not have is the business of its coprocessors all the same: switched off, they come first.
    found.or(Some(Instr::NoCoprocessor { coprocessor }))
}

/// The single with its lowest bit at `extra` of `second`, its others from bit `low` on.
fn single(halfword: u16, low: u32, extra: bool) -> SReg {
    SReg((field(halfword, low, 4) << 1) as u8 | u8::from(extra))
}

/// The lower single of a double, whose highest bit is `extra`: there are only sixteen doubles.
fn double(halfword: u16, low: u32, extra: bool) -> Option<SReg> {
    require(!extra)?;
    Some(SReg((field(halfword, low, 4) << 1) as u8))
}

/// A6.5.
fn arithmetic(first: u16, second: u16) -> Option<Instr> {
    // Bit 8 is the precision.
    require(!bit(second, 8))?;
    let sd = single(second, 12, bit(first, 6));
    let sn = single(first, 0, bit(second, 7));
    let sm = single(second, 0, bit(second, 5));
    let op = match (bit(first, 7), field(first, 4, 2), bit(second, 6)) {
        (false, 0, false) => FloatOp::Vmla,
        (false, 0, true) => FloatOp::Vmls,
        (false, 1, false) => FloatOp::Vnmls,
        (false, 1, true) => FloatOp::Vnmla,
        (false, 2, false) => FloatOp::Vmul,
        (false, 2, true) => FloatOp::Vnmul,
        (false, _, false) => FloatOp::Vadd,
        (false, _, true) => FloatOp::Vsub,
        (true, 0, false) => FloatOp::Vdiv,
        (true, 0, true) => return None,
        (true, 1, false) => FloatOp::Vfnms,
        (true, 1, true) => FloatOp::Vfnma,
        (true, 2, false) => FloatOp::Vfma,
        (true, 2, true) => FloatOp::Vfms,
        (true, _, false) => {
            // Bits 7 and 5 should be zero.
            require(!bit(second, 7) && !bit(second, 5))?;
            return Some(Instr::FloatImm { sd, value: expand(field(first, 0, 4) << 4 | field(second, 0, 4)) });
        }
        (true, _, true) => return other(first, second, sd, sm),
    };
    Some(Instr::Float { op, sd, sn, sm })
}

/// `VFPExpandImm` for single precision.
fn expand(imm8: u32) -> u32 {
    let exponent = if imm8 >> 6 & 1 == 1 { 0b0_1111_1000 } else { 0b1_0000_0000 } >> 1 | imm8 >> 4 & 3;
    (imm8 >> 7) << 31 | exponent << 23 | (imm8 & 15) << 19
}

/// The operations with one source and the conversions.
fn other(first: u16, second: u16, sd: SReg, sm: SReg) -> Option<Instr> {
    let upper = bit(second, 7);
    let unary = |op| Some(Instr::FloatUnary { op, sd, sm });
    let convert = |op| Some(Instr::FloatConvert { op, sd, sm });
    match (field(first, 0, 4), upper) {
        (0b0000, false) => unary(FloatUnary::Vmov),
        (0b0000, true) => unary(FloatUnary::Vabs),
        (0b0001, false) => unary(FloatUnary::Vneg),
        (0b0001, true) => unary(FloatUnary::Vsqrt),
        (0b0010, top) => convert(Convert::FromHalf { top }),
        (0b0011, top) => convert(Convert::ToHalf { top }),
        (0b0100, signals) => Some(Instr::FloatCompare { quiet: !signals, sd, sm: Some(sm) }),
        (0b0101, signals) => {
            require(field(second, 0, 4) == 0 && !bit(second, 5))?;
            Some(Instr::FloatCompare { quiet: !signals, sd, sm: None })
        }
        (0b1000, signed) => convert(Convert::FromInt { signed }),
        (0b1100, round_to_zero) => convert(Convert::ToInt { signed: false, round_to_zero }),
        (0b1101, round_to_zero) => convert(Convert::ToInt { signed: true, round_to_zero }),
        (op @ (0b1010 | 0b1011 | 0b1110 | 0b1111), wide) => {
            let width = if wide { 32 } else { 16 };
            let integer_bits = (field(second, 0, 4) << 1) as u8 | u8::from(bit(second, 5));
            require(integer_bits <= width)?;
            let (signed, fraction) = (op & 1 == 0, width - integer_bits);
            let op = if op & 4 == 0 {
                Convert::FromFixed { signed, width, fraction }
            } else {
                Convert::ToFixed { signed, width, fraction }
            };
            Some(Instr::FloatConvert { op, sd, sm: sd })
        }
        _ => None,
    }
}

/// VLDR, VSTR, VLDM and VSTM (A6.6).
fn load_store(first: u16, second: u16) -> Option<Instr> {
    let (pre, add, writeback, load) = (bit(first, 8), bit(first, 7), bit(first, 5), bit(first, 4));
    let (rn, doubles, words) = (reg(first, 0), bit(second, 8), field(second, 0, 8));
    let extra = bit(first, 6);
    let sd = if doubles { double(second, 12, extra)? } else { single(second, 12, extra) };
    if pre && !writeback {
        let distance = (words * 4).cast_signed();
        let offset = if add { distance } else { -distance };
        let words = 1 + u8::from(doubles);
        require(load || rn != Reg::PC)?;
        return Some(if load {
            Instr::FloatLoad { words, sd, rn, offset }
        } else {
            Instr::FloatStore { words, sd, rn, offset }
        });
    }
    let order = match (pre, add, writeback) {
        (false, true, _) => Order::IncrementAfter,
        (true, false, true) => Order::DecrementBefore,
        _ => return None,
    };
    // An odd count with doubles is the format of FLDMX and FSTMX, which no tool emits for this core.
    require(rn != Reg::PC && words != 0 && u32::from(sd.0) + words <= 32 && !(doubles && words & 1 == 1))?;
    let (first, count) = (sd, words as u8);
    Some(if load {
        Instr::FloatLoadMultiple { first, count, doubles, rn, writeback, order }
    } else {
        Instr::FloatStoreMultiple { first, count, doubles, rn, writeback, order }
    })
}

/// VMOV between two core registers and two singles or a double (A6.7).
fn move_pair(first: u16, second: u16) -> Option<Instr> {
    let (rt, rt2, to_core) = (reg(second, 12), reg(first, 0), bit(first, 4));
    require(field(second, 6, 2) == 0 && bit(second, 4))?;
    let extra = bit(second, 5);
    let sm = if bit(second, 8) { double(second, 0, extra)? } else { single(second, 0, extra) };
    forbid([rt, rt2])?;
    require(sm.0 != 31 && !(to_core && rt == rt2))?;
    Some(Instr::FloatMovePair { to_core, rt, rt2, sm })
}

/// VMOV between a core register and a single or half a double, VMRS and VMSR (A6.6).
fn move_one(first: u16, second: u16) -> Option<Instr> {
    let (rt, to_core) = (reg(second, 12), bit(first, 4));
    let extra = bit(second, 7);
    require(second & 0b0110_1111 == 0)?;
    match (field(first, 5, 3), bit(second, 8)) {
        (0, false) => {
            forbid([rt])?;
            Some(Instr::FloatMove { to_core, rt, sn: single(first, 0, extra) })
        }
        (half @ (0 | 1), true) => {
            forbid([rt])?;
            let lower = double(first, 0, extra)?;
            Some(Instr::FloatMove { to_core, rt, sn: SReg(lower.0 + half as u8) })
        }
        (7, false) => {
            // FPSCR is the only system register.
            require(field(first, 0, 4) == 1 && !extra && rt != Reg::SP)?;
            if to_core {
                return Some(Instr::Vmrs { rt });
            }
            require(!bad(rt))?;
            Some(Instr::Vmsr { rt })
        }
        _ => None,
    }
}
