//! A processor with a little memory and nothing around it, and a way to execute one instruction on it.

use crate::cpu::Cpu;
use crate::cycles::Timing;
use crate::instr::Instr;
use crate::memory::{Kind, Memory, Region};
use crate::micro::Flow;
use crate::soc::Bare;
use crate::system::System;

/// Where instructions of these tests lie.
pub const BASE: u32 = 0x0000_1000;

/// The first address of the RAM.
pub const RAM: u32 = 0x2000_0000;

/// The length of the RAM in bytes.
pub const RAM_SIZE: u32 = 0x1000;

/// A processor in thread mode, privileged, all registers 0, with 4 KiB of RAM and 8 KiB of flash.
pub fn cpu() -> Cpu {
    let regions = vec![
        Region::new("flash", Kind::Flash, 0, 0x2000, true, 0xff),
        Region::new("ram", Kind::Ram, RAM, RAM_SIZE, true, 0),
    ];
    let memory = Memory::new(regions, Vec::new());
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 1_000_000);
    cpu.memory.code_changed = false;
    cpu.deadline = u64::MAX;
    cpu
}

/// Executes `instr`, of 4 bytes at [`BASE`].
pub fn execute(cpu: &mut Cpu, instr: &Instr) -> Flow {
    let micro = super::lower(instr, BASE, 4);
    cpu.current = BASE;
    (micro.run)(cpu, &micro)
}

/// The word at `address` of the RAM.
pub fn word(cpu: &Cpu, address: u32) -> u32 {
    u32::from_le_bytes(*cpu.memory.slice(address, 4).unwrap().first_chunk().unwrap())
}

/// Puts a word into the RAM.
pub fn set_word(cpu: &mut Cpu, address: u32, value: u32) {
    cpu.memory.slice_mut(address, 4).unwrap().copy_from_slice(&value.to_le_bytes());
}
