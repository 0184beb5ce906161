//! Sign and zero extension, with and without addition.
//!
//! Source: DDI 0403E, A7.7, SXTB to UXTAH.

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{Extend, Instr};
use crate::micro::{Flow, Handler, Micro};

/// One extension.
trait Kind {
    /// The extension of the rotated operand.
    fn extend(value: u32) -> u32;

    /// The sum of a register and an extended value: one sum, or one for each halfword.
    #[inline(always)]
    fn add(n: u32, extended: u32) -> u32 {
        n.wrapping_add(extended)
    }
}

struct Sxtb;
struct Sxth;
struct Sxtb16;
struct Uxtb;
struct Uxth;
struct Uxtb16;

impl Kind for Sxtb {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value as i8 as u32
    }
}

impl Kind for Sxth {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value as i16 as u32
    }
}

impl Kind for Sxtb16 {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        u32::from(value as i8 as u16) | u32::from((value >> 16) as i8 as u16) << 16
    }

    #[inline(always)]
    fn add(n: u32, extended: u32) -> u32 {
        add_halves(n, extended)
    }
}

impl Kind for Uxtb {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value & 0xff
    }
}

impl Kind for Uxth {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value & 0xffff
    }
}

impl Kind for Uxtb16 {
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value & 0x00ff_00ff
    }

    #[inline(always)]
    fn add(n: u32, extended: u32) -> u32 {
        add_halves(n, extended)
    }
}

#[inline(always)]
fn add_halves(a: u32, b: u32) -> u32 {
    (a & 0xffff_0000).wrapping_add(b & 0xffff_0000) | a.wrapping_add(b) & 0xffff
}

/// The micro-operation of [`Instr::Extend`].
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let Instr::Extend { kind, rd, rn, rm, rotation } = *instr else { return Micro::new(undefined, address, size) };
    let adds = rn.is_some();
    let run = match kind {
        _ if !plain([rd]) => undefined,
        Extend::Sxtb => choose::<Sxtb>(adds),
        Extend::Sxth => choose::<Sxth>(adds),
        Extend::Sxtb16 => choose::<Sxtb16>(adds),
        Extend::Uxtb => choose::<Uxtb>(adds),
        Extend::Uxth => choose::<Uxth>(adds),
        Extend::Uxtb16 => choose::<Uxtb16>(adds),
    };
    Micro::new(run, address, size).with([rd.0, rn.map_or(0, |rn| rn.0), rm.0, rotation], 0)
}

fn choose<K: Kind>(adds: bool) -> Handler {
    if adds { extend::<K, true> } else { extend::<K, false> }
}

fn extend<K: Kind, const ADDS: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let extended = K::extend(cpu.reg(m.c).rotate_right(u32::from(m.d)));
    let result = if ADDS { K::add(cpu.reg(m.b), extended) } else { extended };
    put(cpu, m.a, result);
    Flow::Next
}
