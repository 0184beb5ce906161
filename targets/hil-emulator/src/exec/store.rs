//! Stores of one or two registers.
//!
//! A store that faults leaves every register as it was. Source: DDI 0403E, A7.7: STR to STRHT, STRD.

use super::undefined;
use crate::access::Kindness;
use crate::cpu::{Cpu, Faulted};
use crate::instr::{Index, Instr, Offset, Reg, Size};
use crate::micro::{Flow, Handler, Micro};
use crate::soc::Width;

/// One width.
trait Access {
    /// How wide the access is.
    const WIDTH: Width;

    /// Stores the low bits of `value`.
    fn store(cpu: &mut Cpu, address: u32, value: u32) -> Result<(), Faulted>;
}

struct Byte;
struct Half;
struct Word;

impl Access for Byte {
    const WIDTH: Width = Width::Byte;

    #[inline(always)]
    fn store(cpu: &mut Cpu, address: u32, value: u32) -> Result<(), Faulted> {
        cpu.store8(address, value)
    }
}

impl Access for Half {
    const WIDTH: Width = Width::Half;

    #[inline(always)]
    fn store(cpu: &mut Cpu, address: u32, value: u32) -> Result<(), Faulted> {
        cpu.store16(address, value)
    }
}

impl Access for Word {
    const WIDTH: Width = Width::Word;

    #[inline(always)]
    fn store(cpu: &mut Cpu, address: u32, value: u32) -> Result<(), Faulted> {
        cpu.store32(address, value)
    }
}

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::Store { size, rt, rn, offset, index } if rt != Reg::PC && rn != Reg::PC => {
            let run = match size {
                Size::Byte => by_form::<Byte>(offset, index),
                Size::Half => by_form::<Half>(offset, index),
                Size::Word => by_form::<Word>(offset, index),
                Size::SignedByte | Size::SignedHalf => undefined,
            };
            match offset {
                Offset::Imm(offset) => micro(run).with([rt.0, rn.0, 0, 0], offset as u32),
                Offset::Reg { rm, lsl } => micro(run).with([rt.0, rn.0, rm.0, lsl], 0),
            }
        }
        Instr::StoreUnprivileged { size, rt, rn, offset } if rt != Reg::PC && rn != Reg::PC => {
            let run = match size {
                Size::Byte => unprivileged::<Byte>,
                Size::Half => unprivileged::<Half>,
                Size::Word => unprivileged::<Word>,
                Size::SignedByte | Size::SignedHalf => undefined,
            };
            micro(run).with([rt.0, rn.0, 0, 0], u32::from(offset))
        }
        Instr::StoreDual { rt, rt2, rn, offset, index } if ![rt, rt2, rn].contains(&Reg::PC) => {
            let run = match index {
                Index::Offset => dual,
                Index::Pre => dual_indexed::<true>,
                Index::Post => dual_indexed::<false>,
            };
            micro(run).with([rt.0, rn.0, rt2.0, 0], offset as u32)
        }
        _ => micro(undefined),
    }
}

fn by_form<A: Access>(offset: Offset, index: Index) -> Handler {
    match (offset, index) {
        (Offset::Imm(_), Index::Offset) => constant_offset::<A>,
        (Offset::Imm(_), Index::Pre) => indexed::<A, true>,
        (Offset::Imm(_), Index::Post) => indexed::<A, false>,
        (Offset::Reg { .. }, Index::Offset) => register_offset::<A>,
        (Offset::Reg { .. }, Index::Pre | Index::Post) => undefined,
    }
}

#[inline(always)]
fn flow(stored: Result<(), Faulted>) -> Flow {
    match stored {
        Ok(()) => Flow::Next,
        Err(Faulted) => Flow::Fault,
    }
}

fn constant_offset<A: Access>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (address, value) = (cpu.reg(m.b).wrapping_add(m.imm), cpu.reg(m.a));
    flow(A::store(cpu, address, value))
}

fn register_offset<A: Access>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(cpu.reg(m.c) << (m.d & 3));
    let value = cpu.reg(m.a);
    flow(A::store(cpu, address, value))
}

fn indexed<A: Access, const PRE: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (base, value) = (cpu.reg(m.b), cpu.reg(m.a));
    let moved = base.wrapping_add(m.imm);
    let stored = A::store(cpu, if PRE { moved } else { base }, value);
    if stored.is_ok() {
        cpu.set_reg(m.b, moved);
    }
    flow(stored)
}

fn unprivileged<A: Access>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (address, value) = (cpu.reg(m.b).wrapping_add(m.imm), cpu.reg(m.a));
    flow(cpu.store_slow(address, A::WIDTH, value, Kindness::Unprivileged))
}

