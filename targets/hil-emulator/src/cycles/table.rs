//! What an instruction takes by itself, before its neighbours matter (Cortex-M4 TRM 100166_0001, section 3.3.1, and
//! for the FPU TI SWCU192, Table 3-27).

use super::rules::{Rule, Rules};
use crate::instr::{Instr, Offset, Reg};

/// What an instruction is to the load-store pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing.
    None,
    /// A load of one word, halfword or byte.
    Load,
    /// The same relative to the program counter.
    Literal,
    /// A store with a constant offset, of one word, halfword or byte.
    Store,
    /// The same with a register offset.
    StoreRegister,
    /// Several words, or a table branch: overlaps with nothing.
    Several,
}

/// The access that an instruction makes.
pub(super) fn access(instr: &Instr) -> Access {
    match *instr {
        Instr::Load { .. }
        | Instr::LoadUnprivileged { .. }
        | Instr::LoadExclusive { .. }
        // The manual treats STREX like a load, because it gives a result.
        | Instr::StoreExclusive { .. }
        | Instr::FloatLoad { words: 1, .. } => Access::Load,
        Instr::LoadLiteral { .. } => Access::Literal,
        Instr::Store { offset: Offset::Imm(_), .. }
        | Instr::StoreUnprivileged { .. }
        | Instr::FloatStore { words: 1, .. } => Access::Store,
        Instr::Store { offset: Offset::Reg { .. }, .. } => Access::StoreRegister,
        Instr::LoadDual { .. }
        | Instr::LoadDualLiteral { .. }
        | Instr::StoreDual { .. }
        | Instr::LoadMultiple { .. }
        | Instr::StoreMultiple { .. }
        | Instr::FloatLoad { .. }
        | Instr::FloatStore { .. }
        | Instr::FloatLoadMultiple { .. }
        | Instr::FloatStoreMultiple { .. }
        | Instr::TableBranch { .. } => Access::Several,
        _ => Access::None,
    }
}

/// Cycles of an instruction that stands alone and falls through. Float arithmetic is in [`super::float`].
pub(super) fn cycles(instr: &Instr, rules: Rules) -> u32 {
    match *instr {
        Instr::FloatLoad { words: 1, .. } => rules.pick(Rule::FloatMemory, rules.pick(Rule::SingleLoad, 2, 1), 1),
        Instr::FloatStore { words: 1, .. } => rules.pick(Rule::FloatMemory, store(rules), 1),
        Instr::FloatLoad { words, .. } | Instr::FloatStore { words, .. } => {
            rules.pick(Rule::FloatMemory, 1 + u32::from(words), 1)
        }
        Instr::FloatLoadMultiple { count, .. } | Instr::FloatStoreMultiple { count, .. } => {
            rules.pick(Rule::FloatMemory, 1 + u32::from(count), 1)
        }
        Instr::Load { .. }
        | Instr::LoadUnprivileged { .. }
        | Instr::LoadLiteral { .. }
        | Instr::LoadExclusive { .. }
        | Instr::StoreExclusive { .. }
        | Instr::TableBranch { .. } => rules.pick(Rule::SingleLoad, 2, 1),
        Instr::Store { offset: Offset::Reg { .. }, .. } => rules.pick(Rule::SingleStore, 2, 1),
        Instr::Store { .. } | Instr::StoreUnprivileged { .. } => store(rules),
        Instr::LoadDual { .. } | Instr::LoadDualLiteral { .. } | Instr::StoreDual { .. } => {
            rules.pick(Rule::Dual, 3, 1)
        }
        Instr::LoadMultiple { list, .. } | Instr::StoreMultiple { list, .. } => {
            rules.pick(Rule::Multiple, 1 + list.len(), 1)
        }
        Instr::Mrs { .. } | Instr::Msr { .. } => rules.pick(Rule::SpecialRegister, 2, 1),
        Instr::Isb => 1 + rules.pick(Rule::IsbRefill, super::branch::REFILL, 0),
        Instr::FloatMove { .. } | Instr::FloatMovePair { .. } => rules.pick(Rule::FloatCoreMove, 2, 1),
        Instr::Div { .. } => super::divide::SHORTEST,
        _ => 1,
    }
}

/// A store with a constant offset.
fn store(rules: Rules) -> u32 {
    if rules.has(Rule::StoreBuffer) { 1 } else { rules.pick(Rule::SingleStore, 2, 1) }
}

/// Whether a load writes the program counter.
pub(super) fn loads_pc(instr: &Instr) -> bool {
    matches!(instr, Instr::Load { rt: Reg::PC, .. } | Instr::LoadLiteral { rt: Reg::PC, .. })
}
