//! The text of data processing: arithmetic, logic, shifts, bit fields, multiplication, DSP.

use std::fmt::{Formatter, Result};

use super::{half, suffix};
use crate::instr::{
    AluOp, BitOp, DspMul, Extend, Instr, Lanes, LongMul, Operand, Parallel, Reg, Saturating, Shift, ShiftKind,
};

/// Prints `instr` and gives true when it is of this kind.
pub(super) fn write(instr: &Instr, f: &mut Formatter<'_>) -> std::result::Result<bool, std::fmt::Error> {
    match *instr {
        Instr::Alu { op, flags, rd, rn, src } => alu(f, op, flags, [rd, rn], src)?,
        Instr::ShiftReg { kind, flags, rd, rn, rm } => write!(f, "{kind}{} {rd}, {rn}, {rm}", suffix(flags))?,
        Instr::Movt { rd, imm } => write!(f, "movt {rd}, #{imm}")?,
        Instr::Extend { kind, rd, rn, rm, rotation } => extend(f, kind, rd, rn, rm, rotation)?,
        Instr::Bfi { rd, rn, lsb, width } => write!(f, "bfi {rd}, {rn}, #{lsb}, #{width}")?,
        Instr::Bfc { rd, lsb, width } => write!(f, "bfc {rd}, #{lsb}, #{width}")?,
        Instr::Sbfx { rd, rn, lsb, width } => write!(f, "sbfx {rd}, {rn}, #{lsb}, #{width}")?,
        Instr::Ubfx { rd, rn, lsb, width } => write!(f, "ubfx {rd}, {rn}, #{lsb}, #{width}")?,
        Instr::Bits { op, rd, rm } => write!(f, "{} {rd}, {rm}", bit_op(op))?,
        Instr::Sat { signed, rd, to, rn, shift } => write!(f, "{}sat {rd}, #{to}, {rn}{shift}", sign(signed))?,
        Instr::Sat16 { signed, rd, to, rn } => write!(f, "{}sat16 {rd}, #{to}, {rn}", sign(signed))?,
        Instr::Mul { flags, rd, rn, rm } => write!(f, "mul{} {rd}, {rn}, {rm}", suffix(flags))?,
        Instr::Mla { rd, rn, rm, ra } => write!(f, "mla {rd}, {rn}, {rm}, {ra}")?,
        Instr::Mls { rd, rn, rm, ra } => write!(f, "mls {rd}, {rn}, {rm}, {ra}")?,
        Instr::Long { op, lo, hi, rn, rm } => {
            long(f, op)?;
            write!(f, " {lo}, {hi}, {rn}, {rm}")?;
        }
        Instr::Div { signed, rd, rn, rm } => {
            write!(f, "{}div {rd}, {rn}, {rm}", if signed { "s" } else { "u" })?;
        }
        Instr::Dsp { op, rd, rn, rm, ra } => dsp(f, op, [rd, rn, rm, ra])?,
        Instr::Parallel { op, lanes, rd, rn, rm } => write!(f, "{}{} {rd}, {rn}, {rm}", prefix(lanes), parallel(op))?,
        Instr::Saturating { op, rd, rn, rm } => write!(f, "{} {rd}, {rm}, {rn}", saturating(op))?,
        Instr::Pkh { top, rd, rn, rm, shift } => {
            write!(f, "pkh{} {rd}, {rn}, {rm}{shift}", if top { "tb" } else { "bt" })?;
        }
        Instr::Sel { rd, rn, rm } => write!(f, "sel {rd}, {rn}, {rm}")?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn alu(f: &mut Formatter<'_>, op: AluOp, flags: bool, [rd, rn]: [Reg; 2], src: Operand) -> Result {
    let name = match op {
        AluOp::And => "and",
        AluOp::Bic => "bic",
        AluOp::Orr => "orr",
        AluOp::Orn => "orn",
        AluOp::Eor => "eor",
        AluOp::Add => "add",
        AluOp::Adc => "adc",
        AluOp::Sbc => "sbc",
        AluOp::Sub => "sub",
        AluOp::Rsb => "rsb",
        AluOp::Mov => "mov",
        AluOp::Mvn => "mvn",
        AluOp::Tst => "tst",
        AluOp::Teq => "teq",
        AluOp::Cmp => "cmp",
        AluOp::Cmn => "cmn",
    };
    let s = suffix(flags);
    match (op, src) {
        // A move of a shifted register is written as the shift.
        (AluOp::Mov, Operand::Reg { rm, shift: Shift { kind: ShiftKind::Rrx, .. } }) => {
            return write!(f, "rrx{s} {rd}, {rm}");
        }
        (AluOp::Mov, Operand::Reg { rm, shift }) if shift != Shift::NONE => {
            return write!(f, "{}{s} {rd}, {rm}, #{}", shift.kind, shift.amount);
        }
        (AluOp::Mov | AluOp::Mvn, _) => write!(f, "{name}{s} {rd}")?,
        (AluOp::Tst | AluOp::Teq | AluOp::Cmp | AluOp::Cmn, _) => write!(f, "{name} {rn}")?,
        _ => write!(f, "{name}{s} {rd}, {rn}")?,
    }
    match src {
        Operand::Imm { value, .. } => write!(f, ", #{value}"),
        Operand::Reg { rm, shift } => write!(f, ", {rm}{shift}"),
    }
}

fn extend(f: &mut Formatter<'_>, kind: Extend, rd: Reg, rn: Option<Reg>, rm: Reg, rotation: u8) -> Result {
    let (start, end) = match kind {
        Extend::Sxtb => ("sxt", "b"),
        Extend::Sxth => ("sxt", "h"),
        Extend::Sxtb16 => ("sxt", "b16"),
        Extend::Uxtb => ("uxt", "b"),
        Extend::Uxth => ("uxt", "h"),
        Extend::Uxtb16 => ("uxt", "b16"),
    };
    match rn {
        Some(rn) => write!(f, "{start}a{end} {rd}, {rn}, {rm}")?,
        None => write!(f, "{start}{end} {rd}, {rm}")?,
    }
    if rotation == 0 { Ok(()) } else { write!(f, ", ror #{rotation}") }
}

fn bit_op(op: BitOp) -> &'static str {
    match op {
        BitOp::Clz => "clz",
        BitOp::Rbit => "rbit",
        BitOp::Rev => "rev",
        BitOp::Rev16 => "rev16",
        BitOp::Revsh => "revsh",
    }
}

fn sign(signed: bool) -> &'static str {
    if signed { "s" } else { "u" }
}

