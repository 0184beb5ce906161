//! The instructions on a processor: the fast way against the exact one, and the effects that are not arithmetic.

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::super::testing::{self, BASE, RAM, RAM_SIZE, execute, set_word, word};
use super::ROUNDING;
use crate::cpu::{Cpu, Fault};
use crate::float::oracle::{bits, cases};
use crate::float::{self, Integer, Mode, Rounding, SIGN, Status};
use crate::instr::{Convert, FloatOp, FloatUnary, Instr, Order, Reg, SReg};
use crate::micro::Flow;

const OPS: [FloatOp; 13] = [
    FloatOp::Vadd,
    FloatOp::Vsub,
    FloatOp::Vmul,
    FloatOp::Vnmul,
    FloatOp::Vdiv,
    FloatOp::Vmla,
    FloatOp::Vmls,
    FloatOp::Vnmla,
    FloatOp::Vnmls,
    FloatOp::Vfma,
    FloatOp::Vfms,
    FloatOp::Vfnma,
    FloatOp::Vfnms,
];

/// What DDI 0403E, A7.7, writes for each operation, with the exact functions.
fn by_the_manual(op: FloatOp, d: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
    let neg = |bits: u32| bits ^ SIGN;
    let product = |status: &mut Status| float::mul(n, m, mode, status);
    match op {
        FloatOp::Vadd => float::add(n, m, mode, status),
        FloatOp::Vsub => float::sub(n, m, mode, status),
        FloatOp::Vmul => product(status),
        FloatOp::Vnmul => neg(product(status)),
        FloatOp::Vdiv => float::div(n, m, mode, status),
        FloatOp::Vmla => float::add(d, product(status), mode, status),
        FloatOp::Vmls => float::add(d, neg(product(status)), mode, status),
        FloatOp::Vnmla => float::add(neg(d), neg(product(status)), mode, status),
        FloatOp::Vnmls => float::add(neg(d), product(status), mode, status),
        FloatOp::Vfma => float::fma(d, n, m, mode, status),
        FloatOp::Vfms => float::fma(d, neg(n), m, mode, status),
        FloatOp::Vfnma => float::fma(neg(d), neg(n), m, mode, status),
        FloatOp::Vfnms => float::fma(neg(d), n, m, mode, status),
    }
}

/// A processor whose FPU is on and in use.
fn cpu() -> Cpu {
    let mut cpu = testing::cpu();
    cpu.float_ready = true;
    cpu
}

/// FPSCR with the mode in `bits` 4:0, and IXC set when bit 5 is.
fn fpscr(bits: u32) -> u32 {
    (bits & 31) << 22 | (bits >> 5 & 1) << 4
}

