//! Exclusive loads and stores, and the local monitor behind them.
//!
//! The monitor of the Cortex-M4 holds no address: any exclusive store after an exclusive load succeeds (TRM
//! 100166_0001, exclusive monitor). [`Cpu::exclusive`] keeps the address for those who look.
//! Source: DDI 0403E, A3.4 and A7.7: LDREX, LDREXB, LDREXH, STREX, STREXB, STREXH, CLREX.

use super::{plain, put, undefined};
use crate::access::Kindness;
use crate::cpu::{Cpu, Fault, Faulted};
use crate::instr::{Instr, Reg, Size};
use crate::micro::{Flow, Handler, Micro};
use crate::soc::Width;

/// The micro-operation of one of these instructions.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::LoadExclusive { size, rt, rn, offset } if plain([rt]) && rn != Reg::PC => {
            let run = match size {
                Size::Byte => load::<1>,
                Size::Half => load::<2>,
                Size::Word => load::<4>,
                Size::SignedByte | Size::SignedHalf => undefined,
            };
            micro(run).with([rt.0, rn.0, 0, 0], offset)
        }
        Instr::StoreExclusive { size, rd, rt, rn, offset }
            if plain([rd, rt]) && rn != Reg::PC && rd != rt && rd != rn =>
        {
            let run = match size {
                Size::Byte => store::<1>,
                Size::Half => store::<2>,
                Size::Word => store::<4>,
                Size::SignedByte | Size::SignedHalf => undefined,
            };
            micro(run).with([rd.0, rn.0, rt.0, 0], offset)
        }
        Instr::Clrex => micro(clear),
        _ => micro(undefined),
    }
}

const fn width(bytes: u32) -> Width {
    match bytes {
        1 => Width::Byte,
        2 => Width::Half,
        _ => Width::Word,
    }
}

fn load<const BYTES: u32>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let address = cpu.reg(m.b).wrapping_add(m.imm);
    match cpu.load_slow(address, width(BYTES), Kindness::Aligned) {
        Ok(value) => {
            cpu.exclusive = Some(address);
            put(cpu, m.a, value);
            Flow::Next
        }
        Err(Faulted) => Flow::Fault,
    }
}

fn store<const BYTES: u32>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let (address, value) = (cpu.reg(m.b).wrapping_add(m.imm), cpu.reg(m.c));
    if address & (BYTES - 1) != 0 {
        // The alignment is checked before the monitor is asked.
        cpu.fail(Fault::Unaligned);
        return Flow::Fault;
    }
    if cpu.exclusive.is_none() {
        put(cpu, m.a, 1);
        return Flow::Next;
    }
    if cpu.store_slow(address, width(BYTES), value, Kindness::Aligned).is_err() {
        return Flow::Fault;
    }
    cpu.exclusive = None;
    put(cpu, m.a, 0);
    Flow::Next
}

fn clear(cpu: &mut Cpu, _: &Micro) -> Flow {
    cpu.exclusive = None;
    Flow::Next
}

#[cfg(test)]
mod tests {
    use crate::cpu::Fault;
    use crate::exec::testing::{RAM, cpu, execute, set_word, word};
    use crate::instr::{Instr, Reg, Size};
    use crate::micro::Flow;

    fn load(size: Size) -> Instr {
        Instr::LoadExclusive { size, rt: Reg(0), rn: Reg(1), offset: 4 }
    }

    fn store(size: Size) -> Instr {
        Instr::StoreExclusive { size, rd: Reg(3), rt: Reg(2), rn: Reg(1), offset: 4 }
    }

    #[test]
    fn a_store_succeeds_once_after_a_load() {
        for (size, mask) in [(Size::Byte, 0xff), (Size::Half, 0xffff), (Size::Word, u32::MAX)] {
            let mut cpu = cpu();
            set_word(&mut cpu, RAM + 4, 0x8182_8384);
            (cpu.r[1], cpu.r[2], cpu.r[3]) = (RAM, 0x1122_3344, 9);
            assert_eq!(execute(&mut cpu, &load(size)), Flow::Next);
            assert_eq!(cpu.r[0], 0x8182_8384 & mask);
            assert_eq!(execute(&mut cpu, &store(size)), Flow::Next);
            let stored = 0x1122_3344 & mask | 0x8182_8384 & !mask;
            assert_eq!((word(&cpu, RAM + 4), cpu.r[3]), (stored, 0));
            cpu.r[2] = 0;
            assert_eq!(execute(&mut cpu, &store(size)), Flow::Next);
            assert_eq!((word(&cpu, RAM + 4), cpu.r[3]), (stored, 1));
        }
    }

    #[test]
    fn clrex_opens_the_monitor() {
        let mut cpu = cpu();
        cpu.r[1] = RAM;
        execute(&mut cpu, &load(Size::Word));
        execute(&mut cpu, &Instr::Clrex);
        execute(&mut cpu, &store(Size::Word));
        assert_eq!(cpu.r[3], 1);
    }

    #[test]
    fn unaligned_addresses_fault_whatever_the_monitor_says() {
        for (size, base) in [(Size::Half, RAM + 1), (Size::Word, RAM + 2)] {
            for instr in [load(size), store(size)] {
                let mut cpu = cpu();
                cpu.r[1] = base;
                assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
                assert_eq!(cpu.fault, Some(Fault::Unaligned));
            }
        }
    }
}
