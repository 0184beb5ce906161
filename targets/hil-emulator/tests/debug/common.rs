//! A chip that is made for these tests: RAM, flash, one register, one further access port, and a planned event.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Rules, Timing};
use hil_emulator::machine::Machine;
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::{BusFault, Io, ResetCause, Soc, Width};
use hil_emulator::system::System;
use hil_emulator::time::Time;

pub const RAM: u32 = 0x2000_0000;
pub const FLASH: u32 = 0x0800_0000;
/// A register that keeps what is written, in any width.
pub const REGISTER: u32 = 0x4000_0000;
/// Nothing answers here.
pub const HOLE: u32 = 0x6000_0000;
pub const PORT_IDR: u32 = 0x0288_0000;

#[derive(Debug, Default)]
pub struct Switches {
    pub locked: AtomicBool,
    pub resets: AtomicU32,
}

#[derive(Debug)]
struct TestChip {
    switches: Arc<Switches>,
    register: u32,
    /// Counts microseconds.
    next: Time,
    events: u32,
}

impl Soc for TestChip {
    fn read(&mut self, address: u32, _: Width, _: &mut Io<'_>) -> Result<u32, BusFault> {
        if address == REGISTER { Ok(self.register) } else { Err(BusFault) }
    }

    fn write(&mut self, address: u32, _: Width, value: u32, _: &mut Io<'_>) -> Result<(), BusFault> {
        if address != REGISTER {
            return Err(BusFault);
        }
        self.register = value;
        Ok(())
    }

    fn write_flash(&mut self, _: u32, _: Width, _: u32, _: &mut Io<'_>) -> Result<(), BusFault> {
        Err(BusFault)
    }

    fn next_event(&self) -> Time {
        self.next
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        while self.next <= io.now {
            self.events += 1;
            self.next = self.next.plus_ns(1000);
        }
    }

    fn reset(&mut self, _: ResetCause, _: &mut Io<'_>) {
        self.switches.resets.fetch_add(1, Ordering::SeqCst);
    }

    fn access_port_read(&mut self, ap: u8, address: u8, _: &mut Io<'_>) -> Option<u32> {
        let value = match address {
            0xFC => PORT_IDR,
            0x08 => self.events,
            _ => self.register,
        };
        (ap == 1).then_some(value)
    }

    fn access_port_write(&mut self, ap: u8, _: u8, value: u32, _: &mut Io<'_>) -> Option<()> {
        (ap == 1).then(|| self.register = value)
    }

    fn debug_allowed(&self) -> bool {
        !self.switches.locked.load(Ordering::SeqCst)
    }
}

/// A processor with 64 KiB of RAM and of flash. `program` lies at the start of RAM, where it begins.
pub fn cpu(program: &[u16]) -> (Cpu, Arc<Switches>) {
    let regions = vec![
        Region::new("ram", Kind::Ram, RAM, 0x1_0000, true, 0),
        Region::new("flash", Kind::Flash, FLASH, 0x1_0000, true, 0xFF),
    ];
    let mut memory = Memory::new(regions, Vec::new());
    let bytes: Vec<u8> = program.iter().flat_map(|half| half.to_le_bytes()).collect();
    memory.slice_mut(RAM, bytes.len()).unwrap().copy_from_slice(&bytes);
    let switches = Arc::new(Switches::default());
    let chip = TestChip { switches: Arc::clone(&switches), register: 0, next: Time(1_000_000), events: 0 };
    let mut cpu = Cpu::new(memory, Box::new(chip), System::default(), Timing::new(Rules::default()), 64_000_000);
    cpu.pc = RAM;
    (cpu, switches)
}

/// A machine that runs `program`.
pub fn machine(program: &[u16]) -> (Machine, Arc<Switches>) {
    let (cpu, switches) = cpu(program);
    (Machine::new(cpu, Model::new(Rules::default())), switches)
}

/// Counts in R0 for ever: `adds r0, #1; b .-2`.
pub const COUNT: &[u16] = &[0x3001, 0xE7FD];