fn run(cpu: &mut Cpu, instr: Instr) {
    assert_eq!(execute(cpu, &instr), Flow::Next, "{instr:?}");
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn arithmetic_agrees_with_the_exact_functions(d in bits(), n in bits(), m in bits(), mode in 0u32..64, nearest: bool) {
        let fpscr = if nearest { fpscr(mode) & !ROUNDING } else { fpscr(mode) };
        let mut cpu = cpu();
        for op in OPS {
            (cpu.s[1], cpu.s[2], cpu.s[31], cpu.fpscr) = (n, m, d, fpscr);
            run(&mut cpu, Instr::Float { op, sd: SReg(31), sn: SReg(1), sm: SReg(2) });
            let mut status = Status::default();
            let result = by_the_manual(op, d, n, m, Mode::from_fpscr(fpscr), &mut status);
            prop_assert_eq!((cpu.s[31], cpu.fpscr), (result, fpscr | status.0), "{:?}", op);
        }
        let mut status = Status::default();
        let root = float::sqrt(m, Mode::from_fpscr(fpscr), &mut status);
        cpu.fpscr = fpscr;
        run(&mut cpu, Instr::FloatUnary { op: FloatUnary::Vsqrt, sd: SReg(5), sm: SReg(2) });
        prop_assert_eq!((cpu.s[5], cpu.fpscr), (root, fpscr | status.0));
    }

    #[test]
    fn comparison_agrees_with_the_exact_function(d in bits(), m in bits(), mode in 0u32..64, quiet: bool) {
        let fpscr = fpscr(mode) | 0x5000_0000;
        for sm in [Some(SReg(2)), None] {
            let mut cpu = cpu();
            (cpu.s[1], cpu.s[2], cpu.fpscr) = (d, m, fpscr);
            run(&mut cpu, Instr::FloatCompare { quiet, sd: SReg(1), sm });
            let mut status = Status::default();
            let nzcv = float::compare(d, if sm.is_some() { m } else { 0 }, quiet, Mode::from_fpscr(fpscr), &mut status);
            prop_assert_eq!(cpu.fpscr, fpscr & 0x0fff_ffff | nzcv << 28 | status.0);
        }
    }

    #[test]
    fn conversion_agrees_with_the_exact_functions(
        bits in bits(), old in any::<u32>(), mode in 0u32..64, signed: bool, wide: bool, fraction in 0u8..17, top: bool,
    ) {
        let (fpscr, width) = (fpscr(mode), if wide { 32 } else { 16 });
        let fixed = Integer { signed, width: width.into(), fraction: fraction.into() };
        let word = Integer::word(signed);
        let half = if top { bits >> 16 } else { bits & 0xffff };
        type Exact<'a> = &'a dyn Fn(Mode, &mut Status) -> u32;
        let merged = |half: u32| if top { old & 0xffff | half << 16 } else { old & 0xffff_0000 | half };
        let each: [(Convert, Exact<'_>); 7] = [
            (Convert::FromInt { signed }, &|mode, status| float::from_fixed(bits, word, mode, status)),
            (Convert::ToInt { signed, round_to_zero: true }, &|mode, status| {
                float::to_fixed(bits, word, Rounding::Zero, mode, status)
            }),
            (Convert::ToInt { signed, round_to_zero: false }, &|mode, status| {
                float::to_fixed(bits, word, mode.rounding, mode, status)
            }),
            (Convert::FromFixed { signed, width, fraction }, &|mode, status| {
                float::from_fixed(bits, fixed, mode.rounding(Rounding::Nearest), status)
            }),
            (Convert::ToFixed { signed, width, fraction }, &|mode, status| {
                float::to_fixed(bits, fixed, Rounding::Zero, mode, status)
            }),
            (Convert::FromHalf { top }, &|mode, status| float::from_half(half, mode, status)),
            (Convert::ToHalf { top }, &|mode, status| merged(float::to_half(bits, mode, status))),
        ];
        let mut cpu = cpu();
        for (op, exact) in each {
            (cpu.s[7], cpu.s[8], cpu.fpscr) = (old, bits, fpscr);
            run(&mut cpu, Instr::FloatConvert { op, sd: SReg(7), sm: SReg(8) });
            let mut status = Status::default();
            let result = exact(Mode::from_fpscr(fpscr), &mut status);
            prop_assert_eq!((cpu.s[7], cpu.fpscr), (result, fpscr | status.0), "{:?}", op);
        }
    }
}

/// The product lies next to half a unit of the addend, by less than an `f64` sum can hold: rounding twice goes wrong.
#[test]
fn a_fused_sum_next_to_a_tie_is_rounded_once() {
    let unit = f32::EPSILON;
    // 80581 * 13325 is 2^30 + 1, and (2^15 + 1) * (2^15 - 1) is 2^30 - 1.
    let above = (80_581.0, 13_325.0 * 2f32.powi(-54), 1.0, 1.0 + unit);
    let below = (32_769.0, 32_767.0 * 2f32.powi(-54), 1.0 + unit, 1.0 + unit);
    for (a, b, addend, sum) in [above, below] {
        for sign in [1.0, -1.0] {
            let mut cpu = cpu();
            cpu.s[..3].copy_from_slice(&[a, b * sign, addend * sign].map(f32::to_bits));
            run(&mut cpu, Instr::Float { op: FloatOp::Vfma, sd: SReg(2), sn: SReg(0), sm: SReg(1) });
            assert_eq!((f32::from_bits(cpu.s[2]), cpu.fpscr), (sum * sign, Status::INEXACT), "{a} * {b} + {addend}");
        }
    }
}

#[test]
fn moves_copy_bits_and_raise_nothing() {
    let mut cpu = cpu();
    cpu.s[3] = 0xff80_0001;
    for (op, result) in
        [(FloatUnary::Vmov, 0xff80_0001), (FloatUnary::Vabs, 0x7f80_0001), (FloatUnary::Vneg, 0x7f80_0001)]
    {
        run(&mut cpu, Instr::FloatUnary { op, sd: SReg(4), sm: SReg(3) });
        assert_eq!((cpu.s[4], cpu.fpscr), (result, 0), "{op:?}");
    }
    run(&mut cpu, Instr::FloatImm { sd: SReg(0), value: 0x4000_0000 });
    run(&mut cpu, Instr::FloatMove { to_core: true, rt: Reg(9), sn: SReg(3) });
    cpu.r[2] = 77;
    run(&mut cpu, Instr::FloatMove { to_core: false, rt: Reg(2), sn: SReg(30) });
    run(&mut cpu, Instr::FloatMovePair { to_core: true, rt: Reg(5), rt2: Reg(4), sm: SReg(3) });
    run(&mut cpu, Instr::FloatMovePair { to_core: false, rt: Reg(2), rt2: Reg(9), sm: SReg(11) });
    assert_eq!((cpu.s[0], cpu.r[9], cpu.s[30]), (0x4000_0000, 0xff80_0001, 77));
    assert_eq!((cpu.r[5], cpu.r[4], cpu.s[11], cpu.s[12]), (cpu.s[3], cpu.s[4], 77, 0xff80_0001));
}

#[test]
fn the_status_register_keeps_only_bits_that_exist() {
    let mut cpu = cpu();
    cpu.r[1] = u32::MAX;
    run(&mut cpu, Instr::Vmsr { rt: Reg(1) });
    run(&mut cpu, Instr::Vmrs { rt: Reg(3) });
    assert_eq!(cpu.r[3], 0xf7c0_009f);
    cpu.fpscr = 0x6000_0000;
    run(&mut cpu, Instr::Vmrs { rt: Reg::PC });
    assert_eq!(cpu.flags.bits(), 0x6000_0000);
}

#[test]
fn loads_and_stores_address_words_and_doubles() {
    let mut cpu = cpu();
    cpu.r[1] = RAM + 0x40;
    (cpu.s[6], cpu.s[7]) = (11, 22);
    run(&mut cpu, Instr::FloatStore { words: 2, sd: SReg(6), rn: Reg(1), offset: -8 });
    assert_eq!((word(&cpu, RAM + 0x38), word(&cpu, RAM + 0x3c)), (11, 22));
    run(&mut cpu, Instr::FloatLoad { words: 1, sd: SReg(31), rn: Reg(1), offset: -4 });
    run(&mut cpu, Instr::FloatLoad { words: 2, sd: SReg(8), rn: Reg(1), offset: -8 });
    assert_eq!((cpu.s[31], cpu.s[8], cpu.s[9], cpu.r[1]), (22, 11, 22, RAM + 0x40));
}

#[test]
fn a_load_relative_to_pc_uses_the_aligned_address() {
    let mut cpu = cpu();
    cpu.memory.slice_mut(BASE + 4 + 8, 8).unwrap().copy_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0]);
    for (address, words) in [(BASE, 1), (BASE + 2, 2)] {
        cpu.s[..2].fill(0);
        let micro = super::lower(&Instr::FloatLoad { words, sd: SReg(0), rn: Reg::PC, offset: 8 }, address, 4);
        assert_eq!((micro.run)(&mut cpu, &micro), Flow::Next);
        assert_eq!(&cpu.s[..2], &[1, if words == 2 { 2 } else { 0 }]);
    }
}

