//! Multiplications of halfwords and of the most significant word, and sums of absolute differences.
//!
//! Source: DDI 0403E, A7.7: SMLABB to SMUSDX, SMMLA, SMMLS, SMMUL, USAD8, USADA8.

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{DspMul, Instr};
use crate::micro::{Flow, Handler, Micro};

/// The lower half as a number.
#[inline(always)]
pub fn bottom(value: u32) -> i64 {
    i64::from(value as i16)
}

/// The upper half as a number.
#[inline(always)]
pub fn top(value: u32) -> i64 {
    i64::from(value as i32 >> 16)
}

/// One half as a number.
#[inline(always)]
pub fn half<const TOP: bool>(value: u32) -> i64 {
    if TOP { top(value) } else { bottom(value) }
}

/// The value, with its halves exchanged when `SWAP`.
#[inline(always)]
pub fn swapped<const SWAP: bool>(value: u32) -> u32 {
    if SWAP { value.rotate_left(16) } else { value }
}

/// What one of these instructions computes.
trait Product {
    /// The exact result. Where [`Product::SETS_Q`], Q is set when 32 bits do not hold it; otherwise bits 31:0 count.
    fn exact(n: u32, m: u32, a: u32) -> i64;
    /// Whether Q tells of an overflow.
    const SETS_Q: bool;
}

macro_rules! product {
    ($name:ident $(<$(const $flag:ident),*>)?, $sets_q:expr, |$n:ident, $m:ident, $a:ident| $exact:expr) => {
        struct $name $(<$(const $flag: bool),*>)?;
        impl $(<$(const $flag: bool),*>)? Product for $name $(<$($flag),*>)? {
            const SETS_Q: bool = $sets_q;

            #[inline(always)]
            fn exact($n: u32, $m: u32, $a: u32) -> i64 {
                $exact
            }
        }
    };
}

/// A register as a signed number.
#[inline(always)]
fn int(value: u32) -> i64 {
    i64::from(value as i32)
}

/// Bits 63:32, after rounding when `ROUND`.
#[inline(always)]
fn upper<const ROUND: bool>(value: i64) -> i64 {
    (if ROUND { value.wrapping_add(0x8000_0000) } else { value }) >> 32
}

/// The sum of the products of both halves.
#[inline(always)]
fn dual<const SWAP: bool>(n: u32, m: u32) -> i64 {
    let m = swapped::<SWAP>(m);
    bottom(n) * bottom(m) + top(n) * top(m)
}

/// The difference of the products of both halves.
#[inline(always)]
fn dual_difference<const SWAP: bool>(n: u32, m: u32) -> i64 {
    let m = swapped::<SWAP>(m);
    bottom(n) * bottom(m) - top(n) * top(m)
}

#[inline(always)]
fn absolute_differences(n: u32, m: u32) -> i64 {
    n.to_le_bytes().into_iter().zip(m.to_le_bytes()).map(|(n, m)| i64::from(n.abs_diff(m))).sum()
}

product!(Smlaxy<const N, const M>, true, |n, m, a| int(a) + half::<N>(n) * half::<M>(m));
product!(Smulxy<const N, const M>, false, |n, m, _a| half::<N>(n) * half::<M>(m));
product!(Smlawy<const M>, true, |n, m, a| int(a) + ((int(n) * half::<M>(m)) >> 16));
product!(Smulwy<const M>, false, |n, m, _a| (int(n) * half::<M>(m)) >> 16);
product!(Smlad<const SWAP>, true, |n, m, a| int(a) + dual::<SWAP>(n, m));
product!(Smuad<const SWAP>, true, |n, m, _a| dual::<SWAP>(n, m));
product!(Smlsd<const SWAP>, true, |n, m, a| int(a) + dual_difference::<SWAP>(n, m));
product!(Smusd<const SWAP>, false, |n, m, _a| dual_difference::<SWAP>(n, m));
product!(Smmla<const ROUND>, false, |n, m, a| upper::<ROUND>((int(a) << 32).wrapping_add(int(n) * int(m))));
product!(Smmls<const ROUND>, false, |n, m, a| upper::<ROUND>((int(a) << 32).wrapping_sub(int(n) * int(m))));
product!(Smmul<const ROUND>, false, |n, m, _a| upper::<ROUND>(int(n) * int(m)));
product!(Usad8, false, |n, m, _a| absolute_differences(n, m));
product!(Usada8, false, |n, m, a| i64::from(a) + absolute_differences(n, m));

