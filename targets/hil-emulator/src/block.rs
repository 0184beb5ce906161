//! Blocks of decoded instructions, and the cache that holds them.
//!
//! A block is a run of instructions that is entered at its first one and left by a jump, a fault, or its end. Its
//! costs are known when it is built, because they depend only on neighbours.

use std::collections::HashMap;
use std::ops::Range;

use crate::cpu::{Cpu, Fault};
use crate::cycles::Model;
use crate::decode;
use crate::exec;
use crate::flash_timing::LINE;
use crate::instr::{AluOp, Cond, Instr, Reg};
use crate::micro::{Micro, advance_it};
use crate::system::mpu::Right;

/// The longest block, in instructions. Longer straight lines are cut, which costs a look-up and nothing else but
/// the pipeline rules across the cut.
const LONGEST: usize = 128;

/// Entries of the direct-mapped table in front of the map.
const TABLE: usize = 4096;

/// What is kept of all blocks together before everything is forgotten, in instructions.
const ARENA: usize = 1 << 20;

/// A block in the cache.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Its address.
    pub start: u32,
    first: u32,
    len: u32,
    /// The address behind it.
    pub end: u32,
    /// Further cycles when it is entered by a jump.
    pub entry: u8,
    /// It lies in flash.
    pub flash: bool,
}

impl Block {
    const NONE: Self = Self { start: 1, first: 0, len: 0, end: 0, entry: 0, flash: true };

    fn range(&self) -> Range<usize> {
        self.first as usize..(self.first + self.len) as usize
    }
}

/// The decoded blocks, by address.
#[derive(Debug)]
pub struct BlockCache {
    arena: Vec<Micro>,
    table: Box<[Block]>,
    blocks: HashMap<u32, Block>,
    generation: u64,
}

impl Default for BlockCache {
    fn default() -> Self {
        Self {
            arena: Vec::new(),
            table: vec![Block::NONE; TABLE].into_boxed_slice(),
            blocks: HashMap::new(),
            generation: 0,
        }
    }
}

impl BlockCache {
    /// The instructions of a block.
    #[inline(always)]
    #[must_use]
    pub fn micros(&self, block: &Block) -> &[Micro] {
        &self.arena[block.range()]
    }

    /// Forgets every block.
    pub fn clear(&mut self) {
        if self.arena.is_empty() {
            // Nothing was found, so nothing becomes invalid; a chip that resets for ever comes here all the time.
            return;
        }
        self.arena.clear();
        self.blocks.clear();
        self.table.fill(Block::NONE);
        self.generation += 1;
    }

    /// Changes whenever blocks found before are no longer valid.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The block at `address`, built when it is not there yet.
    ///
    /// # Errors
    /// When its first instruction cannot be fetched.
    #[inline(always)]
    pub fn find(&mut self, address: u32, cpu: &mut Cpu, model: &mut Model) -> Result<Block, Fault> {
        let entry = self.table[(address as usize >> 1) % TABLE];
        if entry.start == address {
            return Ok(entry);
        }
        self.find_slow(address, cpu, model)
    }

    #[cold]
    fn find_slow(&mut self, address: u32, cpu: &mut Cpu, model: &mut Model) -> Result<Block, Fault> {
        let block = match self.blocks.get(&address) {
            Some(block) => *block,
            None => {
                if self.arena.len() + LONGEST > ARENA {
                    self.clear();
                }
                let first = self.arena.len() as u32;
                let (end, entry) = build(address, LONGEST, 0, cpu, model, &mut self.arena)?;
                let len = self.arena.len() as u32 - first;
                let block = Block { start: address, first, len, end, entry, flash: cpu.memory.is_flash(address) };
                self.blocks.insert(address, block);
                block
            }
        };
        self.table[(address as usize >> 1) % TABLE] = block;
        Ok(block)
    }
}

/// A block of one instruction in the middle of an IT block or for a debugger's step; it is not kept.
///
/// # Errors
/// When the instruction cannot be fetched.
pub fn single(address: u32, it: u8, cpu: &mut Cpu, model: &mut Model) -> Result<Micro, Fault> {
    let mut one = Vec::with_capacity(1);
    build(address, 1, it, cpu, model, &mut one)?;
    one.first().copied().ok_or(Fault::InstructionBus)
}

