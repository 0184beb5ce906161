//! A board that runs a program and serves its semihosting.

use std::sync::atomic::AtomicBool;

use hil_emulator::board::build;
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::soc::{Io, Master, ResetCause, Soc, Width};

/// DHCSR with C_DEBUGEN: breakpoints halt, and nothing else does (DDI 0403E, C1.6.2).
const DHCSR: (u32, u32) = (0xe000_edf0, 0xa05f_0001);
/// BKPT 0xAB.
const SEMIHOSTING: [u8; 2] = [0xab, 0xbe];

/// A board.
pub struct Board {
    /// The machine.
    pub machine: Machine,
    /// What the program has reported.
    pub text: String,
    /// Whether the program ended, and well.
    pub ended: Option<bool>,
    slice: u64,
}

impl Board {
    /// A board with `file` in flash, just reset, that runs at most `slice` cycles at a time.
    pub fn new(file: &[u8], slice: u64) -> Self {
        let mut machine = build("nrf52840", 1).unwrap();
        Image::parse(file).unwrap().load(&mut machine).unwrap();
        machine.cpu.reset(ResetCause::PowerOn);
        let mut board = Self { machine, text: String::new(), ended: None, slice };
        board.resume();
        board
    }

    fn resume(&mut self) {
        memory_write(&mut self.machine.cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    }

    /// Virtual time, in microseconds.
    pub fn us(&self) -> u64 {
        self.machine.cpu.clock.time_at(self.machine.cpu.cycles).0 / 1_000_000
    }

    /// Runs for `us` microseconds, or until the program ends.
    pub fn run(&mut self, us: u64) {
        let end = self.machine.cpu.cycles + us * 64;
        while self.ended.is_none() && self.machine.cpu.cycles < end {
            let cycles = self.slice.min(end - self.machine.cpu.cycles);
            if self.machine.run(cycles, &AtomicBool::new(false)) == Stop::Halted {
                self.serve();
            }
        }
    }

    /// Runs until the program has reported a line `line`, at most for `us` microseconds.
    pub fn run_until(&mut self, line: &str, us: u64) {
        let end = self.us() + us;
        while !self.text.lines().any(|known| known == line) {
            assert!(self.us() < end && self.ended.is_none(), "no {line:?} in {:?}", self.text);
            self.run(10);
        }
    }

    /// Runs to the end of the program, which must come within `us` microseconds, and gives what it reported.
    pub fn finish(&mut self, us: u64) -> &str {
        self.run(us);
        assert_eq!(self.ended, Some(true), "at {:#010x}, reported {:?}", self.machine.cpu.pc, self.text);
        &self.text
    }

    fn serve(&mut self) {
        let cpu = &mut self.machine.cpu;
        assert_eq!(cpu.memory.slice(cpu.pc, 2), Some(&SEMIHOSTING[..]), "halted at {:#010x}", cpu.pc);
        let argument = cpu.reg(1);
        match cpu.reg(0) {
            0x04 => {
                let bytes = (argument..).map(|address| cpu.memory.slice(address, 1).unwrap()[0]);
                let line: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
                self.text.push_str(std::str::from_utf8(&line).unwrap());
            }
            0x18 => self.ended = Some(argument == 0x2_0026),
            other => panic!("semihosting call {other:#x}"),
        }
        self.machine.cpu.pc += 2;
        self.resume();
    }

    /// Does something to the chip from outside.
    pub fn outside<T>(&mut self, act: impl FnOnce(&mut dyn Soc, &mut Io<'_>) -> T) -> T {
        self.machine.cpu.with_soc(Master::Debugger, act)
    }

    /// Drives a pin.
    pub fn drive(&mut self, pin: &str, level: bool) {
        assert!(self.outside(|soc, io| soc.drive_pin(pin, Some(level), io)), "{pin}");
    }

    /// What the chip drives onto a pin.
    pub fn level(&self, pin: &str) -> Option<bool> {
        self.machine.cpu.soc.pin_level(pin)
    }

    /// The number that the program reported under `name`.
    pub fn number(&self, name: &str) -> i64 {
        let value = self.text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no {name:?} in {:?}", self.text))
    }
}
