//! Loads of one or two registers.
//!
//! A load that faults leaves every register as it was. Source: DDI 0403E, A7.7: LDR to LDRSHT, LDRD.

use super::{interwork, plain, put, undefined};
use crate::access::Kindness;
use crate::cpu::{Cpu, Faulted};
use crate::instr::{Index, Instr, Offset, Reg, Size};
use crate::micro::{Flow, Handler, Micro};
use crate::soc::Width;

/// One width, and how it is extended to a register.
trait Access {
    /// How wide the access is.
    const WIDTH: Width;

    /// Loads and extends.
    ///
    /// # Errors
    /// When the access faults.
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted>;

    /// Extends what the bus gave.
    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value
    }
}

struct Byte;
struct SignedByte;
struct Half;
struct SignedHalf;
struct Word;

impl Access for Byte {
    const WIDTH: Width = Width::Byte;

    #[inline(always)]
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted> {
        cpu.load8(address)
    }
}

impl Access for SignedByte {
    const WIDTH: Width = Width::Byte;

    #[inline(always)]
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted> {
        cpu.load8(address).map(Self::extend)
    }

    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value as i8 as u32
    }
}

impl Access for Half {
    const WIDTH: Width = Width::Half;

    #[inline(always)]
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted> {
        cpu.load16(address)
    }
}

impl Access for SignedHalf {
    const WIDTH: Width = Width::Half;

    #[inline(always)]
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted> {
        cpu.load16(address).map(Self::extend)
    }

    #[inline(always)]
    fn extend(value: u32) -> u32 {
        value as i16 as u32
    }
}

impl Access for Word {
    const WIDTH: Width = Width::Word;

    #[inline(always)]
    fn load(cpu: &mut Cpu, address: u32) -> Result<u32, Faulted> {
        cpu.load32(address)
    }
}

/// What the destination is, as a constant for the handlers.
const PLAIN: u8 = 0;
const STACK_POINTER: u8 = 1;
const PROGRAM_COUNTER: u8 = 2;

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Load { size, rt, rn, offset, index } => {
            let run = by_size(size, rt, offset, index);
            match offset {
                Offset::Imm(offset) => micro(run).with([rt.0, rn.0, 0, 0], offset as u32),
                Offset::Reg { rm, lsl } => micro(run).with([rt.0, rn.0, rm.0, lsl], 0),
            }
        }
        Instr::LoadLiteral { size, rt, address } => {
            let run = match (size, rt) {
                (Size::Word, Reg::SP) => literal::<Word, STACK_POINTER>,
                (Size::Word, Reg::PC) => literal::<Word, PROGRAM_COUNTER>,
                (_, Reg::SP | Reg::PC) => undefined,
                (Size::Byte, _) => literal::<Byte, PLAIN>,
                (Size::SignedByte, _) => literal::<SignedByte, PLAIN>,
                (Size::Half, _) => literal::<Half, PLAIN>,
                (Size::SignedHalf, _) => literal::<SignedHalf, PLAIN>,
                (Size::Word, _) => literal::<Word, PLAIN>,
            };
            micro(run).with([rt.0, 0, 0, 0], address)
        }
        Instr::LoadUnprivileged { size, rt, rn, offset } if plain([rt]) => {
            let run = match size {
                Size::Byte => unprivileged::<Byte>,
                Size::SignedByte => unprivileged::<SignedByte>,
                Size::Half => unprivileged::<Half>,
                Size::SignedHalf => unprivileged::<SignedHalf>,
                Size::Word => unprivileged::<Word>,
            };
            micro(run).with([rt.0, rn.0, 0, 0], u32::from(offset))
        }
        Instr::LoadDual { rt, rt2, rn, offset, index } if plain([rt, rt2]) && rt != rt2 => {
            let run = match index {
                Index::Offset => dual,
                Index::Pre => dual_indexed::<true>,
                Index::Post => dual_indexed::<false>,
            };
            micro(run).with([rt.0, rn.0, rt2.0, 0], offset as u32)
        }
        Instr::LoadDualLiteral { rt, rt2, address } if plain([rt, rt2]) && rt != rt2 => {
            micro(dual_literal).with([rt.0, 0, rt2.0, 0], address)
        }
        _ => micro(undefined),
    }
}

