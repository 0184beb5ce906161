//! Loads and stores of one register in four bytes, and preload hints (DDI 0403E, A5.3.7 to A5.3.10).

use super::{Place, bad, bit, field, reg, require};
use crate::instr::{Index, Instr, Offset, Reg, Size};

/// The address of an access.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An offset and what becomes of the base register.
    Plain(Offset, Index),
    /// With the rights of unprivileged code, and an offset.
    Unprivileged(u8),
}

impl Form {
    fn writes_back(self) -> bool {
        matches!(self, Self::Plain(_, Index::Pre | Index::Post))
    }
}

/// The addressing form; `None` when it is undefined or unpredictable.
fn form(first: u16, second: u16) -> Option<Form> {
    if bit(first, 7) {
        return Some(Form::Plain(Offset::Imm(field(second, 0, 12).cast_signed()), Index::Offset));
    }
    let imm8 = field(second, 0, 8).cast_signed();
    let (pre, add, writeback) = (bit(second, 10), bit(second, 9), bit(second, 8));
    if bit(second, 11) {
        let offset = Offset::Imm(if add { imm8 } else { -imm8 });
        return match (pre, writeback) {
            (true, false) if add => Some(Form::Unprivileged(imm8 as u8)),
            (true, false) => Some(Form::Plain(offset, Index::Offset)),
            (true, true) => Some(Form::Plain(offset, Index::Pre)),
            (false, true) => Some(Form::Plain(offset, Index::Post)),
            (false, false) => None,
        };
    }
    let rm = reg(second, 0);
    require(field(second, 6, 5) == 0 && !bad(rm))?;
    Some(Form::Plain(Offset::Reg { rm, lsl: field(second, 4, 2) as u8 }, Index::Offset))
}

/// Stores; `None` when it is undefined or unpredictable.
pub(super) fn store(first: u16, second: u16) -> Option<Instr> {
    let (rn, rt) = (reg(first, 0), reg(second, 12));
    let size = match field(first, 5, 2) {
        0 => Size::Byte,
        1 => Size::Half,
        2 => Size::Word,
        _ => return None,
    };
    let form = form(first, second)?;
    require(rn != Reg::PC && rt != Reg::PC && !(form.writes_back() && rn == rt))?;
    let plain_word = size == Size::Word && matches!(form, Form::Plain(..));
    require(rt != Reg::SP || plain_word)?;
    Some(match form {
        Form::Plain(offset, index) => Instr::Store { size, rt, rn, offset, index },
        Form::Unprivileged(offset) => Instr::StoreUnprivileged { size, rt, rn, offset },
    })
}

/// Loads and hints; `None` when it is undefined or unpredictable.
pub(super) fn load(place: Place, first: u16, second: u16) -> Option<Instr> {
    let (rn, rt) = (reg(first, 0), reg(second, 12));
    let size = match (bit(first, 8), field(first, 5, 2)) {
        (false, 0) => Size::Byte,
        (false, 1) => Size::Half,
        (false, 2) => Size::Word,
        (true, 0) => Size::SignedByte,
        (true, 1) => Size::SignedHalf,
        _ => return None,
    };
    let word = size == Size::Word;
    require(!word || rt != Reg::PC || place.may_jump())?;
    if rn == Reg::PC {
        if !word && rt == Reg::PC {
            return Some(Instr::Preload);
        }
        require(word || rt != Reg::SP)?;
        let (base, offset) = (place.aligned_pc(), field(second, 0, 12));
        let address = if bit(first, 7) { base.wrapping_add(offset) } else { base.wrapping_sub(offset) };
        return Some(Instr::LoadLiteral { size, rt, address });
    }
    let form = form(first, second)?;
    if !word && rt == Reg::PC {
        // PLD, PLI, and the hints of halfwords that are not allocated; there is none that changes the base.
        require(matches!(form, Form::Plain(_, Index::Offset)))?;
        return Some(Instr::Preload);
    }
    require(!(form.writes_back() && rn == rt))?;
    match form {
        Form::Plain(offset, index) => {
            require(word || rt != Reg::SP)?;
            Some(Instr::Load { size, rt, rn, offset, index })
        }
        Form::Unprivileged(offset) => {
            require(!bad(rt))?;
            Some(Instr::LoadUnprivileged { size, rt, rn, offset })
        }
    }
}
