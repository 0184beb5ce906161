//! Multiplication of words and division.
//!
//! Source: DDI 0403E, A7.7: MUL, MLA, MLS, SMULL, UMULL, SMLAL, UMLAL, UMAAL, SMLALBB to SMLALTT, SMLALD, SMLSLD,
//! SDIV, UDIV.

use super::dsp::{bottom, half, swapped, top};
use super::{plain, put, undefined};
use crate::cpu::{Cpu, Fault};
use crate::instr::{Instr, LongMul};
use crate::micro::{Flow, Handler, Micro};

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Mul { flags, rd, rn, rm } if plain([rd]) => {
            micro(if flags { mul::<true> } else { mul::<false> }).with([rd.0, rn.0, rm.0, 0], 0)
        }
        Instr::Mla { rd, rn, rm, ra } if plain([rd]) => micro(mla).with([rd.0, rn.0, rm.0, ra.0], 0),
        Instr::Mls { rd, rn, rm, ra } if plain([rd]) => micro(mls).with([rd.0, rn.0, rm.0, ra.0], 0),
        Instr::Long { op, lo, hi, rn, rm } if plain([lo, hi]) && lo != hi => {
            micro(long(op)).with([lo.0, hi.0, rn.0, rm.0], 0)
        }
        Instr::Div { signed, rd, rn, rm } if plain([rd]) => {
            micro(if signed { divide::<true> } else { divide::<false> }).with([rd.0, rn.0, rm.0, 0], 0)
        }
        _ => micro(undefined),
    }
}

fn mul<const FLAGS: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let result = cpu.reg(m.b).wrapping_mul(cpu.reg(m.c));
    if FLAGS {
        cpu.flags.set_nz(result);
    }
    put(cpu, m.a, result);
    Flow::Next
}

fn mla(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.d).wrapping_add(cpu.reg(m.b).wrapping_mul(cpu.reg(m.c))));
    Flow::Next
}

fn mls(cpu: &mut Cpu, m: &Micro) -> Flow {
    put(cpu, m.a, cpu.reg(m.d).wrapping_sub(cpu.reg(m.b).wrapping_mul(cpu.reg(m.c))));
    Flow::Next
}

fn divide<const SIGNED: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (n, d) = (cpu.reg(m.b), cpu.reg(m.c));
    if d == 0 && cpu.system.traps_divide_by_zero() {
        cpu.fail(Fault::DivideByZero);
        return Flow::Fault;
    }
    let quotient = match (d, SIGNED) {
        (0, _) => 0,
        (_, true) => (n as i32).wrapping_div(d as i32) as u32,
        (_, false) => n / d,
    };
    cpu.cycles += cpu.timing.divide(n, d, SIGNED);
    put(cpu, m.a, quotient);
    Flow::Next
}

/// The sum that a long multiplication leaves in its destination.
trait Long {
    /// `old` is what the destination held.
    fn result(n: u32, m: u32, old: u64) -> u64;
}

struct Smull;
struct Umull;
struct Smlal;
struct Umlal;
struct Umaal;
struct Smlalxy<const N: bool, const M: bool>;
struct Smlald<const SWAP: bool>;
struct Smlsld<const SWAP: bool>;

#[inline(always)]
fn signed(n: u32, m: u32) -> u64 {
    (i64::from(n as i32) * i64::from(m as i32)) as u64
}

#[inline(always)]
fn unsigned(n: u32, m: u32) -> u64 {
    u64::from(n) * u64::from(m)
}

impl Long for Smull {
    #[inline(always)]
    fn result(n: u32, m: u32, _: u64) -> u64 {
        signed(n, m)
    }
}

impl Long for Umull {
    #[inline(always)]
    fn result(n: u32, m: u32, _: u64) -> u64 {
        unsigned(n, m)
    }
}

impl Long for Smlal {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        old.wrapping_add(signed(n, m))
    }
}

impl Long for Umlal {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        old.wrapping_add(unsigned(n, m))
    }
}

impl Long for Umaal {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        // (2^32 - 1)^2 + 2 (2^32 - 1) is 2^64 - 1: this cannot overflow.
        unsigned(n, m) + (old >> 32) + (old & 0xffff_ffff)
    }
}

impl<const N: bool, const M: bool> Long for Smlalxy<N, M> {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        old.wrapping_add((half::<N>(n) * half::<M>(m)) as u64)
    }
}

impl<const SWAP: bool> Long for Smlald<SWAP> {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        let m = swapped::<SWAP>(m);
        old.wrapping_add((bottom(n) * bottom(m) + top(n) * top(m)) as u64)
    }
}

impl<const SWAP: bool> Long for Smlsld<SWAP> {
    #[inline(always)]
    fn result(n: u32, m: u32, old: u64) -> u64 {
        let m = swapped::<SWAP>(m);
        old.wrapping_add((bottom(n) * bottom(m) - top(n) * top(m)) as u64)
    }
}

fn long(op: LongMul) -> Handler {
    match op {
        LongMul::Smull => multiply_long::<Smull>,
        LongMul::Umull => multiply_long::<Umull>,
        LongMul::Smlal => multiply_long::<Smlal>,
        LongMul::Umlal => multiply_long::<Umlal>,
        LongMul::Umaal => multiply_long::<Umaal>,
        LongMul::Smlalxy { n_top: false, m_top: false } => multiply_long::<Smlalxy<false, false>>,
        LongMul::Smlalxy { n_top: false, m_top: true } => multiply_long::<Smlalxy<false, true>>,
        LongMul::Smlalxy { n_top: true, m_top: false } => multiply_long::<Smlalxy<true, false>>,
        LongMul::Smlalxy { n_top: true, m_top: true } => multiply_long::<Smlalxy<true, true>>,
        LongMul::Smlald { swap: false } => multiply_long::<Smlald<false>>,
        LongMul::Smlald { swap: true } => multiply_long::<Smlald<true>>,
        LongMul::Smlsld { swap: false } => multiply_long::<Smlsld<false>>,
        LongMul::Smlsld { swap: true } => multiply_long::<Smlsld<true>>,
    }
}

fn multiply_long<L: Long>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let old = u64::from(cpu.reg(m.b)) << 32 | u64::from(cpu.reg(m.a));
    let result = L::result(cpu.reg(m.c), cpu.reg(m.d), old);
    put(cpu, m.a, result as u32);
    put(cpu, m.b, (result >> 32) as u32);
    Flow::Next
}
