//! Loads and stores of several registers and of two, exclusive ones, and table branches (DDI 0403E, A5.3.5, A5.3.6).

use super::{Place, bad, bit, field, forbid, reg, require};
use crate::instr::{Index, Instr, Order, Reg, RegList, Size};

/// LDM, STM, POP and PUSH; `None` when it is undefined or unpredictable.
pub(super) fn load_store_multiple(place: Place, first: u16, second: u16) -> Option<Instr> {
    let (rn, list) = (reg(first, 0), RegList(second));
    let (writeback, load) = (bit(first, 5), bit(first, 4));
    let order = match field(first, 7, 2) {
        1 => Order::IncrementAfter,
        2 => Order::DecrementBefore,
        _ => return None,
    };
    require(rn != Reg::PC && list.len() >= 2 && !list.contains(Reg::SP) && !(writeback && list.contains(rn)))?;
    if load {
        let jumps = list.contains(Reg::PC);
        require(!jumps || !list.contains(Reg::LR) && place.may_jump())?;
        return Some(Instr::LoadMultiple { rn, list, writeback, order });
    }
    require(!list.contains(Reg::PC))?;
    Some(Instr::StoreMultiple { rn, list, writeback, order })
}

/// LDRD, STRD, LDREX, STREX and their kin, TBB and TBH; `None` when it is undefined or unpredictable.
pub(super) fn dual_exclusive_table(place: Place, first: u16, second: u16) -> Option<Instr> {
    match (field(first, 7, 2), field(first, 4, 2)) {
        (0, 0) => store_exclusive(first, second, Size::Word, reg(second, 8), field(second, 0, 8) * 4),
        (0, 1) => {
            require(field(second, 8, 4) == 15)?;
            load_exclusive(first, second, Size::Word, field(second, 0, 8) * 4)
        }
        (1, 0) => {
            require(field(second, 8, 4) == 15)?;
            store_exclusive(first, second, narrow_size(second)?, reg(second, 0), 0)
        }
        (1, 1) if field(second, 5, 3) == 0 => {
            let (rn, rm) = (reg(first, 0), reg(second, 0));
            require(field(second, 8, 8) == 0xf0 && rn != Reg::SP && !bad(rm) && place.may_jump())?;
            Some(Instr::TableBranch { half: bit(second, 4), rn, rm })
        }
        (1, 1) => {
            require(field(second, 8, 4) == 15 && field(second, 0, 4) == 15)?;
            load_exclusive(first, second, narrow_size(second)?, 0)
        }
        _ => dual(place, first, second),
    }
}

fn narrow_size(second: u16) -> Option<Size> {
    match field(second, 4, 4) {
        0b0100 => Some(Size::Byte),
        0b0101 => Some(Size::Half),
        _ => None,
    }
}

fn store_exclusive(first: u16, second: u16, size: Size, rd: Reg, offset: u32) -> Option<Instr> {
    let (rn, rt) = (reg(first, 0), reg(second, 12));
    forbid([rd, rt])?;
    require(rn != Reg::PC && rd != rn && rd != rt)?;
    Some(Instr::StoreExclusive { size, rd, rt, rn, offset })
}

fn load_exclusive(first: u16, second: u16, size: Size, offset: u32) -> Option<Instr> {
    let (rn, rt) = (reg(first, 0), reg(second, 12));
    forbid([rt])?;
    require(rn != Reg::PC)?;
    Some(Instr::LoadExclusive { size, rt, rn, offset })
}

fn dual(place: Place, first: u16, second: u16) -> Option<Instr> {
    let (rn, rt, rt2) = (reg(first, 0), reg(second, 12), reg(second, 8));
    let (add, load) = (bit(first, 7), bit(first, 4));
    let distance = field(second, 0, 8) * 4;
    let offset = if add { distance.cast_signed() } else { -distance.cast_signed() };
    let index = match (bit(first, 8), bit(first, 5)) {
        (true, false) => Index::Offset,
        (true, true) => Index::Pre,
        (false, true) => Index::Post,
        (false, false) => return None,
    };
    forbid([rt, rt2])?;
    require(index == Index::Offset || rn != Reg::PC && rn != rt && rn != rt2)?;
    if !load {
        require(rn != Reg::PC)?;
        return Some(Instr::StoreDual { rt, rt2, rn, offset, index });
    }
    require(rt != rt2)?;
    Some(if rn == Reg::PC {
        let address = place.aligned_pc().wrapping_add_signed(offset);
        Instr::LoadDualLiteral { rt, rt2, address }
    } else {
        Instr::LoadDual { rt, rt2, rn, offset, index }
    })
}
