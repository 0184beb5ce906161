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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{BitOp, Instr, Reg, Shift, ShiftKind};
    use crate::micro::Flow;

    fn run(instr: Instr, d: u32, n: u32, m: u32, ge: u8) -> u32 {
        let mut cpu = cpu();
        (cpu.r[0], cpu.r[1], cpu.r[2], cpu.ge) = (d, n, m, ge);
        assert_eq!(execute(&mut cpu, &instr), Flow::Next);
        cpu.r[0]
    }

    /// A word made bit by bit.
    fn from_bits(bit: impl Fn(u32) -> u32) -> u32 {
        (0..32).fold(0, |word, index| word | (bit(index) & 1) << index)
    }

    proptest! {
        #[test]
        fn fields_bit_by_bit(d in any_word(), n in any_word(), lsb in 0..32u8, seed in any::<u8>()) {
            let width = 1 + seed % (32 - lsb);
            let (rd, rn, low, len) = (Reg(0), Reg(1), u32::from(lsb), u32::from(width));
            let inside = |index: u32| (low..low + len).contains(&index);
            let bfi = from_bits(|i| if inside(i) { n >> (i - low) } else { d >> i });
            prop_assert_eq!(run(Instr::Bfi { rd, rn, lsb, width }, d, n, 0, 0), bfi);
            let bfc = from_bits(|i| if inside(i) { 0 } else { d >> i });
            prop_assert_eq!(run(Instr::Bfc { rd, lsb, width }, d, n, 0, 0), bfc);
            let ubfx = from_bits(|i| if i < len { n >> (i + low) } else { 0 });
            prop_assert_eq!(run(Instr::Ubfx { rd, rn, lsb, width }, d, n, 0, 0), ubfx);
            let sbfx = from_bits(|i| n >> (i.min(len - 1) + low));
            prop_assert_eq!(run(Instr::Sbfx { rd, rn, lsb, width }, d, n, 0, 0), sbfx);
        }

        #[test]
        fn selection_and_packing(n in any_word(), m in any_word(), ge in 0..16u8, amount in 0..32u8) {
            let (rd, rn, rm) = (Reg(0), Reg(1), Reg(2));
            let sel = from_bits(|i| if ge >> (i / 8) & 1 == 1 { n >> i } else { m >> i });
            prop_assert_eq!(run(Instr::Sel { rd, rn, rm }, 0, n, m, ge), sel);
            let shift = Shift { kind: ShiftKind::Lsl, amount };
            let bottom = from_bits(|i| if i < 16 { n >> i } else { (m << amount) >> i });
            prop_assert_eq!(run(Instr::Pkh { top: false, rd, rn, rm, shift }, 0, n, m, 0), bottom);
            let shift = Shift { kind: ShiftKind::Asr, amount: amount + 1 };
            let top = from_bits(|i| if i < 16 { m >> (i + u32::from(amount) + 1).min(31) } else { n >> i });
            prop_assert_eq!(run(Instr::Pkh { top: true, rd, rn, rm, shift }, 0, n, m, 0), top);
        }

        #[test]
        fn reordering_and_counting(m in any_word()) {
            let bits = |op| run(Instr::Bits { op, rd: Reg(0), rm: Reg(2) }, 0, 0, m, 0);
            let zeros = (0..32).rev().take_while(|i| m >> i & 1 == 0).count();
            prop_assert_eq!(bits(BitOp::Clz), zeros as u32);
            prop_assert_eq!(bits(BitOp::Rbit), from_bits(|i| m >> (31 - i)));
            prop_assert_eq!(bits(BitOp::Rev), from_bits(|i| m >> (i % 8 + (3 - i / 8) * 8)));
            prop_assert_eq!(bits(BitOp::Rev16), from_bits(|i| m >> (i ^ 8)));
            prop_assert_eq!(bits(BitOp::Revsh), from_bits(|i| m >> (i.min(15) ^ 8)));
        }
    }

    #[test]
    fn movt_keeps_the_lower_half() {
        assert_eq!(run(Instr::Movt { rd: Reg(0), imm: 0xabcd }, 0x1234_5678, 0, 0, 0), 0xabcd_5678);
    }

    #[test]
    fn a_field_beyond_the_word_is_undefined() {
        let instr = Instr::Ubfx { rd: Reg(0), rn: Reg(1), lsb: 31, width: 2 };
        assert_eq!(execute(&mut cpu(), &instr), Flow::Fault);
    }
}
