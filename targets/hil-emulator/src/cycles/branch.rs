//! Jumps: the refill of the pipeline, and what the target adds; and IT, which may vanish.

use super::rules::{Rule, Rules};
use super::table::loads_pc;
use crate::instr::{AluOp, Instr, Reg};

/// Cycles to refill the pipeline: P of the manual, which says 1 to 3.
pub(super) const REFILL: u32 = 2;

/// Further cycles of `instr` when it jumps.
pub(super) fn taken(instr: &Instr, rules: Rules) -> u32 {
    let refill = rules.pick(Rule::BranchRefill, REFILL, 0);
    match *instr {
        Instr::TableBranch { .. } => refill + rules.pick(Rule::TableBranch, 2, 0),
        Instr::Branch { .. }
        | Instr::BranchLink { .. }
        | Instr::BranchExchange { .. }
        | Instr::BranchLinkExchange { .. }
        | Instr::CompareBranch { .. } => refill,
        Instr::Alu { op: AluOp::Add | AluOp::Mov, rd: Reg::PC, .. } => refill,
        Instr::LoadMultiple { list, .. } if list.contains(Reg::PC) => refill,
        _ if loads_pc(instr) => refill + rules.pick(Rule::LoadPc, 1, 0),
        _ => 0,
    }
}

/// Further cycles of a jump to an instruction of `size` bytes at `address`.
pub(super) fn entry(address: u32, size: u32, rules: Rules) -> u32 {
    let crosses = size == 4 && address & 2 != 0;
    rules.pick(Rule::TargetAlignment, u32::from(crosses), 0)
}
