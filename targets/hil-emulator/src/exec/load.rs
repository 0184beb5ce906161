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
        Instr::Load { size, rt, rn, offset, index } if rn != Reg::PC => {
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
        Instr::LoadUnprivileged { size, rt, rn, offset } if plain([rt]) && rn != Reg::PC => {
            let run = match size {
                Size::Byte => unprivileged::<Byte>,
                Size::SignedByte => unprivileged::<SignedByte>,
                Size::Half => unprivileged::<Half>,
                Size::SignedHalf => unprivileged::<SignedHalf>,
                Size::Word => unprivileged::<Word>,
            };
            micro(run).with([rt.0, rn.0, 0, 0], u32::from(offset))
        }
        Instr::LoadDual { rt, rt2, rn, offset, index } if plain([rt, rt2]) && rt != rt2 && rn != Reg::PC => {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use crate::cpu::{Cpu, Fault};
    use crate::exec::testing::{RAM, RAM_SIZE, cpu, execute, set_word};
    use crate::instr::{Index, Instr, Offset, Reg, Size};
    use crate::micro::Flow;

    fn load(size: Size, rt: u8, offset: Offset, index: Index) -> Instr {
        Instr::Load { size, rt: Reg(rt), rn: Reg(1), offset, index }
    }

    fn with_word(address: u32, value: u32) -> Cpu {
        let mut cpu = cpu();
        set_word(&mut cpu, address, value);
        cpu
    }

    proptest! {
        #[test]
        fn every_width_form_and_index(
            value in any::<u32>(),
            shift in 0..4u32,
            offset in -200..200i32,
            form in 0..4u8,
            size in prop::sample::select(
                vec![Size::Byte, Size::SignedByte, Size::Half, Size::SignedHalf, Size::Word]
            ),
        ) {
            // Unaligned addresses too: the word and the one behind it hold the value.
            let mut cpu = with_word(RAM + 0x400, value);
            set_word(&mut cpu, RAM + 0x404, value);
            let address = RAM + 0x400 + shift;
            let seen = value.rotate_right(8 * shift);
            let expect = match size {
                Size::Byte => seen & 0xff,
                Size::SignedByte => seen as i8 as u32,
                Size::Half => seen & 0xffff,
                Size::SignedHalf => seen as i16 as u32,
                Size::Word => seen,
            };
            let base = address.wrapping_sub(offset as u32);
            let (form, before, after) = match form {
                0 => (load(size, 0, Offset::Imm(offset), Index::Offset), base, base),
                1 => (load(size, 0, Offset::Imm(offset), Index::Pre), base, address),
                2 => (load(size, 0, Offset::Imm(offset), Index::Post), address, address.wrapping_add(offset as u32)),
                _ => {
                    cpu.r[2] = offset as u32;
                    let base = address.wrapping_sub((offset as u32) << 2);
                    (load(size, 0, Offset::Reg { rm: Reg(2), lsl: 2 }, Index::Offset), base, base)
                }
            };
            cpu.r[1] = before;
            prop_assert_eq!(execute(&mut cpu, &form), Flow::Next);
            prop_assert_eq!((cpu.r[0], cpu.r[1]), (expect, after));
        }
    }

    #[test]
    fn a_fault_leaves_the_registers() {
        for index in [Index::Offset, Index::Pre, Index::Post] {
            let mut cpu = cpu();
            (cpu.r[0], cpu.r[1]) = (7, RAM + RAM_SIZE + 4);
            assert_eq!(execute(&mut cpu, &load(Size::Word, 0, Offset::Imm(4), index)), Flow::Fault);
            assert_eq!((cpu.r[0], cpu.r[1]), (7, RAM + RAM_SIZE + 4));
            assert!(matches!(cpu.fault, Some(Fault::DataBus { .. })));
        }
        // The second word of a pair lies behind the memory.
        let mut cpu = cpu();
        (cpu.r[0], cpu.r[1], cpu.r[2]) = (7, RAM + RAM_SIZE - 4, 8);
        let dual = Instr::LoadDual { rt: Reg(0), rt2: Reg(2), rn: Reg(1), offset: 0, index: Index::Post };
        assert_eq!(execute(&mut cpu, &dual), Flow::Fault);
        assert_eq!((cpu.r[0], cpu.r[1], cpu.r[2]), (7, RAM + RAM_SIZE - 4, 8));
    }

    #[test]
    fn into_the_program_counter_it_is_a_branch() {
        let instr = load(Size::Word, 15, Offset::Imm(0), Index::Post);
        for (value, ipsr, flow, next, thumb) in [
            (0x101, 0, Flow::Jump, 0x100, true),
            (0x100, 0, Flow::Jump, 0x100, false),
            (0xffff_fff9, 3, Flow::ExceptionReturn, 0xffff_fff9, true),
            (0xffff_fff9, 0, Flow::Jump, 0xffff_fff8, true),
        ] {
            let mut cpu = with_word(RAM, value);
            (cpu.r[1], cpu.ipsr) = (RAM, ipsr);
            assert_eq!(execute(&mut cpu, &instr), flow);
            assert_eq!((cpu.next, cpu.thumb), (next, thumb));
            assert_eq!(cpu.deadline == 0, !thumb, "the run loop is asked to look when the next instruction faults");
        }
    }

    #[test]
    fn into_the_stack_pointer_it_is_aligned() {
        let mut cpu = with_word(RAM, 0x2000_0007);
        cpu.r[1] = RAM;
        execute(&mut cpu, &load(Size::Word, 13, Offset::Imm(0), Index::Offset));
        assert_eq!(cpu.r[13], 0x2000_0004);
    }

    #[test]
    fn literals_and_pairs() {
        let mut cpu = with_word(RAM + 8, 0xffff_ff80);
        set_word(&mut cpu, RAM + 12, 5);
        execute(&mut cpu, &Instr::LoadLiteral { size: Size::SignedByte, rt: Reg(3), address: RAM + 8 });
        assert_eq!(cpu.r[3], 0xffff_ff80);
        execute(&mut cpu, &Instr::LoadDualLiteral { rt: Reg(4), rt2: Reg(5), address: RAM + 8 });
        assert_eq!((cpu.r[4], cpu.r[5]), (0xffff_ff80, 5));
        // The base may be a destination when it is not written back.
        cpu.r[1] = RAM + 16;
        let dual = |rn, index| Instr::LoadDual { rt: Reg(1), rt2: Reg(2), rn: Reg(rn), offset: -8, index };
        execute(&mut cpu, &dual(1, Index::Offset));
        assert_eq!((cpu.r[1], cpu.r[2]), (0xffff_ff80, 5));
        cpu.r[3] = RAM + 16;
        execute(&mut cpu, &dual(3, Index::Pre));
        assert_eq!((cpu.r[1], cpu.r[2], cpu.r[3]), (0xffff_ff80, 5, RAM + 8));
        execute(&mut cpu, &dual(3, Index::Post));
        assert_eq!((cpu.r[1], cpu.r[2], cpu.r[3]), (0xffff_ff80, 5, RAM));
        cpu.r[3] = RAM + 18;
        assert_eq!(execute(&mut cpu, &dual(3, Index::Pre)), Flow::Fault);
        assert_eq!(cpu.fault, Some(Fault::Unaligned));
    }

    #[test]
    fn an_unprivileged_load_may_not_touch_the_private_bus() {
        let mut cpu = with_word(RAM, 0x8001);
        cpu.r[1] = RAM - 4;
        let instr = Instr::LoadUnprivileged { size: Size::SignedHalf, rt: Reg(0), rn: Reg(1), offset: 4 };
        assert_eq!(execute(&mut cpu, &instr), Flow::Next);
        assert_eq!(cpu.r[0], 0xffff_8001);
        cpu.r[1] = 0xe000_ed00;
        assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
        assert_eq!(cpu.fault, Some(Fault::DataBus { address: 0xe000_ed04 }));
    }
}
