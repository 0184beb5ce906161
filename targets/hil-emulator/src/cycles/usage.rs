//! Which registers an instruction reads and writes, as far as the cycle model asks.
//!
//! Exhaustive over [`Instr`]: a new variant does not compile until it is told here. The program counter is left out,
//! because it is never waited for; flags are left out, because they are always forwarded.

use crate::instr::{Index, Instr, Offset, Operand, Reg, SReg};

/// The registers of one instruction as sets: bit n of a core set is Rn, bit n of a float set is Sn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Core registers that form an address: needed one cycle before the others.
    pub address: u16,
    /// Core registers read as data.
    pub data: u16,
    /// Core registers that receive a result.
    pub writes: u16,
    /// The base register that pre- or post-indexing changes.
    pub writeback: u16,
    /// Float registers read when the instruction issues.
    pub float_reads: u32,
    /// Float registers read one cycle later, as the addend of a multiply-accumulate.
    pub float_addend: u32,
    /// Float registers that receive a result.
    pub float_writes: u32,
}

fn core<const N: usize>(regs: [Reg; N]) -> u16 {
    regs.iter().filter(|reg| **reg != Reg::PC).fold(0, |set, reg| set | 1 << (reg.0 & 15))
}

fn float(reg: SReg) -> u32 {
    1 << (reg.0 & 31)
}

fn floats(first: SReg, count: u8) -> u32 {
    (first.0..first.0.saturating_add(count)).filter(|reg| *reg < 32).fold(0, |set, reg| set | 1 << reg)
}

fn operand(src: Operand) -> u16 {
    match src {
        Operand::Imm { .. } => 0,
        Operand::Reg { rm, .. } => core([rm]),
    }
}

fn single(rn: Reg, offset: Offset) -> u16 {
    match offset {
        Offset::Imm(_) => core([rn]),
        Offset::Reg { rm, .. } => core([rn, rm]),
    }
}

fn indexed(index: Index, rn: Reg) -> u16 {
    match index {
        Index::Offset => 0,
        Index::Pre | Index::Post => core([rn]),
    }
}

fn when(condition: bool, set: u16) -> u16 {
    if condition { set } else { 0 }
}

impl Usage {
    /// The registers of `instr`.
    #[must_use]
    pub fn of(instr: &Instr) -> Self {
        Self::of_memory(instr).or_else(|| Self::of_float(instr)).unwrap_or_else(|| Self::of_integer(instr))
    }

    fn data(reads: u16, writes: u16) -> Self {
        Self { data: reads, writes, ..Self::default() }
    }

    fn of_memory(instr: &Instr) -> Option<Self> {
        let none = Self::default();
        Some(match *instr {
            Instr::Load { rt, rn, offset, index, .. } => {
                Self { address: single(rn, offset), writes: core([rt]), writeback: indexed(index, rn), ..none }
            }
            Instr::Store { rt, rn, offset, index, .. } => {
                Self { address: single(rn, offset), data: core([rt]), writeback: indexed(index, rn), ..none }
            }
            Instr::LoadLiteral { rt, .. } => Self { writes: core([rt]), ..none },
            Instr::LoadUnprivileged { rt, rn, .. } | Instr::LoadExclusive { rt, rn, .. } => {
                Self { address: core([rn]), writes: core([rt]), ..none }
            }
            Instr::StoreUnprivileged { rt, rn, .. } => Self { address: core([rn]), data: core([rt]), ..none },
            Instr::StoreExclusive { rd, rt, rn, .. } => {
                Self { address: core([rn]), data: core([rt]), writes: core([rd]), ..none }
            }
            Instr::LoadDual { rt, rt2, rn, index, .. } => {
                Self { address: core([rn]), writes: core([rt, rt2]), writeback: indexed(index, rn), ..none }
            }
            Instr::LoadDualLiteral { rt, rt2, .. } => Self { writes: core([rt, rt2]), ..none },
            Instr::StoreDual { rt, rt2, rn, index, .. } => {
                Self { address: core([rn]), data: core([rt, rt2]), writeback: indexed(index, rn), ..none }
            }
            Instr::LoadMultiple { rn, list, writeback, .. } => {
                let (address, base) = (core([rn]), when(writeback, core([rn])));
                Self { address, writes: list.0 & 0x7fff, writeback: base, ..none }
            }
            Instr::StoreMultiple { rn, list, writeback, .. } => {
                let (address, base) = (core([rn]), when(writeback, core([rn])));
                Self { address, data: list.0 & 0x7fff, writeback: base, ..none }
            }
            Instr::FloatLoad { words, sd, rn, .. } => {
                Self { address: core([rn]), float_writes: floats(sd, words), ..none }
            }
            Instr::FloatStore { words, sd, rn, .. } => {
                Self { address: core([rn]), float_reads: floats(sd, words), ..none }
            }
            Instr::FloatLoadMultiple { first, count, rn, writeback, .. } => {
                let (address, base) = (core([rn]), when(writeback, core([rn])));
                Self { address, writeback: base, float_writes: floats(first, count), ..none }
            }
            Instr::FloatStoreMultiple { first, count, rn, writeback, .. } => {
                let (address, base) = (core([rn]), when(writeback, core([rn])));
                Self { address, writeback: base, float_reads: floats(first, count), ..none }
            }
            Instr::TableBranch { rn, rm, .. } => Self { address: core([rn, rm]), ..none },
            _ => return None,
        })
    }

