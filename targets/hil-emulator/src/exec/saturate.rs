//! Saturation, and saturating arithmetic on words. What saturates sets Q.
//!
//! Source: DDI 0403E, A2.2.1 (`SignedSatQ`, `UnsignedSatQ`) and A7.7: SSAT, USAT, SSAT16, USAT16, QADD, QSUB, QDADD,
//! QDSUB.

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{Instr, Saturating, ShiftKind};
use crate::micro::{Flow, Handler, Micro};

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Sat { signed, rd, to, rn, shift } if plain([rd]) && in_range(signed, to, 32) => {
            let run = match (signed, shift.kind) {
                (true, ShiftKind::Lsl) => saturate::<true, false>,
                (true, ShiftKind::Asr) => saturate::<true, true>,
                (false, ShiftKind::Lsl) => saturate::<false, false>,
                (false, ShiftKind::Asr) => saturate::<false, true>,
                (_, ShiftKind::Lsr | ShiftKind::Ror | ShiftKind::Rrx) => undefined,
            };
            micro(run).with([rd.0, rn.0, to, shift.amount], 0)
        }
        Instr::Sat16 { signed, rd, to, rn } if plain([rd]) && in_range(signed, to, 16) => {
            micro(if signed { saturate_halves::<true> } else { saturate_halves::<false> }).with([rd.0, rn.0, to, 0], 0)
        }
        Instr::Saturating { op, rd, rn, rm } if plain([rd]) => {
            let run = match op {
                Saturating::Qadd => arithmetic::<false, false>,
                Saturating::Qsub => arithmetic::<false, true>,
                Saturating::Qdadd => arithmetic::<true, false>,
                Saturating::Qdsub => arithmetic::<true, true>,
            };
            micro(run).with([rd.0, rn.0, rm.0, 0], 0)
        }
        _ => micro(undefined),
    }
}

fn in_range(signed: bool, to: u8, bits: u8) -> bool {
    if signed { (1..=bits).contains(&to) } else { to < bits }
}

/// `value` limited to what `to` bits hold. Sets Q when that changes it.
#[inline(always)]
fn limit<const SIGNED: bool>(cpu: &mut Cpu, value: i64, to: u32) -> i64 {
    let (low, high) = if SIGNED { (-(1i64 << (to - 1)), (1i64 << (to - 1)) - 1) } else { (0, (1i64 << to) - 1) };
    let limited = if value < low { low } else { value.min(high) };
    cpu.q |= limited != value;
    limited
}

fn saturate<const SIGNED: bool, const ASR: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = cpu.reg(m.b) as i32;
    // The shift keeps 32 bits, before the saturation.
    let shifted = if ASR { value >> m.d.min(31) } else { value << (m.d & 31) };
    let result = limit::<SIGNED>(cpu, i64::from(shifted), u32::from(m.c));
    put(cpu, m.a, result as u32);
    Flow::Next
}

fn saturate_halves<const SIGNED: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let value = cpu.reg(m.b);
    let low = limit::<SIGNED>(cpu, i64::from(value as i16), u32::from(m.c)) as u32;
    let high = limit::<SIGNED>(cpu, i64::from((value >> 16) as i16), u32::from(m.c)) as u32;
    put(cpu, m.a, low & 0xffff | high << 16);
    Flow::Next
}

fn arithmetic<const DOUBLES: bool, const SUBTRACTS: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (mut n, left) = (i64::from(cpu.reg(m.b) as i32), i64::from(cpu.reg(m.c) as i32));
    if DOUBLES {
        n = limit::<true>(cpu, 2 * n, 32);
    }
    let result = limit::<true>(cpu, if SUBTRACTS { left - n } else { left + n }, 32);
    put(cpu, m.a, result as u32);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{Instr, Reg, Saturating, Shift, ShiftKind};
    use crate::micro::Flow;

    fn run(instr: Instr, n: u32, m: u32) -> (u32, bool) {
        let mut cpu = cpu();
        (cpu.r[1], cpu.r[2]) = (n, m);
        assert_eq!(execute(&mut cpu, &instr), Flow::Next);
        (cpu.r[0], cpu.q)
    }

    /// Counts down or up to the nearest number in range, in one comparison each.
    fn nearest(value: i128, signed: bool, bits: u8) -> i128 {
        let range = if signed { -(1i128 << bits) / 2..(1i128 << bits) / 2 } else { 0..1i128 << bits };
        if value < range.start {
            range.start
        } else if value >= range.end {
            range.end - 1
        } else {
            value
        }
    }

    proptest! {
        #[test]
        fn to_a_width(n in any_word(), amount in 0..32u8, to in 0..32u8, signed in any::<bool>(), right in any::<bool>()) {
            let to = to + u8::from(signed);
            let kind = if right { ShiftKind::Asr } else { ShiftKind::Lsl };
            let amount = amount + u8::from(right);
            let instr = Instr::Sat { signed, rd: Reg(0), to, rn: Reg(1), shift: Shift { kind, amount } };
            let (shifted, _) = crate::exec::testing::shift_by_steps(kind, n, u32::from(amount), false);
            let exact = i128::from(shifted as i32);
            let expect = nearest(exact, signed, to);
            prop_assert_eq!(run(instr, n, 0), (expect as u32, expect != exact));
        }

        #[test]
        fn halves_to_a_width(n in any_word(), to in 0..16u8, signed in any::<bool>()) {
            let to = to + u8::from(signed);
            let halves = [n as i16, (n >> 16) as i16].map(i128::from);
            let expect = halves.map(|half| nearest(half, signed, to));
            let word = u32::from(expect[0] as u16) | u32::from(expect[1] as u16) << 16;
            prop_assert_eq!(run(Instr::Sat16 { signed, rd: Reg(0), to, rn: Reg(1) }, n, 0), (word, expect != halves));
        }

        #[test]
        fn sums_and_differences(
            op in prop::sample::select(vec![Saturating::Qadd, Saturating::Qsub, Saturating::Qdadd, Saturating::Qdsub]),
            n in any_word(), m in any_word(),
        ) {
            let (n32, m32) = (n as i32, m as i32);
            let doubled = n32.saturating_mul(2);
            let (expect, overflowed) = match op {
                Saturating::Qadd => (m32.saturating_add(n32), m32.checked_add(n32).is_none()),
                Saturating::Qsub => (m32.saturating_sub(n32), m32.checked_sub(n32).is_none()),
                Saturating::Qdadd => (m32.saturating_add(doubled), m32.checked_add(doubled).is_none()),
                Saturating::Qdsub => (m32.saturating_sub(doubled), m32.checked_sub(doubled).is_none()),
            };
            let doubles = matches!(op, Saturating::Qdadd | Saturating::Qdsub);
            let q = overflowed || doubles && n32.checked_mul(2).is_none();
            let instr = Instr::Saturating { op, rd: Reg(0), rn: Reg(1), rm: Reg(2) };
            prop_assert_eq!(run(instr, n, m), (expect as u32, q));
        }
    }
}
