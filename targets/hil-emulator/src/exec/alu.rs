//! Data processing with two operands.
//!
//! Source: DDI 0403E, A2.2.1 (`AddWithCarry`, `Shift_C`) and the instructions' pages in A7.7.

use super::shift::{Asr, Kind, Lsl, Lsr, Ror, Rrx};
use super::{jump, pc_of, put, undefined};
use crate::cpu::{Cpu, Flags};
use crate::instr::{AluOp, Instr, Operand, Reg, Shift, ShiftKind};
use crate::micro::{Flow, Handler, Micro};

/// One operation. `n` and `m` are its operands.
trait Op {
    /// Whether it only sets flags.
    const COMPARES: bool = false;

    /// The result, with the carry before.
    fn value(n: u32, m: u32, carry: bool) -> u32;

    /// The result, and the flags set by it. `shifted` is the carry out of the shifter or the constant.
    fn flagged(flags: &mut Flags, n: u32, m: u32, shifted: Option<bool>) -> u32;
}

macro_rules! logical {
    ($name:ident, $compares:expr, $value:expr) => {
        struct $name;
        impl Op for $name {
            const COMPARES: bool = $compares;

            #[inline(always)]
            fn value(n: u32, m: u32, _: bool) -> u32 {
                let value: fn(u32, u32) -> u32 = $value;
                value(n, m)
            }

            #[inline(always)]
            fn flagged(flags: &mut Flags, n: u32, m: u32, shifted: Option<bool>) -> u32 {
                let result = Self::value(n, m, false);
                flags.set_nz(result);
                if let Some(carry) = shifted {
                    flags.c = carry;
                }
                result
            }
        }
    };
}

logical!(And, false, |n, m| n & m);
logical!(Bic, false, |n, m| n & !m);
logical!(Orr, false, |n, m| n | m);
logical!(Orn, false, |n, m| n | !m);
logical!(Eor, false, |n, m| n ^ m);
logical!(Mov, false, |_, m| m);
logical!(Mvn, false, |_, m| !m);
logical!(Tst, true, |n, m| n & m);
logical!(Teq, true, |n, m| n ^ m);

macro_rules! arithmetic {
    ($name:ident, $compares:expr, $flagged:ident, $operands:expr) => {
        struct $name;
        impl Op for $name {
            const COMPARES: bool = $compares;

            #[inline(always)]
            fn value(n: u32, m: u32, carry: bool) -> u32 {
                $flagged(&mut Flags::default(), $operands(n, m), carry)
            }

            #[inline(always)]
            fn flagged(flags: &mut Flags, n: u32, m: u32, _: Option<bool>) -> u32 {
                let carry = flags.c;
                $flagged(flags, $operands(n, m), carry)
            }
        }
    };
}

arithmetic!(Add, false, sum, |n, m| (n, m));
arithmetic!(Adc, false, sum_with_carry, |n, m| (n, m));
arithmetic!(Sbc, false, sum_with_carry, |n, m: u32| (n, !m));
arithmetic!(Sub, false, difference, |n, m| (n, m));
arithmetic!(Rsb, false, difference, |n, m| (m, n));
arithmetic!(Cmp, true, difference, |n, m| (n, m));
arithmetic!(Cmn, true, sum, |n, m| (n, m));

#[inline(always)]
fn sum(flags: &mut Flags, (a, b): (u32, u32), _: bool) -> u32 {
    let (result, carry) = a.overflowing_add(b);
    flags.set_nz(result);
    flags.c = carry;
    flags.v = ((a ^ result) & (b ^ result)) >> 31 == 1;
    result
}

/// `a + !b + 1`, whose carry means "no borrow".
#[inline(always)]
fn difference(flags: &mut Flags, (a, b): (u32, u32), _: bool) -> u32 {
    let result = a.wrapping_sub(b);
    flags.set_nz(result);
    flags.c = a >= b;
    flags.v = ((a ^ b) & (a ^ result)) >> 31 == 1;
    result
}

#[inline(always)]
fn sum_with_carry(flags: &mut Flags, (a, b): (u32, u32), carry: bool) -> u32 {
    let wide = u64::from(a) + u64::from(b) + u64::from(carry);
    let result = wide as u32;
    flags.set_nz(result);
    flags.c = wide >> 32 == 1;
    flags.v = ((a ^ result) & (b ^ result)) >> 31 == 1;
    result
}

