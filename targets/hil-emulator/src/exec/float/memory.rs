//! VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP. Addresses must be aligned to words; the base stays when an access faults.

use super::{Lowered, UNDEFINED, begin, next};
use crate::cpu::{Cpu, Faulted};
use crate::instr::{Instr, Order, Reg, SReg};
use crate::micro::{Flow, Handler, Micro};

/// Which way the words go.
trait Direction {
    /// Moves one word between memory and single `index`.
    fn word(cpu: &mut Cpu, index: u8, address: u32) -> Result<(), Faulted>;
}

struct Load;

impl Direction for Load {
    #[inline(always)]
    fn word(cpu: &mut Cpu, index: u8, address: u32) -> Result<(), Faulted> {
        let value = cpu.load_aligned(address)?;
        cpu.set_single(index, value);
        Ok(())
    }
}

struct Store;

impl Direction for Store {
    #[inline(always)]
    fn word(cpu: &mut Cpu, index: u8, address: u32) -> Result<(), Faulted> {
        cpu.store_aligned(address, cpu.single(index))
    }
}

/// The handler and the operands of a load or store of the instruction at `address`.
pub fn lower(instr: &Instr, address: u32) -> Lowered {
    match *instr {
        Instr::FloatLoad { words, sd, rn: Reg::PC, offset } => {
            let absolute = (address.wrapping_add(4) & !3).wrapping_add_signed(offset);
            one(words, sd, Reg(0), absolute, literal::<1>, literal::<2>)
        }
        Instr::FloatLoad { words, sd, rn, offset } => {
            one(words, sd, rn, offset as u32, single::<Load, 1>, single::<Load, 2>)
        }
        Instr::FloatStore { words, sd, rn, offset } if rn != Reg::PC => {
            one(words, sd, rn, offset as u32, single::<Store, 1>, single::<Store, 2>)
        }
        Instr::FloatLoadMultiple { first, count, doubles, rn, writeback, order } => {
            several::<Load>(Several { first, count, doubles, rn, writeback, order })
        }
        Instr::FloatStoreMultiple { first, count, doubles, rn, writeback, order } => {
            several::<Store>(Several { first, count, doubles, rn, writeback, order })
        }
        _ => UNDEFINED,
    }
}

fn one(words: u8, sd: SReg, rn: Reg, imm: u32, word: Handler, double: Handler) -> Lowered {
    match (words, sd.0) {
        (1, _) => (word, [sd.0, rn.0, 0, 0], imm),
        (2, 0..=30) => (double, [sd.0, rn.0, 0, 0], imm),
        _ => UNDEFINED,
    }
}

struct Several {
    first: SReg,
    count: u8,
    doubles: bool,
    rn: Reg,
    writeback: bool,
    order: Order,
}

fn several<D: Direction>(list: Several) -> Lowered {
    // An odd count of words with doubles is FLDMX or FSTMX: the base moves one word more than is transferred.
    let transferred = if list.doubles { list.count & !1 } else { list.count };
    if list.rn == Reg::PC || transferred == 0 || u32::from(list.first.0) + u32::from(transferred) > 32 {
        return UNDEFINED;
    }
    let run: Handler = match (list.order, list.writeback) {
        (Order::IncrementAfter, false) => multiple::<D, false, false>,
        (Order::IncrementAfter, true) => multiple::<D, false, true>,
        (Order::DecrementBefore, false) => multiple::<D, true, false>,
        (Order::DecrementBefore, true) => multiple::<D, true, true>,
    };
    (run, [list.first.0, list.rn.0, transferred, 0], u32::from(list.count) * 4)
}

fn single<D: Direction, const WORDS: u8>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    let address = cpu.reg(micro.b).wrapping_add(micro.imm);
    next(begin(cpu, micro).and_then(|()| words::<D, WORDS>(cpu, micro, address)))
}

fn literal<const WORDS: u8>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    next(begin(cpu, micro).and_then(|()| words::<Load, WORDS>(cpu, micro, micro.imm)))
}

#[inline(always)]
fn words<D: Direction, const WORDS: u8>(cpu: &mut Cpu, micro: &Micro, address: u32) -> Result<(), Faulted> {
    D::word(cpu, micro.a, address)?;
    if WORDS == 2 {
        D::word(cpu, micro.a + 1, address.wrapping_add(4))?;
    }
    Ok(())
}

fn multiple<D: Direction, const DECREMENT: bool, const WRITEBACK: bool>(cpu: &mut Cpu, micro: &Micro) -> Flow {
    next(begin(cpu, micro).and_then(|()| {
        let base = cpu.reg(micro.b);
        let start = if DECREMENT { base.wrapping_sub(micro.imm) } else { base };
        let mut address = start;
        for index in micro.a..micro.a + micro.c {
            D::word(cpu, index, address)?;
            address = address.wrapping_add(4);
        }
        if WRITEBACK {
            cpu.set_reg(micro.b, if DECREMENT { start } else { base.wrapping_add(micro.imm) });
        }
        Ok(())
    }))
}