fn by_size(size: Size, rt: Reg, offset: Offset, index: Index) -> Handler {
    match (size, rt) {
        (Size::Word, Reg::SP) => by_form::<Word, STACK_POINTER>(offset, index),
        (Size::Word, Reg::PC) => by_form::<Word, PROGRAM_COUNTER>(offset, index),
        (_, Reg::SP | Reg::PC) => undefined,
        (Size::Byte, _) => by_form::<Byte, PLAIN>(offset, index),
        (Size::SignedByte, _) => by_form::<SignedByte, PLAIN>(offset, index),
        (Size::Half, _) => by_form::<Half, PLAIN>(offset, index),
        (Size::SignedHalf, _) => by_form::<SignedHalf, PLAIN>(offset, index),
        (Size::Word, _) => by_form::<Word, PLAIN>(offset, index),
    }
}

fn by_form<A: Access, const TO: u8>(offset: Offset, index: Index) -> Handler {
    match (offset, index) {
        (Offset::Imm(_), Index::Offset) => constant_offset::<A, TO>,
        (Offset::Imm(_), Index::Pre) => indexed::<A, TO, true>,
        (Offset::Imm(_), Index::Post) => indexed::<A, TO, false>,
        (Offset::Reg { .. }, Index::Offset) => register_offset::<A, TO>,
        (Offset::Reg { .. }, Index::Pre | Index::Post) => undefined,
    }
}

#[inline(always)]
fn finish<const TO: u8>(cpu: &mut Cpu, rt: u8, value: u32) -> Flow {
    match TO {
        PROGRAM_COUNTER => return interwork(cpu, value),
        STACK_POINTER => cpu.set_reg(Reg::SP.0, value),
        _ => put(cpu, rt, value),
    }
    Flow::Next
}

fn constant_offset<A: Access, const TO: u8>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(m.imm);
    match A::load(cpu, address) {
        Ok(value) => finish::<TO>(cpu, m.a, value),
        Err(Faulted) => Flow::Fault,
    }
}

fn register_offset<A: Access, const TO: u8>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(cpu.reg(m.c) << (m.d & 3));
    match A::load(cpu, address) {
        Ok(value) => finish::<TO>(cpu, m.a, value),
        Err(Faulted) => Flow::Fault,
    }
}

fn indexed<A: Access, const TO: u8, const PRE: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = cpu.reg(m.b);
    let moved = base.wrapping_add(m.imm);
    match A::load(cpu, if PRE { moved } else { base }) {
        Ok(value) => {
            cpu.set_reg(m.b, moved);
            finish::<TO>(cpu, m.a, value)
        }
        Err(Faulted) => Flow::Fault,
    }
}

fn literal<A: Access, const TO: u8>(cpu: &mut Cpu, m: &Micro) -> Flow {
    match A::load(cpu, m.imm) {
        Ok(value) => finish::<TO>(cpu, m.a, value),
        Err(Faulted) => Flow::Fault,
    }
}

fn unprivileged<A: Access>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(m.imm);
    match cpu.load_slow(address, A::WIDTH, Kindness::Unprivileged) {
        Ok(value) => {
            put(cpu, m.a, A::extend(value));
            Flow::Next
        }
        Err(Faulted) => Flow::Fault,
    }
}

/// Loads two words. The registers are written when both are there.
#[inline(always)]
fn pair(cpu: &mut Cpu, m: &Micro, address: u32) -> Result<(), Faulted> {
    let first = cpu.load_aligned(address)?;
    let second = cpu.load_aligned(address.wrapping_add(4))?;
    put(cpu, m.a, first);
    put(cpu, m.c, second);
    Ok(())
}

fn dual(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(m.imm);
    match pair(cpu, m, address) {
        Ok(()) => Flow::Next,
        Err(Faulted) => Flow::Fault,
    }
}

fn dual_indexed<const PRE: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = cpu.reg(m.b);
    let moved = base.wrapping_add(m.imm);
    match pair(cpu, m, if PRE { moved } else { base }) {
        Ok(()) => {
            cpu.set_reg(m.b, moved);
            Flow::Next
        }
        Err(Faulted) => Flow::Fault,
    }
}

fn dual_literal(cpu: &mut Cpu, m: &Micro) -> Flow {
    match pair(cpu, m, m.imm) {
        Ok(()) => Flow::Next,
        Err(Faulted) => Flow::Fault,
    }
}
