//! Additions and subtractions of two halfwords or four bytes at once.
//!
//! Source: DDI 0403E, A7.7: SADD16 to USUB8, Q..., SH..., UQ..., UH....

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{Instr, Lanes, Parallel};
use crate::micro::{Flow, Handler, Micro};

/// How lanes are read and how an exact result becomes a lane again.
trait Treatment {
    /// Whether lanes are signed numbers.
    const SIGNED: bool;
    /// Whether GE is set.
    const SETS_GE: bool = false;

    /// The lane of `bits` bits for the exact sum or difference.
    fn settle(exact: i32, bits: u32) -> i32;
}

struct Signed;
struct Saturating;
struct Halving;
struct Unsigned;
struct UnsignedSaturating;
struct UnsignedHalving;

impl Treatment for Signed {
    const SIGNED: bool = true;
    const SETS_GE: bool = true;

    #[inline(always)]
    fn settle(exact: i32, _: u32) -> i32 {
        exact
    }
}

impl Treatment for Saturating {
    const SIGNED: bool = true;

    #[inline(always)]
    fn settle(exact: i32, bits: u32) -> i32 {
        exact.clamp(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }
}

impl Treatment for Halving {
    const SIGNED: bool = true;

    #[inline(always)]
    fn settle(exact: i32, _: u32) -> i32 {
        exact >> 1
    }
}

impl Treatment for Unsigned {
    const SIGNED: bool = false;
    const SETS_GE: bool = true;

    #[inline(always)]
    fn settle(exact: i32, _: u32) -> i32 {
        exact
    }
}

impl Treatment for UnsignedSaturating {
    const SIGNED: bool = false;

    #[inline(always)]
    fn settle(exact: i32, bits: u32) -> i32 {
        exact.clamp(0, (1 << bits) - 1)
    }
}

impl Treatment for UnsignedHalving {
    const SIGNED: bool = false;

    #[inline(always)]
    fn settle(exact: i32, _: u32) -> i32 {
        exact >> 1
    }
}

/// One lane: its bits in place, and whether its GE bits are set.
#[inline(always)]
fn lane<T: Treatment>(n: u32, m: u32, (n_at, m_at): (u32, u32), bits: u32, subtract: bool) -> (u32, bool) {
    let read = |value: u32, at: u32| {
        let at_top = value << (32 - bits - at);
        if T::SIGNED { at_top as i32 >> (32 - bits) } else { (at_top >> (32 - bits)) as i32 }
    };
    let (n, m) = (read(n, n_at), read(m, m_at));
    let exact = if subtract { n - m } else { n + m };
    // For unsigned sums GE is the carry out; everywhere else it tells that the result is not negative.
    let ge = if T::SIGNED || subtract { exact >= 0 } else { exact >> bits != 0 };
    ((T::settle(exact, bits) as u32 & (u32::MAX >> (32 - bits))) << n_at, ge)
}

/// The micro-operation of [`Instr::Parallel`].
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let Instr::Parallel { op, lanes, rd, rn, rm } = *instr else { return Micro::new(undefined, address, size) };
    let run = match lanes {
        _ if !plain([rd]) => undefined,
        Lanes::Signed => handler::<Signed>(op),
        Lanes::Saturating => handler::<Saturating>(op),
        Lanes::Halving => handler::<Halving>(op),
        Lanes::Unsigned => handler::<Unsigned>(op),
        Lanes::UnsignedSaturating => handler::<UnsignedSaturating>(op),
        Lanes::UnsignedHalving => handler::<UnsignedHalving>(op),
    };
    Micro::new(run, address, size).with([rd.0, rn.0, rm.0, 0], 0)
}

fn handler<T: Treatment>(op: Parallel) -> Handler {
    match op {
        Parallel::Add16 => halves::<T, false, false, false>,
        Parallel::Sub16 => halves::<T, false, true, true>,
        Parallel::Asx => halves::<T, true, true, false>,
        Parallel::Sax => halves::<T, true, false, true>,
        Parallel::Add8 => bytes::<T, false>,
        Parallel::Sub8 => bytes::<T, true>,
    }
}

/// `LOW` and `HIGH` tell whether the lower and the upper half subtract.
fn halves<T: Treatment, const SWAP: bool, const LOW: bool, const HIGH: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (left, right) = (cpu.reg(m.b), cpu.reg(m.c));
    let (low, low_ge) = lane::<T>(left, right, (0, if SWAP { 16 } else { 0 }), 16, LOW);
    let (high, high_ge) = lane::<T>(left, right, (16, if SWAP { 0 } else { 16 }), 16, HIGH);
    if T::SETS_GE {
        cpu.ge = (u8::from(low_ge) * 0b0011) | (u8::from(high_ge) * 0b1100);
    }
    put(cpu, m.a, low | high);
    Flow::Next
}

