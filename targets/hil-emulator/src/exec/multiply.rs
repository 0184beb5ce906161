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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::cpu::Fault;
    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{Instr, LongMul, Reg};
    use crate::micro::Flow;
    use crate::soc::{Master, Width};

    fn run(instr: Instr, values: [u32; 4]) -> crate::cpu::Cpu {
        let mut cpu = cpu();
        cpu.r[..4].copy_from_slice(&values);
        assert_eq!(execute(&mut cpu, &instr), Flow::Next);
        cpu
    }

    fn all_long() -> Vec<LongMul> {
        let mut all = vec![LongMul::Smull, LongMul::Umull, LongMul::Smlal, LongMul::Umlal, LongMul::Umaal];
        for a in [false, true] {
            all.extend([LongMul::Smlald { swap: a }, LongMul::Smlsld { swap: a }]);
            all.extend([false, true].map(|b| LongMul::Smlalxy { n_top: a, m_top: b }));
        }
        all
    }

    /// The result in 128 bits, from the instructions' description.
    fn model(op: LongMul, n: u32, m: u32, lo: u32, hi: u32) -> i128 {
        let half = |value: u32, top: bool| i128::from(if top { (value >> 16) as i16 } else { value as i16 });
        let (sn, sm, un, um) = (i128::from(n as i32), i128::from(m as i32), i128::from(n), i128::from(m));
        let old = i128::from(hi) << 32 | i128::from(lo);
        match op {
            LongMul::Smull => sn * sm,
            LongMul::Umull => un * um,
            LongMul::Smlal => sn * sm + old,
            LongMul::Umlal => un * um + old,
            LongMul::Umaal => un * um + i128::from(lo) + i128::from(hi),
            LongMul::Smlalxy { n_top, m_top } => old + half(n, n_top) * half(m, m_top),
            LongMul::Smlald { swap } => old + half(n, false) * half(m, swap) + half(n, true) * half(m, !swap),
            LongMul::Smlsld { swap } => old + half(n, false) * half(m, swap) - half(n, true) * half(m, !swap),
        }
    }

    proptest! {
        #[test]
        fn long_products(
            op in prop::sample::select(all_long()),
            lo in any_word(), hi in any_word(), n in any_word(), m in any_word(),
        ) {
            let cpu = run(Instr::Long { op, lo: Reg(0), hi: Reg(1), rn: Reg(2), rm: Reg(3) }, [lo, hi, n, m]);
            let expect = model(op, n, m, lo, hi);
            prop_assert_eq!((cpu.r[0], cpu.r[1]), (expect as u32, (expect >> 32) as u32));
        }

        #[test]
        fn products_of_words(n in any_word(), m in any_word(), a in any_word(), flags in any::<bool>()) {
            let (rd, rn, rm, ra) = (Reg(0), Reg(1), Reg(2), Reg(3));
            let product = (u64::from(n) * u64::from(m)) as u32;
            let cpu = run(Instr::Mul { flags, rd, rn, rm }, [0, n, m, a]);
            prop_assert_eq!(cpu.r[0], product);
            let nz = (product & 1 << 31) | u32::from(product == 0) << 30;
            // The flags are clear before, but for Z, which is not stored as a bit.
            let untouched = crate::cpu::Flags::default().bits();
            prop_assert_eq!(cpu.flags.bits(), if flags { nz } else { untouched });
            prop_assert_eq!(run(Instr::Mla { rd, rn, rm, ra }, [0, n, m, a]).r[0], a.wrapping_add(product));
            prop_assert_eq!(run(Instr::Mls { rd, rn, rm, ra }, [0, n, m, a]).r[0], a.wrapping_sub(product));
        }

        #[test]
        fn quotients_round_towards_zero(n in any_word(), d in any_word(), signed in any::<bool>()) {
            let cpu = run(Instr::Div { signed, rd: Reg(0), rn: Reg(1), rm: Reg(2) }, [7, n, d, 0]);
            let (wide_n, wide_d) =
                if signed { (i64::from(n as i32), i64::from(d as i32)) } else { (i64::from(n), i64::from(d)) };
            let quotient = if d == 0 { 0 } else { wide_n / wide_d };
            prop_assert_eq!(cpu.r[0], quotient as u32);
            prop_assert_eq!(cpu.cycles, cpu.timing.divide(n, d, signed));
        }
    }

    #[test]
    fn the_most_negative_number_divided_by_minus_one_wraps() {
        let cpu = run(Instr::Div { signed: true, rd: Reg(0), rn: Reg(1), rm: Reg(2) }, [0, 1 << 31, u32::MAX, 0]);
        assert_eq!(cpu.r[0], 1 << 31);
    }

    #[test]
    fn a_division_by_zero_faults_where_ccr_asks_for_it() {
        let ccr = 0xe000_ed14;
        let mut cpu = cpu();
        cpu.write_as(Master::Core { pc: 0 }, ccr, Width::Word, 1 << 4).unwrap();
        (cpu.r[0], cpu.r[1]) = (7, 5);
        for signed in [false, true] {
            let instr = Instr::Div { signed, rd: Reg(0), rn: Reg(1), rm: Reg(2) };
            assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
            assert_eq!((cpu.fault, cpu.r[0]), (Some(Fault::DivideByZero), 7));
        }
    }
}