/// The micro-operation of [`Instr::Alu`].
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let Instr::Alu { op, flags, rd, rn, src } = *instr else { return Micro::new(undefined, address, size) };
    let Some((op, rn, src)) = without_pc(op, rn, src, address) else { return Micro::new(undefined, address, size) };
    let any = rd == Reg::SP || rd == Reg::PC;
    let run = match op {
        AluOp::And => with_flags::<And>(flags, any, src),
        AluOp::Bic => with_flags::<Bic>(flags, any, src),
        AluOp::Orr => with_flags::<Orr>(flags, any, src),
        AluOp::Orn => with_flags::<Orn>(flags, any, src),
        AluOp::Eor => with_flags::<Eor>(flags, any, src),
        AluOp::Add => with_flags::<Add>(flags, any, src),
        AluOp::Adc => with_flags::<Adc>(flags, any, src),
        AluOp::Sbc => with_flags::<Sbc>(flags, any, src),
        AluOp::Sub => with_flags::<Sub>(flags, any, src),
        AluOp::Rsb => with_flags::<Rsb>(flags, any, src),
        AluOp::Mov => with_flags::<Mov>(flags, any, src),
        AluOp::Mvn => with_flags::<Mvn>(flags, any, src),
        AluOp::Tst => with_source::<Tst, true, false>(src),
        AluOp::Teq => with_source::<Teq, true, false>(src),
        AluOp::Cmp => with_source::<Cmp, true, false>(src),
        AluOp::Cmn => with_source::<Cmn, true, false>(src),
    };
    let (c, d, imm) = match src {
        Operand::Imm { value, carry } => (0, u8::from(carry == Some(true)), value),
        Operand::Reg { rm, shift } => (rm.0, shift.amount, 0),
    };
    Micro::new(run, address, size).with([rd.0, rn.0, c, d], imm)
}

/// The same operation without the program counter among its sources; `None` where the manual has no such form.
fn without_pc(op: AluOp, rn: Reg, src: Operand, address: u32) -> Option<(AluOp, Reg, Operand)> {
    let pc = pc_of(address);
    let constant = |value| Operand::Imm { value, carry: None };
    let src = match src {
        Operand::Reg { rm: Reg::PC, shift } => (shift == Shift::NONE).then_some(constant(pc))?,
        other => other,
    };
    if rn != Reg::PC || matches!(op, AluOp::Mov | AluOp::Mvn) {
        return Some((op, rn, src));
    }
    match (op, src) {
        (AluOp::Add, Operand::Imm { value, .. }) => Some((AluOp::Mov, rn, constant(pc.wrapping_add(value)))),
        (AluOp::Sub, Operand::Imm { value, .. }) => Some((AluOp::Mov, rn, constant(pc.wrapping_sub(value)))),
        (AluOp::Add, Operand::Reg { rm, shift: Shift::NONE }) => Some((AluOp::Add, rm, constant(pc))),
        _ => None,
    }
}

fn with_flags<O: Op>(flags: bool, any: bool, src: Operand) -> Handler {
    match (flags, any) {
        (false, false) => with_source::<O, false, false>(src),
        (false, true) => with_source::<O, false, true>(src),
        (true, false) => with_source::<O, true, false>(src),
        (true, true) => with_source::<O, true, true>(src),
    }
}

fn with_source<O: Op, const FLAGS: bool, const ANY: bool>(src: Operand) -> Handler {
    match src {
        Operand::Imm { carry: None, .. } => constant::<O, FLAGS, false, ANY>,
        Operand::Imm { carry: Some(_), .. } => constant::<O, FLAGS, true, ANY>,
        Operand::Reg { shift, .. } => match shift.kind {
            ShiftKind::Rrx => shifted::<O, Rrx, FLAGS, ANY>,
            _ if shift.amount == 0 => register::<O, FLAGS, ANY>,
            ShiftKind::Lsl => shifted::<O, Lsl, FLAGS, ANY>,
            ShiftKind::Lsr => shifted::<O, Lsr, FLAGS, ANY>,
            ShiftKind::Asr => shifted::<O, Asr, FLAGS, ANY>,
            ShiftKind::Ror => shifted::<O, Ror, FLAGS, ANY>,
        },
    }
}

fn constant<O: Op, const FLAGS: bool, const CARRY: bool, const ANY: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let carry = if CARRY { Some(m.d != 0) } else { None };
    let n = cpu.reg(m.b);
    finish::<O, FLAGS, ANY>(cpu, m.a, n, m.imm, carry)
}

