//! A processor with a little memory and nothing around it, and a way to execute one instruction on it.

use proptest::prelude::{Strategy, any, prop, prop_oneof};

use crate::cpu::Cpu;
use crate::cycles::Timing;
use crate::instr::{Instr, ShiftKind};
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

/// Words, with those at the edges of the number ranges more often than chance would have them.
pub fn any_word() -> impl Strategy<Value = u32> {
    let edges = [0, 1, 2, 31, 32, 33, 64, 255, 256, 0x7f, 0x80, 0x7fff, 0x8000, 0x7fff_ffff, 0x8000_0000, u32::MAX];
    prop_oneof![2 => any::<u32>(), 1 => prop::sample::select(edges.to_vec()), 1 => halves_at_edges()]
}

fn halves_at_edges() -> impl Strategy<Value = u32> {
    let half = || prop::sample::select(vec![0u32, 1, 0x7f, 0x80, 0xff, 0x7f80, 0x7fff, 0x8000, 0x8080, 0xffff]);
    (half(), half()).prop_map(|(low, high)| low | high << 16)
}

/// A shift, one bit at a time.
pub fn shift_by_steps(kind: ShiftKind, value: u32, amount: u32, carry: bool) -> (u32, bool) {
    (0..amount).fold((value, carry), |(value, carry), _| {
        let (low, high) = (value & 1, value & 1 << 31);
        match kind {
            ShiftKind::Lsl => (value << 1, high != 0),
            ShiftKind::Lsr => (value >> 1, low != 0),
            ShiftKind::Asr => (value >> 1 | high, low != 0),
            ShiftKind::Ror => (value >> 1 | low << 31, low != 0),
            ShiftKind::Rrx => (value >> 1 | u32::from(carry) << 31, low != 0),
        }
    })
}