fn bytes<T: Treatment, const SUBTRACT: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (left, right) = (cpu.reg(m.b), cpu.reg(m.c));
    let (mut result, mut ge) = (0, 0);
    for index in 0..4 {
        let at = index * 8;
        let (bits, set) = lane::<T>(left, right, (at, at), 8, SUBTRACT);
        result |= bits;
        ge |= u8::from(set) << index;
    }
    if T::SETS_GE {
        cpu.ge = ge;
    }
    put(cpu, m.a, result);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{Instr, Lanes, Parallel, Reg};
    use crate::micro::Flow;

    const OPS: [Parallel; 6] =
        [Parallel::Add16, Parallel::Asx, Parallel::Sax, Parallel::Sub16, Parallel::Add8, Parallel::Sub8];
    const LANES: [Lanes; 6] = [
        Lanes::Signed,
        Lanes::Saturating,
        Lanes::Halving,
        Lanes::Unsigned,
        Lanes::UnsignedSaturating,
        Lanes::UnsignedHalving,
    ];

    macro_rules! lane {
        ($name:ident, $signed:ty, $unsigned:ty) => {
            /// One lane with the standard library's arithmetic, and its GE bit.
            fn $name(lanes: Lanes, n: $unsigned, m: $unsigned, subtract: bool) -> ($unsigned, bool) {
                let (sn, sm) = (n as $signed, m as $signed);
                let (wide_s, wide_u) = if subtract {
                    (i64::from(sn) - i64::from(sm), i64::from(n) - i64::from(m))
                } else {
                    (i64::from(sn) + i64::from(sm), i64::from(n) + i64::from(m))
                };
                match (lanes, subtract) {
                    (Lanes::Signed, false) => (sn.wrapping_add(sm) as $unsigned, wide_s >= 0),
                    (Lanes::Signed, true) => (sn.wrapping_sub(sm) as $unsigned, wide_s >= 0),
                    (Lanes::Saturating, false) => (sn.saturating_add(sm) as $unsigned, false),
                    (Lanes::Saturating, true) => (sn.saturating_sub(sm) as $unsigned, false),
                    (Lanes::Halving, _) => (wide_s.div_euclid(2) as $unsigned, false),
                    (Lanes::Unsigned, false) => n.overflowing_add(m),
                    (Lanes::Unsigned, true) => (n.wrapping_sub(m), n >= m),
                    (Lanes::UnsignedSaturating, false) => (n.saturating_add(m), false),
                    (Lanes::UnsignedSaturating, true) => (n.saturating_sub(m), false),
                    (Lanes::UnsignedHalving, _) => (wide_u.div_euclid(2) as $unsigned, false),
                }
            }
        };
    }
    lane!(half, i16, u16);
    lane!(byte, i8, u8);

    fn model(op: Parallel, lanes: Lanes, n: u32, m: u32) -> (u32, u8) {
        let halves = |value: u32| (value as u16, (value >> 16) as u16);
        let ((n_low, n_high), (m_low, m_high)) = (halves(n), halves(m));
        let (low, high) = match op {
            Parallel::Add16 => (half(lanes, n_low, m_low, false), half(lanes, n_high, m_high, false)),
            Parallel::Sub16 => (half(lanes, n_low, m_low, true), half(lanes, n_high, m_high, true)),
            Parallel::Asx => (half(lanes, n_low, m_high, true), half(lanes, n_high, m_low, false)),
            Parallel::Sax => (half(lanes, n_low, m_high, false), half(lanes, n_high, m_low, true)),
            Parallel::Add8 | Parallel::Sub8 => {
                let (n, m) = (n.to_le_bytes(), m.to_le_bytes());
                let all: [_; 4] = std::array::from_fn(|i| byte(lanes, n[i], m[i], op == Parallel::Sub8));
                let ge = (0..4).fold(0, |ge, i| ge | u8::from(all[i].1) << i);
                return (u32::from_le_bytes(all.map(|lane| lane.0)), ge);
            }
        };
        let ge = if low.1 { 3 } else { 0 } | if high.1 { 12 } else { 0 };
        (u32::from(low.0) | u32::from(high.0) << 16, ge)
    }

    proptest! {
        #[test]
        fn lanes_and_ge(
            op in prop::sample::select(OPS.to_vec()),
            lanes in prop::sample::select(LANES.to_vec()),
            n in any_word(), m in any_word(), before in 0..16u8,
        ) {
            let mut cpu = cpu();
            (cpu.r[1], cpu.r[2], cpu.ge) = (n, m, before);
            let instr = Instr::Parallel { op, lanes, rd: Reg(0), rn: Reg(1), rm: Reg(2) };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            let (result, ge) = model(op, lanes, n, m);
            prop_assert_eq!(cpu.r[0], result);
            let sets_ge = matches!(lanes, Lanes::Signed | Lanes::Unsigned);
            prop_assert_eq!(cpu.ge, if sets_ge { ge } else { before });
            prop_assert_eq!(cpu.q, false);
        }
    }
}