fn register<O: Op, const FLAGS: bool, const ANY: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (n, operand) = (cpu.reg(m.b), cpu.reg(m.c));
    finish::<O, FLAGS, ANY>(cpu, m.a, n, operand, None)
}

fn shifted<O: Op, K: Kind, const FLAGS: bool, const ANY: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    // The mask changes nothing: it tells the compiler that the amount is in range.
    let (operand, carry) = K::shift(cpu.reg(m.c), u32::from(m.d & 63), cpu.flags.c);
    let n = cpu.reg(m.b);
    finish::<O, FLAGS, ANY>(cpu, m.a, n, operand, Some(carry))
}

#[inline(always)]
fn finish<O: Op, const FLAGS: bool, const ANY: bool>(
    cpu: &mut Cpu,
    rd: u8,
    n: u32,
    operand: u32,
    carry: Option<bool>,
) -> Flow {
    let result = if FLAGS { O::flagged(&mut cpu.flags, n, operand, carry) } else { O::value(n, operand, cpu.flags.c) };
    if O::COMPARES {
        return Flow::Next;
    }
    if !ANY {
        put(cpu, rd, result);
        return Flow::Next;
    }
    if rd == Reg::PC.0 {
        return jump(cpu, result);
    }
    cpu.set_reg(rd, result);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

    use crate::cpu::Flags;
    use crate::exec::testing::{BASE, any_word, cpu, execute, shift_by_steps};
    use crate::instr::{AluOp, Instr, Operand, Reg, Shift, ShiftKind};
    use crate::micro::Flow;

    const OPS: [AluOp; 16] = [
        AluOp::And,
        AluOp::Bic,
        AluOp::Orr,
        AluOp::Orn,
        AluOp::Eor,
        AluOp::Add,
        AluOp::Adc,
        AluOp::Sbc,
        AluOp::Sub,
        AluOp::Rsb,
        AluOp::Mov,
        AluOp::Mvn,
        AluOp::Tst,
        AluOp::Teq,
        AluOp::Cmp,
        AluOp::Cmn,
    ];

    /// `AddWithCarry` as the manual writes it: carry and overflow tell that the result is not the sum.
    fn add_with_carry(x: u32, y: u32, carry: bool) -> (u32, bool, bool) {
        let unsigned = u64::from(x) + u64::from(y) + u64::from(carry);
        let signed = i64::from(x as i32) + i64::from(y as i32) + i64::from(carry);
        let result = unsigned as u32;
        (result, u64::from(result) != unsigned, i64::from(result as i32) != signed)
    }

    fn model(op: AluOp, n: u32, m: u32, (c, v): (bool, bool), shifted: bool) -> (u32, bool, bool) {
        let logical = |result| (result, shifted, v);
        match op {
            AluOp::And | AluOp::Tst => logical(n & m),
            AluOp::Bic => logical(n & !m),
            AluOp::Orr => logical(n | m),
            AluOp::Orn => logical(n | !m),
            AluOp::Eor | AluOp::Teq => logical(n ^ m),
            AluOp::Mov => logical(m),
            AluOp::Mvn => logical(!m),
            AluOp::Add | AluOp::Cmn => add_with_carry(n, m, false),
            AluOp::Adc => add_with_carry(n, m, c),
            AluOp::Sbc => add_with_carry(n, !m, c),
            AluOp::Sub | AluOp::Cmp => add_with_carry(n, !m, true),
            AluOp::Rsb => add_with_carry(!n, m, true),
        }
    }

    fn any_shift() -> impl Strategy<Value = Shift> {
        let kind = |kind| move |amount| Shift { kind, amount };
        prop_oneof![
            (0..32u8).prop_map(kind(ShiftKind::Lsl)),
            (1..=32u8).prop_map(kind(ShiftKind::Lsr)),
            (1..=32u8).prop_map(kind(ShiftKind::Asr)),
            (1..32u8).prop_map(kind(ShiftKind::Ror)),
            (0..1u8).prop_map(kind(ShiftKind::Rrx)),
        ]
    }

    fn any_operand() -> impl Strategy<Value = Operand> {
        prop_oneof![
            (any_word(), any::<Option<bool>>()).prop_map(|(value, carry)| Operand::Imm { value, carry }),
            any_shift().prop_map(|shift| Operand::Reg { rm: Reg(2), shift }),
        ]
    }

    proptest! {
        #[test]
        fn results_and_flags_are_those_of_the_manual(
            op in prop::sample::select(OPS.to_vec()),
            src in any_operand(),
            n in any_word(),
            m in any_word(),
            before in 0..16u32,
            flags in any::<bool>(),
            rd in prop::sample::select(vec![0u8, 1, 2, 13, 14]),
        ) {
            let mut cpu = cpu();
            let compares = matches!(op, AluOp::Tst | AluOp::Teq | AluOp::Cmp | AluOp::Cmn);
            let flags = flags || compares;
            (cpu.r[1], cpu.r[2]) = (n, m);
            cpu.flags = Flags::from_bits(before << 28);
            let mut registers = cpu.r;
            let (c, v) = (before & 2 != 0, before & 1 != 0);
            let (operand, shifted) = match src {
                Operand::Imm { value, carry } => (value, carry.unwrap_or(c)),
                Operand::Reg { shift: Shift { kind: ShiftKind::Rrx, .. }, .. } => {
                    shift_by_steps(ShiftKind::Rrx, m, 1, c)
                }
                Operand::Reg { shift, .. } => shift_by_steps(shift.kind, m, u32::from(shift.amount), c),
            };
            let (result, carry, overflow) = model(op, n, operand, (c, v), shifted);
            if !compares {
                registers[usize::from(rd)] = if rd == 13 { result & !3 } else { result };
            }
            let instr = Instr::Alu { op, flags, rd: Reg(rd), rn: Reg(1), src };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            prop_assert_eq!(cpu.r, registers);
            let nz = result >> 31 << 3 | u32::from(result == 0) << 2;
            let after = nz | u32::from(carry) << 1 | u32::from(overflow);
            prop_assert_eq!(cpu.flags.bits() >> 28, if flags { after } else { before });
        }
    }

    #[test]
    fn sums_and_differences_at_the_edges() {
        let edges = [0, 1, 2, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, u32::MAX];
        for op in OPS {
            for (n, m, c) in
                edges.iter().flat_map(|n| edges.iter().flat_map(move |m| [(*n, *m, false), (*n, *m, true)]))
            {
                let mut cpu = cpu();
                (cpu.r[1], cpu.r[2], cpu.flags.c) = (n, m, c);
                let (result, carry, overflow) = model(op, n, m, (c, false), c);
                let src = Operand::Reg { rm: Reg(2), shift: Shift::NONE };
                execute(&mut cpu, &Instr::Alu { op, flags: true, rd: Reg(0), rn: Reg(1), src });
                let after = (result >> 31 == 1, result == 0, carry, overflow);
                let flags = cpu.flags;
                let seen = (flags.n >> 31 == 1, flags.z == 0, flags.c, flags.v);
                assert_eq!(seen, after, "{op:?} of {n:#x} and {m:#x} with carry {c}");
            }
        }
    }

    #[test]
    fn the_program_counter_is_a_source_and_a_destination() {
        let register = |rm| Operand::Reg { rm: Reg(rm), shift: Shift::NONE };
        let alu = |op, rd, rn, src| Instr::Alu { op, flags: false, rd: Reg(rd), rn: Reg(rn), src };
        for (instr, value) in [
            (alu(AluOp::Mov, 0, 15, register(15)), BASE + 4),
            (alu(AluOp::Add, 0, 15, register(1)), BASE + 4 + 0x101),
            (alu(AluOp::Add, 0, 1, register(15)), BASE + 4 + 0x101),
            (alu(AluOp::Sub, 0, 15, Operand::Imm { value: 8, carry: None }), BASE - 4),
        ] {
            let mut cpu = cpu();
            cpu.r[1] = 0x101;
            assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            assert_eq!(cpu.r[0], value, "{instr:?}");
        }
        for (instr, target) in
            [(alu(AluOp::Mov, 15, 15, register(1)), 0x100), (alu(AluOp::Add, 15, 15, register(1)), BASE + 0x104)]
        {
            let mut cpu = cpu();
            cpu.r[1] = 0x101;
            assert_eq!(execute(&mut cpu, &instr), Flow::Jump);
            assert_eq!(cpu.next, target, "{instr:?}");
            assert!(cpu.thumb);
        }
    }

    #[test]
    fn a_form_that_the_manual_does_not_have_is_undefined() {
        let src = Operand::Reg { rm: Reg::PC, shift: Shift { kind: ShiftKind::Lsl, amount: 1 } };
        let instr = Instr::Alu { op: AluOp::Eor, flags: false, rd: Reg(0), rn: Reg(1), src };
        assert_eq!(execute(&mut cpu(), &instr), Flow::Fault);
    }
}