#[test]
fn several_registers_are_pushed_and_popped() {
    let mut cpu = cpu();
    cpu.r[13] = RAM + 0x80;
    (cpu.s[16], cpu.s[17], cpu.s[18]) = (1, 2, 3);
    let (first, rn) = (SReg(16), Reg::SP);
    let order = Order::DecrementBefore;
    run(&mut cpu, Instr::FloatStoreMultiple { first, count: 3, doubles: false, rn, writeback: true, order });
    assert_eq!(cpu.r[13], RAM + 0x74);
    assert_eq!([0x74, 0x78, 0x7c].map(|offset| word(&cpu, RAM + offset)), [1, 2, 3]);
    let order = Order::IncrementAfter;
    run(&mut cpu, Instr::FloatLoadMultiple { first: SReg(0), count: 3, doubles: false, rn, writeback: false, order });
    assert_eq!((cpu.r[13], &cpu.s[..4]), (RAM + 0x74, [1, 2, 3, 0].as_slice()));
    // FLDMX: two words arrive, and the base moves over three.
    run(&mut cpu, Instr::FloatLoadMultiple { first: SReg(4), count: 3, doubles: true, rn, writeback: true, order });
    assert_eq!((cpu.r[13], &cpu.s[4..7]), (RAM + 0x80, [1, 2, 0].as_slice()));
}

