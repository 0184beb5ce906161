//! Instructions as assembler text, in the unified syntax of the reference manual (DDI 0403E, A4.2).
//!
//! Without the width qualifiers `.n` and `.w`, and without the condition of an IT block, which an [`Instr`] does not
//! hold. Addresses relative to the program counter are absolute, as in a listing. Undefined encodings print as `udf`.

mod data;
mod float;
mod memory;

use std::fmt::{Display, Formatter, Result};

use crate::instr::{Cond, Instr, Reg, RegList, SReg, Shift, ShiftKind};

impl Display for Reg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match *self {
            Self::SP => f.write_str("sp"),
            Self::LR => f.write_str("lr"),
            Self::PC => f.write_str("pc"),
            Self(number) => write!(f, "r{number}"),
        }
    }
}

impl Display for SReg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "s{}", self.0)
    }
}

impl Display for RegList {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("{")?;
        let mut comma = "";
        for reg in (0..16).map(Reg).filter(|reg| self.contains(*reg)) {
            write!(f, "{comma}{reg}")?;
            comma = ", ";
        }
        f.write_str("}")
    }
}

impl Display for Cond {
    /// The suffix of a mnemonic: nothing for AL.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        const NAMES: [&str; 16] =
            ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "", ""];
        f.write_str(NAMES[usize::from(self.0 & 15)])
    }
}

impl Display for ShiftKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::Lsl => "lsl",
            Self::Lsr => "lsr",
            Self::Asr => "asr",
            Self::Ror => "ror",
            Self::Rrx => "rrx",
        })
    }
}

impl Display for Shift {
    /// What follows the register: `, lsl #2`, or nothing.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            &Self::NONE => Ok(()),
            Self { kind: ShiftKind::Rrx, .. } => f.write_str(", rrx"),
            Self { kind, amount } => write!(f, ", {kind} #{amount}"),
        }
    }
}

/// `s` where the flags are set.
fn suffix(flags: bool) -> &'static str {
    if flags { "s" } else { "" }
}

/// The letter of a half, upper or lower.
fn half(top: bool) -> &'static str {
    if top { "t" } else { "b" }
}

impl Display for Instr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if data::write(self, f)? || memory::write(self, f)? || float::write(self, f)? {
            return Ok(());
        }
        match *self {
            Self::Branch { cond, target } => write!(f, "b{cond} {target:#x}"),
            Self::BranchLink { target } => write!(f, "bl {target:#x}"),
            Self::BranchExchange { rm } => write!(f, "bx {rm}"),
            Self::BranchLinkExchange { rm } => write!(f, "blx {rm}"),
            Self::CompareBranch { nonzero, rn, target } => {
                write!(f, "cb{}z {rn}, {target:#x}", if nonzero { "n" } else { "" })
            }
            Self::TableBranch { half: false, rn, rm } => write!(f, "tbb [{rn}, {rm}]"),
            Self::TableBranch { half: true, rn, rm } => write!(f, "tbh [{rn}, {rm}, lsl #1]"),
            Self::It { state } => it(state, f),
            Self::Nop => f.write_str("nop"),
            Self::Yield => f.write_str("yield"),
            Self::Wfe => f.write_str("wfe"),
            Self::Wfi => f.write_str("wfi"),
            Self::Sev => f.write_str("sev"),
            Self::Dmb => f.write_str("dmb"),
            Self::Dsb => f.write_str("dsb"),
            Self::Isb => f.write_str("isb"),
            Self::Clrex => f.write_str("clrex"),
            Self::Cps { disable, primask, faultmask } => {
                let (i, fault) = (if primask { "i" } else { "" }, if faultmask { "f" } else { "" });
                write!(f, "cps{} {i}{fault}", if disable { "id" } else { "ie" })
            }
            Self::Mrs { rd, sysm } => write!(f, "mrs {rd}, {}", special(sysm)),
            Self::Msr { rn, sysm, mask } => {
                let fields = match (sysm, mask) {
                    (0..=3, 0b01) => "_g",
                    (0..=3, 0b10) => "_nzcvq",
                    (0..=3, 0b11) => "_nzcvqg",
                    _ => "",
                };
                write!(f, "msr {}{fields}, {rn}", special(sysm))
            }
            Self::Svc { imm } => write!(f, "svc {imm}"),
            Self::Bkpt { imm } => write!(f, "bkpt {imm:#06x}"),
            Self::NoCoprocessor { coprocessor } => write!(f, "<coprocessor {coprocessor}>"),
            _ => f.write_str("udf"),
        }
    }
}

/// IT with its letters: the lowest bit that is set ends the mask, and those above it say then or else.
fn it(state: u8, f: &mut Formatter<'_>) -> Result {
    let (cond, mask) = (state >> 4, state & 15);
    f.write_str("it")?;
    for bit in (mask.trailing_zeros() + 1..4).rev() {
        f.write_str(if mask >> bit & 1 == cond & 1 { "t" } else { "e" })?;
    }
    if cond == Cond::AL.0 { f.write_str(" al") } else { write!(f, " {}", Cond(cond)) }
}

/// The name of a special register (B5.1.1).
fn special(sysm: u8) -> &'static str {
    match sysm {
        0 => "APSR",
        1 => "IAPSR",
        2 => "EAPSR",
        3 => "PSR",
        5 => "IPSR",
        6 => "EPSR",
        7 => "IEPSR",
        8 => "MSP",
        9 => "PSP",
        16 => "PRIMASK",
        17 => "BASEPRI",
        18 => "BASEPRI_MAX",
        19 => "FAULTMASK",
        20 => "CONTROL",
        _ => "?",
    }
}
