//! Instructions that move bits without computing: VMOV, VABS, VNEG, VMRS, VMSR.

use super::{Lowered, UNDEFINED, begin};
use crate::cpu::{Cpu, Flags};
use crate::float::SIGN;
use crate::instr::{Instr, Reg};
use crate::micro::{Flow, Handler, Micro};

/// The bits of FPSCR that exist (DDI 0403E, B1.4.7, "FPSCR"): NZCV, AHP, DN, FZ, RMode, IDC, IXC, UFC, OFC, DZC, IOC.
const FPSCR: u32 = 0xf7c0_009f;

/// VMOV of a constant.
pub const CONSTANT: Handler = |cpu, micro| change(cpu, micro, |_, micro| micro.imm);
/// VMOV between singles.
pub const COPY: Handler = |cpu, micro| change(cpu, micro, |cpu, micro| cpu.single(micro.c));
/// VABS.
pub const ABSOLUTE: Handler = |cpu, micro| change(cpu, micro, |cpu, micro| cpu.single(micro.c) & !SIGN);
/// VNEG.
pub const NEGATE: Handler = |cpu, micro| change(cpu, micro, |cpu, micro| cpu.single(micro.c) ^ SIGN);

#[inline(always)]
fn change(cpu: &mut Cpu, micro: &Micro, value: impl FnOnce(&Cpu, &Micro) -> u32) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let value = value(cpu, micro);
    cpu.set_single(micro.a, value);
    Flow::Next
}

/// The handler and the operands of a move between the core and the FPU.
pub fn lower(instr: &Instr) -> Lowered {
    match *instr {
        Instr::FloatMove { to_core: true, rt, sn } if rt != Reg::PC => (to_core, [rt.0, 0, sn.0, 0], 0),
        Instr::FloatMove { to_core: false, rt, sn } if rt != Reg::PC => (from_core, [rt.0, 0, sn.0, 0], 0),
        Instr::FloatMovePair { to_core, rt, rt2, sm } if rt != Reg::PC && rt2 != Reg::PC && sm.0 < 31 => {
            (if to_core { pair_to_core } else { pair_from_core }, [rt.0, rt2.0, sm.0, 0], 0)
        }
        Instr::Vmrs { rt: Reg::PC } => (flags_to_core, [0; 4], 0),
        Instr::Vmrs { rt } => (status_to_core, [rt.0, 0, 0, 0], 0),
        Instr::Vmsr { rt } if rt != Reg::PC => (status_from_core, [rt.0, 0, 0, 0], 0),
        _ => UNDEFINED,
    }
}

fn to_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let value = cpu.single(micro.c);
    cpu.set_reg(micro.a, value);
    Flow::Next
}

fn from_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let value = cpu.reg(micro.a);
    cpu.set_single(micro.c, value);
    Flow::Next
}

fn pair_to_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let (first, second) = (cpu.single(micro.c), cpu.single(micro.c + 1));
    cpu.set_reg(micro.a, first);
    cpu.set_reg(micro.b, second);
    Flow::Next
}

fn pair_from_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let (first, second) = (cpu.reg(micro.a), cpu.reg(micro.b));
    cpu.set_single(micro.c, first);
    cpu.set_single(micro.c + 1, second);
    Flow::Next
}

fn status_to_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    let value = cpu.fpscr;
    cpu.set_reg(micro.a, value);
    Flow::Next
}

fn flags_to_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    cpu.flags = Flags::from_bits(cpu.fpscr);
    Flow::Next
}

fn status_from_core(cpu: &mut Cpu, micro: &Micro) -> Flow {
    if begin(cpu, micro).is_err() {
        return Flow::Fault;
    }
    cpu.fpscr = cpu.reg(micro.a) & FPSCR;
    Flow::Next
}
