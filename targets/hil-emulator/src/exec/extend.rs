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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::exec::testing::{any_word, cpu, execute};
    use crate::instr::{Extend, Instr, Reg};
    use crate::micro::Flow;

    fn model(kind: Extend, rotated: u32, n: u32) -> u32 {
        let bytes = rotated.to_le_bytes();
        let pair = |low: i32, high: i32| {
            let sum = |n: u32, byte: i32| (n as i32 + byte) as u32 & 0xffff;
            sum(n & 0xffff, low) | sum(n >> 16, high) << 16
        };
        match kind {
            Extend::Sxtb => n.wrapping_add_signed(i32::from(bytes[0] as i8)),
            Extend::Uxtb => n.wrapping_add(u32::from(bytes[0])),
            Extend::Sxth => n.wrapping_add_signed(i32::from(i16::from_le_bytes([bytes[0], bytes[1]]))),
            Extend::Uxth => n.wrapping_add(u32::from(u16::from_le_bytes([bytes[0], bytes[1]]))),
            Extend::Sxtb16 => pair(i32::from(bytes[0] as i8), i32::from(bytes[2] as i8)),
            Extend::Uxtb16 => pair(i32::from(bytes[0]), i32::from(bytes[2])),
        }
    }

    proptest! {
        #[test]
        fn extensions_and_their_sums(
            kind in prop::sample::select(
                vec![Extend::Sxtb, Extend::Sxth, Extend::Sxtb16, Extend::Uxtb, Extend::Uxth, Extend::Uxtb16]
            ),
            n in any_word(),
            m in any_word(),
            turns in 0..4u8,
            adds in any::<bool>(),
        ) {
            let mut cpu = cpu();
            (cpu.r[1], cpu.r[2]) = (n, m);
            let rn = adds.then_some(Reg(1));
            let instr = Instr::Extend { kind, rd: Reg(0), rn, rm: Reg(2), rotation: turns * 8 };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            let mut bytes = m.to_le_bytes();
            bytes.rotate_left(usize::from(turns));
            prop_assert_eq!(cpu.r[0], model(kind, u32::from_le_bytes(bytes), if adds { n } else { 0 }));
        }
    }
}
