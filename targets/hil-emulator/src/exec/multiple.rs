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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use crate::cpu::Cpu;
    use crate::exec::testing::{RAM, RAM_SIZE, cpu, execute, set_word, word};
    use crate::instr::{Instr, Order, Reg, RegList};
    use crate::micro::Flow;

    const ORDERS: [Order; 2] = [Order::IncrementAfter, Order::DecrementBefore];

    /// A processor whose RAM holds 0x100 + n in word n.
    fn numbered() -> Cpu {
        let mut cpu = cpu();
        (0..RAM_SIZE / 4).for_each(|index| set_word(&mut cpu, RAM + index * 4, 0x100 + index));
        cpu
    }

    proptest! {
        #[test]
        fn lists_in_both_orders(bits in 1..0x2000u16, writeback in any::<bool>(), order in 0..2usize, rn in 0..13u8) {
            let (list, order) = (RegList(bits), ORDERS[order]);
            let mut cpu = numbered();
            let base = RAM + 0x200;
            for index in 0..13 {
                cpu.r[index] = 0x1000 + index as u32;
            }
            cpu.r[usize::from(rn)] = base;
            let bytes = list.len() * 4;
            let (start, moved) = match order {
                Order::IncrementAfter => (base, base + bytes),
                Order::DecrementBefore => (base - bytes, base - bytes),
            };
            let mut stored = cpu.r;
            let mut loaded = cpu.r;
            let listed: Vec<usize> = (0..13).filter(|index| bits >> index & 1 == 1).collect();
            if writeback {
                (stored[usize::from(rn)], loaded[usize::from(rn)]) = (moved, moved);
            }
            for (place, index) in listed.iter().enumerate() {
                loaded[*index] = 0x100 + (start - RAM) / 4 + place as u32;
            }
            let mut second = numbered();
            second.r = cpu.r;
            let store = Instr::StoreMultiple { rn: Reg(rn), list, writeback, order };
            prop_assert_eq!(execute(&mut second, &store), Flow::Next);
            prop_assert_eq!(second.r, stored);
            for (place, index) in listed.iter().enumerate() {
                prop_assert_eq!(word(&second, start + place as u32 * 4), cpu.r[*index]);
            }
            prop_assert_eq!(word(&second, start - 4), 0x100 + (start - 4 - RAM) / 4);
            prop_assert_eq!(word(&second, start + bytes), 0x100 + (start + bytes - RAM) / 4);
            let load = Instr::LoadMultiple { rn: Reg(rn), list, writeback, order };
            prop_assert_eq!(execute(&mut cpu, &load), Flow::Next);
            prop_assert_eq!(cpu.r, loaded);
        }
    }

    #[test]
    fn a_pop_into_the_program_counter_jumps_or_returns_from_an_exception() {
        let pop = Instr::LoadMultiple {
            rn: Reg::SP,
            list: RegList(1 << 15 | 1 << 4),
            writeback: true,
            order: Order::IncrementAfter,
        };
        for (value, ipsr, flow, next, thumb) in [
            (0x201, 0, Flow::Jump, 0x200, true),
            (0x200, 0, Flow::Jump, 0x200, false),
            (0xffff_fffd, 11, Flow::ExceptionReturn, 0xffff_fffd, true),
        ] {
            let mut cpu = numbered();
            set_word(&mut cpu, RAM + 4, value);
            (cpu.r[13], cpu.ipsr) = (RAM, ipsr);
            assert_eq!(execute(&mut cpu, &pop), flow);
            assert_eq!((cpu.next, cpu.thumb, cpu.r[4], cpu.r[13]), (next, thumb, 0x100, RAM + 8));
        }
    }

    #[test]
    fn a_fault_in_the_middle_leaves_the_base() {
        for (base, order) in [(RAM + RAM_SIZE - 8, ORDERS[0]), (RAM + 4, ORDERS[1])] {
            for list in [RegList(0b1110), RegList(0b1110 | 1 << 15)] {
                let mut cpu = numbered();
                cpu.r[1] = base;
                let instr = Instr::LoadMultiple { rn: Reg(1), list, writeback: false, order };
                assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
                assert_eq!(cpu.r[1], base);
            }
            let mut cpu = numbered();
            cpu.r[1] = base;
            let instr = Instr::StoreMultiple { rn: Reg(1), list: RegList(0b1110), writeback: true, order };
            assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
            assert_eq!(cpu.r[1], base);
        }
    }

    #[test]
    fn the_address_must_be_aligned() {
        let mut cpu = numbered();
        cpu.r[1] = RAM + 2;
        let instr = Instr::LoadMultiple { rn: Reg(1), list: RegList(0b1100), writeback: true, order: ORDERS[0] };
        assert_eq!(execute(&mut cpu, &instr), Flow::Fault);
        assert_eq!(cpu.fault, Some(crate::cpu::Fault::Unaligned));
    }
}
