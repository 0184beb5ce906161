//! Bit fields, reordering and counting of bits, packing and selection.
//!
//! Source: DDI 0403E, A7.7: MOVT, BFI, BFC, SBFX, UBFX, CLZ, RBIT, REV, REV16, REVSH, PKHBT, PKHTB, SEL.

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{BitOp, Instr, ShiftKind};
use crate::micro::{Flow, Handler, Micro};

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Movt { rd, imm } if plain([rd]) => micro(movt).with([rd.0, 0, 0, 0], u32::from(imm) << 16),
        Instr::Bfi { rd, rn, lsb, width } if plain([rd]) && fits(lsb, width) => {
            micro(bfi).with([rd.0, rn.0, lsb, 0], field(lsb, width))
        }
        Instr::Bfc { rd, lsb, width } if plain([rd]) && fits(lsb, width) => {
            micro(bfc).with([rd.0, 0, 0, 0], field(lsb, width))
        }
        Instr::Sbfx { rd, rn, lsb, width } if plain([rd]) && fits(lsb, width) => {
            micro(sbfx).with([rd.0, rn.0, 32 - lsb - width, 32 - width], 0)
        }
        Instr::Ubfx { rd, rn, lsb, width } if plain([rd]) && fits(lsb, width) => {
            micro(ubfx).with([rd.0, rn.0, lsb, 0], field(0, width))
        }
        Instr::Bits { op, rd, rm } if plain([rd]) => {
            let run = match op {
                BitOp::Clz => clz,
                BitOp::Rbit => rbit,
                BitOp::Rev => rev,
                BitOp::Rev16 => rev16,
                BitOp::Revsh => revsh,
            };
            micro(run).with([rd.0, rm.0, 0, 0], 0)
        }
        Instr::Pkh { top, rd, rn, rm, shift } if plain([rd]) => {
            let run = match shift.kind {
                ShiftKind::Lsl => pack::<false>,
                ShiftKind::Asr => pack::<true>,
                ShiftKind::Lsr | ShiftKind::Ror | ShiftKind::Rrx => return micro(undefined),
            };
            // The constant covers the half that comes from the shifted register.
            let from_shifted = if top { 0x0000_ffff } else { 0xffff_0000 };
            micro(run).with([rd.0, rn.0, rm.0, shift.amount], from_shifted)
        }
        Instr::Sel { rd, rn, rm } if plain([rd]) => micro(sel).with([rd.0, rn.0, rm.0, 0], 0),
        _ => micro(undefined),
    }
}

fn fits(lsb: u8, width: u8) -> bool {
    (1..=32).contains(&width) && lsb <= 32 - width
}

/// `width` ones from bit `lsb` on.
fn field(lsb: u8, width: u8) -> u32 {
    (u32::MAX >> (32 - width)) << lsb
}

fn movt(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, m.imm | cpu.reg(m.a) & 0xffff);
    Flow::Next
}

fn bfi(cpu: &mut Cpu, m: &Micro) -> Flow {
    let inserted = cpu.reg(m.b) << (m.c & 31) & m.imm;
    put(cpu, m.a, inserted | cpu.reg(m.a) & !m.imm);
    Flow::Next
}

fn bfc(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.a) & !m.imm);
    Flow::Next
}

fn sbfx(cpu: &mut Cpu, m: &Micro) -> Flow {
    let at_top = (cpu.reg(m.b) << (m.c & 31)) as i32;
    put(cpu, m.a, (at_top >> (m.d & 31)) as u32);
    Flow::Next
}

fn ubfx(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.b) >> (m.c & 31) & m.imm);
    Flow::Next
}

fn clz(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.b).leading_zeros());
    Flow::Next
}

fn rbit(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.b).reverse_bits());
    Flow::Next
}

fn rev(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.b).swap_bytes());
    Flow::Next
}

fn rev16(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.b).swap_bytes().rotate_left(16));
    Flow::Next
}

fn revsh(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, (cpu.reg(m.b) as u16).swap_bytes() as i16 as u32);
    Flow::Next
}

fn pack<const ASR: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = cpu.reg(m.c);
    let shifted = if ASR { (value as i32 >> m.d.min(31)) as u32 } else { value << (m.d & 31) };
    put(cpu, m.a, shifted & m.imm | cpu.reg(m.b) & !m.imm);
    Flow::Next
}

fn sel(cpu: &mut Cpu, m: &Micro) -> Flow {
    // Each bit of GE becomes a byte of ones.
    let ge = u32::from(cpu.ge);
    let mask = (ge & 1 | (ge & 2) << 7 | (ge & 4) << 14 | (ge & 8) << 21) * 0xff;
    put(cpu, m.a, cpu.reg(m.b) & mask | cpu.reg(m.c) & !mask);
    Flow::Next
}