/// Appends the instructions from `address` on, at most `limit`. Gives the address behind them, and the further cycles
/// of a jump to the first.
fn build(
    start: u32,
    limit: usize,
    it: u8,
    cpu: &mut Cpu,
    model: &mut Model,
    into: &mut Vec<Micro>,
) -> Result<(u32, u8), Fault> {
    model.begin();
    let (mut address, mut it, mut entry) = (start, it, 0);
    for index in 0..limit {
        let (instr, size) = match fetch(cpu, address, it) {
            Ok(fetched) => fetched,
            Err(fault) if index == 0 => return Err(fault),
            // The fault belongs to the instruction behind the block, if it is ever reached.
            Err(_) => break,
        };
        if index == 0 {
            entry = model.entry(address, size);
        }
        cpu.memory.mark_code(address);
        cpu.memory.mark_code(address + size - 2);
        let mut micro = match instr {
            Fetched::Breakpoint => exec::breakpoint(address),
            Fetched::Instr(instr) => {
                let cost = model.cost(&instr, address, size);
                let mut micro = exec::lower(&instr, address, size);
                (micro.cost, micro.taken) = (cost.base, cost.taken);
                micro.counted_by(cost.counter)
            }
        };
        micro.it = it;
        if index == 0 || line(address + size - 1) != line(address - 1) {
            micro = micro.entering_line();
        }
        if it != 0 && !matches!(instr, Fetched::Breakpoint | Fetched::Instr(Instr::Bkpt { .. })) {
            micro = exec::conditional(micro);
        }
        it = match instr {
            Fetched::Instr(Instr::It { state }) => state,
            _ => advance_it(it),
        };
        into.push(micro);
        address = address.wrapping_add(size);
        if instr.ends_block() || (cpu.system.mpu.enabled() && address.is_multiple_of(32)) {
            break;
        }
    }
    Ok((address, entry))
}

/// The line of flash in which `address` lies.
fn line(address: u32) -> u32 {
    address / LINE
}

#[derive(Clone, Copy)]
enum Fetched {
    Instr(Instr),
    /// A breakpoint comparator of the FPB stands in its place.
    Breakpoint,
}

impl Fetched {
    /// Whether nothing is decoded behind it: it always jumps, or it changes what follows.
    fn ends_block(self) -> bool {
        match self {
            Self::Breakpoint => true,
            Self::Instr(instr) => match instr {
                Instr::Branch { cond, .. } => cond == Cond::AL,
                Instr::BranchLink { .. }
                | Instr::BranchExchange { .. }
                | Instr::BranchLinkExchange { .. }
                | Instr::TableBranch { .. }
                | Instr::Undefined
                | Instr::NoCoprocessor { .. }
                | Instr::Bkpt { .. }
                | Instr::Svc { .. }
                | Instr::Isb => true,
                Instr::Alu { op: AluOp::Add | AluOp::Mov, rd, .. } => rd == Reg::PC,
                Instr::Load { rt, .. } | Instr::LoadLiteral { rt, .. } => rt == Reg::PC,
                Instr::LoadMultiple { list, .. } => list.contains(Reg::PC),
                _ => false,
            },
        }
    }
}

fn fetch(cpu: &Cpu, address: u32, it: u8) -> Result<(Fetched, u32), Fault> {
    let first = halfword(cpu, address)?;
    let (second, size) = if decode::is_wide(first) { (halfword(cpu, address.wrapping_add(2))?, 4) } else { (0, 2) };
    if cpu.system.breaks_at(address) {
        return Ok((Fetched::Breakpoint, size));
    }
    Ok((Fetched::Instr(decode::decode(address, first, second, it)), size))
}

fn halfword(cpu: &Cpu, address: u32) -> Result<u16, Fault> {
    if !cpu.system.mpu.allows(address, Right::Fetch, cpu.privileged(), cpu.negative_priority()) {
        return Err(Fault::InstructionAccess);
    }
    let found = cpu.system.remapped(address, &cpu.memory).or_else(|| cpu.memory.fetch(address));
    found.ok_or(Fault::InstructionBus)
}