#[test]
fn a_fault_leaves_the_base_alone() {
    let mut cpu = cpu();
    cpu.r[0] = RAM + RAM_SIZE - 8;
    let (first, rn, order) = (SReg(0), Reg(0), Order::IncrementAfter);
    let load = Instr::FloatLoadMultiple { first, count: 4, doubles: true, rn, writeback: true, order };
    assert_eq!(execute(&mut cpu, &load), Flow::Fault);
    assert_eq!((cpu.r[0], cpu.fault), (RAM + RAM_SIZE - 8, Some(Fault::DataBus { address: RAM + RAM_SIZE })));
    cpu.r[0] = RAM + 2;
    set_word(&mut cpu, RAM, 5);
    let load = Instr::FloatLoad { words: 1, sd: SReg(0), rn: Reg(0), offset: 0 };
    assert_eq!((execute(&mut cpu, &load), cpu.fault), (Flow::Fault, Some(Fault::Unaligned)));
}

#[test]
fn unpredictable_register_lists_are_undefined() {
    let (rn, order) = (Reg(0), Order::IncrementAfter);
    for instr in [
        Instr::FloatLoadMultiple { first: SReg(30), count: 3, doubles: false, rn, writeback: false, order },
        Instr::FloatStoreMultiple { first: SReg(0), count: 0, doubles: false, rn, writeback: false, order },
        Instr::FloatStore { words: 1, sd: SReg(0), rn: Reg::PC, offset: 0 },
        Instr::FloatMovePair { to_core: true, rt: Reg(0), rt2: Reg(1), sm: SReg(31) },
        Instr::Vmsr { rt: Reg::PC },
    ] {
        let mut cpu = cpu();
        assert_eq!((execute(&mut cpu, &instr), cpu.fault), (Flow::Fault, Some(Fault::Undefined)), "{instr:?}");
    }
}

#[test]
fn the_unit_makes_others_wait_while_it_divides() {
    let mut cpu = cpu();
    cpu.cycles = 100;
    (cpu.s[1], cpu.s[2]) = (0x4000_0000, 0x4040_0000);
    run(&mut cpu, Instr::Float { op: FloatOp::Vdiv, sd: SReg(0), sn: SReg(1), sm: SReg(2) });
    let busy = cpu.timing.float_divide_busy();
    assert_eq!((cpu.cycles, cpu.fpu_busy_until), (100, 100 + busy));
    cpu.cycles = 101;
    run(&mut cpu, Instr::FloatMove { to_core: true, rt: Reg(0), sn: SReg(0) });
    // It starts when the division is done, and takes its own cycle.
    assert_eq!(cpu.cycles, 101 + busy);
    cpu.cycles = 200;
    run(&mut cpu, Instr::FloatMove { to_core: true, rt: Reg(0), sn: SReg(0) });
    assert_eq!(cpu.cycles, 200);
}
