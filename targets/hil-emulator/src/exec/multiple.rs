//! Loads and stores of several registers: LDM, STM, PUSH, POP.
//!
//! A fault in the middle leaves the base register as it was, so that the instruction can be executed again; other
//! registers of a load may have changed. Source: DDI 0403E, A7.7: LDM, LDMDB, STM, STMDB, PUSH, POP; B1.5.10.

use super::{interwork, undefined};
use crate::cpu::{Cpu, Faulted};
use crate::instr::{Instr, Order, Reg, RegList};
use crate::micro::{Flow, Handler, Micro};

/// The micro-operation of one of these instructions. `c` is the offset of the lowest address from the base and `d`
/// what writeback adds to the base, both as signed bytes; `imm` is the list.
pub fn lower(instr: &Instr, address: u32, size: u32) -> Micro {
    let micro = |run: Handler| Micro::new(run, address, size);
    match *instr {
        Instr::LoadMultiple { rn, list, writeback, order } if valid(rn, list, Reg::SP) => {
            let run = match (writeback && !list.contains(rn), list.contains(Reg::PC)) {
                (false, false) => load::<false, false>,
                (false, true) => load::<false, true>,
                (true, false) => load::<true, false>,
                (true, true) => load::<true, true>,
            };
            operands(micro(run), rn, list, order)
        }
        Instr::StoreMultiple { rn, list, writeback, order } if valid(rn, list, Reg::PC) => {
            operands(micro(if writeback { store::<true> } else { store::<false> }), rn, list, order)
        }
        _ => micro(undefined),
    }
}

fn valid(rn: Reg, list: RegList, forbidden: Reg) -> bool {
    rn != Reg::PC && !list.is_empty() && !list.contains(forbidden)
}

fn operands(micro: Micro, rn: Reg, list: RegList, order: Order) -> Micro {
    let bytes = list.len() as u8 * 4;
    let (start, moved) = match order {
        Order::IncrementAfter => (0, bytes),
        Order::DecrementBefore => (bytes.wrapping_neg(), bytes.wrapping_neg()),
    };
    micro.with([0, rn.0, start, moved], u32::from(list.0))
}

fn offset(base: u32, byte: u8) -> u32 {
    base.wrapping_add_signed(i32::from(byte as i8))
}

fn load<const WRITEBACK: bool, const PC: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = cpu.reg(m.b);
    let (mut address, mut list) = (offset(base, m.c), m.imm & 0x7fff);
    while list != 0 {
        let index = list.trailing_zeros() as usize & 15;
        list &= list - 1;
        match cpu.load_aligned(address) {
            Ok(value) => cpu.r[index] = value,
            Err(Faulted) => {
                // The base may be in the list, and loaded already.
                cpu.r[usize::from(m.b & 15)] = base;
                return Flow::Fault;
            }
        }
        address = address.wrapping_add(4);
    }
    let target = if PC { cpu.load_aligned(address) } else { Ok(0) };
    let Ok(target) = target else {
        cpu.r[usize::from(m.b & 15)] = base;
        return Flow::Fault;
    };
    if WRITEBACK {
        cpu.set_reg(m.b, offset(base, m.d));
    }
    if PC { interwork(cpu, target) } else { Flow::Next }
}

fn store<const WRITEBACK: bool>(cpu: &mut Cpu, m: &Micro) -> Flow {
    let base = cpu.reg(m.b);
    let (mut address, mut list) = (offset(base, m.c), m.imm);
    while list != 0 {
        let index = list.trailing_zeros() as usize & 15;
        list &= list - 1;
        let value = cpu.r[index];
        if cpu.store_aligned(address, value).is_err() {
            return Flow::Fault;
        }
        address = address.wrapping_add(4);
    }
    if WRITEBACK {
        cpu.set_reg(m.b, offset(base, m.d));
    }
    Flow::Next
}
