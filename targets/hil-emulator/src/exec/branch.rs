//! Branches.
//!
//! Source: DDI 0403E, A2.3.1 (`BranchWritePC`, `BXWritePC`) and A7.7: B, BL, BX, BLX, CBZ, CBNZ, TBB, TBH.

use super::{exchange, interwork, jump, pc_of, put, undefined};
use crate::cpu::{Cpu, Faulted};
use crate::instr::{Instr, Reg};
use crate::micro::{Flow, Handler, Micro};

const BY_CONDITION: [Handler; 15] = [
    branch_if::<0>,
    branch_if::<1>,
    branch_if::<2>,
    branch_if::<3>,
    branch_if::<4>,
    branch_if::<5>,
    branch_if::<6>,
    branch_if::<7>,
    branch_if::<8>,
    branch_if::<9>,
    branch_if::<10>,
    branch_if::<11>,
    branch_if::<12>,
    branch_if::<13>,
    branch,
];

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Branch { cond, target } => {
            let run = BY_CONDITION.get(usize::from(cond.0)).copied().unwrap_or(undefined);
            micro(run).with([0; 4], target & !1)
        }
        Instr::BranchLink { target } => micro(branch_link).with([0; 4], target & !1),
        // BX PC reads an even address, so it always leaves Thumb state.
        Instr::BranchExchange { rm: Reg::PC } => micro(branch_exchange_constant).with([0; 4], pc_of(address)),
        Instr::BranchExchange { rm } => micro(branch_exchange).with([rm.0, 0, 0, 0], 0),
        Instr::BranchLinkExchange { rm } if rm != Reg::PC => micro(branch_link_exchange).with([rm.0, 0, 0, 0], 0),
        Instr::CompareBranch { nonzero, rn, target } => {
            let run = if nonzero { compare_branch::<true> } else { compare_branch::<false> };
            micro(run).with([rn.0, 0, 0, 0], target & !1)
        }
        Instr::TableBranch { half, rn, rm } if rm != Reg::SP && rm != Reg::PC => {
            let run = match (half, rn == Reg::PC) {
                (false, false) => table_branch::<false, false>,
                (false, true) => table_branch::<false, true>,
                (true, false) => table_branch::<true, false>,
                (true, true) => table_branch::<true, true>,
            };
            micro(run).with([rn.0, rm.0, 0, 0], pc_of(address))
        }
        _ => micro(undefined),
    }
}

fn branch(cpu: &mut Cpu, m: &Micro) -> Flow {
    cpu.next = m.imm;
    Flow::Jump
}

fn branch_if<const CONDITION: u8>(cpu: &mut Cpu, m: &Micro) -> Flow {
    if !cpu.flags.hold(CONDITION) {
        return Flow::Next;
    }
    cpu.next = m.imm;
    Flow::Jump
}

#[inline(always)]
fn link(cpu: &mut Cpu, m: &Micro) {
    put(cpu, Reg::LR.0, m.address.wrapping_add(m.size()) | 1);
}

fn branch_link(cpu: &mut Cpu, m: &Micro) -> Flow {
    link(cpu, m);
    cpu.next = m.imm;
    Flow::Jump
}

fn branch_exchange(cpu: &mut Cpu, m: &Micro) -> Flow {
    let target = cpu.reg(m.a);
    interwork(cpu, target)
}

fn branch_exchange_constant(cpu: &mut Cpu, m: &Micro) -> Flow {
    interwork(cpu, m.imm)
}

fn branch_link_exchange(cpu: &mut Cpu, m: &Micro) -> Flow {
    // LR may be the target.
    let target = cpu.reg(m.a);
    link(cpu, m);
    exchange(cpu, target)
}

fn compare_branch<const NONZERO: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    if (cpu.reg(m.a) != 0) != NONZERO {
        return Flow::Next;
    }
    cpu.next = m.imm;
    Flow::Jump
}

fn table_branch<const HALF: bool, const PC: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = if PC { m.imm } else { cpu.reg(m.a) };
    let index = cpu.reg(m.b);
    let entry = if HALF { cpu.load16(base.wrapping_add(index << 1)) } else { cpu.load8(base.wrapping_add(index)) };
    match entry {
        Ok(halfwords) => jump(cpu, m.imm.wrapping_add(halfwords * 2)),
        Err(Faulted) => Flow::Fault,
    }
}
