//! Branches in four bytes and the control of the system (DDI 0403E, A5.3.4).

use super::{Place, bad, bit, field, narrow, reg, require, sign_extend};
use crate::instr::{Cond, Instr};

/// Decodes; `None` when it is undefined or unpredictable.
pub(super) fn decode(place: Place, first: u16, second: u16) -> Option<Instr> {
    match (bit(second, 14), bit(second, 12)) {
        (false, false) if field(first, 7, 3) == 7 => control(first, second),
        (false, false) => {
            require(!place.in_it())?;
            let offset = u32::from(bit(first, 10)) << 19
                | u32::from(bit(second, 11)) << 18
                | u32::from(bit(second, 13)) << 17
                | field(first, 0, 6) << 11
                | field(second, 0, 11);
            let target = place.pc().wrapping_add(sign_extend(offset << 1, 21));
            Some(Instr::Branch { cond: Cond(field(first, 6, 4) as u8), target })
        }
        (false, true) => {
            require(place.may_jump())?;
            Some(Instr::Branch { cond: Cond::AL, target: far(place, first, second) })
        }
        (true, true) => {
            require(place.may_jump())?;
            Some(Instr::BranchLink { target: far(place, first, second) })
        }
        (true, false) => None,
    }
}

/// The target of B and BL with 25 bits of offset.
fn far(place: Place, first: u16, second: u16) -> u32 {
    let sign = bit(first, 10);
    let offset = u32::from(sign) << 23
        | u32::from(bit(second, 13) == sign) << 22
        | u32::from(bit(second, 11) == sign) << 21
        | field(first, 0, 10) << 11
        | field(second, 0, 11);
    place.pc().wrapping_add(sign_extend(offset << 1, 25))
}

/// Special registers, hints and barriers.
fn control(first: u16, second: u16) -> Option<Instr> {
    // Bit 13 is zero in all of them (it should be zero, or makes the encoding UDF).
    require(!bit(first, 10) && !bit(second, 13))?;
    match field(first, 4, 6) {
        0b11_1000 => {
            let (rn, mask, sysm) = (reg(first, 0), field(second, 10, 2) as u8, second as u8);
            require(field(second, 8, 2) == 0 && !bad(rn) && special(sysm))?;
            require(mask == 0b10 || mask != 0 && sysm <= 3)?;
            Some(Instr::Msr { rn, sysm, mask })
        }
        0b11_1010 => {
            require(field(first, 0, 4) == 15 && field(second, 8, 4) == 0)?;
            Some(narrow::hint(field(second, 0, 8)))
        }
        0b11_1011 => {
            require(field(first, 0, 4) == 15 && field(second, 8, 4) == 15)?;
            match field(second, 4, 4) {
                0b0010 => {
                    require(field(second, 0, 4) == 15)?;
                    Some(Instr::Clrex)
                }
                0b0100 => Some(Instr::Dsb),
                0b0101 => Some(Instr::Dmb),
                0b0110 => Some(Instr::Isb),
                _ => None,
            }
        }
        0b11_1110 => {
            let (rd, sysm) = (reg(second, 8), second as u8);
            require(field(first, 0, 4) == 15 && !bad(rd) && special(sysm))?;
            Some(Instr::Mrs { rd, sysm })
        }
        _ => None,
    }
}

/// Whether a special register has this number (B5.1.1).
fn special(sysm: u8) -> bool {
    matches!(sysm, 0..=3 | 5..=9 | 16..=20)
}
