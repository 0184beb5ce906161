//! VCVT, VCVTR, VCVTB and VCVTT.

use super::fast::{self, Fast};
use super::{Lowered, ROUNDING, begin, exactly};
use crate::cpu::Cpu;
use crate::float::{self, Integer, Rounding};
use crate::instr::{Convert, SReg};
use crate::micro::{Flow, Handler, Micro};

/// The handler and the operands of a conversion from `sm` to `sd`.
pub fn lower(op: Convert, sd: SReg, sm: SReg) -> Lowered {
    let (run, width, fraction): (Handler, u8, u8) = match op {
        Convert::FromInt { signed: true } => (from_int::<true>, 32, 0),
        Convert::FromInt { signed: false } => (from_int::<false>, 32, 0),
        Convert::ToInt { signed: true, round_to_zero: true } => (to_int::<true, true>, 32, 0),
        Convert::ToInt { signed: true, round_to_zero: false } => (to_int::<true, false>, 32, 0),
        Convert::ToInt { signed: false, round_to_zero: true } => (to_int::<false, true>, 32, 0),
        Convert::ToInt { signed: false, round_to_zero: false } => (to_int::<false, false>, 32, 0),
        Convert::FromFixed { signed: true, width, fraction } => (from_fixed::<true>, width, fraction),
        Convert::FromFixed { signed: false, width, fraction } => (from_fixed::<false>, width, fraction),
        Convert::ToFixed { signed: true, width, fraction } => (to_fixed::<true>, width, fraction),
        Convert::ToFixed { signed: false, width, fraction } => (to_fixed::<false>, width, fraction),
        Convert::FromHalf { top: true } => (from_half::<true>, 16, 0),
        Convert::FromHalf { top: false } => (from_half::<false>, 16, 0),
        Convert::ToHalf { top: true } => (to_half::<true>, 16, 0),
        Convert::ToHalf { top: false } => (to_half::<false>, 16, 0),
    };
    (run, [sd.0, sm.0, width, fraction], 0)
}

fn finish(cpu: &mut Cpu, micro: &Micro, fast: Fast, exact: impl FnOnce(&mut Cpu) -> u32) -> Flow {
    let result = match fast {
        Some((result, exceptions)) => {
            cpu.fpscr |= exceptions;
            result
        }
        None => exact(cpu),
    };
    cpu.set_single(micro.a, result);
    Flow::Next
}

fn from_int<const SIGNED: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let bits = cpu.single(micro.b);
    let value = if SIGNED { i64::from(bits as i32) } else { i64::from(bits) };
    let fast = if cpu.fpscr & ROUNDING == 0 { fast::from_int(value, cpu.fpscr) } else { None };
    finish(cpu, micro, fast, |cpu| {
        exactly(cpu, |mode, status| float::from_fixed(bits, Integer::word(SIGNED), mode, status))
    })
}

fn to_int<const SIGNED: bool, const TO_ZERO: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let bits = cpu.single(micro.b);
    let fast = if TO_ZERO { fast::to_int::<SIGNED>(bits, cpu.fpscr) } else { None };
    finish(cpu, micro, fast, |cpu| {
        exactly(cpu, |mode, status| {
            let rounding = if TO_ZERO { Rounding::Zero } else { mode.rounding };
            float::to_fixed(bits, Integer::word(SIGNED), rounding, mode, status)
        })
    })
}

fn format<const SIGNED: bool>(micro: &Micro) -> Integer {
    Integer { signed: SIGNED, width: micro.c.into(), fraction: micro.d.into() }
}

fn from_fixed<const SIGNED: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let value = cpu.single(micro.b);
    finish(cpu, micro, None, |cpu| {
        exactly(cpu, |mode, status| {
            float::from_fixed(value, format::<SIGNED>(micro), mode.rounding(Rounding::Nearest), status)
        })
    })
}

fn to_fixed<const SIGNED: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let bits = cpu.single(micro.b);
    finish(cpu, micro, None, |cpu| {
        exactly(cpu, |mode, status| float::to_fixed(bits, format::<SIGNED>(micro), Rounding::Zero, mode, status))
    })
}

fn from_half<const TOP: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let bits = cpu.single(micro.b);
    let half = if TOP { bits >> 16 } else { bits & 0xffff };
    finish(cpu, micro, None, |cpu| exactly(cpu, |mode, status| float::from_half(half, mode, status)))
}

fn to_half<const TOP: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let (bits, old) = (cpu.single(micro.b), cpu.single(micro.a));
    let half = exactly(cpu, |mode, status| float::to_half(bits, mode, status));
    let merged = if TOP { old & 0xffff | half << 16 } else { old & 0xffff_0000 | half };
    cpu.set_single(micro.a, merged);
    Flow::Next
}
