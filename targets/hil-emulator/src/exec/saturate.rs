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
