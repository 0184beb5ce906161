//! The text of loads and stores.

use std::fmt::{Display, Formatter, Result};

use crate::instr::{Index, Instr, Offset, Order, Reg, RegList, Size};

/// Prints `instr` and gives true when it is of this kind.
pub(super) fn write(instr: &Instr, f: &mut Formatter<'_>) -> std::result::Result<bool, std::fmt::Error> {
    match *instr {
        Instr::Load { size, rt, rn, offset, index } => write!(f, "ldr{} {rt}, {}", width(size), At(rn, offset, index))?,
        Instr::Store { size, rt, rn, offset, index } => {
            write!(f, "str{} {rt}, {}", width(size), At(rn, offset, index))?;
        }
        Instr::LoadLiteral { size, rt, address } => write!(f, "ldr{} {rt}, [pc] @ {address:#x}", width(size))?,
        Instr::LoadUnprivileged { size, rt, rn, offset } => {
            write!(f, "ldr{}t {rt}, {}", width(size), plain(rn, i32::from(offset)))?;
        }
        Instr::StoreUnprivileged { size, rt, rn, offset } => {
            write!(f, "str{}t {rt}, {}", width(size), plain(rn, i32::from(offset)))?;
        }
        Instr::LoadDual { rt, rt2, rn, offset, index } => {
            write!(f, "ldrd {rt}, {rt2}, {}", At(rn, Offset::Imm(offset), index))?;
        }
        Instr::StoreDual { rt, rt2, rn, offset, index } => {
            write!(f, "strd {rt}, {rt2}, {}", At(rn, Offset::Imm(offset), index))?;
        }
        Instr::LoadDualLiteral { rt, rt2, address } => write!(f, "ldrd {rt}, {rt2}, [pc] @ {address:#x}")?,
        Instr::LoadMultiple { rn: Reg::SP, list, writeback: true, order: Order::IncrementAfter } => {
            write!(f, "pop {list}")?;
        }
        Instr::StoreMultiple { rn: Reg::SP, list, writeback: true, order: Order::DecrementBefore } => {
            write!(f, "push {list}")?;
        }
        Instr::LoadMultiple { rn, list, writeback, order } => multiple(f, "ldm", rn, list, writeback, order)?,
        Instr::StoreMultiple { rn, list, writeback, order } => multiple(f, "stm", rn, list, writeback, order)?,
        Instr::LoadExclusive { size, rt, rn, offset } => {
            write!(f, "ldrex{} {rt}, {}", width(size), plain(rn, offset.cast_signed()))?;
        }
        Instr::StoreExclusive { size, rd, rt, rn, offset } => {
            write!(f, "strex{} {rd}, {rt}, {}", width(size), plain(rn, offset.cast_signed()))?;
        }
        Instr::Preload => f.write_str("pld")?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn width(size: Size) -> &'static str {
    match size {
        Size::Byte => "b",
        Size::SignedByte => "sb",
        Size::Half => "h",
        Size::SignedHalf => "sh",
        Size::Word => "",
    }
}

/// An address: base, offset, and when the base changes.
pub(super) struct At(pub Reg, pub Offset, pub Index);

/// The address `rn + offset`.
pub(super) fn plain(rn: Reg, offset: i32) -> At {
    At(rn, Offset::Imm(offset), Index::Offset)
}

impl Display for At {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self(rn, offset, index) = self;
        match (offset, index) {
            (Offset::Imm(0), Index::Offset) => write!(f, "[{rn}]"),
            (Offset::Imm(imm), Index::Offset) => write!(f, "[{rn}, #{imm}]"),
            (Offset::Imm(imm), Index::Pre) => write!(f, "[{rn}, #{imm}]!"),
            (Offset::Imm(imm), Index::Post) => write!(f, "[{rn}], #{imm}"),
            (Offset::Reg { rm, lsl: 0 }, _) => write!(f, "[{rn}, {rm}]"),
            (Offset::Reg { rm, lsl }, _) => write!(f, "[{rn}, {rm}, lsl #{lsl}]"),
        }
    }
}

fn multiple(f: &mut Formatter<'_>, name: &str, rn: Reg, list: RegList, writeback: bool, order: Order) -> Result {
    let order = match order {
        Order::IncrementAfter => "ia",
        Order::DecrementBefore => "db",
    };
    write!(f, "{name}{order} {rn}{}, {list}", if writeback { "!" } else { "" })
}