    fn of_float(instr: &Instr) -> Option<Self> {
        let none = Self::default();
        Some(match *instr {
            Instr::Float { op, sd, sn, sm } => Self {
                float_reads: float(sn) | float(sm),
                float_addend: if op.accumulates() { float(sd) } else { 0 },
                float_writes: float(sd),
                ..none
            },
            Instr::FloatUnary { sd, sm, .. } | Instr::FloatConvert { sd, sm, .. } => {
                Self { float_reads: float(sm), float_writes: float(sd), ..none }
            }
            Instr::FloatImm { sd, .. } => Self { float_writes: float(sd), ..none },
            Instr::FloatCompare { sd, sm, .. } => Self { float_reads: float(sd) | sm.map_or(0, float), ..none },
            Instr::FloatMove { to_core: true, rt, sn } => Self { float_reads: float(sn), writes: core([rt]), ..none },
            Instr::FloatMove { to_core: false, rt, sn } => Self { data: core([rt]), float_writes: float(sn), ..none },
            Instr::FloatMovePair { to_core: true, rt, rt2, sm } => {
                Self { float_reads: floats(sm, 2), writes: core([rt, rt2]), ..none }
            }
            Instr::FloatMovePair { to_core: false, rt, rt2, sm } => {
                Self { data: core([rt, rt2]), float_writes: floats(sm, 2), ..none }
            }
            Instr::Vmrs { rt } => Self { writes: core([rt]), ..none },
            Instr::Vmsr { rt } => Self { data: core([rt]), ..none },
            _ => return None,
        })
    }

    fn of_integer(instr: &Instr) -> Self {
        use crate::instr::AluOp::{Cmn, Cmp, Mov, Mvn, Teq, Tst};
        match *instr {
            Instr::Alu { op, rd, rn, src, .. } => {
                let reads = operand(src) | when(!matches!(op, Mov | Mvn), core([rn]));
                Self::data(reads, when(!matches!(op, Tst | Teq | Cmp | Cmn), core([rd])))
            }
            Instr::ShiftReg { rd, rn, rm, .. }
            | Instr::Mul { rd, rn, rm, .. }
            | Instr::Div { rd, rn, rm, .. }
            | Instr::Parallel { rd, rn, rm, .. }
            | Instr::Saturating { rd, rn, rm, .. }
            | Instr::Pkh { rd, rn, rm, .. }
            | Instr::Sel { rd, rn, rm } => Self::data(core([rn, rm]), core([rd])),
            Instr::Movt { rd, .. } | Instr::Bfc { rd, .. } => Self::data(core([rd]), core([rd])),
            Instr::Extend { rd, rn, rm, .. } => {
                Self::data(core([rm]) | rn.map_or(0, |rn| core([rn])), core([rd]))
            }
            Instr::Bfi { rd, rn, .. } => Self::data(core([rd, rn]), core([rd])),
            Instr::Sbfx { rd, rn, .. }
            | Instr::Ubfx { rd, rn, .. }
            | Instr::Sat { rd, rn, .. }
            | Instr::Sat16 { rd, rn, .. } => Self::data(core([rn]), core([rd])),
            Instr::Bits { rd, rm, .. } => Self::data(core([rm]), core([rd])),
            Instr::Mla { rd, rn, rm, ra } | Instr::Mls { rd, rn, rm, ra } | Instr::Dsp { rd, rn, rm, ra, .. } => {
                Self::data(core([rn, rm, ra]), core([rd]))
            }
            Instr::Long { lo, hi, rn, rm, .. } => Self::data(core([lo, hi, rn, rm]), core([lo, hi])),
            Instr::BranchExchange { rm } => Self::data(core([rm]), 0),
            Instr::BranchLink { .. } => Self::data(0, core([Reg::LR])),
            Instr::BranchLinkExchange { rm } => Self::data(core([rm]), core([Reg::LR])),
            Instr::CompareBranch { rn, .. } => Self::data(core([rn]), 0),
            Instr::Mrs { rd, .. } => Self::data(0, core([rd])),
            Instr::Msr { rn, .. } => Self::data(core([rn]), 0),
            Instr::Clrex
            | Instr::Preload
            | Instr::Branch { .. }
            | Instr::It { .. }
            | Instr::Nop
            | Instr::Yield
            | Instr::Wfe
            | Instr::Wfi
            | Instr::Sev
            | Instr::Dmb
            | Instr::Dsb
            | Instr::Isb
            | Instr::Cps { .. }
            | Instr::Svc { .. }
            | Instr::Bkpt { .. }
            | Instr::Undefined
            | Instr::NoCoprocessor { .. }
            // The functions above have dealt with these; they are named so that the list stays closed.
            | Instr::Load { .. }
            | Instr::LoadLiteral { .. }
            | Instr::LoadUnprivileged { .. }
            | Instr::Store { .. }
            | Instr::StoreUnprivileged { .. }
            | Instr::LoadDual { .. }
            | Instr::LoadDualLiteral { .. }
            | Instr::StoreDual { .. }
            | Instr::LoadMultiple { .. }
            | Instr::StoreMultiple { .. }
            | Instr::LoadExclusive { .. }
            | Instr::StoreExclusive { .. }
            | Instr::TableBranch { .. }
            | Instr::Float { .. }
            | Instr::FloatUnary { .. }
            | Instr::FloatImm { .. }
            | Instr::FloatCompare { .. }
            | Instr::FloatConvert { .. }
            | Instr::FloatMove { .. }
            | Instr::FloatMovePair { .. }
            | Instr::Vmrs { .. }
            | Instr::Vmsr { .. }
            | Instr::FloatLoad { .. }
            | Instr::FloatStore { .. }
            | Instr::FloatLoadMultiple { .. }
            | Instr::FloatStoreMultiple { .. } => Self::default(),
        }
    }
}
