//! What the tests of chips share: a board whose bus is driven by hand, and time that passes.

use std::sync::atomic::AtomicBool;

use crate::board::{Options, build_with};
use crate::machine::Machine;
use crate::soc::{BusFault, Master, Width};
use crate::time::Time;

/// An address in RAM: what executes there is not held up by a flash operation.
const IN_RAM: u32 = 0x2000_1000;

/// A board.
pub struct Rig {
    /// The machine.
    pub machine: Machine,
    /// Where the instruction is that accesses the bus.
    pub pc: u32,
}

impl Rig {
    pub fn new(board: &str) -> Self {
        Self::with(board, Options { seed: 1, locked: false })
    }

    pub fn with(board: &str, options: Options) -> Self {
        Self { machine: build_with(board, options).unwrap(), pc: IN_RAM }
    }

    pub fn try_read(&mut self, address: u32, width: Width) -> Result<u32, BusFault> {
        self.machine.cpu.read_as(Master::Core { pc: self.pc }, address, width)
    }

    pub fn read(&mut self, address: u32) -> u32 {
        self.try_read(address, Width::Word).unwrap()
    }

    pub fn try_write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        self.machine.cpu.write_as(Master::Core { pc: self.pc }, address, width, value)
    }

    pub fn write(&mut self, address: u32, value: u32) {
        self.try_write(address, Width::Word, value).unwrap();
    }

    pub fn set(&mut self, address: u32, bits: u32) {
        let old = self.read(address);
        self.write(address, old | bits);
    }

    pub fn clear(&mut self, address: u32, bits: u32) {
        let old = self.read(address);
        self.write(address, old & !bits);
    }

    /// Now, in picoseconds.
    pub fn now(&self) -> u64 {
        self.machine.cpu.clock.time_at(self.machine.cpu.cycles).0
    }

    /// Now, in microseconds.
    pub fn now_us(&self) -> u64 {
        self.now() / 1_000_000
    }

    /// Lets time pass, event by event, as the run loop does while the core sleeps.
    pub fn pass_us(&mut self, microseconds: u64) {
        let end = Time(self.now() + microseconds * 1_000_000);
        loop {
            let cpu = &mut self.machine.cpu;
            let next = cpu.soc.next_event().min(end);
            cpu.cycles = cpu.cycles.max(cpu.clock.cycles_at(next));
            if cpu.clock.time_at(cpu.cycles) >= cpu.soc.next_event() {
                cpu.with_soc(Master::Debugger, |soc, io| soc.advance(io));
            }
            if next == end {
                return;
            }
        }
    }

    /// Waits until `bits` of a register read `want`. Gives the microseconds that it took.
    pub fn poll(&mut self, address: u32, bits: u32, want: u32) -> u64 {
        let start = self.now_us();
        for _ in 0..2_000_000 {
            if self.read(address) & bits == want {
                return self.now_us() - start;
            }
            self.pass_us(1);
        }
        panic!("{address:#010x} never reads {want:#x} in {bits:#x}");
    }

    /// Lets the machine take up a reset that the chip asked for.
    pub fn settle(&mut self) {
        self.machine.run(0, &AtomicBool::new(false));
    }

    /// The level of an interrupt line.
    pub fn irq(&self, line: u32) -> bool {
        self.machine.cpu.irqs.levels()[line as usize / 64] >> (line % 64) & 1 == 1
    }

    /// What a port has sent, as bytes.
    pub fn sent(&mut self, port: usize) -> Vec<u8> {
        self.machine.cpu.soc.take_serial(port).iter().map(|sent| sent.byte).collect()
    }

    pub fn feed(&mut self, port: usize, bytes: &[u8]) -> usize {
        self.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.feed_serial(port, bytes, io))
    }

    /// What the chip noted.
    pub fn notes(&self) -> Vec<String> {
        self.machine.cpu.soc.notes().iter().map(ToString::to_string).collect()
    }
}