/// The micro-operation of [`Instr::Dsp`].
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let Instr::Dsp { op, rd, rn, rm, ra } = *instr else { return Micro::new(undefined, address, size) };
    let run = if plain([rd]) { handler(op) } else { undefined };
    Micro::new(run, address, size).with([rd.0, rn.0, rm.0, ra.0], 0)
}

fn handler(op: DspMul) -> Handler {
    match op {
        DspMul::Smlaxy { n_top: false, m_top: false } => multiply::<Smlaxy<false, false>>,
        DspMul::Smlaxy { n_top: false, m_top: true } => multiply::<Smlaxy<false, true>>,
        DspMul::Smlaxy { n_top: true, m_top: false } => multiply::<Smlaxy<true, false>>,
        DspMul::Smlaxy { n_top: true, m_top: true } => multiply::<Smlaxy<true, true>>,
        DspMul::Smulxy { n_top: false, m_top: false } => multiply::<Smulxy<false, false>>,
        DspMul::Smulxy { n_top: false, m_top: true } => multiply::<Smulxy<false, true>>,
        DspMul::Smulxy { n_top: true, m_top: false } => multiply::<Smulxy<true, false>>,
        DspMul::Smulxy { n_top: true, m_top: true } => multiply::<Smulxy<true, true>>,
        DspMul::Smlawy { m_top: false } => multiply::<Smlawy<false>>,
        DspMul::Smlawy { m_top: true } => multiply::<Smlawy<true>>,
        DspMul::Smulwy { m_top: false } => multiply::<Smulwy<false>>,
        DspMul::Smulwy { m_top: true } => multiply::<Smulwy<true>>,
        DspMul::Smlad { swap: false } => multiply::<Smlad<false>>,
        DspMul::Smlad { swap: true } => multiply::<Smlad<true>>,
        DspMul::Smuad { swap: false } => multiply::<Smuad<false>>,
        DspMul::Smuad { swap: true } => multiply::<Smuad<true>>,
        DspMul::Smlsd { swap: false } => multiply::<Smlsd<false>>,
        DspMul::Smlsd { swap: true } => multiply::<Smlsd<true>>,
        DspMul::Smusd { swap: false } => multiply::<Smusd<false>>,
        DspMul::Smusd { swap: true } => multiply::<Smusd<true>>,
        DspMul::Smmla { round: false } => multiply::<Smmla<false>>,
        DspMul::Smmla { round: true } => multiply::<Smmla<true>>,
        DspMul::Smmls { round: false } => multiply::<Smmls<false>>,
        DspMul::Smmls { round: true } => multiply::<Smmls<true>>,
        DspMul::Smmul { round: false } => multiply::<Smmul<false>>,
        DspMul::Smmul { round: true } => multiply::<Smmul<true>>,
        DspMul::Usad8 => multiply::<Usad8>,
        DspMul::Usada8 => multiply::<Usada8>,
    }
}

