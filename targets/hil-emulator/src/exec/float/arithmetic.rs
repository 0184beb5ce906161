//! Arithmetic and comparison: one handler for each operation, made from its two ways to compute.

use super::fast::{self, Fast, Known};
use super::{ROUNDING, begin, exactly, transfer};
use crate::cpu::Cpu;
use crate::float::{self, Mode, SIGN, Status};
use crate::instr::{FloatOp, FloatUnary};
use crate::micro::{Flow, Handler, Micro};

/// An operation on the destination `d` and the sources `n` and `m`.
trait Operation {
    /// Whether it occupies the divider.
    const DIVIDES: bool = false;

    /// The result in round-to-nearest, when the common case applies.
    fn fast(d: u32, n: u32, m: u32, known: Known) -> Fast;

    /// The result in any case.
    fn exact(d: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32;
}

fn run<O: Operation>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let (d, n, m) = (cpu.single(micro.a), cpu.single(micro.b), cpu.single(micro.c));
    let fast = if cpu.fpscr & ROUNDING == 0 { O::fast(d, n, m, cpu.fpscr) } else { None };
    match fast {
        Some((result, exceptions)) => {
            cpu.set_single(micro.a, result);
            cpu.fpscr |= exceptions;
        }
        None => run_exact::<O>(cpu, micro),
    }
    if O::DIVIDES {
        cpu.fpu_busy_until = cpu.cycles + cpu.timing.float_divide_busy();
    }
    Flow::Next
}

#[inline(never)]
fn run_exact<O: Operation>(cpu: &mut Cpu, micro: &Micro) {
    let (d, n, m) = (cpu.single(micro.a), cpu.single(micro.b), cpu.single(micro.c));
    let result = exactly(cpu, |mode, status| O::exact(d, n, m, mode, status));
    cpu.set_single(micro.a, result);
}

/// The handler of an operation with two sources.
pub fn handler(op: FloatOp) -> Handler {
    match op {
        FloatOp::Vadd => run::<Add>,
        FloatOp::Vsub => run::<Sub>,
        FloatOp::Vmul => run::<Mul<false>>,
        FloatOp::Vnmul => run::<Mul<true>>,
        FloatOp::Vdiv => run::<Div>,
        FloatOp::Vmla => run::<Chained<false, false>>,
        FloatOp::Vmls => run::<Chained<false, true>>,
        FloatOp::Vnmla => run::<Chained<true, true>>,
        FloatOp::Vnmls => run::<Chained<true, false>>,
        FloatOp::Vfma => run::<Fused<false, false>>,
        FloatOp::Vfms => run::<Fused<false, true>>,
        FloatOp::Vfnma => run::<Fused<true, true>>,
        FloatOp::Vfnms => run::<Fused<true, false>>,
    }
}

/// The handler of an operation with one source.
pub fn unary(op: FloatUnary) -> Handler {
    match op {
        FloatUnary::Vmov => transfer::COPY,
        FloatUnary::Vabs => transfer::ABSOLUTE,
        FloatUnary::Vneg => transfer::NEGATE,
        FloatUnary::Vsqrt => run::<Sqrt>,
    }
}

/// The handler of a comparison, with zero or with a register.
pub fn compare(quiet: bool, with_zero: bool) -> Handler {
    match (quiet, with_zero) {
        (false, false) => run_compare::<false, false>,
        (false, true) => run_compare::<false, true>,
        (true, false) => run_compare::<true, false>,
        (true, true) => run_compare::<true, true>,
    }
}

fn run_compare<const QUIET: bool, const WITH_ZERO: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let d = cpu.single(micro.a);
    let m = if WITH_ZERO { 0 } else { cpu.single(micro.c) };
    let nzcv = match fast::compare(d, m) {
        Some(nzcv) => nzcv,
        None => exactly(cpu, |mode, status| float::compare(d, m, QUIET, mode, status)),
    };
    cpu.fpscr = cpu.fpscr & 0x0fff_ffff | nzcv << 28;
    Flow::Next
}

/// `bits`, negated when asked for. A NaN too changes its sign (DDI 0403E, `FPNeg`).
#[inline(always)]
fn negated<const NEGATE: bool>(bits: u32) -> u32 {
    if NEGATE { bits ^ SIGN } else { bits }
}

struct Add;

impl Operation for Add {
    #[inline(always)]
    fn fast(_: u32, n: u32, m: u32, known: Known) -> Fast {
        fast::add(n, m, known)
    }

    fn exact(_: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        float::add(n, m, mode, status)
    }
}

struct Sub;

impl Operation for Sub {
    #[inline(always)]
    fn fast(_: u32, n: u32, m: u32, known: Known) -> Fast {
        fast::add(n, m ^ SIGN, known)
    }

    fn exact(_: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        float::sub(n, m, mode, status)
    }
}

/// VMUL and VNMUL.
struct Mul<const NEGATE: bool>;

impl<const NEGATE: bool> Operation for Mul<NEGATE> {
    #[inline(always)]
    fn fast(_: u32, n: u32, m: u32, known: Known) -> Fast {
        let (product, exceptions) = fast::mul(n, m, known)?;
        Some((negated::<NEGATE>(product), exceptions))
    }

    fn exact(_: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        negated::<NEGATE>(float::mul(n, m, mode, status))
    }
}

struct Div;

impl Operation for Div {
    const DIVIDES: bool = true;

    #[inline(always)]
    fn fast(_: u32, n: u32, m: u32, known: Known) -> Fast {
        fast::div(n, m, known)
    }

    fn exact(_: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        float::div(n, m, mode, status)
    }
}

struct Sqrt;

impl Operation for Sqrt {
    const DIVIDES: bool = true;

    #[inline(always)]
    fn fast(_: u32, _: u32, m: u32, known: Known) -> Fast {
        fast::sqrt(m, known)
    }

    fn exact(_: u32, _: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        float::sqrt(m, mode, status)
    }
}

/// VMLA and its kin: the product is rounded before it is added. The signs of the addend and of the product change
/// where the flags say so.
struct Chained<const ADDEND: bool, const PRODUCT: bool>;

impl<const ADDEND: bool, const PRODUCT: bool> Operation for Chained<ADDEND, PRODUCT> {
    #[inline(always)]
    fn fast(d: u32, n: u32, m: u32, known: Known) -> Fast {
        let (product, first) = fast::mul(n, m, known)?;
        let (sum, second) = fast::add(negated::<ADDEND>(d), negated::<PRODUCT>(product), known)?;
        Some((sum, first | second))
    }

    fn exact(d: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        let product = float::mul(n, m, mode, status);
        float::add(negated::<ADDEND>(d), negated::<PRODUCT>(product), mode, status)
    }
}

/// VFMA and its kin: one rounding.
struct Fused<const ADDEND: bool, const FACTOR: bool>;

impl<const ADDEND: bool, const FACTOR: bool> Operation for Fused<ADDEND, FACTOR> {
    #[inline(always)]
    fn fast(d: u32, n: u32, m: u32, known: Known) -> Fast {
        fast::fma(negated::<ADDEND>(d), negated::<FACTOR>(n), m, known)
    }

    fn exact(d: u32, n: u32, m: u32, mode: Mode, status: &mut Status) -> u32 {
        float::fma(negated::<ADDEND>(d), negated::<FACTOR>(n), m, mode, status)
    }
}
