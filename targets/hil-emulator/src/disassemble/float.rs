//! The text of floating-point instructions.

use std::fmt::{Display, Formatter, Result};

use super::{half, memory};
use crate::instr::{Convert, FloatOp, FloatUnary, Instr, Order, Reg, SReg};

/// Prints `instr` and gives true when it is of this kind.
pub(super) fn write(instr: &Instr, f: &mut Formatter<'_>) -> std::result::Result<bool, std::fmt::Error> {
    match *instr {
        Instr::Float { op, sd, sn, sm } => write!(f, "{}.f32 {sd}, {sn}, {sm}", operation(op))?,
        Instr::FloatUnary { op, sd, sm } => write!(f, "{}.f32 {sd}, {sm}", unary(op))?,
        Instr::FloatImm { sd, value } => write!(f, "vmov.f32 {sd}, #{}", f32::from_bits(value))?,
        Instr::FloatCompare { quiet, sd, sm } => {
            write!(f, "vcmp{}.f32 {sd}, ", if quiet { "" } else { "e" })?;
            match sm {
                Some(sm) => write!(f, "{sm}")?,
                None => f.write_str("#0.0")?,
            }
        }
        Instr::FloatConvert { op, sd, sm } => convert(f, op, sd, sm)?,
        Instr::FloatMove { to_core: true, rt, sn } => write!(f, "vmov {rt}, {sn}")?,
        Instr::FloatMove { to_core: false, rt, sn } => write!(f, "vmov {sn}, {rt}")?,
        Instr::FloatMovePair { to_core: true, rt, rt2, sm } => write!(f, "vmov {rt}, {rt2}, {sm}, {}", SReg(sm.0 + 1))?,
        Instr::FloatMovePair { to_core: false, rt, rt2, sm } => {
            write!(f, "vmov {sm}, {}, {rt}, {rt2}", SReg(sm.0 + 1))?
        }
        Instr::Vmrs { rt: Reg::PC } => f.write_str("vmrs APSR_nzcv, fpscr")?,
        Instr::Vmrs { rt } => write!(f, "vmrs {rt}, fpscr")?,
        Instr::Vmsr { rt } => write!(f, "vmsr fpscr, {rt}")?,
        Instr::FloatLoad { words, sd, rn, offset } => {
            write!(f, "vldr {}, {}", Wide(sd, words), memory::plain(rn, offset))?
        }
        Instr::FloatStore { words, sd, rn, offset } => {
            write!(f, "vstr {}, {}", Wide(sd, words), memory::plain(rn, offset))?;
        }
        Instr::FloatLoadMultiple { first, count, doubles, rn, writeback, order } => {
            let names = ["vpop", "vldmia", "vldmdb"];
            multiple(f, names, Order::IncrementAfter, Run(first, count, doubles), rn, writeback, order)?;
        }
        Instr::FloatStoreMultiple { first, count, doubles, rn, writeback, order } => {
            let names = ["vpush", "vstmia", "vstmdb"];
            multiple(f, names, Order::DecrementBefore, Run(first, count, doubles), rn, writeback, order)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn operation(op: FloatOp) -> &'static str {
    match op {
        FloatOp::Vadd => "vadd",
        FloatOp::Vsub => "vsub",
        FloatOp::Vmul => "vmul",
        FloatOp::Vnmul => "vnmul",
        FloatOp::Vdiv => "vdiv",
        FloatOp::Vmla => "vmla",
        FloatOp::Vmls => "vmls",
        FloatOp::Vnmla => "vnmla",
        FloatOp::Vnmls => "vnmls",
        FloatOp::Vfma => "vfma",
        FloatOp::Vfms => "vfms",
        FloatOp::Vfnma => "vfnma",
        FloatOp::Vfnms => "vfnms",
    }
}

fn unary(op: FloatUnary) -> &'static str {
    match op {
        FloatUnary::Vmov => "vmov",
        FloatUnary::Vabs => "vabs",
        FloatUnary::Vneg => "vneg",
        FloatUnary::Vsqrt => "vsqrt",
    }
}

fn convert(f: &mut Formatter<'_>, op: Convert, sd: SReg, sm: SReg) -> Result {
    let sign = |signed| if signed { "s" } else { "u" };
    match op {
        Convert::FromInt { signed } => write!(f, "vcvt.f32.{}32 {sd}, {sm}", sign(signed)),
        Convert::ToInt { signed, round_to_zero } => {
            write!(f, "vcvt{}.{}32.f32 {sd}, {sm}", if round_to_zero { "" } else { "r" }, sign(signed))
        }
        Convert::FromFixed { signed, width, fraction } => {
            write!(f, "vcvt.f32.{}{width} {sd}, {sd}, #{fraction}", sign(signed))
        }
        Convert::ToFixed { signed, width, fraction } => {
            write!(f, "vcvt.{}{width}.f32 {sd}, {sd}, #{fraction}", sign(signed))
        }
        Convert::FromHalf { top } => write!(f, "vcvt{}.f32.f16 {sd}, {sm}", half(top)),
        Convert::ToHalf { top } => write!(f, "vcvt{}.f16.f32 {sd}, {sm}", half(top)),
    }
}

/// One register of one or two words.
struct Wide(SReg, u8);

impl Display for Wide {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.1 == 2 { write!(f, "d{}", self.0.0 / 2) } else { self.0.fmt(f) }
    }
}

/// Registers in a row: the first, how many singles, and whether they are doubles.
struct Run(SReg, u8, bool);

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self(first, count, doubles) = *self;
        let (letter, first, count) = if doubles { ("d", first.0 / 2, count / 2) } else { ("s", first.0, count) };
        let last = first + count.max(1) - 1;
        if last == first {
            return write!(f, "{{{letter}{first}}}");
        }
        write!(f, "{{{letter}{first}-{letter}{last}}}")
    }
}

/// VLDM or VSTM; `names` are those of the stack, of counting up and of counting down, `stack` is the order of the
/// stack.
fn multiple(
    f: &mut Formatter<'_>,
    names: [&str; 3],
    stack: Order,
    run: Run,
    rn: Reg,
    writeback: bool,
    order: Order,
) -> Result {
    if rn == Reg::SP && writeback && order == stack {
        return write!(f, "{} {run}", names[0]);
    }
    let name = if order == Order::IncrementAfter { names[1] } else { names[2] };
    write!(f, "{name} {rn}{}, {run}", if writeback { "!" } else { "" })
}