#[inline(always)]
fn pair(cpu: &mut Cpu, m: &Micro, address: u32) -> Result<(), Faulted> {
    cpu.store_aligned(address, cpu.reg(m.a))?;
    cpu.store_aligned(address.wrapping_add(4), cpu.reg(m.c))
}

fn dual(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(m.imm);
    flow(pair(cpu, m, address))
}

fn dual_indexed<const PRE: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = cpu.reg(m.b);
    let moved = base.wrapping_add(m.imm);
    let stored = pair(cpu, m, if PRE { moved } else { base });
    if stored.is_ok() {
        cpu.set_reg(m.b, moved);
    }
    flow(stored)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::cpu::Fault;
    use crate::exec::testing::{RAM, RAM_SIZE, cpu, execute, word};
    use crate::instr::{Index, Instr, Offset, Reg, Size};
    use crate::micro::Flow;

    proptest! {
        #[test]
        fn every_width_form_and_index(
            value in any::<u32>(),
            at in 0..8u32,
            offset in -200..200i32,
            form in 0..4u8,
            size in prop::sample::select(vec![Size::Byte, Size::Half, Size::Word]),
        ) {
            let mut cpu = cpu();
            let address = RAM + 0x400 + at;
            let moved = address.wrapping_add(offset as u32);
            let base = address.wrapping_sub(offset as u32);
            let (offset, index, before, after) = match form {
                0 => (Offset::Imm(offset), Index::Offset, base, base),
                1 => (Offset::Imm(offset), Index::Pre, base, address),
                2 => (Offset::Imm(offset), Index::Post, address, moved),
                _ => {
                    cpu.r[2] = offset as u32;
                    let base = address.wrapping_sub((offset as u32) << 3);
                    (Offset::Reg { rm: Reg(2), lsl: 3 }, Index::Offset, base, base)
                }
            };
            (cpu.r[0], cpu.r[1]) = (value, before);
            let instr = Instr::Store { size, rt: Reg(0), rn: Reg(1), offset, index };
            prop_assert_eq!(execute(&mut cpu, &instr), Flow::Next);
            prop_assert_eq!(cpu.r[1], after);
            let bytes = match size {
                Size::Byte | Size::SignedByte => 1,
                Size::Half | Size::SignedHalf => 2,
                Size::Word => 4,
            };
            let mut expect = [0; 16];
            expect[at as usize..at as usize + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
            prop_assert_eq!(cpu.memory.slice(RAM + 0x400, 16).unwrap(), &expect);
        }
    }

    #[test]
    fn a_fault_leaves_the_base() {
        for index in [Index::Pre, Index::Post] {
            let mut cpu = cpu();
            cpu.r[1] = RAM + RAM_SIZE + 8;
            let instr = Instr::Store { size: Size::Word, rt: Reg(0), rn: Reg(1), offset: Offset::Imm(4), index };
            assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
            assert_eq!(cpu.r[1], RAM + RAM_SIZE + 8);
            assert!(matches!(cpu.fault, Some(Fault::DataBus { .. })));
        }
    }

    #[test]
    fn pairs_are_aligned() {
        let mut cpu = cpu();
        (cpu.r[0], cpu.r[1], cpu.r[2]) = (3, RAM, 4);
        let dual = |index| Instr::StoreDual { rt: Reg(0), rt2: Reg(2), rn: Reg(1), offset: 8, index };
        execute(&mut cpu, &dual(Index::Offset));
        assert_eq!((word(&cpu, RAM + 8), word(&cpu, RAM + 12), cpu.r[1]), (3, 4, RAM));
        execute(&mut cpu, &dual(Index::Post));
        assert_eq!((word(&cpu, RAM), word(&cpu, RAM + 4), cpu.r[1]), (3, 4, RAM + 8));
        execute(&mut cpu, &dual(Index::Pre));
        assert_eq!((word(&cpu, RAM + 16), word(&cpu, RAM + 20), cpu.r[1]), (3, 4, RAM + 16));
        cpu.r[1] = RAM + 2;
        assert_eq!(execute(&mut cpu, &dual(Index::Pre)), Flow::Fault);
        assert_eq!((cpu.fault, cpu.r[1]), (Some(Fault::Unaligned), RAM + 2));
    }

    #[test]
    fn an_unprivileged_store_may_not_touch_the_private_bus() {
        let mut cpu = cpu();
        (cpu.r[0], cpu.r[1]) = (9, 0xe000_ed00);
        let instr = Instr::StoreUnprivileged { size: Size::Word, rt: Reg(0), rn: Reg(1), offset: 8 };
        assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
        assert_eq!(cpu.fault, Some(Fault::DataBus { address: 0xe000_ed08 }));
        cpu.r[1] = RAM;
        assert_eq!(execute(&mut cpu, &instr), Flow::Next);
        assert_eq!(word(&cpu, RAM + 8), 9);
    }
}
