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

#[cfg(test)]
mod tests {
    use crate::cpu::Flags;
    use crate::exec::testing::{BASE, RAM, cpu, execute, set_word};
    use crate::instr::{Cond, Instr, Reg};
    use crate::micro::Flow;

    #[test]
    fn conditional_branches_follow_the_flags() {
        for cond in 0..15u8 {
            for bits in 0..16u32 {
                let mut cpu = cpu();
                cpu.flags = Flags::from_bits(bits << 28);
                let flow = execute(&mut cpu, &Instr::Branch { cond: Cond(cond), target: 0x40 });
                assert_eq!(flow == Flow::Jump, cpu.flags.hold(cond));
                assert_eq!(cpu.next, if flow == Flow::Jump { 0x40 } else { 0 });
            }
        }
    }

    #[test]
    fn calls_leave_the_return_address() {
        let mut cpu = cpu();
        assert_eq!(execute(&mut cpu, &Instr::BranchLink { target: 0x80 }), Flow::Jump);
        assert_eq!((cpu.next, cpu.r[14]), (0x80, BASE + 5));
        let micro = crate::exec::lower(&Instr::BranchLinkExchange { rm: Reg::LR }, BASE, 2);
        cpu.r[14] = 0xf000_0101;
        cpu.ipsr = 2;
        assert_eq!((micro.run)(&mut cpu, &micro), Flow::Jump, "a call never returns from an exception");
        assert_eq!((cpu.next, cpu.r[14], cpu.thumb), (0xf000_0100, BASE + 3, true));
    }

    #[test]
    fn bx_jumps_leaves_thumb_or_returns_from_an_exception() {
        for (target, ipsr, flow, next, thumb) in [
            (0x201, 0, Flow::Jump, 0x200, true),
            (0x200, 5, Flow::Jump, 0x200, false),
            (0xffff_fff1, 5, Flow::ExceptionReturn, 0xffff_fff1, true),
            (0xffff_fff1, 0, Flow::Jump, 0xffff_fff0, true),
        ] {
            let mut cpu = cpu();
            (cpu.r[7], cpu.ipsr) = (target, ipsr);
            assert_eq!(execute(&mut cpu, &Instr::BranchExchange { rm: Reg(7) }), flow);
            assert_eq!((cpu.next, cpu.thumb), (next, thumb));
        }
        let mut cpu = cpu();
        assert_eq!(execute(&mut cpu, &Instr::BranchExchange { rm: Reg::PC }), Flow::Jump);
        assert_eq!((cpu.next, cpu.thumb), (BASE + 4, false));
    }

    #[test]
    fn compare_and_branch() {
        for (value, nonzero, taken) in [(0, false, true), (0, true, false), (4, false, false), (4, true, true)] {
            let mut cpu = cpu();
            cpu.r[3] = value;
            let flow = execute(&mut cpu, &Instr::CompareBranch { nonzero, rn: Reg(3), target: 0x90 });
            assert_eq!(flow, if taken { Flow::Jump } else { Flow::Next });
        }
    }

    #[test]
    fn table_branches_count_halfwords_from_the_program_counter() {
        let mut cpu = cpu();
        set_word(&mut cpu, RAM, 0x8003_ff02);
        (cpu.r[1], cpu.r[2]) = (RAM, 1);
        let table = |half, rn| Instr::TableBranch { half, rn: Reg(rn), rm: Reg(2) };
        assert_eq!(execute(&mut cpu, &table(false, 1)), Flow::Jump);
        assert_eq!(cpu.next, BASE + 4 + 2 * 0xff);
        assert_eq!(execute(&mut cpu, &table(true, 1)), Flow::Jump);
        assert_eq!(cpu.next, BASE + 4 + 2 * 0x8003);
        // The table behind the instruction lies in flash, which is blank.
        assert_eq!(execute(&mut cpu, &table(false, 15)), Flow::Jump);
        assert_eq!(cpu.next, BASE + 4 + 2 * 0xff);
        cpu.r[1] = 0x6000_0000;
        assert_eq!(execute(&mut cpu, &table(false, 1)), Flow::Fault);
    }
}
