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