/// The letter of exchanged halves.
fn exchange(swap: bool) -> &'static str {
    if swap { "x" } else { "" }
}

fn long(f: &mut Formatter<'_>, op: LongMul) -> Result {
    match op {
        LongMul::Smull => f.write_str("smull"),
        LongMul::Umull => f.write_str("umull"),
        LongMul::Smlal => f.write_str("smlal"),
        LongMul::Umlal => f.write_str("umlal"),
        LongMul::Umaal => f.write_str("umaal"),
        LongMul::Smlalxy { n_top, m_top } => write!(f, "smlal{}{}", half(n_top), half(m_top)),
        LongMul::Smlald { swap } => write!(f, "smlald{}", exchange(swap)),
        LongMul::Smlsld { swap } => write!(f, "smlsld{}", exchange(swap)),
    }
}

fn dsp(f: &mut Formatter<'_>, op: DspMul, [rd, rn, rm, ra]: [Reg; 4]) -> Result {
    let round = |round| if round { "r" } else { "" };
    let accumulates = match op {
        DspMul::Smlaxy { n_top, m_top } => write!(f, "smla{}{}", half(n_top), half(m_top)).map(|()| true)?,
        DspMul::Smulxy { n_top, m_top } => write!(f, "smul{}{}", half(n_top), half(m_top)).map(|()| false)?,
        DspMul::Smlawy { m_top } => write!(f, "smlaw{}", half(m_top)).map(|()| true)?,
        DspMul::Smulwy { m_top } => write!(f, "smulw{}", half(m_top)).map(|()| false)?,
        DspMul::Smlad { swap } => write!(f, "smlad{}", exchange(swap)).map(|()| true)?,
        DspMul::Smuad { swap } => write!(f, "smuad{}", exchange(swap)).map(|()| false)?,
        DspMul::Smlsd { swap } => write!(f, "smlsd{}", exchange(swap)).map(|()| true)?,
        DspMul::Smusd { swap } => write!(f, "smusd{}", exchange(swap)).map(|()| false)?,
        DspMul::Smmla { round: r } => write!(f, "smmla{}", round(r)).map(|()| true)?,
        DspMul::Smmls { round: r } => write!(f, "smmls{}", round(r)).map(|()| true)?,
        DspMul::Smmul { round: r } => write!(f, "smmul{}", round(r)).map(|()| false)?,
        DspMul::Usad8 => f.write_str("usad8").map(|()| false)?,
        DspMul::Usada8 => f.write_str("usada8").map(|()| true)?,
    };
    write!(f, " {rd}, {rn}, {rm}")?;
    if accumulates { write!(f, ", {ra}") } else { Ok(()) }
}

fn prefix(lanes: Lanes) -> &'static str {
    match lanes {
        Lanes::Signed => "s",
        Lanes::Saturating => "q",
        Lanes::Halving => "sh",
        Lanes::Unsigned => "u",
        Lanes::UnsignedSaturating => "uq",
        Lanes::UnsignedHalving => "uh",
    }
}

fn parallel(op: Parallel) -> &'static str {
    match op {
        Parallel::Add16 => "add16",
        Parallel::Asx => "asx",
        Parallel::Sax => "sax",
        Parallel::Sub16 => "sub16",
        Parallel::Add8 => "add8",
        Parallel::Sub8 => "sub8",
    }
}

fn saturating(op: Saturating) -> &'static str {
    match op {
        Saturating::Qadd => "qadd",
        Saturating::Qsub => "qsub",
        Saturating::Qdadd => "qdadd",
        Saturating::Qdsub => "qdsub",
    }
}
