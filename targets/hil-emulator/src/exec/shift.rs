//! Shifts: as types, so that handlers can be made for each, and the instructions that shift by a register.
//!
//! Source: DDI 0403E, A2.2.1 (`Shift_C`) and the pages of LSL, LSR, ASR and ROR (register) in A7.7.

use super::{plain, put, undefined};
use crate::cpu::Cpu;
use crate::instr::{Instr, ShiftKind};
use crate::micro::{Flow, Handler, Micro};

/// One kind of shift.
pub trait Kind {
    /// The longest shift that [`Kind::shift`] takes; all beyond it do the same.
    const LONGEST: u32 = 63;

    /// The result and the carry out of a shift by `amount`, which is not 0. `carry` is the carry before.
    fn shift(value: u32, amount: u32, carry: bool) -> (u32, bool);
}

/// Logical left.
pub struct Lsl;
/// Logical right.
pub struct Lsr;
/// Arithmetic right.
pub struct Asr;
/// Rotate right.
pub struct Ror;
/// Rotate right by one through the carry.
pub struct Rrx;

impl Kind for Lsl {
    #[inline(always)]
    fn shift(value: u32, amount: u32, _: bool) -> (u32, bool) {
        let wide = u64::from(value) << amount;
        (wide as u32, wide >> 32 & 1 == 1)
    }
}

impl Kind for Lsr {
    #[inline(always)]
    fn shift(value: u32, amount: u32, _: bool) -> (u32, bool) {
        let wide = u64::from(value) << 32 >> amount;
        ((wide >> 32) as u32, wide >> 31 & 1 == 1)
    }
}

impl Kind for Asr {
    #[inline(always)]
    fn shift(value: u32, amount: u32, _: bool) -> (u32, bool) {
        let wide = i64::from(value as i32) << 32 >> amount;
        ((wide >> 32) as u32, wide >> 31 & 1 == 1)
    }
}

impl Kind for Ror {
    const LONGEST: u32 = 255;

    #[inline(always)]
    fn shift(value: u32, amount: u32, _: bool) -> (u32, bool) {
        let result = value.rotate_right(amount);
        (result, result >> 31 == 1)
    }
}

impl Kind for Rrx {
    #[inline(always)]
    fn shift(value: u32, _: u32, carry: bool) -> (u32, bool) {
        (value >> 1 | u32::from(carry) << 31, value & 1 == 1)
    }
}

/// The micro-operation of [`Instr::ShiftReg`].
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let Instr::ShiftReg { kind, flags, rd, rn, rm } = *instr else { return Micro::new(undefined, address, size) };
    let run = match kind {
        _ if !plain([rd]) => undefined,
        ShiftKind::Lsl => by_register::<Lsl>(flags),
        ShiftKind::Lsr => by_register::<Lsr>(flags),
        ShiftKind::Asr => by_register::<Asr>(flags),
        ShiftKind::Ror => by_register::<Ror>(flags),
        ShiftKind::Rrx => undefined,
    };
    Micro::new(run, address, size).with([rd.0, rn.0, rm.0, 0], 0)
}

fn by_register<K: Kind>(flags: bool) -> Handler {
    if flags { shift_register::<K, true> } else { shift_register::<K, false> }
}

fn shift_register<K: Kind, const FLAGS: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (value, amount) = (cpu.reg(m.b), cpu.reg(m.c) & 0xff);
    let mut result = value;
    if amount != 0 {
        let (shifted, carry) = K::shift(value, amount.min(K::LONGEST), cpu.flags.c);
        result = shifted;
        if FLAGS {
            cpu.flags.c = carry;
        }
    }
    if FLAGS {
        cpu.flags.set_nz(result);
    }
    put(cpu, m.a, result);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::cpu::Flags;
    use crate::exec::testing::{any_word, cpu, execute, shift_by_steps};
    use crate::instr::{Instr, Reg, ShiftKind};
    use crate::micro::Flow;

    proptest! {
        #[test]
        fn a_shift_by_a_register_is_that_many_shifts_by_one_bit(
            kind in prop::sample::select(vec![ShiftKind::Lsl, ShiftKind::Lsr, ShiftKind::Asr, ShiftKind::Ror]),
            value in any_word(),
            amount in any_word(),
            before in 0..16u32,
            flags in any::<bool>(),
        ) {
            let mut cpu = cpu();
            (cpu.r[1], cpu.r[2]) = (value, amount);
            cpu.flags = Flags::from_bits(before << 28);
            let instr = Instr::ShiftReg { kind, flags, rd: Reg(0), rn: Reg(1), rm: Reg(2) };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            let (result, carry) = shift_by_steps(kind, value, amount & 0xff, before & 2 != 0);
            prop_assert_eq!(cpu.r[0], result);
            let after = result >> 31 << 3 | u32::from(result == 0) << 2 | u32::from(carry) << 1 | before & 1;
            prop_assert_eq!(cpu.flags.bits() >> 28, if flags { after } else { before });
        }
    }
}