fn multiply<P: Product>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let exact = P::exact(cpu.reg(m.b), cpu.reg(m.c), cpu.reg(m.d));
    if P::SETS_Q && exact != i64::from(exact as i32) {
        cpu.q = true;
    }
    put(cpu, m.a, exact as u32);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{DspMul, Instr, Reg};
    use crate::micro::Flow;

    fn all() -> Vec<DspMul> {
        let mut all = vec![DspMul::Usad8, DspMul::Usada8];
        for a in [false, true] {
            all.extend([DspMul::Smlawy { m_top: a }, DspMul::Smulwy { m_top: a }]);
            all.extend([DspMul::Smlad { swap: a }, DspMul::Smuad { swap: a }]);
            all.extend([DspMul::Smlsd { swap: a }, DspMul::Smusd { swap: a }]);
            all.extend([DspMul::Smmla { round: a }, DspMul::Smmls { round: a }, DspMul::Smmul { round: a }]);
            for b in [false, true] {
                all.extend([DspMul::Smlaxy { n_top: a, m_top: b }, DspMul::Smulxy { n_top: a, m_top: b }]);
            }
        }
        all
    }

    /// The exact result, and whether Q tells when it does not fit.
    fn model(op: DspMul, n: u32, m: u32, a: u32) -> (i128, bool) {
        let half = |value: u32, top: bool| i128::from(if top { (value >> 16) as i16 } else { value as i16 });
        let (sn, sm, sa) = (i128::from(n as i32), i128::from(m as i32), i128::from(a as i32));
        let both = |swap| (half(n, false) * half(m, swap), half(n, true) * half(m, !swap));
        let upper = |value: i128, round| (value + if round { 1 << 31 } else { 0 }).div_euclid(1 << 32);
        let distance = || -> i128 {
            let byte = |value: u32, index: u32| i128::from(value >> (8 * index) & 0xff);
            (0..4).map(|index| (byte(n, index) - byte(m, index)).abs()).sum()
        };
        match op {
            DspMul::Smlaxy { n_top, m_top } => (half(n, n_top) * half(m, m_top) + sa, true),
            DspMul::Smulxy { n_top, m_top } => (half(n, n_top) * half(m, m_top), false),
            DspMul::Smlawy { m_top } => ((sn * half(m, m_top) + sa * 65536).div_euclid(65536), true),
            DspMul::Smulwy { m_top } => ((sn * half(m, m_top)).div_euclid(65536), false),
            DspMul::Smlad { swap } => (both(swap).0 + both(swap).1 + sa, true),
            DspMul::Smuad { swap } => (both(swap).0 + both(swap).1, true),
            DspMul::Smlsd { swap } => (both(swap).0 - both(swap).1 + sa, true),
            DspMul::Smusd { swap } => (both(swap).0 - both(swap).1, false),
            DspMul::Smmla { round } => (upper((sa << 32) + sn * sm, round), false),
            DspMul::Smmls { round } => (upper((sa << 32) - sn * sm, round), false),
            DspMul::Smmul { round } => (upper(sn * sm, round), false),
            DspMul::Usad8 => (distance(), false),
            DspMul::Usada8 => (i128::from(a) + distance(), false),
        }
    }

    proptest! {
        #[test]
        fn results_and_q(
            op in prop::sample::select(all()),
            n in any_word(), m in any_word(), a in any_word(), q in any::<bool>(),
        ) {
            let mut cpu = cpu();
            (cpu.r[1], cpu.r[2], cpu.r[3], cpu.q) = (n, m, a, q);
            let instr = Instr::Dsp { op, rd: Reg(0), rn: Reg(1), rm: Reg(2), ra: Reg(3) };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            let (exact, sets_q) = model(op, n, m, a);
            prop_assert_eq!(cpu.r[0], exact as u32);
            prop_assert_eq!(cpu.q, q || sets_q && exact != i128::from(exact as i32));
        }
    }

    #[test]
    fn the_one_overflow_of_a_dual_product_sets_q() {
        let mut cpu = cpu();
        (cpu.r[1], cpu.r[2]) = (0x8000_8000, 0x8000_8000);
        let op = DspMul::Smuad { swap: false };
        execute(&mut cpu, &Instr::Dsp { op, rd: Reg(0), rn: Reg(1), rm: Reg(2), ra: Reg::PC });
        assert_eq!((cpu.r[0], cpu.q), (0x8000_0000, true));
    }
}
